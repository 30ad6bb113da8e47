"""What official boundaries may say: names, ids, editions; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from byname.vocabulary import Refused

LARGEST_ID = 2_147_483_647
LONGEST_NAME = 120
LONGEST_CODE = 12
LONGEST_EDITION = 40
NAMED_FROM = 0.01
"""Overlaps and gaps from a hundredth of the smaller neighbour are named; below that they are drawing, and counted."""

_EDITION = re.compile(r"[\w .,/()–-]+\Z")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*\Z")
# Joiners belong to the spelling of some languages; every other hidden letter may turn or hide what stands beside it.
_JOINERS = "\u200c\u200d"
SMALLEST_KM2, LARGEST_KM2 = 0.1, 1_000_000.0
"""All of a service's land together: more than a few houses, less than a large country."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True)
class NeighbourhoodRow:
    """What a file says of one neighbourhood, besides its land."""

    official_id: int
    name: str
    classification: str
    population: int | None
    home_division_code: str


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """What a file says of one division, besides its land."""

    code: str
    name: str
    address: str
    phone: str


def plain_text(value: object, longest: int) -> str | None:
    """A cell's text, its white space made plain; None where it is no text, too long, or holds < > or hidden letters."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = " ".join(str(value).split())
    return None if len(text) > longest or any(map(_is_bad, text)) else text


def _is_bad(letter: str) -> bool:
    return letter in "<>" or (unicodedata.category(letter)[0] == "C" and letter not in _JOINERS)


def official_id(value: object) -> int | None:
    """The id in any of its spellings (94, "094", 94.0); None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"0*[0-9]{1,10}(\.0+)?", text, re.ASCII):
            return None
        value = int(text.split(".")[0])
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    return value if isinstance(value, int) and 1 <= value <= LARGEST_ID else None


def division_code(value: object) -> str | None:
    """A division's code in capitals, such as D14; None where it is none."""
    text = plain_text(value, LONGEST_CODE)
    return text.upper() if text and _CODE.match(text.upper()) else None


def name_without_its_id(name: str, official_id: int) -> str:
    """The name as people say it: older files write "Wychwood (94)"."""
    match = re.fullmatch(r"(.*\S)\s*\((\d+)\)", name)
    return match[1] if match and int(match[2]) == official_id else name


def slug_of(name: str, otherwise: str, taken: Collection[str] = ()) -> str:
    """The name as it stands in an address line: "O'Connor-Parkview" gives o-connor-parkview without the apostrophe.

    `otherwise` where the name has no Latin letter; with a number behind it where it is taken.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:100].strip("-") or otherwise
    return slug if slug not in taken else f"{slug}-{otherwise}"


def edition_name(name: str) -> str:
    """The edition's name, checked; raises Refused."""
    name = name.strip()
    if not name or len(name) > LONGEST_EDITION or not _EDITION.match(name):
        raise Refused(
            'An edition has a short name of letters and digits, such as "2022".', code="edition-name", field="edition"
        )
    return name


def may_replace(edition: str, *, official: bool, with_schematic: bool) -> None:
    """Refuses to put a stand-in drawing where official boundaries stand."""
    if official and with_schematic:
        raise Refused(
            f"Edition “{edition}” holds official boundaries, and a schematic drawing does not replace them.",
            code="schematic-over-official",
        )


def refuse_moved_first_day(edition: str, began_on: date, valid_from: date) -> None:
    """Refuses another first day for an edition that stands: other boundaries would hold on the days between."""
    if began_on != valid_from:
        raise Refused(
            f"Edition “{edition}” begins on {began_on}, not on {valid_from}. To replace it, bring the file with "
            f"--valid-from {began_on}; for another edition, choose another name.",
            code="other-day",
            field="valid_from",
        )


def refuse_absurd_size(km2: float) -> None:
    """Refuses land that is no city: a file read in a coordinate system that is not its own shrinks or swells."""
    if not SMALLEST_KM2 <= km2 <= LARGEST_KM2:
        raise Refused(
            f"All of the land together would be {km2:.3g} km². Does the file name its own coordinate system?",
            code="misplaced",
        )


def refuse_misplaced(counts: Sequence[tuple[str, int, int]]) -> None:
    """Refuses land that lies elsewhere. `counts`: what should lie together, how many do, and of how many."""
    for what, together, of in counts:
        if together * 2 < of:
            raise Refused(
                f"Only {together} of {of} {what}: the land would lie somewhere else. Does the file name its own "
                "coordinate system, and is it this city's?",
                code="misplaced",
            )


def looks_swapped(bounds: Bounds, known: Collection[Bounds] = ()) -> bool:
    """Whether latitude and longitude stand in the wrong order.

    Certain where all of it would lie in Antarctica, or off all the land known and, turned round, on it.
    """
    _, _, _, north = bounds
    if north < -60:
        return True
    if not known or any(_overlap(bounds, other) for other in known):
        return False
    west, south, east, north = bounds
    return any(_overlap((south, west, north, east), other) for other in known)


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
