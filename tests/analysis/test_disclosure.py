"""What may be published of a small table: nothing under five, and nothing from which it could be worked out."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.analysis.disclosure import LEAST, Published, of_several, withheld


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        ((12, 7, 9), (12, 7, 9), 28),
        ((12, 7, 3, 9), (12, None, None, 9), 31),
        ((12, 7, 3, 2), (12, 7, None, None), 24),
        ((12, 7, 0, 2), (12, None, None, None), 21),
        ((12, 3, 7, 7), (12, None, None, None), 29),
        # Two at four each would be told by their sum of eight.
        ((9, 4, 4, 20), (None, None, None, 20), 37),
        ((0, 0, 0), (None, None, None), None),
        ((2, 1), (None, None), None),
        ((3,), (None,), None),
        ((5,), (5,), 5),
        ((), (), None),
    ],
)
def test_which_figures_are_withheld(counts: tuple[int, ...], cells: tuple[int | None, ...], total: int | None) -> None:
    assert withheld(counts) == Published(cells, total)


@pytest.mark.parametrize(("cells", "highest", "least"), [(1, 9, 5), (2, 14, 5), (3, 14, 5), (4, 8, 3), (5, 6, 3)])
def test_no_withheld_figure_can_be_worked_out_even_by_somebody_who_knows_the_rule(
    cells: int, highest: int, least: int
) -> None:
    # Every table there is, gathered by what is published of it: within each, every withheld figure stays open.
    tables: dict[Published, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(highest + 1), repeat=cells):
        tables[withheld(counts, least=least)].append(counts)
    told = [
        (published, place)
        for published, possible in tables.items()
        for place, shown in enumerate(published.cells)
        if shown is None and len({counts[place] for counts in possible}) < 2
    ]
    assert told == []


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_no_figure_under_five_is_shown_or_left_by_subtraction(counts: list[int]) -> None:
    published = withheld(counts)
    shown = [count for count in published.cells if count is not None]
    hidden = [count for count, cell in zip(counts, published.cells, strict=True) if cell is None]
    assert [count for count in shown if count < LEAST] == []
    assert [cell for cell, count in zip(published.cells, counts, strict=True) if cell not in (None, count)] == []
    if published.total is not None:
        assert published.total == sum(counts)
        assert len(hidden) != 1
        assert not hidden or published.total - sum(shown) >= LEAST


@pytest.mark.parametrize(
    ("shares", "several"),
    [
        ((30, 30, 30), True),
        ((30, 30), False),
        # Two of them hide behind a minute of a third.
        ((90, 80, 1), False),
        ((90, 80, 9), False),
        ((90, 80, 10), True),
        ((70, 15, 15), True),
        ((71, 15, 15), False),
        ((), False),
    ],
)
def test_a_sum_tells_of_several_where_enough_of_them_have_enough_and_nobody_too_much(
    shares: tuple[int, ...], several: bool
) -> None:
    assert of_several(dict(enumerate(shares)), fewest=3, at_least=10, percent=70) is several
