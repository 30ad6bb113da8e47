"""How sure one can be that somebody is not heard: intervals as textbooks print them."""

from __future__ import annotations

import pytest

from byname.concerns import rules


def test_wilsons_interval_is_as_printed() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
    printed = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    found = {pair: rules.share_between(*pair) for pair in printed}
    assert {pair: (round(low, 4), round(high, 4)) for pair, (low, high) in found.items()} == printed
    assert rules.share_between(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (5, 1.623, 11.668), (10, 4.795, 18.390), (100, 81.364, 121.627)]
)
def test_byars_interval_lies_beside_the_exact_one(count: int, low: float, high: float) -> None:
    # The exact interval of a Poisson count, as tables print it.
    found_low, found_high = rules.count_between(count)
    assert (found_low, found_high) == (pytest.approx(low, abs=0.12), pytest.approx(high, abs=0.12))


def test_a_count_under_five_is_told_only_where_it_is_none_and_others_to_the_nearest_five() -> None:
    assert [rules.told(count) for count in (0, 1, 4, 5, 7, 8, 63)] == [0, None, None, 5, 5, 10, 65]


def test_only_what_chance_does_not_explain_is_less() -> None:
    assert (rules.less_heard(0, 300, 0.02), rules.less_heard(0, 300, 0.01)) == (True, False)
    assert (rules.quieter(4, 40.0), rules.quieter(4, 8.0)) == (True, False)


def test_scripts_and_kin_of_a_language_are_one() -> None:
    codes = ("zh-hant", "yue", "cmn", "zh", "fil", "tl", "pt_BR", "ta")
    assert [rules.main_language(code) for code in codes] == ["zh", "zh", "zh", "zh", "tl", "tl", "pt", "ta"]
