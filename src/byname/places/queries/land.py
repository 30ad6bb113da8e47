"""The polygons of one edition, held by the process: read once, asked often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.people import rules as people_rules
from byname.places.models import Division, Edition, Neighbourhood
from byname.vocabulary import Actor, Point

Key = TypeVar("Key", int, str)

_DRAWN_TO_METRES = 20.0


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One edition as it stands: whoever brings it again changes what identifies it here."""

    id: int
    name: str
    valid_from: date
    schematic: bool
    file_sha256: str
    brought_at: datetime


class Land(Generic[Key]):
    """The polygons of one edition by official id or code, the lowest first."""

    def __init__(self, boundaries: dict[Key, BaseGeometry]) -> None:
        self.keys: tuple[Key, ...] = tuple(sorted(boundaries))
        self.shapes: dict[Key, BaseGeometry] = {key: boundaries[key] for key in self.keys}
        lands: list[BaseGeometry] = list(self.shapes.values())
        gaps: list[tuple[int, BaseGeometry]] = geometry.hairline_gaps(lands)
        self.mosaic = geometry.Mosaic([*lands, *(gap for _, gap in gaps)])
        # Nobody's land comes last, where the mosaic's -1 finds it.
        answers: list[Key | None] = list(self.keys)
        answers += [self.keys[position] for position, _ in gaps]
        answers.append(None)
        self.answers: tuple[Key | None, ...] = tuple(answers)

    @cached_property
    def plain(self) -> dict[Key, BaseGeometry]:
        """The same polygons simplified for drawings, their shared borders still shared."""
        return dict(zip(self.keys, geometry.simplified(list(self.shapes.values()), _DRAWN_TO_METRES), strict=True))

    @cached_property
    def middle(self) -> Point:
        """A point well inside all of it together; 0, 0 where there is none."""
        return geometry.label_point(geometry.united(list(self.shapes.values()))) if self.keys else Point(0.0, 0.0)

    @cached_property
    def beside(self) -> dict[Key, frozenset[Key]]:
        """For each polygon those that touch it, itself among them."""
        found: dict[Key, set[Key]] = {key: {key} for key in self.keys}
        lands = list(self.shapes.values())
        for one, other in geometry.touching(lands, lands):
            found[self.keys[one]].add(self.keys[other])
        return {key: frozenset(others) for key, others in found.items()}


def edition_in_force(kind: str, on: date, *, viewer: Actor) -> EditionRow | None:
    """The edition in force on a day: the latest that began by then; None before the first."""
    people_rules.require(viewer, "see_public")
    row = (
        Edition.objects.filter(kind=kind, valid_from__lte=on)
        .order_by("-valid_from")
        .values_list("id", "name", "valid_from", "schematic", "file_sha256", "brought_at")
        .first()
    )
    return EditionRow(*row) if row else None


def land_of_neighbourhoods(edition: EditionRow | None, *, viewer: Actor) -> Land[int]:
    """The neighbourhoods' polygons of an edition; none without one."""
    people_rules.require(viewer, "see_public")
    return _neighbourhoods(edition.id, edition.file_sha256, edition.brought_at) if edition else _NO_NEIGHBOURHOODS


def land_of_divisions(edition: EditionRow | None, *, viewer: Actor) -> Land[str]:
    """The divisions' polygons of an edition; none without one."""
    people_rules.require(viewer, "see_public")
    return _divisions(edition.id, edition.file_sha256, edition.brought_at) if edition else _NO_DIVISIONS


# Keyed by the file and the moment it was brought as well, so that a new file under an old name is read anew.
@lru_cache(maxsize=4)
def _neighbourhoods(edition_id: int, file_sha256: str, brought_at: datetime) -> Land[int]:
    rows = Neighbourhood.objects.filter(edition_id=edition_id).values_list("official_id", "boundary")
    return Land({official_id: geometry.land_of(boundary["coordinates"]) for official_id, boundary in rows})


@lru_cache(maxsize=4)
def _divisions(edition_id: int, file_sha256: str, brought_at: datetime) -> Land[str]:
    rows = Division.objects.filter(edition_id=edition_id).values_list("code", "boundary")
    return Land({code: geometry.land_of(boundary["coordinates"]) for code, boundary in rows})


_NO_NEIGHBOURHOODS: Land[int] = Land({})
_NO_DIVISIONS: Land[str] = Land({})
