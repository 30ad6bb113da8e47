"""What a quarter tells the public of how concerns were answered, and what people answered: no count under five."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

from byname.analysis import disclosure
from byname.vocabulary import Refused

PUBLISHED_AFTER: Final = timedelta(days=35)
"""So long after it ended a quarter is published: a "no" may come for thirty days."""
ALL_BUT_FEW_FROM: Final = 2 * disclosure.LEAST
"""Of so many concerns it may be said that all but a few were answered in time."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What people answered to one question."""

    yes: int = 0
    partly: int = 0
    no: int = 0

    @property
    def total(self) -> int:
        """How many answered."""
        return self.yes + self.partly + self.no

    def plus(self, other: Verdicts) -> Verdicts:
        """Both together."""
        return Verdicts(self.yes + other.yes, self.partly + other.partly, self.no + other.no)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in one area, or several, before anything is withheld.

    Concerns count in the quarter they were raised in; verdicts in the quarter the concern ended in. Who answered one of
    the two questions only counts among those who did not reply, so that both shares are of the same people.
    """

    in_time: int = 0
    late: int = 0
    unanswered: int = 0
    silent: int = 0
    """How many were asked and did not reply."""
    answered: Verdicts = Verdicts()
    """To "Did this answer you?"."""
    better: Verdicts = Verdicts()
    """To "Is it better?", by the same people."""

    @property
    def raised(self) -> int:
        """How many concerns were raised."""
        return self.in_time + self.late + self.unanswered

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        return Counted(
            self.in_time + other.in_time,
            self.late + other.late,
            self.unanswered + other.unanswered,
            self.silent + other.silent,
            self.answered.plus(other.answered),
            self.better.plus(other.better),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """A quarter's figures as everybody may read them; None for what is withheld."""

    raised: int
    answered: int | None = None
    """By an officer, in time or late."""
    in_time: int | None = None
    all_but_few_in_time: bool = False
    """Whether fewer than five were not answered in time; how many stands nowhere."""
    asked: int | None = None
    """How many people were asked how it ended."""
    replied: int | None = None
    answered_yes: int | None = None
    answered_partly: int | None = None
    answered_no: int | None = None
    better_yes: int | None = None
    better_partly: int | None = None
    better_no: int | None = None

    def kept(self) -> dict[str, int | bool | None]:
        """The same by name, as it is kept."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def figures_of(kept: Mapping[str, int | bool | None]) -> Figures:
    """What `Figures.kept` told."""
    return Figures(**kept)  # type: ignore[arg-type]  # as it was written


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def quarter_after(quarter: date) -> date:
    """The first day of the next quarter."""
    return quarter_of(quarter + timedelta(days=100))


def due_quarter(on: date) -> date:
    """The latest quarter whose figures are due on a day, by its first day."""
    quarter = quarter_of(on)
    while on < quarter_after(quarter) + PUBLISHED_AFTER:
        quarter = quarter_of(quarter - timedelta(days=1))
    return quarter


def refuse_quarter(quarter: date, on: date) -> None:
    """Nothing, or Refused: a quarter is published 35 days after it ended, and by its first day."""
    if quarter != quarter_of(quarter):
        raise Refused("A quarter begins in January, April, July or October.", code="no-quarter", field="quarter")
    first = quarter_after(quarter) + PUBLISHED_AFTER
    if on < first:
        raise Refused(f"This quarter can be published from {first} on.", code="too-early", field="quarter")


def published_figures(areas: Mapping[str, Counted]) -> dict[str | None, Figures]:
    """A quarter's figures as they are published: by area, and under None for those together that cannot stand alone.

    An area stands by itself where five concerns or more were raised in it. The others are told in one sum, and the
    smallest of those that could stand join them while the sum would tell one of them. Every concern is in one figure at
    most, and there is no total beside them: whatever is subtracted from whatever, a published figure is left.
    """
    alike: dict[int, list[str]] = defaultdict(list)
    for area in sorted(areas):
        alike[areas[area].raised].append(area)
    # Equals join together: to choose one of them would tell that the other is no smaller.
    standing, joined = disclosure.pooled(
        sorted(alike),
        alone=lambda count: count >= disclosure.LEAST,
        together=lambda counts: _hides_each(
            [count for count in counts for _ in alike[count]], everything=len(counts) == len(alike)
        ),
    )
    alone, pool = ([area for count in counts for area in alike[count]] for counts in (standing, joined))
    told: dict[str | None, Figures] = {area: _told(areas[area]) for area in alone}
    if pool:
        together = Counted()
        for area in pool:
            together = together.plus(areas[area])
        told[None] = _told(together)
    return told


def _hides_each(counts: list[int], *, everything: bool) -> bool:
    """Whether a sum leaves open what each of its parts is, also to somebody who knows this rule.

    One that parts of four each would make tells of fours wherever something stands outside it, for that would have
    joined them; so it stands only where it is everything there is.
    """
    if len(counts) < 2 or sum(counts) < disclosure.LEAST:
        return False
    return everything or sum(counts) != len(counts) * (disclosure.LEAST - 1)


def _told(counted: Counted) -> Figures:
    """The figures of one area, or of several together, with five concerns or more."""
    in_time, _, unanswered = disclosure.withheld((counted.in_time, counted.late, counted.unanswered)).cells
    raised = counted.raised
    few = raised >= ALL_BUT_FEW_FROM and in_time is None and counted.late + counted.unanswered < disclosure.LEAST
    told = {
        "raised": raised,
        "answered": None if unanswered is None else raised - unanswered,
        "in_time": in_time,
        "all_but_few_in_time": few,
    }
    replied, silent = counted.answered.total, counted.silent
    asked = disclosure.withheld((replied, silent))
    told["asked"] = asked.total
    answers = [
        (name, disclosure.withheld((said.yes, said.partly, said.no)))
        for name, said in (("answered", counted.answered), ("better", counted.better))
    ]
    # Where even the sum of the answers would tell one, nothing is told of how many replied.
    if asked.cells[0] is not None and all(said.total is not None for _, said in answers):
        told["replied"] = replied
        for name, said in answers:
            told |= {f"{name}_{word}": count for word, count in zip(("yes", "partly", "no"), said.cells, strict=True)}
    return figures_of(told)
