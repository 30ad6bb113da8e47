"""Editions of official boundaries, and how one became the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.people import rules as people_rules
from byname.places.models import Edition, Neighbourhood
from byname.vocabulary import Actor, Refused


@dataclass(frozen=True, slots=True)
class EditionFacts:
    """One edition of boundaries, and the file it came from."""

    kind: str
    """neighbourhoods or divisions."""
    name: str
    valid_from: date
    schematic: bool
    file_name: str
    file_sha256: str
    brought_at: datetime


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """Where most of a neighbourhood's land lay in another edition."""

    official_id: int
    name: str
    other_id: int
    other_name: str
    share: float
    """Of this neighbourhood's land inside the other, above 0, up to 1."""


def editions(*, viewer: Actor) -> tuple[EditionFacts, ...]:
    """Every edition that was brought, by kind, the newest first."""
    people_rules.require(viewer, "see_public")
    rows = Edition.objects.order_by("-kind", "-valid_from")
    return tuple(
        EditionFacts(
            kind=row.kind,
            name=row.name,
            valid_from=row.valid_from,
            schematic=row.schematic,
            file_name=row.file_name,
            file_sha256=row.file_sha256,
            brought_at=row.brought_at,
        )
        for row in rows.defer("report")
    )


def crosswalk(from_edition: str, to_edition: str, *, viewer: Actor) -> tuple[CrosswalkRow, ...]:
    """For each neighbourhood of one edition the neighbourhood of the other that holds most of its land, by official id.

    One without land in the other edition is left out; of two equal shares the lower id counts.
    Raises Refused where there is no such edition.
    """
    people_rules.require(viewer, "see_public")
    names, lands = _edition(from_edition)
    other_names, other_lands = _edition(to_edition)
    found = []
    for official_id, shares in geometry.shares(lands, other_lands).items():
        if shares:
            other_id = min(shares, key=lambda other: (-shares[other], other))
            found.append(
                CrosswalkRow(official_id, names[official_id], other_id, other_names[other_id], shares[other_id])
            )
    return tuple(found)


def _edition(name: str) -> tuple[dict[int, str], dict[int, BaseGeometry]]:
    rows = Neighbourhood.objects.filter(edition__kind="neighbourhoods", edition__name=name).order_by("official_id")
    names: dict[int, str] = {}
    lands: dict[int, BaseGeometry] = {}
    for official_id, title, boundary in rows.values_list("official_id", "name", "boundary"):
        names[official_id] = title
        lands[official_id] = geometry.land_of(boundary["coordinates"])
    if not names:
        raise Refused(f"There is no edition of neighbourhoods called {name!r}.", code="no-edition")
    return names, lands
