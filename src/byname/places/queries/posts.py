"""The areas an officer may be posted to, and the neighbourhoods they may live in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from byname.people import rules as people_rules
from byname.places.models import Neighbourhood
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


_AREAS: Final = """
    SELECT id, slug, name, division_code,
        ARRAY(SELECT official_id FROM byname_areaneighbourhood WHERE area_id = area.id)
    FROM byname_area area WHERE slug = ANY(%s)
"""


def areas_to_post(slugs: Collection[str], *, viewer: Actor) -> dict[str, AreaToPost]:
    """Areas by slug, in one query; what is no area has no entry."""
    people_rules.require(viewer, "see_public")
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, [list(slugs)])
        rows = cursor.fetchall()
    return {slug: AreaToPost(pk, slug, name, frozenset(made_of), code) for pk, slug, name, code, made_of in rows}


def neighbourhoods_here(*, on: date, viewer: Actor) -> frozenset[int]:
    """The official ids of the edition in force on a day; none before the first."""
    people_rules.require(viewer, "see_public")
    edition = edition_in_force("neighbourhoods", on, viewer=viewer)
    ids = Neighbourhood.objects.filter(edition_id=edition.id if edition else 0).values_list("official_id", flat=True)
    return frozenset(ids)
