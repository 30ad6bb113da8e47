"""What official boundaries may say: names, ids, editions; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from byname.vocabulary import Refused

LARGEST_ID = 2_147_483_647
LONGEST_NAME = 120
LONGEST_CODE = 12
LONGEST_EDITION = 40
NAMED_FROM = 0.01
"""Overlaps and gaps from a hundredth of the smaller neighbour are named; below that they are drawing, and counted."""

_EDITION = re.compile(r"[\w .,/()–-]+\Z")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*\Z")
_BAD_LETTERS = re.compile(r"[\x00-\x1f\x7f]")

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
    """The text of a cell, its white space made plain; None where it is no text, too long, or holds control letters."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = " ".join(str(value).split())
    return None if len(text) > longest or _BAD_LETTERS.search(text) else text


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
