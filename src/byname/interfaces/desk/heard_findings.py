"""What command reads of how concerns were answered: the figures everybody may read, one quarter side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from byname.concerns import rules
from byname.concerns.queries import QuarterFigures
from byname.interfaces.desk import charts
from byname.interfaces.desk.findings import Figure, Row, Table, many

HEAD: Final = ("area", "quarter", *(name for name in rules.Figures(0).kept()))
NAME: Final = "answers"
_TOGETHER: Final = "Small areas together"
_SHOWN: Final = 12
_IN_A_TABLE: Final = 60
_COUNTED: Final = (
    "As everybody may read it: published once, five weeks after a quarter ended. No number under five is told, and "
    "none can be worked out; a dash stands for what is left out. Nothing here is about one officer."
)


def answered(found: Sequence[QuarterFigures]) -> Figure:
    """How the latest published quarter's concerns were answered, by area, the lowest share in time first."""
    if not found:
        empty = "Nothing is published yet. A quarter’s figures follow five weeks after it ended."
        return Figure(NAME, "How concerns were answered", None, None, _COUNTED, empty)
    first = found[0].quarter_on
    months = f"{first:%B} to {rules.quarter_after(first) - timedelta(days=1):%B %Y}"
    told = sorted(
        (100 * each.figures.in_time // each.figures.raised, each.area_name or _TOGETHER)
        for each in found
        if each.figures.in_time is not None
    )
    few = sum(each.figures.all_but_few_in_time for each in found)
    title = f"How concerns were answered, {months}"
    if told:
        share, name = told[0]
        title = f"From {months}, {name} answered {'fewest ' if len(told) > 1 else ''}in time: {share} in a hundred"
    elif few:
        title = f"From {months}, all but a few concerns were answered in time in {many(few, 'area')}"
    bars = [charts.Bar(name, share, f"{share} %") for share, name in told[:_SHOWN]]
    rows = [
        (each.area_name or _TOGETHER, each.figures.raised, _in_time(each.figures), _replied(each.figures))
        for each in found
    ]
    return Figure(
        NAME,
        title,
        charts.bars(f"{NAME}-picture", title, bars, line_at=(100, "all of them")) if bars else None,
        Table(
            ("Area", "Raised", "Answered in time", "Replied to how it ended"),
            tuple(rows[:_IN_A_TABLE]),
            max(0, len(rows) - _IN_A_TABLE),
        ),
        _COUNTED,
        csv=NAME,
    )


def rows_of_file(found: Sequence[QuarterFigures]) -> Sequence[Row]:
    """The same as it stands in a file, all of it; empty for what is left out."""
    return [
        (each.area, f"{each.quarter_on}", *("" if value is None else value for value in each.figures.kept().values()))
        for each in found
    ]


def _in_time(figures: rules.Figures) -> str:
    if figures.in_time is None:
        return "all but a few" if figures.all_but_few_in_time else "–"
    return f"{figures.in_time}"


def _replied(figures: rules.Figures) -> str:
    if figures.replied is None:
        return "–"
    said = ((figures.better_yes, "better"), (figures.better_partly, "partly better"), (figures.better_no, "not better"))
    told = ", ".join(f"{count} {word}" for count, word in said if count is not None)
    return f"{figures.replied} of {figures.asked}" + (f": {told}" if told else "")
