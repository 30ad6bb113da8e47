"""From the words somebody typed to who serves there: one way for pages and programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from byname.interfaces import geocoder
from byname.places.queries import addresses
from byname.postings.queries import Directory, Found
from byname.vocabulary import PUBLIC, Point

# Below this a match is a guess worth offering, not one worth acting on.
SURE: Final = 97.0
# A second reading this close to the first is as likely to be what was meant.
CLOSE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place the words may mean, and who serves there; `found` is None outside the service's area."""

    label: str
    found: Found | None
    point: Point | None = None
    kind: str = ""
    """What it is, of addresses.MatchKind; empty for what an outside geocoder found."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the words may mean, likeliest first; `sure` where the first is the only sensible reading."""

    sightings: tuple[Sighting, ...]
    sure: bool


def page_of(found: Found | None) -> str | None:
    """The slug of the page that answers for a place: its team's area, else its neighbourhood; None outside."""
    if found is None:
        return None
    if found.team is not None:
        return found.team.area.slug
    return found.neighbourhood.slug if found.neighbourhood else None


def look_up(words: str, directory: Directory, *, outside: bool = True) -> LookedUp:
    """What the words may mean; raises Refused for what cannot be searched for.

    Asks an outside geocoder only where the service switched one on and nothing of our own matches; never where
    `outside` is false: nothing that is being written waits for somebody else's machine.
    """
    matches = addresses.search_addresses(words, viewer=PUBLIC)
    if not matches:
        elsewhere = geocoder.found_elsewhere(words) if outside else ()
        found = (Sighting(place.label, directory.at(place.point), place.point) for place in elsewhere)
        return LookedUp(tuple(found), sure=False)
    sightings = tuple(Sighting(match.label, _served(match, directory), match.point, match.kind) for match in matches)
    first = matches[0]
    rivals = {page_of(s.found) for m, s in zip(matches, sightings, strict=True) if m.score > first.score - CLOSE}
    # A street without a number runs through many areas: its middle is nobody's address.
    plain = not first.nearest and first.kind != "street"
    return LookedUp(sightings, sure=first.score >= SURE and plain and len(rivals) == 1)


def _served(match: addresses.Match, directory: Directory) -> Found | None:
    if match.kind == "area" and match.slug:
        return directory.of_area(match.slug)
    # Schematic borders misplace a fifth of all addresses: there the neighbourhood the file told is the truer answer.
    if match.neighbourhood is not None and directory.territory.schematic:
        return directory.of_neighbourhood(match.neighbourhood)
    return directory.at(match.point)
