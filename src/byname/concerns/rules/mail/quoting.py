"""New words told from old: quoted letters, our own letter, signatures and what telephones add."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple, TypedDict, cast

_MARK_BEGINS: Final = "##-"
_MARK_ENDS: Final = "-##"
_LONGEST_ATTRIBUTION = 4
"""Lines: mail programs fold at 72 letters, names and addresses can be long."""
_LONGEST_ATTRIBUTION_LINE = 400
_LONGEST_COMPARED = 600
_LONGEST_HEAD = 9
_DEEPEST_SHOWN = 9
_LONGEST_SIGNATURE = 8
_LONGEST_DEVICE = 90
_LONGEST_BEFORE = 24

_QUOTED = re.compile(r"[ \t]{0,2}>(?:[ \t]?>)*[ \t]?")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_RULED = re.compile(r"[-_=*]{2,}")
_TIME = re.compile(r"\d{1,2} ?[:.h] ?\d{2}")
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"\S+@\S+")
_OUR_ADDRESS = re.compile(r"reply\+[a-z0-9-]{1,41}\.[a-z2-7]{16}@")
_REPLY = re.compile(r"(?:\S{1,6} ?:)?")
_LABEL = re.compile(r"[*]?([^:*]{1,24}?) ?[*]?:[*]?(.*)", re.DOTALL)


class Line(NamedTuple):
    """One line, how often it is quoted, and what the mail program itself says of it."""

    text: str
    depth: int = 0
    is_signature: bool = False
    begins_letter: bool = False
    """From here to the end the letter that was answered stands."""


class Cut(NamedTuple):
    """The words that are new; where that is unsure, all words."""

    text: str
    is_unsure: bool


class _Attribution(TypedDict, total=False):
    begins: str
    holds: str
    ends: str
    language: str


class _Phrases(TypedDict):
    attributions: list[_Attribution]
    originals: list[str]
    forwards: list[str]
    passing_on: list[str]
    automatic: list[str]
    devices: list[str]
    inside: list[str]
    labels: dict[str, list[str]]


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    with (Path(__file__).parent / "phrases.toml").open("rb") as file:
        return cast(_Phrases, tomllib.load(file))


def marker_line(words: str) -> str:
    """The line that stands above our letter: what is below it is ours, in whatever language the words are."""
    return f"{_MARK_BEGINS} {' '.join(words.split())} {_MARK_ENDS}"


def looks_automatic(subject: str) -> bool:
    """Whether a subject begins as no person's does."""
    return _folded(subject).startswith(tuple(_phrases()["automatic"]))


def own_subject(subject: str, ours: Collection[str]) -> str:
    """The subject where it is somebody's own words: empty where it answers one of `ours`, or is a bare sign of that."""
    plain = " ".join(subject.split())
    said = _folded(plain)
    if _REPLY.fullmatch(said):
        return ""
    for known in map(_folded, ours):
        before = said.removesuffix(known).rstrip()
        # What programs put before a subject ends so ("Re:", "[outside]") and is short; anything else is somebody's.
        if said.endswith(known) and len(before) <= _LONGEST_BEFORE and before[-1:] in ("", ":", "]"):
            return ""
    return plain


def is_passed_on(subject: str) -> bool:
    """Whether a subject says that somebody's letter is passed on."""
    return _folded(subject).startswith(tuple(_phrases()["passing_on"]))


def lines_of_text(text: str, *, flowed: bool = False, delsp: bool = False) -> list[Line]:
    """The lines of a plain letter; flowed ones (RFC 3676) joined again."""
    lines: list[Line] = []
    parts: list[str] = []
    before = -1
    for written in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        # A line that begins with "From " is guarded with a sign by mail stores.
        guarded = written.startswith(">From ")
        prefix = None if guarded or ">" not in written else _QUOTED.match(written)
        depth = prefix.group().count(">") if prefix else 0
        rest = written[prefix.end() :] if prefix else written[1:] if guarded else written
        if not flowed:
            lines.append(Line(rest.rstrip() if rest != "-- " else rest, depth))
            continue
        rest = rest[1:] if not prefix and rest.startswith(" ") else rest
        is_rule = rest == "-- "
        if parts and (before != depth or is_rule):
            lines.append(Line("".join(parts).rstrip(), before))
            parts = []
        if rest.endswith(" ") and not is_rule:
            parts.append(rest[:-1] if delsp else rest)
            before = depth
        else:
            lines.append(Line("".join([*parts, rest.rstrip() if not is_rule else rest]), depth))
            parts = []
    if parts:
        lines.append(Line("".join(parts).rstrip(), before))
    return lines


def cut(lines: Sequence[Line], *, passes_on: bool) -> Cut:
    """The new words of these lines; all of them, and unsure, where cutting could lose a person's words.

    Only a letter of ours is cut: one that carries our mark, or was sent from an address we sign.
    `passes_on`: the head says that somebody else's letter is passed on; then nothing is cut.
    """
    whole = _laid_out(_as_quoted(line) for line in lines)
    if passes_on:
        return Cut(whole, is_unsure=bool(whole))
    reading = _Cutting(list(lines))
    reading.run()
    new = _laid_out("\n\n".join(filter(None, (_unsigned(part) for part in reading.kept))).split("\n"))
    if reading.is_unsure or (whole and not new):
        return Cut(whole, is_unsure=True)
    return Cut(new, is_unsure=False)


class _Cutting:
    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        # Of what the mail program marks as quoted only a few lines are looked at.
        self.folded = [_folded(line.text) for line in lines]
        self.kept: list[list[Line]] = [[]]
        self.is_unsure = False
        self.is_inside = False
        self.is_doubtful = False
        self.marks = [at for at, said in enumerate(self.folded) if _is_mark(said)]

    def run(self) -> None:
        self._walk()
        # A quotation nobody announced is doubtful only while nothing else says where the old letter stands.
        if self.is_doubtful and not self.is_inside:
            self.is_unsure = True

    def _walk(self) -> None:
        at = 0
        while at < len(self.lines):
            if self.lines[at].depth:
                at = self._quotation(at)
            elif not self.folded[at]:
                self.kept[-1].append(self.lines[at])
                at += 1
            elif self._is_forward(at):
                self.is_unsure = True
                return
            elif self._letter_begins(at):
                self._end(at)
                return
            elif (after := self._attribution_until(at)) is not None:
                if not self._ends_at(at, after):
                    at = after
                    continue
                return
            else:
                self.kept[-1].append(self.lines[at])
                at += 1

    def _quotation(self, at: int) -> int:
        end = at
        while end < len(self.lines) and self.lines[end].depth:
            end += 1
        after = self._attribution_until(at, quoted=True)
        if self.is_inside or self._is_ours(at, at if after is None else after, end):
            self._step_inside()
        else:
            # Somebody's own sign for "more than", or somebody else's words.
            self.kept[-1] += [line._replace(text=_as_quoted(line)) for line in self.lines[at:end]]
            self.is_doubtful = True
        return end

    def _step_inside(self) -> None:
        if not self.is_inside:
            self._drop_strange_attribution()
        self.is_inside = True
        self.kept.append([])

    def _is_ours(self, at: int, after: int, end: int) -> bool:
        """Whether the lines from `at` to `end`, `after` their attribution, quote a letter of ours: no other is cut."""
        if any(_OUR_ADDRESS.search(self.folded[line]) for line in range(at, max(after, min(end, at + _LONGEST_HEAD)))):
            return True
        mark = bisect_left(self.marks, at)
        return mark < len(self.marks) and self.marks[mark] < end

    def _ends_at(self, at: int, after: int) -> bool:
        """Whether everything from this attribution on is the old letter; else the walk goes on after it."""
        below = next((line for line in range(after, len(self.lines)) if self.folded[line]), None)
        if below is None or not self.lines[below].depth:
            said = " ".join(self.folded[at:after])
            if "@" in said or _TIME.search(said) or self._is_ours(at, after, len(self.lines)):
                self._end(at)
                return True
            self.kept[-1] += self.lines[at:after]
            return False
        end = below
        while end < len(self.lines) and self.lines[end].depth:
            end += 1
        if self._is_ours(at, after, end):
            self.is_inside = True
            self.kept.append([])
        else:
            self.is_unsure = True
        return False

    def _end(self, at: int) -> None:
        """Everything from here on is the old letter, if it is ours and nobody says to have answered inside it."""
        above = " ".join(" ".join(line.text for part in self.kept for line in part).casefold().split())
        if not self._is_ours(at, at, len(self.lines)) or any(said in above for said in _phrases()["inside"]):
            self.is_unsure = True
        self.is_inside = True
        self._drop_strange_attribution()

    def _is_forward(self, at: int) -> bool:
        said = self.folded[at]
        bare = said.strip("-_=* ")
        return bare in _phrases()["forwards"] and (bare != said or said.endswith(":"))

    def _letter_begins(self, at: int) -> bool:
        said = self.folded[at]
        if _is_mark(said) or self.lines[at].begins_letter:
            return True
        if _RULED.match(said):
            if said.strip("-_=* ") in _phrases()["originals"]:
                return True
            below = next((line for line in range(at + 1, min(at + 3, len(self.lines))) if self.folded[line]), None)
            return below is not None and not said.strip("-_=* ") and self._is_head(below, ruled=True)
        return self._is_head(at, ruled=False)

    def _is_head(self, at: int, *, ruled: bool) -> bool:
        """Whether the names of a letter's headers stand here, one a line, and whose letter it was."""
        kinds: set[str] = set()
        has_address = ruled
        for folded in self.folded[at : at + _LONGEST_HEAD]:
            label = _LABEL.match(folded)
            said = _labels().get(label.group(1).strip()) if label else None
            if not kinds and (said is None or "from" not in said):
                return False
            kinds |= said or set()
            has_address = has_address or "@" in folded
        return {"from", "date"} <= kinds and bool({"to", "subject"} & kinds) and has_address

    def _attribution_until(self, at: int, *, quoted: bool = False) -> int | None:
        """The line after an attribution that begins here, of at most four lines; None where none does."""
        for end in range(at, min(at + _LONGEST_ATTRIBUTION, len(self.lines))):
            said = self.folded[end]
            if not said or bool(self.lines[end].depth) != quoted or len(said) > _LONGEST_ATTRIBUTION_LINE:
                return None
            if said.endswith(":"):
                begins = [_attributes(" ".join(self.folded[line : end + 1])) for line in range(at, end + 1)]
                # Words may stand right above it: the last line that can be its beginning is.
                if any(begins):
                    return end + 1 if len(begins) - begins[::-1].index(max(begins)) == 1 else None
        return None

    def _drop_strange_attribution(self) -> None:
        """Takes the line off that introduces a sure quotation in a language we have no words for."""
        part = self.kept[-1]
        last = len(part)
        while last and not part[last - 1].text.strip(" _-*"):
            last -= 1
        first = last
        while first and last - first < _LONGEST_ATTRIBUTION and part[first - 1].text.strip():
            first -= 1
        for start in range(last - 1, first - 1, -1):
            said = " ".join(_folded(line.text) for line in part[start:last])
            if said.endswith(":") and "@" in said and _DIGIT.search(_ADDRESS.sub("", said)):
                del part[start:]
                return
        del part[last:]


def _is_mark(said: str) -> bool:
    return said.lstrip("*|_ ").startswith(_MARK_BEGINS)


def _attributes(said: str) -> int:
    """2 where this is an attribution that begins as its language does, 1 where only its end tells, else 0."""
    if not _DIGIT.search(_ADDRESS.sub("", said)):
        return 0
    return max(
        (
            2 if shape.get("begins") else 1
            for shape in _phrases()["attributions"]
            if said.endswith(shape.get("ends", ""))
            and said.startswith(shape.get("begins", ""))
            and shape.get("holds", "") in said
        ),
        default=0,
    )


@lru_cache(maxsize=1)
def _labels() -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for kind, words in _phrases()["labels"].items():
        for word in words:
            kinds.setdefault(word, set()).add(kind)
    return kinds


def _unsigned(part: Sequence[Line]) -> str:
    """A stretch of new words without the signature and the telephone's line at its end."""
    lines = [line for line in part if line.text or not line.is_signature]
    signed = [line for line in lines if line.is_signature]
    if len(signed) <= _LONGEST_SIGNATURE:
        lines = [line for line in lines if not line.is_signature]
    # Only what stands at the very end is a signature, and a short one.
    for at in range(max(0, len(lines) - _LONGEST_SIGNATURE - 1), len(lines)):
        if lines[at].text == "-- ":
            lines = lines[:at]
            break
    for _again in range(2):
        while lines and not lines[-1].text.strip(" _-"):
            lines.pop()
        if lines and len(lines[-1].text) <= _LONGEST_DEVICE and _is_device(lines[-1].text):
            lines.pop()
    return "\n".join(line.text for line in lines).strip("\n")


def _is_device(text: str) -> bool:
    return _folded(text).lstrip("[(*-– ").startswith(tuple(_phrases()["devices"]))


def _folded(text: str) -> str:
    """For comparing: compatibility forms and case folded, unseen marks away, single spaces, none before a colon."""
    # No longer: putting a million accents on one letter in order takes the square of their number.
    text = text[:_LONGEST_COMPARED]
    if text.isascii():
        return " ".join(text.lower().split()).replace(" :", ":")
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return " ".join(plain.split()).replace(" :", ":")


def _as_quoted(line: Line) -> str:
    return f"{'> ' * min(line.depth, _DEEPEST_SHOWN)}{line.text}"


def _laid_out(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
