"""How an address is read: the words people write, parted into number, street, type, direction and the rest."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import NamedTuple

from byname.vocabulary import Refused

LONGEST_QUESTION = 200
HIGHEST_NUMBER = 99_999
_HIGHEST_ASKED = 999_999_999
_WIDEST_RANGE = 20

_TYPES = {
    "ave": "av aven avenu avenue",
    "blvd": "boul boulevard blv bvd boulv",
    "cir": "circ circle crcl",
    "cres": "crescent cresc cr crs",
    "crt": "court ct",
    "cs": "close",
    "dr": "drive drv",
    "gdns": "garden gardens gdn gds",
    "grv": "grove grov",
    "gt": "gate",
    "hts": "heights hgts ht",
    "hwy": "highway",
    "lane": "ln la lanes",
    "mews": "mew",
    "pk": "park prk",
    "pkwy": "parkway pky pkway parkwy",
    "pl": "place plc",
    "ptwy": "pathway path",
    "rd": "road",
    "row": "",
    "sq": "square sqr",
    "st": "street str strt rue",
    "ter": "terrace terr tr",
    "trl": "trail tl",
    "walk": "wlk",
    "way": "wy",
    "wood": "",
}
_TYPE = {word: key for key, words in _TYPES.items() for word in (key, *words.split())}
_DIRECTIONS = {
    "e": "east est",
    "n": "north nord",
    "s": "south sud",
    "w": "west ouest",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
}
_DIRECTION = {word: key for key, words in _DIRECTIONS.items() for word in (key, *words.split())}

_UNITS = "first second third fourth fifth sixth seventh eighth ninth".split()
_TEENS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40}
_ORDINAL = {word: number for number, word in enumerate([*_UNITS, *_TEENS], start=1)} | {"thirtieth": 30, "fortieth": 40}


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


SPELLED_OUT = {word: _ordinal(number) for word, number in _ORDINAL.items()} | {
    f"{tens}{word}": _ordinal(ten + number)
    for tens, ten in _TENS.items()
    for number, word in enumerate(_UNITS, start=1)
}
"""Numbered streets by their name in letters without blanks: "twentyfifth" is "25th"."""

# One word, however it is written, wherever it stands in a name.
_SAME = {
    "saint": "st",
    "sainte": "st",
    "ste": "st",
    "mount": "mt",
    "mont": "mt",
    "fort": "ft",
    "doctor": "dr",
    "and": "",
}

# The French way round: "rue Dovercourt", "avenue Spadina ouest".
_FRENCH = {
    "rue": "",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "boul": "blvd",
    "chemin": "",
    "place": "pl",
}

# Words after an address that say which town: kept to choose between two streets of one name.
_TOWNS = (
    "former toronto",
    "city of toronto",
    "north york",
    "east york",
    "york",
    "etobicoke",
    "scarborough",
    "toronto",
)
_TAIL = re.compile(r"(?:^|\s)(?:on|ont|ontario|canada|gta)$")
_POSTAL_CODE = re.compile(r"\b[a-z]\d[a-z][ -]?\d[a-z]\d\b|(?<=\s)[a-z]\d[a-z]$")
_UNIT = re.compile(
    r"(?:\b(?:unit|units|apt|apartment|suite|appt|appartement|app|unite|room|rm|floor|flat|penthouse|ph|level)\b\.?"
    r"|#)\s*#?\s*[a-z]?-?\d+[a-z]?\b"
    r"|\b(?:basement|bsmt|penthouse)\b|\b\d+(?:st|nd|rd|th)\s+(?:floor|fl)\b"
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_APOSTROPHES = re.compile(r"['’‘ʼ`´′]")
_DASHES = re.compile(r"[‐‑‒–—―−]")
_LETTERED = re.compile(r"^(\d{1,9})([a-z]?)$", re.ASCII)
_PAIR = re.compile(r"^([a-z]?\d{1,6}[a-z]?)\s*-\s*(\d{1,6})\s?([a-z]?)(?=\s|$)", re.ASCII)
_HALF = re.compile(r"^\d/\d$", re.ASCII)


class StreetWords(NamedTuple):
    """A street's name parted: "Eglinton Ave W" is ("eglinton", "ave", "w")."""

    key: str
    """The name alone, folded and without blanks, so that "Lake Shore" and "Lakeshore" are one."""
    type: str
    direction: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what somebody typed as an address."""

    street: StreetWords
    number: int | None = None
    suffix: str = ""
    high_number: int | None = None
    town: str = ""
    left_out: int = 0
    """How many words at the end this reading does not explain."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number and its street, in a file's own spelling."""

    number: int
    suffix: str
    high_number: int | None
    street_name: str


class AddressRow(NamedTuple):
    """One row of a file of addresses: where it is, with an address, a name, or both."""

    line: int
    lat: float
    lon: float
    number: int
    """0 where the row has no numbered address."""
    suffix: str
    high_number: int | None
    street_name: str
    municipality: str
    place_name: str
    address_text: str
    neighbourhood: int | None


def admitted_question(text: str) -> str:
    """What somebody typed, ready to be read; raises Refused where there is nothing in it or far too much."""
    if len(text) > LONGEST_QUESTION:
        raise Refused("That is too long for an address. Type a number and a street, or the name of a place.", field="q")
    plain = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    plain = " ".join(plain.split())
    if not plain:
        raise Refused("Type an address or the name of a place.", field="q")
    return plain


def folded(text: str) -> str:
    """The text in small plain letters: no accents, no apostrophes, every kind of dash a hyphen."""
    text = text.replace("½", " 1/2").replace("¼", " 1/4").replace("¾", " 3/4")
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return _DASHES.sub("-", _APOSTROPHES.sub("", text))


def words_of(text: str) -> list[str]:
    """The words of a name as they are compared: folded, ordinals as figures, "Saint" and "St." alike."""
    words = re.findall(r"[^\W_]+", folded(text))
    told: list[str] = []
    for word in words:
        if word in _ORDINAL:
            number = _ORDINAL[word]
            if told and told[-1] in _TENS and number < 10:
                number += _TENS[told.pop()]
            told.append(_ordinal(number))
        elif same := _SAME.get(word, word):
            told.append(same)
    return told


def street_words(name: str) -> StreetWords:
    """A street's name parted into the name alone, its type and its direction."""
    return _parted(words_of(name))


def numbered(text: str) -> Numbered | None:
    """The number and the street a file's address tells, in the file's own spelling; None where it has no number.

    What stands before the address (a mall) and after it (a unit, the town, the postal code) is left away.
    """
    plain = re.sub(r"\([^)]*\)", " ", text)
    for segment in re.split(r"[,;\n|]", plain):
        segment = " ".join(segment.split())
        match = re.match(
            r"(?:[A-Za-z]?\d+[A-Za-z]?\s*[-–]\s*(?=\d+\s+\D))?(\d{1,6})([A-Za-z](?=\s))?(?:\s+(\d/\d))?\s+(\S.*)$",
            segment,
        )
        if match is None:
            continue
        number, letter, half, street = match.groups()
        high = None
        pair = re.match(r"(\d{1,6})\s*[-–]\s*(\d{1,6})\s+\D", segment)
        if pair and _is_range(int(pair[1]), int(pair[2])):
            number, high = pair[1], int(pair[2])
        if 0 < int(number) <= HIGHEST_NUMBER:
            return Numbered(int(number), (letter or "").upper() + (half or ""), high, street)
    return None


def suffix_told(text: str) -> str:
    """A number's suffix as it is kept: "a" is "A", "1/2" stays."""
    return text.strip().upper().replace("½", "1/2")[:12]


def readings(question: str) -> tuple[Reading, ...]:
    """Every sensible way to read the question as an address, the likeliest first; at most a dozen and a half.

    "5-350 Dovercourt" is unit 5 at 350, "350-356 Dovercourt" a range, "Dovercourt Rd 350" number 350.
    """
    text = _POSTAL_CODE.sub(" ", folded(question))
    text = re.sub(r"\([^)]*\)?", " ", text)
    without_unit = _UNIT.sub(" ", text)
    # "#350 Dovercourt" has no unit: its only number is the house's.
    text = without_unit if re.search(r"\d", without_unit) else text.replace("#", " ")
    segments: list[str] = []
    town = ""
    parts = [part for part in (" ".join(part.split()) for part in re.split(r"[,;|]", text)) if part.strip(" .#-")]
    for part in parts:
        rest, found = ("", part) if len(parts) > 1 and part.strip(" .") in _TOWNS else _without_town(part)
        town = town or found.strip(" .")
        if rest:
            segments.append(rest)
    segments = segments or parts[:1]
    told: dict[Reading, None] = {}
    for place, segment in enumerate(segments[:4]):
        for reading in _readings_of(segment):
            told.setdefault(replace(reading, town=town))
        # A comma between the number and its street.
        if _LETTERED.match(segment) and place + 1 < len(segments) and not segments[place + 1][0].isdigit():
            for reading in _readings_of(f"{segment} {segments[place + 1]}"):
                told.setdefault(replace(reading, town=town))
    if len(segments) > 1 and not any(reading.number for reading in told):
        for reading in _readings_of(" ".join(segments)):
            told.setdefault(replace(reading, town=town))
    # With a number beats without one, and what explains every word beats what leaves some out.
    ordered = sorted(told, key=lambda reading: (reading.number is None, reading.left_out))
    return tuple(ordered[:18])


def name_readings(question: str) -> tuple[tuple[str, ...], ...]:
    """The words to look for among names of places: the whole question, then each part between commas."""
    text = _POSTAL_CODE.sub(" ", folded(question))
    parts = [part for part in re.split(r"[,;|]", text) if part.strip()]
    told: dict[tuple[str, ...], None] = {}
    for place, part in enumerate([text, *parts[:4]]):
        part = " ".join(part.replace(",", " ").split())
        rest, _ = _without_town(part)
        if place and (not rest or part.strip(" .") in _TOWNS):
            continue
        told.setdefault(tuple(words_of(rest or part))[:12])
    return tuple(words for words in told if words)


def crossing(question: str) -> tuple[StreetWords, StreetWords] | None:
    """The two streets of "Queen and Spadina" or "Bloor/Gladstone"; None where no two are named."""
    text, _ = _without_town(" ".join(_POSTAL_CODE.sub(" ", folded(question)).replace(",", " ").split()))
    text = re.sub(r"^(?:the )?(?:corner|intersection|coin) (?:of |de )?", "", text)
    parts = re.split(r"\s+(?:and|at|et|x)\s+|\s*[&@+/]\s*", text)
    if len(parts) != 2:
        return None
    one, other = (street_words(part) for part in parts)
    if not one.key or not other.key or one.key.isdigit() or other.key.isdigit():
        return None
    return one, other


def _is_range(low: int, high: int) -> bool:
    # One side of a street, a few doors: anything wider is a unit and its house.
    return 0 < low < high <= low + _WIDEST_RANGE and (high - low) % 2 == 0


def _parted(words: list[str]) -> StreetWords:
    kind = direction = ""
    # "The Kingsway" and "Kingsway" are one; "The" alone is a name.
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    if len(words) > 1 and words[-1] in _DIRECTION:
        direction = _DIRECTION[words[-1]]
        words = words[:-1]
    if len(words) > 1 and words[-1] in _TYPE:
        kind = _TYPE[words[-1]]
        words = words[:-1]
    return StreetWords("".join(words), kind, direction)


def _without_town(part: str) -> tuple[str, str]:
    """The part without the town, the province and the country at its end, and the town."""
    rest, town = part.strip(" ."), ""
    for _ in range(4):
        before = rest
        rest = _TAIL.sub("", rest).strip(" .-")
        for name in _TOWNS:
            if rest == name and rest != part.strip(" ."):
                return "", town or name
            # "York" ends too many names of streets and places to be taken for the town.
            if name != "york" and rest.endswith(f" {name}"):
                rest, town = rest[: -len(name)].strip(" .-"), town or name
                break
        if rest == before:
            break
    if rest in ("toronto", "on", "ontario", "canada"):
        return "", rest if rest == "toronto" else town
    return rest, town


def _readings_of(segment: str) -> list[Reading]:
    """The ways to read one part between commas."""
    told: list[Reading] = []
    pair = _PAIR.match(segment)
    if pair:
        first, second, letter = pair.groups()
        rest = segment[pair.end() :]
        if first.isdigit() and _is_range(int(first), int(second)):
            told += _streets(rest, number=int(first), high_number=int(second))
        told += _streets(rest, number=int(second), suffix=letter)
        return told
    words = segment.replace("#", " ").split()
    numbers = [place for place, word in enumerate(words) if _LETTERED.match(word)]
    # The last number that has a street after it comes first: "5 350 Dovercourt" is unit 5.
    for place in reversed(numbers[:4]):
        told += _numbered_readings(words, place)
    if numbers and numbers[-1] == len(words) - 1 and len(words) > 1:
        number, letter = _number(words[-1])
        told += _streets(" ".join(words[:-1]), number=number, suffix=letter)
    if not numbers or numbers[0] > 0 or len(words) == 1:
        told += _streets(" ".join(words), number=None)
    return [reading for reading in told if reading.number is None or 0 < reading.number <= _HIGHEST_ASKED]


def _numbered_readings(words: list[str], place: int) -> list[Reading]:
    number, letter = _number(words[place])
    after = words[place + 1 :]
    if not after:
        return []
    if _HALF.match(after[0]) and len(after) > 1:
        return _streets(" ".join(after[1:]), number=number, suffix=letter + after[0])
    told: list[Reading] = []
    if len(after) > 1 and len(after[0]) == 1 and after[0].isalpha() and not letter:
        told += _streets(" ".join(after[1:]), number=number, suffix=after[0])
    return told + _streets(" ".join(after), number=number, suffix=letter)


def _number(word: str) -> tuple[int, str]:
    match = _LETTERED.match(word)
    return (int(match[1]), match[2]) if match else (0, "")


def _streets(text: str, *, number: int | None, suffix: str = "", high_number: int | None = None) -> list[Reading]:
    """The streets a row of words may mean: all of it, up to its first type, and with words left out at the end."""
    words = words_of(text)[:8]
    told: dict[StreetWords, int] = {}
    if not words or not any(letter.isalnum() for letter in words[0]):
        return []
    whole = _parted(words)
    told[whole] = 0
    if whole.type:
        # "Park Lawn": what looks like a type may belong to the name.
        bare = words[:-1] if whole.direction else words
        told.setdefault(StreetWords("".join(bare[1:] if bare[0] == "the" else bare), "", whole.direction), 0)
    for place in range(1, len(words)):
        if words[place] in _TYPE:
            end = place + 2 if place + 1 < len(words) and words[place + 1] in _DIRECTION else place + 1
            told.setdefault(_parted(words[:end]), len(words) - end)
    if words[0] in _FRENCH and len(words) > 1 and not whole.type:
        told.setdefault(_parted(words[1:])._replace(type=_FRENCH[words[0]]), 0)
    for end in range(len(words) - 1, max(0, len(words) - 4), -1):
        told.setdefault(_parted(words[:end]), len(words) - end)
    letter = suffix_told(suffix)
    return [Reading(street, number, letter, high_number, left_out=left) for street, left in told.items() if street.key]
