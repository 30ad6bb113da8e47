"""A quarter's figures: an attacker who knows the rule and every published figure works out no count under five."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from byname.analysis.disclosure import LEAST
from byname.concerns.rules import figures as figure_rules
from byname.concerns.rules.figures import Counted, Figures, Verdicts, figures_of, published_figures

SEARCH = settings(max_examples=4000, deadline=None)


def worked_out(
    truths: Iterable[Any], publish: Callable[[Any], object], counts: Callable[[Any], dict[str, int]]
) -> list[tuple[object, str, int]]:
    """The counts under five that hold of every truth behind one and the same publication: whoever reads it knows them.

    `truths` is everything that may be behind those publications that are looked at.
    """
    behind: dict[object, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for truth in truths:
        seen = behind[publish(truth)]
        for name, count in counts(truth).items():
            seen[name].add(count)
    return [
        (published, name, min(values))
        for published, seen in behind.items()
        for name, values in seen.items()
        if len(values) == 1 and min(values) < LEAST
    ]


def within(counted: Counted) -> tuple[object, ...]:
    return tuple(figure_rules._told(counted).kept().values())


def answers(raised: int) -> Iterable[Counted]:
    """Every way in which so many concerns may have been answered."""
    for in_time, late in product(range(raised + 1), repeat=2):
        if in_time + late <= raised:
            yield Counted(in_time, late, raised - in_time - late)


def answer_counts(counted: Counted) -> dict[str, int]:
    return {
        "in time": counted.in_time,
        "late": counted.late,
        "unanswered": counted.unanswered,
        "answered": counted.in_time + counted.late,
        "not in time": counted.late + counted.unanswered,
        "raised": counted.raised,
    }


def splits(total: int) -> list[Verdicts]:
    return [
        Verdicts(yes, partly, total - yes - partly) for yes in range(total + 1) for partly in range(total - yes + 1)
    ]


def replies(asked: int) -> Iterable[Counted]:
    """Every way in which so many people may have answered, to one question and, alike, to the other."""
    for replied in range(asked + 1):
        for said in splits(replied):
            yield Counted(in_time=9, late=9, unanswered=9, silent=asked - replied, answered=said, better=said)


def reply_counts(counted: Counted) -> dict[str, int]:
    said = counted.answered
    return {
        "yes": said.yes,
        "partly": said.partly,
        "no": said.no,
        "replied": said.total,
        "silent": counted.silent,
        "yes or partly": said.yes + said.partly,
        "partly or no": said.partly + said.no,
        "asked": said.total + counted.silent,
    }


@pytest.mark.parametrize("raised", range(5, 41))
def test_nobody_works_out_how_few_were_answered_late_or_not_at_all(raised: int) -> None:
    assert worked_out(answers(raised), within, answer_counts) == []


def test_nobody_works_out_how_few_people_said_yes_partly_or_no_or_nothing() -> None:
    # What is published where nothing is told of who was asked may be behind many numbers: all of them at once.
    everything = [each for asked in range(30) for each in replies(asked)]
    assert worked_out(everything, within, reply_counts) == []


def test_the_two_questions_tell_no_more_together_than_each_alone() -> None:
    def both(replied: int, silent: int) -> Iterable[Counted]:
        for one, other in product(splits(replied), repeat=2):
            yield Counted(9, 9, 9, silent, one, other)

    def counts(counted: Counted) -> dict[str, int]:
        better = counted.better
        return reply_counts(counted) | {"better": better.yes, "partly better": better.partly, "not better": better.no}

    everything = [each for replied in range(12) for each in both(replied, 14 - replied)]
    assert worked_out(everything, within, counts) == []


def test_the_attacker_finds_what_a_careless_publication_gives_away() -> None:
    def careless(counted: Counted) -> tuple[int, int]:
        return counted.raised, counted.in_time

    found = worked_out(answers(20), careless, answer_counts)
    assert ((20, 18), "not in time", 2) in found
    assert ((20, 20), "late", 0) in found


def areas_of(counts: Sequence[int]) -> dict[str, Counted]:
    return {f"area-{number}": Counted(in_time=count) for number, count in enumerate(counts)}


def by_area(counts: Sequence[int]) -> object:
    told = published_figures(areas_of(counts))
    return tuple(sorted((area or "", row.raised) for area, row in told.items()))


def each_area(counts: Sequence[int]) -> dict[str, int]:
    return {f"area-{number}": count for number, count in enumerate(counts)}


@pytest.mark.parametrize(("areas", "highest"), [(1, 12), (2, 16), (3, 14), (4, 9)])
def test_nobody_works_out_an_area_under_five_from_the_others_and_the_sum(areas: int, highest: int) -> None:
    # Sums near the edge of what is tried have fewer truths behind them than there are: they are left out.
    tried = list(product(range(highest + 1), repeat=areas))
    whole = {by_area(counts) for counts in tried if sum(counts) <= highest}
    assert worked_out((each for each in tried if by_area(each) in whole), by_area, each_area) == []


def of_any(counts: list[int], *, everything: bool) -> bool:
    return True


def of_fours(counts: list[int], *, everything: bool) -> bool:
    return len(counts) > 1 and sum(counts) >= LEAST


def never_of_fours(counts: list[int], *, everything: bool) -> bool:
    return of_fours(counts, everything=everything) and sum(counts) != len(counts) * (LEAST - 1)


@pytest.mark.parametrize("weaker", [of_any, of_fours, never_of_fours])
def test_the_attacker_finds_each_weaker_pool(weaker: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_rules, "_hides_each", weaker)
    assert worked_out((each for each in product(range(15), repeat=3) if sum(each) < 15), by_area, each_area) != []


@st.composite
def counted(draw: st.DrawFn) -> Counted:
    number = st.integers(0, 12)
    replied = [draw(number) for _ in range(3)]
    better = draw(st.permutations(replied))
    return Counted(draw(number), draw(number), draw(number), draw(number), Verdicts(*replied), Verdicts(*better))


CITIES = st.lists(counted(), min_size=1, max_size=6).map(lambda rows: {f"area-{n}": row for n, row in enumerate(rows)})


@settings(max_examples=300, deadline=None)
@given(CITIES)
def test_no_published_figure_is_under_five_and_each_concern_stands_in_one_figure(city: dict[str, Counted]) -> None:
    told = published_figures(city)
    for row in told.values():
        shown = [count for name, count in row.kept().items() if count is not None and name != "all_but_few_in_time"]
        assert [count for count in shown if count < LEAST] == []
        for whole, parts in (
            (row.raised, (row.in_time, None if row.answered is None else row.raised - row.answered)),
            (row.asked, (row.replied,)),
            (row.replied, (row.answered_yes, row.answered_partly, row.answered_no)),
            (row.replied, (row.better_yes, row.better_partly, row.better_no)),
        ):
            left = None if whole is None else whole - sum(part or 0 for part in parts)
            hidden = [part for part in parts if part is None]
            assert left is None or not hidden or left >= LEAST or len(hidden) == len(parts)
    alone = {area for area in told if area is not None}
    pool = [row.raised for area, row in city.items() if area not in alone]
    assert {area: told[area].raised for area in alone} == {area: city[area].raised for area in alone}
    if None in told:
        assert told[None].raised == sum(pool)
    assert all(figures_of(row.kept()) == row for row in told.values())


def test_a_city_is_found_in_which_everything_is_told() -> None:
    def whole(city: dict[str, Counted]) -> bool:
        rows = published_figures(city).values()
        return any(None not in row.kept().values() and isinstance(row, Figures) for row in rows)

    assert find(CITIES, whole, settings=SEARCH)
