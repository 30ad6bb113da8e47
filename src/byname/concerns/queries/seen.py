"""What strangers see of published concerns: an area's page by page, the city's map, and what may be joined nearby."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Wording
from byname.concerns.queries.publishing import Published, published_of
from byname.people import rules as people_rules
from byname.vocabulary import Actor, Point

NEARBY_METRES: Final = 400.0
MOST_OFFERED: Final = 5
"""So many published concerns are offered to join: more would be read by nobody."""
_METRES_A_DEGREE: Final = 111_195.0
_OPEN: Final = ~Q(state__in=["closed", "handed_on"])

# One pass over what is published, by area and field; then, over those few, the areas' sums and the fields'. A field is
# one number, which PostgreSQL groups by quicker than by two. What has no place has no field.
_ON_THE_MAP: Final = """
    WITH part AS MATERIALIZED (
        SELECT area_id, count(*) AS lines, sum(lon) AS lon, sum(lat) AS lat,
            ((lon - %(west)s) * %(per_wide)s)::int + 4096 * ((lat - %(south)s) * %(per_high)s)::int AS field
        FROM byname_wording WHERE withdrawn_at IS NULL AND month_on >= %(months_from)s {of_category}
        GROUP BY area_id, field
    ), named AS (
        SELECT part.*, area.slug FROM part JOIN byname_area AS area ON area.id = part.area_id
    )
    SELECT slug, sum(lines)::int, NULL::float, NULL::float FROM named GROUP BY slug
    UNION ALL
    SELECT (array_agg(slug ORDER BY lines DESC, slug))[1], sum(lines)::int, sum(lat) / sum(lines), sum(lon) / sum(lines)
    FROM named WHERE field IS NOT NULL GROUP BY field
"""


@dataclass(frozen=True, slots=True)
class Spot:
    """Published concerns that lie close together on a map: how many, their middle, and the area most of them are of."""

    area: str
    """The area's slug."""
    count: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Heard:
    """How many concerns are published of each area, by slug, and where they lie; those without a place lie nowhere."""

    by_area: Mapping[str, int]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The fields a map is counted by: where the first begins, and how wide and high each is, in degrees."""

    west: float
    south: float
    wide: float
    high: float


def published_in(area: str, *, page: int = 1, page_size: int = 20, viewer: Actor) -> tuple[tuple[Published, ...], bool]:
    """One page of what was published of an area, the latest month first, and whether more follow."""
    people_rules.require(viewer, "see_public")
    first = (page - 1) * page_size
    rows = Wording.objects.filter(withdrawn_at__isnull=True, area__slug=area).order_by("-month_on", "-pk")
    found = published_of(rows[first : first + page_size + 1], viewer=viewer)
    return found[:page_size], len(found) > page_size


def newest_in(area: str, *, most: int, viewer: Actor) -> tuple[tuple[Published, ...], datetime | None]:
    """What was published last of an area, and the day anything there was published, changed or taken back last."""
    people_rules.require(viewer, "see_public")
    rows = Wording.objects.filter(area__slug=area)
    # PostgreSQL's GREATEST passes over what is null.
    moved = rows.aggregate(at=Max(Greatest("changed_at", "withdrawn_at")))["at"]
    newest = rows.filter(withdrawn_at__isnull=True).order_by("-published_at", "-pk")
    return published_of(newest[:most], viewer=viewer), rules.day_of(timezone.localtime(moved)) if moved else None


def changed_between(
    area: str, *, after: datetime, until: datetime, most: int, viewer: Actor
) -> tuple[tuple[Published, ...], bool]:
    """What was published or changed of an area after a moment and until another, and whether that was more."""
    people_rules.require(viewer, "see_public")
    rows = Wording.objects.filter(
        withdrawn_at__isnull=True, area__slug=area, changed_at__gt=after, changed_at__lte=until
    )
    found = published_of(rows.order_by("-month_on", "-pk")[: most + 1], viewer=viewer)
    return found[:most], len(found) > most


def may_be_joined(
    area: str, category: str, point: Point | None, *, months_from: date, viewer: Actor
) -> tuple[Published, ...]:
    """Published concerns of an area and category that have not ended, since a month, nearest first.

    At most NEARBY_METRES from the point where there is one; those published without a place come last.
    """
    people_rules.require(viewer, "see_public")
    rows = Wording.objects.filter(
        _OPEN, withdrawn_at__isnull=True, area__slug=area, category=category, month_on__gte=months_from
    )
    if point is None:
        return published_of(rows.order_by("-month_on", "-pk")[:MOST_OFFERED], viewer=viewer)
    high = NEARBY_METRES / _METRES_A_DEGREE
    wide = high / max(0.01, math.cos(math.radians(point.lat)))
    rows = rows.filter(
        Q(lat__isnull=True)
        | Q(lat__range=(point.lat - high, point.lat + high), lon__range=(point.lon - wide, point.lon + wide))
    )
    found = published_of(rows.order_by("-month_on", "-pk")[:200], viewer=viewer)
    far = [(_metres(point, each), each) for each in found]
    near = sorted((pair for pair in far if pair[0] <= NEARBY_METRES or math.isinf(pair[0])), key=lambda pair: pair[0])
    return tuple(each for _metres_away, each in near[:MOST_OFFERED])


def heard_on_the_map(grid: Grid, *, category: str = "", months_from: date | None = None, viewer: Actor) -> Heard:
    """How many concerns are published by area, and by the fields of a grid: counted anew, in one statement."""
    people_rules.require(viewer, "see_public")
    with connection.cursor() as cursor:
        cursor.execute(
            _ON_THE_MAP.format(of_category="AND category = %(category)s" if category else ""),
            {
                # Rounded to the nearest whole number: the first field begins half a one earlier.
                "west": grid.west + grid.wide / 2,
                "south": grid.south + grid.high / 2,
                "per_wide": 1 / grid.wide,
                "per_high": 1 / grid.high,
                "category": category,
                "months_from": months_from or date.min,
            },
        )
        rows = cursor.fetchall()
    return Heard(
        by_area={slug: count for slug, count, lat, _lon in rows if lat is None},
        spots=tuple(Spot(slug, count, lat, lon) for slug, count, lat, lon in rows if lat is not None),
    )


def _metres(point: Point, line: Published) -> float:
    if line.lat is None or line.lon is None:
        return math.inf
    east = (line.lon - point.lon) * math.cos(math.radians(point.lat))
    return math.hypot(east, line.lat - point.lat) * _METRES_A_DEGREE
