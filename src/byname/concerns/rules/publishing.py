"""What an officer may publish of a concern: words of their own that name nobody, a place no finer than a crossing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from byname.concerns.rules.hints import hints
from byname.concerns.rules.phrases import STOP, Word, placed_words, squeezed, words_of
from byname.concerns.rules.raising import refuse_too_long
from byname.concerns.rules.spelled import DOORS
from byname.concerns.rules.tidying import tidied
from byname.vocabulary import Refused

LONGEST_WORDING: Final = 200
LONGEST_DONE: Final = 600
RUN: Final = 5
"""So many words in a row as the person wrote them are the person's; of Chinese signs, twice as many."""
CROSSING_WITHIN: Final = 150
"""So many metres from the middle of its field a crossing still stands for it."""

_TAKEN_OUT: Final[Mapping[str, str]] = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "plate": "a plate",
    "name": "somebody’s name",
    "accusation": "that somebody did wrong",
    "address": "where somebody lives",
    "appearance": "what somebody looks like",
    "link": "a link",
}
_LINK: Final = re.compile(
    r"(?:https?|ftp)\s?:\s?/\s?/\s?\S+|\bwww\s?\.\s?\S+|"
    r"(?<![\w@])[\w-]+(?:\.[\w-]+)*\.(?:com|ca|org|net|info|io|co|me|app|link|gov|edu|xyz|ly|be|tv|fr|uk|us)\b(?:/\S*)?",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d{7,}|\d(?:[ \t.()/·–—-]{0,3}\d){9,}")
_POSTAL: Final = re.compile(r"(?<!\w)[abceghj-nprstvxy]\d[a-z][\s-]?\d[a-z]\d(?!\w)", re.IGNORECASE)
"""A postal code of six signs: a block of a street, or one building."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_LOCAL: Final = 7
"""So many digits a phone number has without its area's."""
_SPELLED: Final = frozenset({"at", "dot", STOP})
"""What an e-mail address may be spelled with; its own full stops are stops too."""
_BETWEEN: Final = r"(?!(?:on|in|at|of|and|to|from|near|along|by|the|a|cars?|people|metres|meters|m|km|h|am|pm)\b)"
_KIND: Final = (
    "street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|crescent|cres|cr|boulevard|blvd|court|crt|ct|place|pl|way|terrace|"
    "terr?|gardens|gdns|square|sq|circle|cir|trail|trl|parkway|pkwy|quay|heights|hts|mews|gate|row|walk|close|grove|hill"
)
_BEFORE: Final = "rue|avenue|chemin|boulevard|allée|calle|avenida|carrera|rua|travessa|largo"
_DOOR: Final = re.compile(
    # 12 Mill Lane, 12B Old Mill Ln; 12, rue du Moulin; calle Mayor 12; house 12, no. 12
    rf"(?<![\w.,])\d{{1,5}}\s?[a-z]?[\s,]+(?:{_BETWEEN}[^\W\d][\w’'.-]*\s+){{1,3}}?(?:{_KIND})\b|"
    rf"(?<![\w.,])\d{{1,5}}\s?[a-z]?[\s,]+(?:{_BEFORE})\s+[^\W\d]|"
    rf"\b(?:{_BEFORE})\s+(?:[^\W\d][\w’'-]*\s+){{1,4}}?(?:n[°ºo.]\s?)?\d{{1,5}}\b|"
    # #12 on Millrace; but "route #12 on Kingston Road"
    r"(?<!route )(?<!bus )(?<!streetcar )(?<!line )#\s?\d{1,5}\s?[a-z]?\s+(?:on|at|in)\s+(?-i:[A-Z])|"
    r"\b(?:house|home|door|number|no\.|nr\.?|unit|apt\.?|apartment|suite|flat|room)\s?#?\s?\d{1,5}\b",
    re.IGNORECASE,
)


_TITLES: Final = frozenset("mr mrs ms miss mister mme mlle monsieur madame sra srta senor senora dona don".split())
_ALSO_WORDS: Final = frozenset(
    "will may april june august autumn summer sunny dawn hope faith grace joy charity mercy honor patience chance "
    "mark bill rob jack frank art pat sue rich drew chase grant wade miles clay cliff glen rose lily daisy violet "
    "olive ivy holly ruby pearl amber crystal jade opal sky star storm rain hunter carter cooper parker page ray "
    "rod guy earl king prince max penny christian angel royal major destiny harmony brook river forest lane heath "
    "park wing sun young long early noble wise case van dean brandy candy ginger sandy rusty dusty happy the and "
    "mill rosa flor luz paz sol mar cruz rey santos aurora gracia esperanza salud marine prune france paris".split()
)
"""First names that are words of every day as well, in small letters."""
_OWNED: Final = re.compile(r"['’ʼ]s?\Z", re.IGNORECASE)
_SHORT_PLURAL: Final = 4
_FAMILY: Final = frozenset("family families household residence clan house home kids children".split())
_FAMILY_OF: Final = frozenset("familia famille pamilya".split())
_AT_THE_DOOR: Final = frozenset({"on", "at", "in", "of", "no", "nr", "number"})
"""What may stand between the number of a door and its street."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A public wording as an officer wrote it."""

    words: str
    """What it is, on one line."""
    done: str
    """What was done; may be empty."""
    category: str
    placed: bool
    """Whether it is to be shown on the map."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What of a concern no stranger may read: what people wrote of it, who they are, and the place as it was told."""

    written: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    place: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def worded(draft: Draft, *, theirs: Theirs, known: Sequence[str] = ()) -> tuple[str, str]:
    """The two texts of a public wording as strangers will read them; Refused, naming which, for what they may not hold.

    `known` are names that are public: the area, its officers, its crossings. Machines find much of what must not stand
    there, and never all of it: the preview is the officer's to read.
    """
    refuse_too_long(draft.words, LONGEST_WORDING, "words")
    refuse_too_long(draft.done, LONGEST_DONE, "done")
    words, done = " ".join(tidied(draft.words).split()), tidied(draft.done).strip()
    if not words:
        raise Refused("Say in a few words of your own what it is.", code="no-words", field="words")
    for field, text in (("words", words), ("done", done)):
        for kind, found in _told(text, theirs, known):
            raise Refused(
                f"Take out “{found}”: it looks like {_TAKEN_OUT[kind]}. Everybody will be able to read this.",
                code=kind,
                field=field,
            )
        if copied := _copied(text, theirs.written):
            raise Refused(
                f"“{copied}” stands so in what the person wrote. Say it in your own words.", code="copied", field=field
            )
    return words, done


def day_of(local: datetime) -> datetime:
    """The midnight with which a local moment's day began: nothing finer is told of when something was published."""
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def place_may_be_told(place_kind: str, danger: str) -> bool:
    """Whether a wording may have a place at all: not where none was told, and never where it may be violence at home.

    `danger` is the kinds of danger the concern's words speak of, with spaces between.
    """
    return place_kind in ("address", "point") and "home" not in danger.split()


def _told(text: str, theirs: Theirs, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The kind of each thing that must go, and how it is written."""
    for hint in hints(text, known):
        yield hint.kind, text[hint.start : hint.end]
    plain = unicodedata.normalize("NFKC", text)
    doors = [("address", written) for written in (_DOOR, *DOORS, _POSTAL)]
    for kind, written in (("phone", _DIGITS), ("link", _LINK), *doors):
        for match in written.finditer(plain):
            yield kind, match.group().strip()
    public = {word for name in known for word in words_of(name)}
    people = {word for name in theirs.names for word in words_of(name) if len(word) > 2} - public
    # Alone in small letters it is a first name's: of a last name, too many are words of every day.
    firsts = {word for name in theirs.names for word in _first_of(name)} - public - _ALSO_WORDS
    placed = placed_words(text)
    for kind, first, end in _reached(text, placed, theirs, public):
        yield kind, text[first:end]
    for at, word in enumerate(placed):
        said_so = text[word.start : word.end]
        beside = [each.said for each in placed[max(0, at - 2) : at]], [each.said for each in placed[at + 1 : at + 2]]
        if _is_name(said_so, word.said, firsts, people) or (
            word.said in people - _ALSO_WORDS and (_FAMILY_OF & set(beside[0]) or _FAMILY & set(beside[1]))
        ):
            yield "name", said_so
    door = [word for word in words_of(theirs.place) if word != STOP][:2]
    if len(door) == 2 and door[0][:1].isdigit():
        # 12 on Millrace, Millrace no. 12
        told = [word for word in placed if word.said not in _AT_THE_DOOR]
        for one, other in pairwise(told):
            if [one.said, other.said] in (door, door[::-1]):
                yield "address", text[one.start : other.end]


def _is_name(written: str, said: str, firsts: Set[str], people: Set[str]) -> bool:
    """Whether a word is somebody's name, or several of that name, or what is theirs: the Quennells, Rosalind's."""
    # "May" and "Will" are names, "may" and "will" are not; most scripts know no capitals.
    big = written != written.lower() or written == written.upper()
    if said in firsts or (big and said in people):
        return True
    # Without an apostrophe short ones are let be: Thi is a name, and "this" is none.
    owned = _OWNED.search(written) is not None
    stem = said[:-1] if said.endswith("s") and (owned or len(said) > _SHORT_PLURAL) else ""
    return stem in firsts or ((big or owned) and stem in people - _ALSO_WORDS)


def _first_of(name: str) -> Sequence[str]:
    """The first name of somebody, where it is long enough to be told from any other word."""
    return [word for word in words_of(name) if word not in _TITLES and len(word) > 2][:1]


def _reached(text: str, placed: Sequence[Word], theirs: Theirs, public: Set[str]) -> Iterator[tuple[str, int, int]]:
    """Where the names, phones and e-mail addresses of those who told of it stand, however they are written."""
    for name in theirs.names:
        yield from (("name", *span) for span in _named(placed, words_of(name), public))
    for phone in theirs.phones:
        yield from (("phone", *span) for span in _dialled(text, phone))
    for email in theirs.emails:
        yield from (("email", *span) for span in _spelled(placed, email))


def _named(placed: Sequence[Word], name: Sequence[str], public: Set[str]) -> Iterator[tuple[int, int]]:
    """Where two words of a name stand one after the other, however they are written."""
    own = [word for word in name if word != STOP]
    words = [word for word in placed if word.said != STOP]
    for one, other in pairwise(words):
        both = {one.said, other.said}
        # "de la" is of many names and of every street.
        telling = len(own) == 2 or any(len(word) > 2 for word in both)
        if len(both) == 2 and both <= set(own) and not both <= public and telling:
            yield one.start, other.end


def _dialled(text: str, phone: str) -> Iterator[tuple[int, int]]:
    """Where the digits of a phone number stand, whatever stands between them."""
    # Without an extension.
    longest = max((_digits(part) for part in _LETTERS.split(phone)), key=len)
    number = "".join(longest)[-_LOCAL:]
    places = [place for place, sign in enumerate(text) if _digits(sign)]
    found = "".join(_digits(text)).find(number) if len(number) == _LOCAL else -1
    if found >= 0:
        yield places[found], places[found + len(number) - 1] + 1


def _digits(text: str) -> list[str]:
    digits = (unicodedata.digit(sign, None) for sign in text)
    return [str(digit) for digit in digits if digit is not None]


def _spelled(placed: Sequence[Word], email: str) -> Iterator[tuple[int, int]]:
    """Where an e-mail address stands in words: "somebody (at) home dot example"."""
    sought = "".join(word for word in words_of(email) if word not in _SPELLED)
    words = [word for word in placed if word.said not in _SPELLED]
    for first, word in enumerate(words):
        joined = ""
        for last in words[first:]:
            joined += last.said
            if joined == sought:
                yield word.start, last.end
            if not sought.startswith(joined) or joined == sought:
                break


def _copied(text: str, written: Iterable[str]) -> str:
    """The first run of words in a text that stands so in what was written; empty where none does."""
    words = [word for word in placed_words(text) if word.said != STOP]
    own = [squeezed(word.said) for word in words]
    theirs = {
        run for each in written for _, _, run in _runs([squeezed(word) for word in words_of(each) if word != STOP])
    }
    for first, end, run in _runs(own):
        if run in theirs:
            return text[words[first].start : words[end - 1].end]
    return ""


def _runs(words: Sequence[str]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """From each word on, the shortest run that weighs RUN: a Chinese sign half a word."""
    for first in range(len(words)):
        weight = 0.0
        for end in range(first, len(words)):
            weight += 0.5 if "\u3400" <= words[end][0] <= "\u9fff" else 1.0
            if weight >= RUN:
                yield first, end + 1, tuple(words[first : end + 1])
                break
