"""Decisions about putting words into another language: which ones, how long, how often a machine is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from byname.concerns.rules.raising import LONGEST_HELP, LONGEST_WORDS, refuse_too_long
from byname.concerns.rules.tidying import tidied
from byname.vocabulary import Refused

INTERPRETED: Final[Mapping[str, str]] = {
    "sq": "Albanian",
    "am": "Amharic",
    "ar": "Arabic",
    "hy": "Armenian",
    "aii": "Assyrian",
    "bn": "Bengali",
    "zh-hans": "Chinese (simplified)",
    "zh-hant": "Chinese (traditional)",
    "hr": "Croatian",
    "fr": "French",
    "el": "Greek",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "ilo": "Ilocano",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ml": "Malayalam",
    "ne": "Nepali",
    "ps": "Pashto",
    "fa": "Persian",
    "pl": "Polish",
    "pt": "Portuguese",
    "pa": "Punjabi",
    "ro": "Romanian",
    "ru": "Russian",
    "sr": "Serbian",
    "sk": "Slovak",
    "so": "Somali",
    "es": "Spanish",
    "tl": "Tagalog",
    "ta": "Tamil",
    "te": "Telugu",
    "bo": "Tibetan",
    "ti": "Tigrinya",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
}
"""The languages an interpreter may be asked for, by their names in English: those Toronto's homes speak most."""

LONGEST_TRANSLATION: Final = 2 * (LONGEST_WORDS + LONGEST_HELP)
"""Characters of one text in another language: some need twice as many as others."""
MOST_TRIES: Final = 4
"""So often a machine is asked for one text before that has failed."""


def refuse_translation(words: str) -> None:
    """Nothing, or Refused: a text in another language has words, and not too many."""
    refuse_too_long(words, LONGEST_TRANSLATION, "words")
    if not tidied(words).strip():
        raise Refused("Write it in the other language.", code="no-words", field="words")
