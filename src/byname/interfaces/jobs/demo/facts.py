"""The demo city's facts, read from data/demo: neighbourhoods, divisions, areas, places, the drawn outline."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from byname.vocabulary import Point

FOLDER = Path(__file__).resolve().parents[5] / "data" / "demo"

Outline = tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
"""Polygons, each an outer ring and its holes, as (longitude, latitude)."""


@dataclass(frozen=True, slots=True)
class DemoNeighbourhood:
    """An official neighbourhood: id, name, home division, centre, square kilometres, people in 2021."""

    official_id: int
    name: str
    division: str
    centre: Point
    area_km2: float
    population: int
    home_languages: tuple[tuple[str, int], ...]
    """(ISO code, people who speak it most often at home), most first; languages other than English and French."""


@dataclass(frozen=True, slots=True)
class DemoDivision:
    """A police division with its street address and the number to ring."""

    code: str
    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoArea:
    """What a team serves: neighbourhoods by their official ids, or a place drawn by hand."""

    slug: str
    name: str
    division: str
    neighbourhoods: tuple[int, ...]
    served_since: date
    phone: str
    email: str
    boundary: Outline | None = None


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A public place to search for, with the neighbourhood it truly lies in."""

    name: str
    kind: str
    address: str
    point: Point
    neighbourhood: int


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """Everything in data/demo but the service's own profile."""

    neighbourhoods: tuple[DemoNeighbourhood, ...]
    divisions: tuple[DemoDivision, ...]
    areas: tuple[DemoArea, ...]
    places: tuple[DemoPlace, ...]
    outline: tuple[Point, ...]


@cache
def demo_facts() -> DemoFacts:
    """The facts as they stand in the checkout, read once."""
    languages = {int(row["id"]): tuple(_speakers(row["speakers"])) for row in _rows("home_languages.csv")}
    return DemoFacts(
        neighbourhoods=tuple(
            DemoNeighbourhood(
                official_id=int(row["id"]),
                name=row["name"],
                division=row["division"],
                centre=_point(row),
                area_km2=float(row["area_km2"]),
                population=int(row["population_2021"]),
                home_languages=languages[int(row["id"])],
            )
            for row in _rows("neighbourhoods.csv")
        ),
        divisions=tuple(
            DemoDivision(row["code"], row["name"], row["address"], row["phone"]) for row in _rows("divisions.csv")
        ),
        areas=(
            *(_area(row, tuple(int(part) for part in row["neighbourhoods"].split(";"))) for row in _rows("areas.csv")),
            *_drawn_areas(),
        ),
        places=tuple(
            DemoPlace(row["name"], row["kind"], row["address"], _point(row), int(row["neighbourhood"]))
            for row in _rows("places.csv")
        ),
        outline=tuple(_point(row) for row in _rows("outline.csv")),
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _point(row: dict[str, str]) -> Point:
    return Point(lat=float(row["lat"]), lon=float(row["lon"]))


def _speakers(text: str) -> Iterator[tuple[str, int]]:
    for part in text.split():
        code, count = part.split(":")
        yield code, int(count)


def _area(row: dict[str, str], neighbourhoods: tuple[int, ...], boundary: Outline | None = None) -> DemoArea:
    return DemoArea(
        slug=row["slug"],
        name=row["name"],
        division=row["division"],
        neighbourhoods=neighbourhoods,
        served_since=date.fromisoformat(row["served_since"]),
        phone=row["phone"],
        email=row["email"],
        boundary=boundary,
    )


def _drawn_areas() -> Iterator[DemoArea]:
    with (FOLDER / "drawn_areas.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    for feature in features:
        rings = tuple(tuple((lon, lat) for lon, lat in ring) for ring in feature["geometry"]["coordinates"])
        yield _area(feature["properties"], (), (rings,))
