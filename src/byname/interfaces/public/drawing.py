"""Maps drawn by the server as SVG, for readers without JavaScript, for print, and while the large map loads."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from byname.places.queries import Outline, Territory
from byname.postings.queries import Directory

WIDTH: Final = 420.0
HEIGHT: Final = 300.0
_HALF_A_LETTER: Final = 3.1


@dataclass(frozen=True, slots=True)
class Shape:
    """One polygon of a drawing, with where its name stands (None where there is no room for it)."""

    name: str
    url_slug: str
    path: str
    x: float | None
    y: float | None


@dataclass(frozen=True)
class Drawing:
    """A map: what surrounds, what is meant, and the size of the picture."""

    width: float
    height: float
    around: tuple[Shape, ...]
    chosen: tuple[Shape, ...]

    @cached_property
    def picture(self) -> SafeString:
        """What stands inside the <svg>: the land, then the names above it; the same in every language."""
        # Written once for each drawing: in a template these few hundred tags cost as much as the rest of the page.
        land = [("cell", shape.path) for shape in self.around] + [("chosen", shape.path) for shape in self.chosen]
        return format_html(
            "{}\n{}{}",
            format_html_join("\n", '<path class="{}" d="{}"/>', land),
            format_html_join("", '<text x="{}" y="{}">{}</text>\n', _named(self.around)),
            format_html_join("", '<text class="chosen-name" x="{}" y="{}">{}</text>\n', _named(self.chosen)),
        )


def _named(shapes: tuple[Shape, ...]) -> list[tuple[int, int, str]]:
    return [(int(s.x), int(s.y), s.name) for s in shapes if s.x is not None and s.y is not None]


class Frame:
    """Degrees to picture units: an equirectangular view, true to shape over a city."""

    def __init__(self, west: float, south: float, east: float, north: float, width: float, height: float) -> None:
        self.stretch = math.cos(math.radians((south + north) / 2))
        wide, tall = (east - west) * self.stretch, north - south
        self.scale = min(width / wide, height / tall) if wide and tall else 1.0
        self.left = west * self.stretch - (width / self.scale - wide) / 2
        self.top = north + (height / self.scale - tall) / 2
        self.width, self.height = width, height

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place lies in the picture."""
        return (lon * self.stretch - self.left) * self.scale, (self.top - lat) * self.scale

    def path(self, outline: Outline) -> tuple[str, bool]:
        """The polygon as path data, and whether any of it lies in the picture."""
        parts: list[str] = []
        seen = False
        for polygon in outline:
            for ring in polygon:
                points = [self.xy(lon, lat) for lon, lat in ring]
                xs, ys = [x for x, _ in points], [y for _, y in points]
                if max(xs) < 0 or min(xs) > self.width or max(ys) < 0 or min(ys) > self.height:
                    continue
                seen = True
                steps = [f"{x:.0f} {y:.0f}" for x, y in points]
                kept = [step for index, step in enumerate(steps) if index == 0 or step != steps[index - 1]]
                parts.append("M" + "L".join(kept) + "Z")
        return "".join(parts), seen

    def steps(self, outline: Outline) -> str:
        """The polygon as path data, each corner told from the one before: a third shorter, for whole cities."""
        parts: list[str] = []
        for polygon in outline:
            for ring in polygon:
                points = [(round(x), round(y)) for x, y in (self.xy(lon, lat) for lon, lat in ring)]
                moves = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)]
                told = "".join(f"{x}{y:+d} " if y else f"{x} 0 " for x, y in moves if x or y)
                parts.append(f"M{points[0][0]} {points[0][1]}l{told.rstrip()}z")
        return "".join(parts)


def bounds(outlines: list[Outline]) -> tuple[float, float, float, float]:
    """The westernmost, southernmost, easternmost and northernmost degree of these outlines."""
    lons: list[float] = []
    lats: list[float] = []
    for outline in outlines:
        for polygon in outline:
            for lon, lat in polygon[0]:
                lons.append(lon)
                lats.append(lat)
    return min(lons), min(lats), max(lons), max(lats)


def _shape(name: str, slug: str, outline: Outline, frame: Frame, label: tuple[float, float] | None) -> Shape | None:
    path, seen = frame.path(outline)
    if not seen:
        return None
    if label is None:
        return Shape(name, slug, path, None, None)
    x, y = frame.xy(label[1], label[0])
    half = len(name) * _HALF_A_LETTER
    room = half < x < frame.width - half and 14 < y < frame.height - 10
    return Shape(name, slug, path, round(x) if room else None, round(y) if room else None)


def _crosses(shape: Shape, outline: Outline, frame: Frame) -> bool:
    """Whether a shape's name would lie across the chosen land."""
    if shape.x is None or shape.y is None:
        return False
    half = len(shape.name) * _HALF_A_LETTER
    places = [(shape.x + half * part / 4, shape.y + lift) for part in range(-4, 5) for lift in (-9, 0, 3)]
    rings = [[frame.xy(lon, lat) for lon, lat in polygon[0]] for polygon in outline]
    return any(_inside(x, y, ring) for x, y in places for ring in rings)


def _inside(x: float, y: float, ring: list[tuple[float, float]]) -> bool:
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


@lru_cache(maxsize=1024)
def around(territory: Territory, slug: str) -> Drawing | None:
    """The land of an area or neighbourhood among what surrounds it; None where there is no such land."""
    area = next((area for area in territory.areas if area.slug == slug), None)
    if area is not None:
        meant, name, inside = territory.outline_of_area(slug, simplified=True), area.name, set(area.official_ids)
        label = (area.label.lat, area.label.lon)
    else:
        hood = next((hood for hood in territory.neighbourhoods if hood.slug == slug), None)
        if hood is None:
            return None
        meant, name, inside = (
            territory.outline_of_neighbourhood(hood.official_id, simplified=True),
            hood.name,
            {hood.official_id},
        )
        label = (hood.label.lat, hood.label.lon)
    if not meant:
        return None
    west, south, east, north = bounds([meant])
    margin_x, margin_y = (east - west) * 0.45, (north - south) * 0.45
    frame = Frame(west - margin_x, south - margin_y, east + margin_x, north + margin_y, WIDTH, HEIGHT)
    shapes = []
    for hood in territory.neighbourhoods:
        if hood.official_id in inside:
            continue
        outline = territory.outline_of_neighbourhood(hood.official_id, simplified=True)
        shape = _shape(hood.name, hood.slug, outline, frame, (hood.label.lat, hood.label.lon))
        if shape is not None and _crosses(shape, meant, frame):
            shape = replace(shape, x=None, y=None)
        if shape is not None:
            shapes.append(shape)
    chosen = _shape(name, slug, meant, frame, label)
    return Drawing(WIDTH, HEIGHT, tuple(shapes), (chosen,) if chosen else ())


@lru_cache(maxsize=4)
def whole(directory: Directory) -> Drawing | None:
    """The whole territory: the areas that have a team, among the neighbourhoods that have none yet."""
    territory = directory.territory
    if not territory.neighbourhoods:
        return None
    outlines = {
        hood.official_id: territory.outline_of_neighbourhood(hood.official_id, simplified=True)
        for hood in territory.neighbourhoods
    }
    width, height = 900.0, 560.0
    west, south, east, north = bounds(list(outlines.values()))
    frame = Frame(west, south, east, north, width, height)
    served = {official_id for team in directory.serving for official_id in team.area.official_ids}
    rest = [
        _shape(hood.name, hood.slug, outlines[hood.official_id], frame, None)
        for hood in territory.neighbourhoods
        if hood.official_id not in served
    ]
    teams = [
        _shape(team.area.name, team.area.slug, territory.outline_of_area(team.area.slug, simplified=True), frame, None)
        for team in directory.serving
    ]
    return Drawing(width, height, tuple(s for s in rest if s), tuple(s for s in teams if s))
