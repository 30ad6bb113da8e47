"""The areas an officer may be posted to, and the neighbourhoods they may live in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from byname.people import rules as people_rules
from byname.places.models import Area, AreaNeighbourhood, Neighbourhood
from byname.places.queries.land import edition_in_force
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class AreaToPost:
    """What deciding on a posting needs to know of an area."""

    row_id: int
    slug: str
    name: str
    official_ids: frozenset[int]
    division_code: str


def areas_to_post(slugs: Collection[str], *, viewer: Actor) -> dict[str, AreaToPost]:
    """Areas by slug, in two queries; what is no area has no entry."""
    people_rules.require(viewer, "see_public")
    rows = Area.objects.filter(slug__in=list(slugs)).values_list("pk", "slug", "name", "division_code")
    made_of: dict[int, set[int]] = defaultdict(set)
    pairs = AreaNeighbourhood.objects.filter(area__in=[row[0] for row in rows])
    for area, official_id in pairs.values_list("area_id", "official_id"):
        made_of[area].add(official_id)
    return {slug: AreaToPost(pk, slug, name, frozenset(made_of[pk]), code) for pk, slug, name, code in rows}


def neighbourhoods_here(*, on: date, viewer: Actor) -> frozenset[int]:
    """The official ids of the edition in force on a day; none before the first."""
    people_rules.require(viewer, "see_public")
    edition = edition_in_force("neighbourhoods", on, viewer=viewer)
    ids = Neighbourhood.objects.filter(edition_id=edition.id if edition else 0).values_list("official_id", flat=True)
    return frozenset(ids)
