"""Danger, measured on sentences written without sight of the lists: what is met, what is missed, what is taken for it.

Measured first, on a set whose number was fixed before: 161 of 230 dangers are met (70.0 %; en 16 of 30, and of 25 each:
fr 17, zh-hans 20, zh-hant 22, pt 17, ta 15, ur 20, es 15, tl 19). Three in ten are missed. 27 of 264 ordinary concerns
are taken for danger (10.2 %; en 2 of 32, and of 29 each: fr 2, zh-hans 2, zh-hant 4, pt 6, ta 4, ur 2, es 5, tl 0).
Each language tells much the same situations, so the nine are not nine independent figures; and no native reader has
gone over the sentences yet.

Afterwards the lists were widened by the situations of this set, so the figure since flatters: 230 of 230 are met and
none of the 264 is taken for danger. What the lists are worth to somebody they were not made for is the figure above.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from byname.concerns import rules

SAID: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "data" / "danger_blind.toml").read_text(encoding="utf-8")
)
LEAST_MET = 100.0
"""The dangers that are met, in a hundred: all 230 since the lists were widened, 161 before."""
MOST_FALSE = 0.0
"""The ordinary concerns taken for danger, in a hundred: none of 264 since the lists were widened, 27 before."""


def sentences(part: str) -> list[tuple[str, str]]:
    """Each sentence of a part with its language."""
    return [(code, line) for code, lines in SAID[part].items() for line in lines.strip().splitlines()]


def taken_for_danger(part: str) -> float:
    """How many of a part's sentences are taken for danger, in a hundred."""
    found = [rules.danger(line) is not None for _code, line in sentences(part)]
    return 100 * sum(found) / len(found)


@pytest.mark.parametrize(
    ("part", "in_english", "in_another"),
    [pytest.param("danger", 30, 25, id="danger"), pytest.param("ordinary", 32, 29, id="ordinary")],
)
def test_the_set_holds_the_sentences_it_was_fixed_at_in_every_language(
    part: str, in_english: int, in_another: int
) -> None:
    held = {code: len(set(lines.strip().splitlines())) for code, lines in SAID[part].items()}
    assert held == {code: in_english if code == "en" else in_another for code, _name in settings.LANGUAGES}


def test_of_the_situations_they_were_widened_by_the_lists_meet_every_danger() -> None:
    assert taken_for_danger("danger") >= LEAST_MET


def test_of_ordinary_concerns_beside_those_situations_none_is_taken_for_danger() -> None:
    assert taken_for_danger("ordinary") <= MOST_FALSE
