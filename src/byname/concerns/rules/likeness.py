"""Whether two concerns may be about the same: their words as keyed digests, of which nothing can be read again."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import blake2b
from typing import Final

from byname.concerns.rules.phrases import STOP, words_of

LIKE_FROM: Final = 0.2
"""From this share of common features on, two concerns may be about the same.

Counted on invented pairs in nine languages that were not used to choose it (tests/concerns/rules/data/likeness):
14 of 15 pairs on one trouble were found, and none of 114 pairs on different ones. One trouble told in two languages,
or in words that share nothing, is not found.
"""
MOST_FEATURES: Final = 400

_SHORTEST_WORD: Final = 3
_PARTED_FROM: Final = 5
_PART: Final = 4
_HAN: Final = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def likeness(text: str, key: bytes) -> list[int]:
    """The features of a text as sorted signed numbers of 32 bits, each a digest under `key`; at most MOST_FEATURES.

    Of a longer text the smallest digests stand for all: a sample that falls alike for two texts alike.
    """
    digests = (blake2b(feature.encode(), digest_size=4, key=key).digest() for feature in _features(text))
    return sorted({int.from_bytes(digest, signed=True) for digest in digests})[:MOST_FEATURES]


def alike(one: Collection[int], other: Collection[int]) -> float:
    """The share of features two concerns have in common, from 0 to 1; 0 where either has none."""
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def _features(text: str) -> set[str]:
    """Words of three letters and more, groups of four letters of longer ones, and pairs of Chinese characters.

    Words of one and two letters stand in every text. Groups of letters find a word under another ending.
    """
    found: set[str] = set()
    before = ""
    for word in words_of(text):
        if _HAN.match(word):
            if before:
                found.add(before + word)
            before = word
            continue
        before = ""
        if word == STOP or len(word) < _SHORTEST_WORD:
            continue
        found.add(word)
        if len(word) >= _PARTED_FROM:
            set_off = f"^{word}$"
            found.update(set_off[start : start + _PART] for start in range(len(set_off) - _PART + 1))
    return found
