"""Open concerns that may be about the same as one: told by their likeness, never by a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from byname.concerns import rules
from byname.concerns.models import Concern, with_places
from byname.concerns.queries.within import about_of, reached, seen_among
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere

MOST_ALIKE: Final = 5
_LOOKED_AT: Final = 200
"""So many are compared, the latest ones: a reader has no use for more."""
_LOOKED_BACK: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Alike:
    """A concern that may be about the same."""

    reference: str
    category: str
    area_name: str
    state: str
    raised_at: datetime
    metres: int | None
    """How far their fields lie apart, to a hundred metres; None where one of them was told of none."""


def alike(reference: str, *, at: datetime, viewer: Actor) -> tuple[Alike, ...]:
    """What may be about the same as a concern, the likest first: open, in reach, of its area or near, of one year.

    Raises NotThere where the concern itself is not theirs. None where its words are gone.
    """
    people_rules.require_reach(viewer, "see_concern")
    rows = with_places(Concern.objects.defer("told"))
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, "see_concern", about_of(concern, viewer=viewer))
    if not concern.likeness:
        return ()
    where = Q(area=concern.area_id) if concern.area_id else Q(pk__in=[])
    if concern.grid_lat is not None and concern.grid_lon is not None:
        lats, lons = rules.around(concern.grid_lat, concern.grid_lon)
        where |= Q(grid_lat__range=lats, grid_lon__range=lons)
    near = rows.filter(
        reached("see_concern", viewer=viewer) & where,
        ended_at__isnull=True,
        raised_at__gte=at - _LOOKED_BACK,
    )
    candidates = near.exclude(pk=concern.pk).order_by("-raised_at", "-pk")[:_LOOKED_AT]
    measured = [(rules.alike(concern.likeness, row.likeness or ()), row) for row in candidates]
    like = [(share, row) for share, row in measured if share >= rules.LIKE_FROM]
    seen = {row.pk for row in seen_among([row for _, row in like], viewer=viewer)}
    like = [(share, row) for share, row in like if row.pk in seen]
    like.sort(key=lambda pair: (-pair[0], pair[1].pk))
    return tuple(
        Alike(
            reference=row.reference,
            category=row.category,
            area_name=row.area.name if row.area else "",
            state=row.state,
            raised_at=row.raised_at,
            metres=_apart(concern, row),
        )
        for _, row in like[:MOST_ALIKE]
    )


def _apart(one: Concern, other: Concern) -> int | None:
    if one.grid_lat is None or one.grid_lon is None or other.grid_lat is None or other.grid_lon is None:
        return None
    return int(round(rules.metres_apart((one.grid_lat, one.grid_lon), (other.grid_lat, other.grid_lon)), -2))
