"""The crossing nearest to a point, by the streets that have addresses around it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db import connection

from byname.people import rules as people_rules
from byname.places.rules import crossings
from byname.vocabulary import Actor, Point

# Every file together: two may each know half of a street. The name is as the file with most of its addresses writes it.
_AROUND = """
    SELECT street.search_key, street.type, street.direction, street.name, street.addresses, near.lat, near.lon
    FROM byname_address AS near JOIN byname_street AS street ON street.id = near.street_id
    WHERE near.lat BETWEEN %(south)s AND %(north)s AND near.lon BETWEEN %(west)s AND %(east)s
    ORDER BY near.id
"""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A crossing as people call it, and where it is."""

    name: str
    """The two streets, the longer one first."""
    point: Point


def nearest_crossing(near: Point, *, within: float, viewer: Actor) -> Crossing | None:
    """The crossing of two streets nearest to a point, at most `within` metres away; None where there is none."""
    people_rules.require(viewer, "see_public")
    north = crossings.SEEN_WITHIN / 111_195
    east = north / math.cos(math.radians(near.lat))
    box = {
        "south": near.lat - north,
        "north": near.lat + north,
        "west": near.lon - east,
        "east": near.lon + east,
    }
    around: dict[tuple[str, str, str], list[Point]] = {}
    names: dict[tuple[str, str, str], tuple[int, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, box)
        for key, kind, direction, name, addresses, lat, lon in cursor.fetchall():
            street = (key, kind, direction)
            around.setdefault(street, []).append(Point(lat, lon))
            names[street] = max(names.get(street, (0, "")), (addresses, name))
    longest_first = sorted(around, key=lambda street: (-names[street][0], names[street][1]))
    found = crossings.nearest_crossing({street: around[street] for street in longest_first}, near, within=within)
    if found is None:
        return None
    one, other = found.streets
    return Crossing(f"{names[one][1]} and {names[other][1]}", found.point)
