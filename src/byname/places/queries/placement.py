"""Whether a file of boundaries lies where everything else does: counted before it is written, and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.people import rules as people_rules
from byname.places.models import Address, Area, Division, DivisionShare, Edition, Neighbourhood
from byname.vocabulary import Actor

Counts = list[tuple[str, int, int]]
"""What should lie together, how many do, and of how many."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an edition lies, and what lies on it."""

    edition_id: int
    kind: str
    schematic: bool
    lands: Mapping[str, BaseGeometry]
    """By the file's own ids."""
    neighbourhoods: int
    """How many there are to compare with the divisions; 0 where one of the two kinds is not here."""
    in_divisions: int
    addresses: int
    drawn: int
    """Areas drawn by hand; like addresses, counted on the land of neighbourhoods only."""

    def compared(self, before: Placement | None) -> Counts:
        """What lay together before a file and should after it; `before` is the edition it replaces or follows.

        Boundaries that nothing else bears out may move, so that a first file brought wrong can be brought right.
        """
        counts: Counts = []
        if before is None or before.in_divisions:
            counts.append(("neighbourhoods would lie in a division", self.in_divisions, self.neighbourhoods))
        if before is None:
            return counts
        official = not before.schematic and not self.schematic
        if before.edition_id == self.edition_id and official and before.in_divisions:
            kept = before.lands.keys() & self.lands.keys()
            same = sum(shapely.intersection(before.lands[key], self.lands[key]).area > 0 for key in kept)
            counts.append((f"{self.kind} would keep any of their land", same, len(kept)))
        counts.append(("addresses would lie among the neighbourhoods", self.addresses, before.addresses))
        counts.append(("places drawn by hand would lie among the neighbourhoods", self.drawn, before.drawn))
        return counts


def placement(edition: Edition, *, viewer: Actor) -> Placement:
    """Where an edition lies now, with its shares in the newest edition of the other kind worked out already."""
    people_rules.require(viewer, "bring_land")
    divides = edition.kind == "divisions"
    other = Edition.objects.filter(kind="neighbourhoods" if divides else "divisions").order_by("-valid_from").first()
    neighbourhoods = in_divisions = addresses = drawn = 0
    if other:
        official, command = (other, edition) if divides else (edition, other)
        shares = DivisionShare.objects.filter(neighbourhood__edition=official, division__edition=command)
        in_divisions = shares.values("neighbourhood").distinct().count()
        neighbourhoods = Neighbourhood.objects.filter(edition=official).count()
    rows = (
        Division.objects.filter(edition=edition).values_list("code", "boundary")
        if divides
        else Neighbourhood.objects.filter(edition=edition).values_list("official_id", "boundary")
    )
    lands = {str(key): geometry.land_of(boundary["coordinates"]) for key, boundary in rows}
    if lands and not divides:
        west, south, east, north = shapely.total_bounds(list(lands.values())).tolist()
        addresses = Address.objects.filter(lat__range=(south, north), lon__range=(west, east)).count()
        boundaries = Area.objects.exclude(boundary=None).values_list("boundary", flat=True)
        places = [geometry.land_of(boundary["coordinates"]) for boundary in boundaries if boundary]
        drawn = len({place for place, _ in geometry.touching(places, list(lands.values()))})
    return Placement(edition.pk, edition.kind, edition.schematic, lands, neighbourhoods, in_divisions, addresses, drawn)
