"""What a text says of danger: violence or harm now, violence at home, a crisis; every language's list always tried."""

from __future__ import annotations

import tomllib
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Final

from byname.concerns.rules.phrases import Found, Phrases, lines, spoken_words

KINDS: Final = ("now", "home", "crisis")
"""In the order they are met: harm that is happening now, violence at home, a crisis without violence."""
LANGUAGES: Final = ("en", "es", "fr", "pt", "ta", "tl", "ur", "zh_Hans", "zh_Hant")
NEAR: Final = 12
"""A guard so many words from a phrase, in the same sentence and line, speaks of it: "last summer", "in the film"."""

_SAID, _INSIDE, _NEAR = "said", "not_inside", "not_near"
_ROLES: Final = (_SAID, _INSIDE, _NEAR)
_STILL: Final = "still"
_HEARD: Final = {
    "en": ("en",),
    "es": ("es", "pt"),
    "fr": ("fr",),
    "pt": ("pt", "es"),
    "ta": ("ta", "en"),
    "tl": ("tl", "en"),
    "ur": ("ur", "en"),
    "zh_Hans": ("zh_Hans", "zh_Hant"),
    "zh_Hant": ("zh_Hant", "zh_Hans"),
}
"""Whose guards from near are heard for the phrases of a language: its own, those of the language it is mixed with, and
those of one written so alike that its phrases are met as well. Not all: a film in one language is a gun in another."""


@dataclass(frozen=True, slots=True)
class Danger:
    """What a text signals: the kinds, first the one to be met first."""

    kinds: tuple[str, ...]

    @property
    def first(self) -> str:
        """The kind that decides what the person sees before anything else."""
        return self.kinds[0]


def danger(text: str) -> Danger | None:
    """What danger a text signals, in whichever of the languages; None where it signals none.

    A phrase counts unless it is part of a harmless one ("fire hydrant"), or the same sentence sets it, in its own
    language, in the past, in a film or at some time ("last summer"); "right now" undoes the latter. A line's end is no
    less than a full stop there: few type one, and one answer's end is another's beginning. Words spelled apart and
    digits for letters make no difference. Works in time proportional to the text.
    """
    told = [spoken_words(line) for line in text.splitlines()]
    ends = list(accumulate(map(len, told)))
    met: dict[str, list[Found]] = {}
    for found in PHRASES.found(list(chain.from_iterable(told))):
        met.setdefault(found.list, []).append(found)
    still = {found.sentence for found in met.get(_STILL, ())}
    inside = {kind: _spread(_of(f"{kind} {_INSIDE}", LANGUAGES, met), 0, ends) for kind in KINDS}
    kinds = tuple(
        kind for kind in KINDS if any(_stands(language, kind, met, inside[kind], still, ends) for language in LANGUAGES)
    )
    return Danger(kinds) if kinds else None


def _stands(
    language: str,
    kind: str,
    met: dict[str, list[Found]],
    inside: set[tuple[int, int]],
    still: set[int],
    ends: Sequence[int],
) -> bool:
    """Whether one phrase of a language and kind is left when the guards have spoken."""
    said = met.get(f"{language} {kind} {_SAID}", ())
    if not said:
        return False
    guards = _of(f"{kind} {_NEAR}", _HEARD[language], met)
    silenced = inside | _spread((found for found in guards if found.sentence not in still), NEAR, ends)
    return any(not any((found.sentence, word) in silenced for word in _words(found)) for found in said)


def _of(told: str, languages: Iterable[str], met: dict[str, list[Found]]) -> Iterator[Found]:
    return (found for language in languages for found in met.get(f"{language} {told}", ()))


def _words(found: Found) -> range:
    return range(found.first, found.end)


def _spread(guards: Iterable[Found], reach: int, ends: Sequence[int]) -> set[tuple[int, int]]:
    """Every place a guard speaks of, by sentence and word: so many words around it, and no word of another line."""
    spread = set()
    for guard in guards:
        before, last = bisect(ends, guard.first), bisect(ends, guard.end - 1)
        first = max(guard.first - reach, ends[before - 1] if before else 0)
        spread |= {(guard.sentence, word) for word in range(first, min(guard.end + reach, ends[last]))}
    return spread


def _phrases() -> Phrases:
    """The lists of all languages as one."""
    told: list[tuple[str, str]] = []
    words: dict[str, str] = {}
    for language in LANGUAGES:
        page = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
        named = page.pop("words")
        words |= {f"{language}_{name}": listed for name, listed in named.items()}
        for kind, roles in page.items():
            for role, listed in roles.items():
                if kind not in (*KINDS, _STILL) or role not in _ROLES:
                    raise ValueError(f"{language}.toml has a list no rule reads: {kind} {role}")
                name = _STILL if kind == _STILL else f"{language} {kind} {role}"
                told += [(name, line.replace("<", f"<{language}_")) for line in lines(listed)]
    return Phrases(told, words)


PHRASES: Final = _phrases()
"""The lists of all languages, read once."""
