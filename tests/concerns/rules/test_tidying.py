"""What a stranger typed is kept as they wrote it, without what only machines see."""

from __future__ import annotations

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byname.concerns.rules.tidying import tidied


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\n\n\n\n\n\nb", "a\n\n\nb"),
        ("a  \n  b \t\n", "a\n  b"),
        ("a\0b\x07c\x1b[31m", "abc[31m"),
        ("e\u0301", "é"),
        ("\u202edeppilf\u202c \u2066x\u2069", "deppilf x"),
        ("شکریہ\u200f!", "شکریہ\u200f!"),
        ("می\u200cکنم", "می\u200cکنم"),
        ("می\u200c\u200c\u200dکنم", "می\u200cکنم"),
        ("kn\u200cife \u200d", "knife"),
        ("க்\u200dஷ", "க்\u200dஷ"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f"),
        ("a\u200b\u200b\ufeff\u2060b\u00adc", "abc"),
        ("\ud800x\uffff", "x"),
        ("", ""),
        (" \n\n ", ""),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert tidied(typed) == kept


@given(
    st.text(st.characters(exclude_categories=()), max_size=120)
    | st.text("ae\u0301\u200c\u200d\u200b\u200f\u202e\r\n\t \0یک👩🏴\U000e0067\U000e007fக்", max_size=60)
)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidied(text)
    assert tidied(once) == once
    assert "\n\n\n\n" not in once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@pytest.mark.parametrize("piece", [" ", "\u200d", "\n", " \n", "\t\u00a0", "\U0001f3f4\U000e0067"])
def test_a_long_text_of_one_sign_is_tidied_at_once(piece: str) -> None:
    began = perf_counter()
    tidied(piece * 100_000 + "x")
    assert perf_counter() - began < 2
