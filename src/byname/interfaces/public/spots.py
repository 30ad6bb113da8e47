"""Where published concerns lie in the city, drawn by the server: the land as one shape, and a spot for each field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from byname.concerns import queries as concerns
from byname.interfaces.public import drawing
from byname.places.queries import Territory

_WIDTH: Final = 720.0
_FIELD: Final = 48.0
"""A field's side in the picture: two spots side by side stay two."""
_SMALLEST, _LARGEST = 6.0, 23.0
_FULL: Final = 400
"""So many in one field make the largest spot."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The city's land without anything on it, and the grid it is counted by."""

    width: int
    height: int
    path: str
    grid: concerns.Grid
    frame: drawing.Frame


@dataclass(frozen=True, slots=True)
class Spots:
    """A finished map: what stands inside the <svg>."""

    width: int
    height: int
    picture: SafeString


@lru_cache(maxsize=4)
def ground(territory: Territory) -> Ground | None:
    """The land of the whole city; None where none was brought yet."""
    outlines = [
        territory.outline_of_neighbourhood(hood.official_id, simplified=True) for hood in territory.neighbourhoods
    ]
    outlines = [outline for outline in outlines if outline]
    if not outlines:
        return None
    west, south, east, north = drawing.bounds(outlines)
    wide, tall = (east - west) * math.cos(math.radians((south + north) / 2)), north - south
    height = max(_FIELD, round(_WIDTH * tall / wide)) if wide else _WIDTH
    frame = drawing.Frame(west, south, east, north, _WIDTH, height)
    high = _FIELD / frame.scale
    grid = concerns.Grid(west=west, south=south, wide=high / frame.stretch, high=high)
    return Ground(int(_WIDTH), int(height), "".join(frame.steps(outline) for outline in outlines), grid, frame)


def drawn(land: Ground, heard: concerns.Heard, *, home: str) -> Spots:
    """The map with a spot for each field that has anything; each leads to the area most of it is of.

    `home` is the address of the front page in the language of the page.
    """
    # The large ones first, so that no small one is hidden.
    spots = sorted(heard.spots, key=lambda spot: (-spot.count, spot.lat, spot.lon))
    placed = [(spot, *land.frame.xy(spot.lon, spot.lat)) for spot in spots]
    circles = format_html_join(
        "",
        '<a href="{}at/{}/heard" tabindex="-1"><circle cx="{}" cy="{}" r="{}"/>{}</a>\n',
        (
            (home, spot.area, round(x), round(y), _radius(spot.count), _number(spot.count, round(x), round(y)))
            for spot, x, y in placed
        ),
    )
    return Spots(land.width, land.height, format_html('<path class="cell" d="{}"/>\n{}', land.path, circles))


def _radius(count: int) -> int:
    share = math.sqrt(min(count, _FULL) / _FULL)
    smallest = _SMALLEST if count < concerns.LEAST_TOLD else 2 * _SMALLEST
    return round(max(smallest, _LARGEST * share))


def _number(count: int, x: int, y: int) -> SafeString:
    if count < concerns.LEAST_TOLD:
        return SafeString("")
    return format_html('<text x="{}" y="{}">{}</text>', x, y + 4, count)
