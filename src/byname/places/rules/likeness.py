"""How like a name is to the words somebody typed: streets by their letters, places by their words."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from byname.places.rules.addresses import SPELLED_OUT, StreetWords, words_of
from byname.vocabulary import Point

_MOST_STREETS = 12
_MOST_NAMES = 24
_LEAST_NAME_SCORE = 62.0


@dataclass(frozen=True, slots=True)
class StreetGroup:
    """Every row of one street, whatever file it came from."""

    words: StreetWords
    name: str
    ids: tuple[int, ...]
    addresses: int
    middle: tuple[int, int]
    """Row and number of the address in the middle of the street."""


class StreetIndex:
    """The streets of a city, held in memory and never changed."""

    def __init__(self, groups: Iterable[StreetGroup]) -> None:
        self._by_key: dict[str, tuple[StreetGroup, ...]] = {}
        for group in sorted(groups, key=lambda group: (-group.addresses, group.words)):
            self._by_key[group.words.key] = (*self._by_key.get(group.words.key, ()), group)
        self._keys = sorted(self._by_key)
        self.streets = sum(len(groups) for groups in self._by_key.values())

    def exact(self, key: str) -> tuple[StreetGroup, ...]:
        """The streets of exactly this name, of any type and direction, the longest first."""
        return self._by_key.get(key, ())

    def like(self, key: str) -> list[tuple[StreetGroup, float]]:
        """Streets whose name begins so or is a few letters away, with how alike they are (0 to 100), best first."""
        found: dict[str, float] = {}
        if len(key) >= 3:
            start = bisect_left(self._keys, key)
            for name in self._keys[start : start + 40]:
                if not name.startswith(key):
                    break
                found[name] = 92.0 - min(12.0, len(name) - len(key))
        slips = allowed_slips(key)
        if slips:
            # "Eelventh" is a slip in "Eleventh", which the index holds as "11th".
            for word, distance, _ in process.extract(
                key, list(SPELLED_OUT), scorer=OSA.distance, score_cutoff=min(slips, 1), limit=1
            ):
                if SPELLED_OUT[word] in self._by_key:
                    found[SPELLED_OUT[word]] = 100.0 - 90.0 * distance / len(word)
            for name, distance, _ in process.extract(
                key, self._keys, scorer=OSA.distance, score_cutoff=slips, limit=_MOST_STREETS
            ):
                alike = 100.0 - 90.0 * distance / max(len(key), len(name))
                # A slip is rarely in the first letter.
                alike -= 0.0 if name[0] == key[0] else 3.0
                found[name] = max(found.get(name, 0.0), alike)
        best = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:_MOST_STREETS]
        return [(group, alike) for name, alike in best for group in self._by_key[name]]


def allowed_slips(key: str) -> int:
    """How many letters may be wrong or swapped: none in a short name or one with figures, three in a long one."""
    if any(letter.isdigit() for letter in key) or len(key) < 4:
        return 0
    return 1 if len(key) < 7 else 2 if len(key) < 13 else 3


def agreement(asked: StreetWords, group: StreetGroup) -> float:
    """What is taken off for a type or a direction that was asked otherwise, or not at all (0 is full agreement)."""
    off = 0.0
    if not asked.type:
        off += 0.5
    elif asked.type != group.words.type:
        off += 6.0
    if not asked.direction:
        off += 0.5 if group.words.direction else 0.0
    elif asked.direction != group.words.direction:
        off += 8.0 if group.words.direction else 4.0
    return off


def nearest_pair(
    ones: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> tuple[float, Point] | None:
    """The metres between the two closest of (lat, lon) pairs, one of each, and the point halfway; None for no pairs."""
    if not ones or not others:
        return None
    one, other = numpy.asarray(ones, dtype=float), numpy.asarray(others, dtype=float)
    metres = numpy.array([111_195.0, 111_195.0 * math.cos(math.radians(one[0, 0]))])
    apart = (((one[:, None, :] - other[None, :, :]) * metres) ** 2).sum(axis=2)
    place, opposite = numpy.unravel_index(int(apart.argmin()), apart.shape)
    lat, lon = (one[place] + other[opposite]) / 2
    return math.sqrt(float(apart[place, opposite])), Point(float(lat), float(lon))


@dataclass(frozen=True, slots=True)
class Named:
    """A place with a name: what it is, and which it is among its kind."""

    kind: str
    name: str
    row: int


class NameIndex:
    """Names of places by their words, held in memory and never changed."""

    def __init__(self, names: Sequence[Named]) -> None:
        self._names = tuple(names)
        self._words: list[tuple[str, ...]] = []
        self._having: dict[str, list[int]] = {}
        self._whole: dict[str, list[int]] = {}
        for place, named in enumerate(self._names):
            words = tuple(dict.fromkeys(words_of(named.name)))
            self._words.append(words)
            self._whole.setdefault("".join(words), []).append(place)
            for word in words:
                self._having.setdefault(word, []).append(place)
        total = len(self._names) + 1
        self._weight = {word: math.log(1 + total / len(places)) for word, places in self._having.items()}
        self._vocabulary = sorted(self._having)
        self._unknown = math.log(1 + total)

    def like(self, words: Sequence[str]) -> list[tuple[Named, float]]:
        """Names like the words, with how alike they are (0 to 100), best first.

        A word counts by how rare it is: "library" says little, "parkdale" nearly all.
        """
        asked = tuple(dict.fromkeys(words))
        if not asked or not self._names:
            return []
        found: dict[int, float] = dict.fromkeys(self._whole.get("".join(asked), ()), 100.0)
        known = [(word, self._known(word)) for word in asked]
        weights = {
            word: max((self._weight[other] for other in others), default=self._unknown) for word, others in known
        }
        total = sum(weights.values())
        reached: dict[int, list[float]] = {}
        known.sort(key=lambda item: -weights[item[0]])
        for order, (word, others) in enumerate(known):
            best: dict[int, tuple[float, float]] = {}
            for other, alike in others.items():
                for place in self._having[other]:
                    if order and reached and place not in reached and len(self._having[other]) > 400:
                        continue
                    part = (weights[word] * alike, self._weight[other] * alike)
                    best[place] = max(best.get(place, (0.0, 0.0)), part)
            for place, (of_question, of_name) in best.items():
                sums = reached.setdefault(place, [0.0, 0.0])
                sums[0] += of_question
                sums[1] += of_name
        for place, (of_question, of_name) in reached.items():
            whole = sum(self._weight[word] for word in self._words[place])
            score = 100 * (0.8 * of_question / total + 0.2 * min(1.0, of_name / whole))
            found[place] = max(found.get(place, 0.0), score - 0.5)
        best_first = sorted(
            ((place, score) for place, score in found.items() if score >= _LEAST_NAME_SCORE),
            key=lambda item: (-item[1], len(self._names[item[0]].name), self._names[item[0]].name, item[0]),
        )
        return [(self._names[place], score) for place, score in best_first[:_MOST_NAMES]]

    def _known(self, word: str) -> dict[str, float]:
        """Words of the index this one may mean, with how alike they are (0 to 1)."""
        found: dict[str, float] = {word: 1.0} if word in self._having else {}
        if len(word) >= 3:
            start = bisect_left(self._vocabulary, word)
            for other in self._vocabulary[start : start + 12]:
                if not other.startswith(word):
                    break
                found.setdefault(other, 0.93)
        slips = allowed_slips(word) if word not in self._having else 0
        if slips:
            for other, distance, _ in process.extract(
                word, self._vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=6
            ):
                found.setdefault(other, 1 - 0.9 * distance / max(len(word), len(other)))
        return found
