"""Which translations a named speaker approved; safety words stand beside the original until somebody has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import translation

STATE: Final = "reviewed.json"


def fingerprint(original: str, translated: str) -> str:
    """Twelve characters that change with either sentence, so that an edited translation counts as unread again."""
    return hashlib.sha256(f"{original}\0{translated}".encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _approved() -> dict[str, frozenset[str]]:
    path = Path(settings.LOCALE_PATHS[0]) / STATE
    kept = json.loads(path.read_text("utf-8"))
    return {code: frozenset(entries) for code, entries in kept.items()}


def is_approved(original: str, translated: str, language: str) -> bool:
    """Whether a named speaker approved exactly this translation of exactly this sentence; English is the original."""
    if language == settings.LANGUAGE_CODE:
        return True
    return fingerprint(original, translated) in _approved().get(language, frozenset())


def safety(original: str) -> tuple[str, str]:
    """A safety sentence in the language of the page, and the original to stand beside it ("" where none is needed).

    Where there is no translation the original alone is given.
    """
    code = translation.get_language() or settings.LANGUAGE_CODE
    translated = translation.gettext(original)
    if translated == original or is_approved(original, translated, code):
        return translated, ""
    return translated, original


def safety_of(words: Mapping[str, str]) -> tuple[str, str]:
    """Like `safety`, for words that stand by language outside the catalogues, such as the advice of a category."""
    code = translation.get_language() or settings.LANGUAGE_CODE
    original = words.get(settings.LANGUAGE_CODE, "")
    translated = words.get(code, original)
    if translated == original or is_approved(original, translated, code):
        return translated, ""
    return translated, original
