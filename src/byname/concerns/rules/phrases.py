"""Phrases found in running text: lists a native reader can check, one pass, any script, however it is typed.

A phrase is written as it is said. A few signs make it stand for more:

    (a|b c)   one of these                  [a|b]    one of these, or nothing
    <who>     one of a list named "who"     knif*    any word that begins so
    ..        up to three words between     ....     up to six; each pair of dots three more
    ##        any number, also 12b

Case, accents, apostrophes, Arabic-script variants, full-width and look-alike letters, invisible characters and doubled
vowels make no difference. A Chinese character is a word of its own. No phrase runs over the end of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

STOP: Final = "."
"""Stands among the words where a sentence ends."""
MOST_STATES: Final = 20_000
"""So many states are remembered before the memory starts afresh."""
_SHORTEST_STEM: Final = 2
_NUMBER: Final = "##"
_LONGEST_NUMBER: Final = 6
_OTHER: Final = 0
_SENTENCE_ENDS: Final = 1

_STOPS = frozenset(".!?;…。！？；؟۔।‽")
_SILENT = frozenset("'’‘ʼʹ`´＇՚׳")
_HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DROPPED_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\ufe00-\ufe0f]")
_DOUBLED = re.compile(r"([aeiou])\1+|([b-df-hj-np-tv-z])\2{2,}")
# Look-alikes: what a neighbour reads as the letter on the right.
_LETTERS = str.maketrans(
    "аеорсухіѕԁкмтнвјαοινρτυκøłđıيىكهھةۃەۂں着裏臺牀説咁麼",
    "aeopcyxisdkmthbjaoivptukoldiییکہہہہہہن著裡台床說咁么",
) | {ord("œ"): "oe", ord("æ"): "ae"}


def _folded(char: str) -> str:
    """What one character becomes: letters of a word, a space, or a stop set off by spaces."""
    if char in _STOPS:
        return f" {STOP} "
    if char in _SILENT or unicodedata.category(char) == "Cf":
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold()).translate(_LETTERS)
    return "".join(_folded_part(part) for part in plain)


def _folded_part(char: str) -> str:
    if _DROPPED_MARKS.match(char):
        return ""
    if _HAN.match(char):
        return f" {char} "
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    return char if unicodedata.category(char)[0] in "LMN" else " "


class _Folding(dict[int, str]):
    """Each character's folding, worked out when first met."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < 70_000:  # every script in daily use; a text made of rare characters does not fill the memory
            self[code] = folded
        return folded


_FOLDING = _Folding()


class Word(NamedTuple):
    """A word as compared, and where its characters stand in the text."""

    said: str
    start: int
    end: int


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared, with a STOP where a sentence ends."""
    return text.translate(_FOLDING).split()


def placed_words(text: str) -> list[Word]:
    """The words of a text, each with the span of characters it was written in."""
    folded = [_FOLDING[ord(char)] for char in text]
    places = list(chain.from_iterable([place] * len(part) for place, part in enumerate(folded)))
    return [
        Word(found.group(), places[found.start()], places[found.end() - 1] + 1)
        for found in re.finditer(r"\S+", "".join(folded))
    ]


_APART = re.compile(r"(?<!\S)(?:[a-z] (?:\. )?){2,}[a-z](?!\S)|(?<!\S)(?:[0-9] (?:\. )?){2}[0-9](?!\S)")
_AS_LETTERS = str.maketrans("013457", "oieast")


def spoken_words(text: str) -> list[str]:
    """The words as compared, those spelled apart joined (k i l l, 9.1.1), and digits among letters read as letters.

    For lists whose hits only warn: a joined or altered word no longer stands where it was written.
    """
    joined = _APART.sub(lambda apart: re.sub("[ .]", "", apart.group()), " ".join(words_of(text)))
    return [_lettered(word) for word in joined.split()]


def _lettered(word: str) -> str:
    """A word that begins with a letter and holds digits, with the letters the digits stand for: k1ll, kill."""
    if word.isalpha() or not word.isascii() or not word[0].isalpha():
        return word
    return word.replace("11", "ll").translate(_AS_LETTERS)


def squeezed(word: str) -> str:
    """A word with vowels drawn out or doubled, and letters tripled, written once: heeelp, help; chaaku, chaku."""
    return _DOUBLED.sub(r"\1\2", word) if word.isascii() else word


class Found(NamedTuple):
    """A phrase of a list, met from word `first` up to but not including word `end`, in the given sentence."""

    list: str
    first: int
    end: int
    sentence: int


@dataclass(eq=False, slots=True)
class _Node:
    """A point inside a phrase: which word leads where, how many words may be passed over here, what is complete."""

    edges: list[tuple[int, _Node]] = field(default_factory=list)
    skips: int = 0
    lists: set[str] = field(default_factory=set)


_Point = tuple[_Node, int, int]
"""A node, how many words may still be passed over, and how many words ago the phrase began."""


class _State:
    """Every point reached at once; where each kind of word leads is worked out the first time it is met."""

    __slots__ = ("after", "found", "points")

    def __init__(self, points: frozenset[_Point]) -> None:
        self.points = points
        self.after: dict[int, _State] = {}
        self.found = tuple(sorted({(name, length) for node, _, length in points for name in node.lists}))


_PART = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|(\.\.+)|([^\s()\[\].]+)")
_NAMED = re.compile(r"<(\w+)>")
_GROUP = re.compile(r"[(\[][^()\[\]]*[)\]]")


class Phrases:
    """Named lists of phrases, all looked for in one pass whose work per word does not grow with the text."""

    def __init__(self, phrases: Iterable[tuple[str, str]], words: Mapping[str, str] | None = None) -> None:
        self._atoms: dict[frozenset[str], int] = {}
        self._first = _Node()
        for name, phrase in phrases:
            self._add(name, phrase, words or {})
        self._read_kinds()
        self._forget()

    def found(self, words: Sequence[str]) -> list[Found]:
        """Every phrase met among the words, in the order of their ends; overlapping ones are all told."""
        if len(self._states) > MOST_STATES:
            self._forget()
        state, sentence, found = self._start, 0, []
        known, guess = self._exact, self._guessed
        for place, word in enumerate(words):
            kind = known.get(word)
            if kind is None:
                kind = guess(word)
            state = state.after.get(kind) or self._step(state, kind)
            if state.found:
                found += [Found(name, place + 1 - length, place + 1, sentence) for name, length in state.found]
            elif kind == _SENTENCE_ENDS:
                sentence += 1
        return found

    def steps(self, words: Sequence[str]) -> int:
        """How many points these words lead to when nothing is remembered: the work of the worst case."""
        state, total = self._start, 0
        for word in words:
            kind = self._exact.get(word)
            kind = self._guessed(word) if kind is None else kind
            state = state.after.get(kind) or self._step(state, kind)
            total += 1 + len(state.points)
        return total

    # Reading the lists

    def _add(self, name: str, phrase: str, words: Mapping[str, str]) -> None:
        phrase = _GROUP.sub(lambda group: _NAMED.sub(lambda named: words[named[1]], group[0]), phrase)
        phrase = _NAMED.sub(lambda named: f"({words[named[1]]})", phrase)
        ends = [self._first]
        for choice, optional, gap, word in _PART.findall(phrase):
            if gap:
                for node in ends:
                    if node is self._first:
                        raise ValueError(f"A phrase begins with a word: {phrase}")
                    node.skips = 3 * (len(gap) // 2)
                continue
            after = _Node()
            for atoms in self._choices((choice or optional or word).split("|"), phrase):
                for node in ends:
                    self._chain(node, atoms, after)
            ends = [*ends, after] if optional else [after]
        for node in ends:
            if node is self._first:
                raise ValueError(f"A phrase has a word that must be there: {phrase}")
            node.lists.add(name)

    def _choices(self, written: Sequence[str], phrase: str) -> Iterable[list[int]]:
        """Each choice as a row of atoms; the choices of one word are one atom together."""
        single = set()
        for choice in written:
            parts = []
            for said in choice.split():
                read = [said] if said == _NUMBER else [squeezed(word) for word in words_of(said.rstrip("*"))]
                if said.endswith("*") and read:
                    if len(read[-1]) < _SHORTEST_STEM:
                        raise ValueError(f"{said} is too short a beginning: {phrase}")
                    read[-1] += "*"
                parts += read
            if not parts:
                raise ValueError(f"A choice of no word: {phrase}")
            if STOP in parts:
                raise ValueError(f"A phrase holds no end of a sentence: {phrase}")
            if len(parts) == 1:
                single.add(parts[0])
            else:
                yield [self._atom({part}) for part in parts]
        if single:
            yield [self._atom(single)]

    def _atom(self, words: set[str]) -> int:
        return self._atoms.setdefault(frozenset(words), len(self._atoms))

    @staticmethod
    def _chain(node: _Node, atoms: Sequence[int], last: _Node) -> None:
        for atom in atoms[:-1]:
            between = _Node()
            node.edges.append((atom, between))
            node = between
        node.edges.append((atoms[-1], last))

    def _read_kinds(self) -> None:
        """Sorts words into kinds: words of one kind stand in the same atoms, so they lead to the same places."""
        exact: dict[str, set[int]] = defaultdict(set)
        self._stems: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for words, atom in self._atoms.items():
            for word in words:
                if word.endswith("*"):
                    stem = word.removesuffix("*")
                    self._stems[stem[:_SHORTEST_STEM]].append((stem, atom))
                else:
                    exact[word].add(atom)
        self._stems = dict(self._stems)
        self._atoms_of_word = {word: frozenset(atoms) for word, atoms in exact.items()}
        self._kinds: dict[frozenset[int], int] = {frozenset(): _OTHER}
        self._atoms_of_kind: list[frozenset[int]] = [frozenset(), frozenset()]
        self._exact: dict[str, int] = {STOP: _SENTENCE_ENDS}
        for word in exact:
            self._exact[word] = self._guessed(word)
        starts: dict[int, list[_Node]] = defaultdict(list)
        for atom, node in self._first.edges:
            starts[atom].append(node)
        self._starts = dict(starts)

    def _guessed(self, word: str) -> int:
        """The kind of a word that stands in no list as it is written: drawn out, or with an ending."""
        if _DOUBLED.search(word):
            word = squeezed(word)
        atoms = self._atoms_of_word.get(word, frozenset())
        if word[0].isdecimal() and len(word) <= _LONGEST_NUMBER:
            atoms |= self._atoms_of_word.get(_NUMBER, frozenset())
        stems = self._stems.get(word[:_SHORTEST_STEM])
        if stems:
            atoms = atoms.union(atom for stem, atom in stems if word.startswith(stem))
        kind = self._kinds.get(atoms)
        if kind is None:
            kind = self._kinds[atoms] = len(self._atoms_of_kind)
            self._atoms_of_kind.append(atoms)
        return kind

    # Following them

    def _forget(self) -> None:
        self._start = _State(frozenset())
        self._states: dict[frozenset[_Point], _State] = {self._start.points: self._start}

    def _step(self, state: _State, kind: int) -> _State:
        points: set[_Point] = set()
        if kind != _SENTENCE_ENDS:
            atoms = self._atoms_of_kind[kind]
            for node, skips, length in state.points:
                points.update((after, after.skips, length + 1) for atom, after in node.edges if atom in atoms)
                if skips:
                    points.add((node, skips - 1, length + 1))
            points.update((node, node.skips, 1) for atom in atoms for node in self._starts.get(atom, ()))
        reached = frozenset(points)
        after = self._states.get(reached)
        if after is None:
            after = self._states[reached] = _State(reached)
        state.after[kind] = after
        return after


def lines(text: str) -> list[str]:
    """The phrases of a list kept as text, one a line; a line that begins with # and a blank is a remark."""
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("# ")]
