"""Recognising a language: what people write in Toronto's languages, and what must not be guessed at."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.concerns import rules
from byname.people.rules import LANGUAGES

SAID: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "data" / "tongues.toml").read_text(encoding="utf-8")
)
LEAST_TOLD = 0.96
"""The share of the sentences that is recognised: 201 of 209 were."""


def sentences(part: str) -> list[tuple[str, str]]:
    """Each sentence of a part with its language."""
    return [(code, line) for code, lines in SAID[part].items() for line in lines.strip().splitlines()]


def test_the_set_holds_eight_sentences_and_more_in_every_language_there_is() -> None:
    told = {code: len(lines.strip().splitlines()) for code, lines in SAID["told"].items()}
    assert set(told) == set(rules.TONGUES)
    assert min(told.values()) >= 8


def test_nearly_every_sentence_is_recognised_and_none_is_taken_for_another_language() -> None:
    found = [(code, rules.language_of(line), line) for part in ("told", "mixed") for code, line in sentences(part)]
    wrong = [(code, guess, line) for code, guess, line in found if guess not in (code, "")]
    assert wrong == []
    assert sum(code == guess for code, guess, _line in found) >= LEAST_TOLD * len(found)


@pytest.mark.parametrize("part", ["romanised", "none"])
def test_what_cannot_be_told_is_not_guessed_at(part: str) -> None:
    assert [(guess, line) for _code, line in sentences(part) if (guess := rules.language_of(line))] == []


def test_english_beside_another_script_does_not_hide_it() -> None:
    assert rules.language_of("Hello, good morning. ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔") == "ur"
    assert rules.language_of("We call this corner 老街, and every evening cars race past the shops.") == "en"


def test_an_address_in_a_text_does_not_change_its_language() -> None:
    assert rules.language_of("Cars race past https://example.org/la-calle-de-la-escuela every morning.") == "en"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_whatever_is_written_has_one_known_language_or_none(text: str) -> None:
    assert rules.language_of(text) in {"", *rules.TONGUES}


def test_whoever_speaks_a_tongue_reads_what_it_is_written_in_and_english_always() -> None:
    assert rules.reads(()) == {"en"}
    assert rules.reads(("yue", "ur")) == {"en", "zh-hans", "zh-hant", "ur"}
    assert rules.reads(("fil",)) == {"en", "tl"}


def test_every_language_that_is_recognised_may_be_asked_of_an_interpreter_but_english() -> None:
    assert set(rules.TONGUES) - set(rules.INTERPRETED) == {"en"}
    assert {code for code in rules.INTERPRETED if not code.startswith("zh")} <= LANGUAGES
