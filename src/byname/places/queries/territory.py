"""The territory on a day: neighbourhoods, divisions and areas, and which of them hold a point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.analysis.geometry import Outline
from byname.people import rules as people_rules
from byname.places.models import Area, AreaNeighbourhood, Division, DivisionShare, Neighbourhood
from byname.places.queries.land import (
    EditionRow,
    Land,
    edition_in_force,
    land_of_divisions,
    land_of_neighbourhoods,
)
from byname.vocabulary import Actor, Point

SHARE_WORTH_SAYING = 0.02
"""Below two in a hundred a share is the two files' drawing, not land somebody lives on."""

_DRAWN_TO_METRES = 20.0
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class DivisionFacts:
    """A division as anybody may know it."""

    code: str
    name: str
    slug: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class NeighbourhoodFacts:
    """An official neighbourhood in the edition of the day."""

    official_id: int
    name: str
    slug: str
    label: Point
    area_km2: float
    population: int | None
    classification: str
    home_division_code: str
    """Set by the service, else the division with the largest share of the land; empty before divisions are brought."""
    division_shares: tuple[tuple[str, float], ...]
    """(division code, share of land from 0 to 1), largest first; only shares of 2 % and more."""


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """What a team serves."""

    slug: str
    name: str
    division_code: str
    served_since: date | None
    phone: str
    email: str
    official_ids: tuple[int, ...]
    """The neighbourhoods it is made of; empty for a hand-drawn place."""
    label: Point
    neighbours: tuple[str, ...]
    """Slugs of areas whose land touches this one's, by name."""


class Territory:
    """Everything about the land on one day, held in memory and never changed."""

    def __init__(
        self,
        *,
        on: date,
        schematic: bool,
        neighbourhoods: tuple[NeighbourhoodFacts, ...],
        divisions: tuple[DivisionFacts, ...],
        areas: tuple[AreaFacts, ...],
        land: Land[int],
        division_land: Land[str],
        drawn: Mapping[str, BaseGeometry],
    ) -> None:
        self.on = on
        self.schematic = schematic
        self.neighbourhoods = neighbourhoods
        self.divisions = divisions
        self.areas = areas
        self._land = land
        self._divisions = division_land
        self._drawn = drawn
        self._ids = land.answers
        self._find = land.mosaic.at
        self._made_of = {area.slug: area.official_ids for area in areas}
        made_of: dict[int | None, list[AreaFacts]] = defaultdict(list)
        for area in areas:
            for official_id in area.official_ids:
                made_of[official_id].append(area)
        self._areas_of: dict[int | None, tuple[str, ...]] = {
            official_id: tuple(
                area.slug for area in sorted(found, key=lambda area: (len(area.official_ids), area.slug))
            )
            for official_id, found in made_of.items()
        }
        self._places = tuple((slug, geometry.Mosaic([drawn[slug]])) for slug in sorted(drawn))

    def neighbourhood_at(self, point: Point) -> int | None:
        """The official id of the neighbourhood that holds the point, the lowest id on a shared edge; None outside."""
        return self._ids[self._find(point.lon, point.lat)]

    def division_at(self, point: Point) -> str | None:
        """The code of the division that holds the point, the lowest on a shared edge; None outside."""
        return self._divisions.answers[self._divisions.mosaic.at(point.lon, point.lat)]

    def areas_at(self, point: Point) -> tuple[str, ...]:
        """Slugs of the areas that hold the point: those made of its neighbourhood, the smallest first, then hand-drawn
        places."""
        made_of = self._areas_of.get(self._ids[self._find(point.lon, point.lat)], ())
        if not self._places:
            return made_of
        return (*made_of, *(slug for slug, place in self._places if place.at(point.lon, point.lat) == 0))

    def outline_of_area(self, slug: str, *, simplified: bool = False) -> Outline:
        """The land of an area, nothing where today's edition has none of it; `simplified` to about 20 m for drawings.

        Raises KeyError where there is no such area.
        """
        if slug in self._drawn:
            place = [self._drawn[slug]]
            return geometry.outline_of(geometry.simplified(place, _DRAWN_TO_METRES)[0] if simplified else place[0])
        shapes = self._land.plain if simplified else self._land.shapes
        parts = [shapes[official_id] for official_id in self._made_of[slug] if official_id in shapes]
        return geometry.outline_of(geometry.united(parts)) if parts else ()

    def outline_of_neighbourhood(self, official_id: int, *, simplified: bool = False) -> Outline:
        """The land of a neighbourhood; `simplified` to about 20 m for drawings. Raises KeyError for an unknown id."""
        return geometry.outline_of((self._land.plain if simplified else self._land.shapes)[official_id])

    def outline_of_division(self, code: str, *, simplified: bool = False) -> Outline:
        """The land of a division; `simplified` to about 20 m for drawings. Raises KeyError for an unknown code."""
        return geometry.outline_of((self._divisions.plain if simplified else self._divisions.shapes)[code])


def territory(*, on: date, viewer: Actor) -> Territory:
    """The territory on a day, in a constant number of queries; empty (no neighbourhoods) before anything is brought."""
    people_rules.require(viewer, "see_public")
    editions = _in_force(on, viewer)
    for _ in range(_ATTEMPTS):
        found = _read(on, *editions, viewer)
        # A file brought while these rows were read would mix two states: then all is read again.
        before, editions = editions, _in_force(on, viewer)
        if before == editions:
            break
    return found


def neighbourhood_at(point: Point, *, on: date, viewer: Actor) -> int | None:
    """The official id of the neighbourhood at a point on a day, the lowest on a shared edge; None outside."""
    people_rules.require(viewer, "see_public")
    land = land_of_neighbourhoods(edition_in_force("neighbourhoods", on, viewer=viewer), viewer=viewer)
    return land.answers[land.mosaic.at(point.lon, point.lat)]


def neighbourhoods_at(
    lats: NDArray[np.float64], lons: NDArray[np.float64], *, on: date, viewer: Actor
) -> NDArray[np.int32]:
    """Official ids for arrays of degrees (float64, one length); 0 outside and for what is no number. For millions."""
    people_rules.require(viewer, "see_public")
    land = land_of_neighbourhoods(edition_in_force("neighbourhoods", on, viewer=viewer), viewer=viewer)
    ids = np.array([official_id or 0 for official_id in land.answers], dtype=np.int32)
    found: NDArray[np.int32] = ids[land.mosaic.all_at(lons, lats)]
    return found


def _in_force(on: date, viewer: Actor) -> tuple[EditionRow | None, EditionRow | None]:
    return (
        edition_in_force("neighbourhoods", on, viewer=viewer),
        edition_in_force("divisions", on, viewer=viewer),
    )


def _read(on: date, official: EditionRow | None, command: EditionRow | None, viewer: Actor) -> Territory:
    land, division_land = land_of_neighbourhoods(official, viewer=viewer), land_of_divisions(command, viewer=viewer)
    areas, drawn = _areas(land)
    return Territory(
        on=on,
        schematic=any(edition.schematic for edition in (official, command) if edition),
        neighbourhoods=_neighbourhoods(official, command),
        divisions=_division_facts(command),
        areas=areas,
        land=land,
        division_land=division_land,
        drawn=drawn,
    )


def divisions(*, on: date, viewer: Actor) -> tuple[DivisionFacts, ...]:
    """The divisions of a day by code, without their land; none before the first edition."""
    people_rules.require(viewer, "see_public")
    return _division_facts(edition_in_force("divisions", on, viewer=viewer))


def _division_facts(command: EditionRow | None) -> tuple[DivisionFacts, ...]:
    if command is None:
        return ()
    rows = Division.objects.filter(edition_id=command.id).order_by("code")
    return tuple(DivisionFacts(*row) for row in rows.values_list("code", "name", "slug", "address", "phone"))


def _neighbourhoods(official: EditionRow | None, command: EditionRow | None) -> tuple[NeighbourhoodFacts, ...]:
    if official is None:
        return ()
    shares: dict[int, list[tuple[str, float]]] = defaultdict(list)
    rows = DivisionShare.objects.filter(
        neighbourhood__edition_id=official.id, division__edition_id=command.id if command else 0
    ).values_list("neighbourhood_id", "division__code", "share")
    for neighbourhood_id, code, share in rows.order_by("-share", "division__code"):
        shares[neighbourhood_id].append((code, share))
    return tuple(
        NeighbourhoodFacts(
            official_id=row.official_id,
            name=row.name,
            slug=row.slug,
            label=Point(row.label_lat, row.label_lon),
            area_km2=row.area_km2,
            population=row.population,
            classification=row.classification,
            home_division_code=row.home_division_code or (shares[row.pk][0][0] if shares[row.pk] else ""),
            division_shares=tuple(pair for pair in shares[row.pk] if pair[1] >= SHARE_WORTH_SAYING),
        )
        for row in Neighbourhood.objects.filter(edition_id=official.id).defer("boundary").order_by("official_id")
    )


def _areas(land: Land[int]) -> tuple[tuple[AreaFacts, ...], dict[str, BaseGeometry]]:
    """The areas by name, and the land of those drawn by hand."""
    rows = sorted(Area.objects.all(), key=lambda row: (row.name.casefold(), row.slug))
    made_of: dict[int, list[int]] = defaultdict(list)
    for area_id, official_id in AreaNeighbourhood.objects.order_by("official_id").values_list("area_id", "official_id"):
        made_of[area_id].append(official_id)
    drawn: dict[str, BaseGeometry] = {
        row.slug: geometry.land_of(row.boundary["coordinates"]) for row in rows if row.boundary
    }
    beside = _areas_beside_each_other(
        {row.slug: drawn.get(row.slug) or made_of[row.pk] for row in rows if row.slug in drawn or made_of[row.pk]}, land
    )
    areas = []
    for row in rows:
        parts = (
            [drawn[row.slug]] if row.slug in drawn else [land.shapes[i] for i in made_of[row.pk] if i in land.shapes]
        )
        areas.append(
            AreaFacts(
                slug=row.slug,
                name=row.name,
                division_code=row.division_code,
                served_since=row.served_since,
                phone=row.phone,
                email=row.email,
                official_ids=tuple(made_of[row.pk]),
                # Land that today's edition does not hold has no place on a map: its label stands in the middle of all.
                label=geometry.label_point(geometry.united(parts)) if parts else land.middle,
                neighbours=tuple(other.slug for other in rows if other.slug in beside.get(row.slug, ())),
            )
        )
    return tuple(areas), drawn


def _areas_beside_each_other(made_of: Mapping[str, BaseGeometry | list[int]], land: Land[int]) -> dict[str, set[str]]:
    """For each area those that touch it. Touching is worked out between neighbourhoods once, then between areas."""
    drawn = {slug: shape for slug, shape in made_of.items() if isinstance(shape, BaseGeometry)}
    places, shapes = list(drawn), list(drawn.values())
    # What each area stands on or beside: neighbourhoods by id, hand-drawn places by slug.
    reach: dict[str, set[int | str]] = {
        slug: {beside for i in ids if i in land.beside for beside in land.beside[i]}
        for slug, ids in made_of.items()
        if not isinstance(ids, BaseGeometry)
    }
    reach |= {slug: set() for slug in places}
    for place, position in geometry.touching(shapes, list(land.shapes.values())):
        reach[places[place]].add(land.keys[position])
    for one, other in geometry.touching(shapes, shapes):
        reach[places[one]].add(places[other])
    own: dict[str, set[int | str]] = {
        slug: {slug} if isinstance(ids, BaseGeometry) else set(ids) for slug, ids in made_of.items()
    }
    return {
        slug: {other for other in made_of if other != slug and (reach[slug] & own[other] or reach[other] & own[slug])}
        for slug in made_of
    }
