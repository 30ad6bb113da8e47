"""Whether two concerns may be about the same, told by what cannot be read again."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns import rules
from byname.concerns.rules.phrases import words_of

DATA = Path(__file__).parent / "data" / "likeness"
KEY = b"k" * 32


def counted(name: str) -> dict[str, int]:
    """How many pairs of a file are on one trouble and on different ones of one language, and how many were found."""
    counts = {"same": 0, "same, found": 0, "different": 0, "different, found": 0}
    for groups in tomllib.loads((DATA / name).read_text(encoding="utf-8")).values():
        texts = [(number, rules.likeness(text, KEY)) for number, group in enumerate(groups) for text in group.values()]
        for (one, left), (other, right) in itertools.combinations(texts, 2):
            kind = "same" if one == other else "different"
            counts[kind] += 1
            counts[f"{kind}, found"] += rules.alike(left, right) >= rules.LIKE_FROM
    return counts


def test_of_pairs_that_were_not_used_to_choose_it_the_threshold_finds_what_its_figure_says() -> None:
    assert counted("unseen.toml") == {"same": 15, "same, found": 14, "different": 114, "different, found": 0}
    assert "14 of 15 pairs on one trouble were found, and none of 114 pairs" in " ".join(
        Path(rules.likeness.__code__.co_filename).read_text(encoding="utf-8").split()
    )


def test_of_the_pairs_it_was_chosen_on_it_finds_nearly_all_and_three_too_many() -> None:
    assert counted("pairs.toml") == {"same": 33, "same, found": 32, "different": 614, "different, found": 3}


def test_nothing_of_the_words_can_be_read_and_another_key_makes_other_numbers() -> None:
    text = "Cars race past the crossing at the mill."
    mine, theirs = rules.likeness(text, KEY), rules.likeness(text, b"another" * 4)
    assert (len(mine), rules.alike(mine, mine), rules.alike(mine, theirs)) == (len(theirs), 1.0, 0.0)
    assert rules.likeness(text, KEY) == mine


@pytest.mark.parametrize(
    "other",
    [
        "CARS RACE PAST THE CROSSING AT THE MILL!",
        "Cars race, past the cros\u200bsing; at the mill",
        "Cárs rácé past the crossing at the mill.",
    ],
)
def test_how_it_is_typed_makes_no_difference(other: str) -> None:
    text = "Cars race past the crossing at the mill."
    assert rules.likeness(other, KEY) == rules.likeness(text, KEY)


def test_what_holds_no_word_is_like_nothing() -> None:
    assert (rules.likeness("", KEY), rules.likeness("?! .. a of 12", KEY)) == ([], [])
    assert rules.alike([], []) == 0.0


def test_a_text_that_could_be_written_by_no_neighbour_has_no_more_features_than_may_be() -> None:
    long = " ".join(f"word{number}" for number in range(700))
    assert len(rules.likeness(long, KEY)) == rules.MOST_FEATURES


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_sorted_numbers_the_database_takes_and_a_share(one: str, other: str) -> None:
    mine, theirs = rules.likeness(one, KEY), rules.likeness(other, KEY)
    assert mine == sorted(set(mine))
    assert all(-(2**31) <= number < 2**31 for number in mine)
    share = rules.alike(mine, theirs)
    assert share == rules.alike(theirs, mine)
    assert 0.0 <= share <= 1.0
    if words_of(one) == words_of(other) and mine:
        assert share == 1.0
