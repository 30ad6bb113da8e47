"""Sentences officers answer with, in every language byname speaks; who approved each is kept where pages keep it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from byname.vocabulary import Refused

PHRASED: Final = ("fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl")
"""The languages of the phrase book beside English."""
MOST_PHRASES: Final = 12


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """Every sentence by its code, each by language; all of them in English and in every language of PHRASED."""
    said = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
    read = {}
    for written in said["phrase"]:
        words = dict(written)
        code = words.pop("code")
        if code in read or set(words) != {"en", *PHRASED}:
            raise ValueError(f"the phrase {code} stands there twice, or not in every language")
        read[code] = words
    return read


def phrased(codes: Sequence[str], language: str) -> tuple[str, str]:
    """Chosen sentences in a language, and in English, each in the order of the book; Refused for what is not in it."""
    if not codes:
        return "", ""
    if language not in PHRASED:
        raise Refused("The phrase book does not have this language.", code="phrases", field="phrases")
    chosen, known = set(codes), phrases()
    if not chosen <= set(known) or len(chosen) > MOST_PHRASES:
        raise Refused(f"Choose at most {MOST_PHRASES} sentences of the phrase book.", code="phrases", field="phrases")
    told = [words for code, words in known.items() if code in chosen]
    return "\n".join(words[language] for words in told), "\n".join(words["en"] for words in told)
