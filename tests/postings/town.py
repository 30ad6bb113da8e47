"""A small invented town: four square neighbourhoods in a row, two divisions, two areas and a market drawn by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from byname.people import actions as people
from byname.people import rules as people_rules
from byname.places import actions as places
from byname.postings import actions as postings
from byname.postings import rules
from byname.vocabulary import Actor, Point

#  lon  0      .01     .02     .03     .04
#       | 1 oak | 2 elm | 3 elm | 4 none |     neighbourhoods and their areas
#       |   D11         |   D12          |     divisions
#                    [market]                  .018 to .022
OAK, ELM, MARKET = "oak", "elm", "market"
IN_OAK, IN_ELM, IN_MARKET, IN_NONE, AWAY = (Point(43.005, lon) for lon in (-79.995, -79.985, -79.9805, -79.965, -79.5))


def square(west: float, east: float, south: float = 0.0, north: float = 0.01) -> list[list[list[float]]]:
    """A closed ring, degrees from (-80, 43)."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[[-80 + lon, 43 + lat] for lon, lat in corners]]


def _collection(features: Sequence[tuple[dict[str, object], list[list[list[float]]]]]) -> bytes:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": ring}}
                for facts, ring in features
            ],
        }
    ).encode()


def build(*, by: Actor, at: datetime) -> None:
    """The land of the town, brought in the ordinary way."""
    places.bring_boundaries(
        "neighbourhoods",
        _collection(
            [
                ({"AREA_SHORT_CODE": n, "AREA_NAME": f"Quarter {n}"}, square(0.01 * (n - 1), 0.01 * n))
                for n in (1, 2, 3, 4)
            ]
        ),
        file_name="quarters.geojson",
        edition="2022",
        valid_from=date(2013, 1, 1),
        by=by,
        at=at,
    )
    places.bring_boundaries(
        "divisions",
        _collection(
            [
                ({"DIV": "D11", "UNIT_NAME": "11 Division", "ADDRESS": "1 First St"}, square(0, 0.02)),
                ({"DIV": "D12", "UNIT_NAME": "12 Division", "ADDRESS": "2 Second St"}, square(0.02, 0.04)),
            ]
        ),
        file_name="divisions.geojson",
        edition="2022",
        valid_from=date(2013, 1, 1),
        by=by,
        at=at,
    )
    places.bring_areas(
        b"slug,name,division,neighbourhoods,served_since,phone,email\n"
        b"oak,Oak,D11,1,2020-01-01,416-555-0111,\n"
        b"elm,Elm,D12,2;3,,,\n",
        file_name="areas.csv",
        by=by,
        at=at,
    )
    places.bring_areas(
        _collection(
            [
                (
                    {"slug": MARKET, "name": "Market", "division": "D12", "neighbourhoods": ""},
                    square(0.018, 0.022, 0.004, 0.006),
                )
            ]
        ),
        file_name="market.geojson",
        by=by,
        at=at,
    )


def officer(badge: str, given: str = "Ada", family: str = "", **more: object) -> people_rules.OfficerRow:
    """One invented officer; the family name follows from the badge."""
    name = family or "Of" + "".join(chr(ord("a") + int(digit)) for digit in badge)
    return people_rules.OfficerRow(badge, given, name, **more)  # type: ignore[arg-type]


def enlist(*rows: people_rules.OfficerRow, by: Actor, at: datetime) -> dict[str, str]:
    """References by badge number."""
    return people.bring_officers(rows, by=by, at=at).references


def posting(badge: str, area: str, role: str, first: str, last: str = "", **more: object) -> rules.PostingRow:
    """One posting, days written as in a file."""
    days = {name: date.fromisoformat(value) for name, value in more.items() if isinstance(value, str) and "-" in value}
    return rules.PostingRow(
        badge,
        area,
        role,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        **{**more, **days},  # type: ignore[arg-type]
    )


def post(*rows: rules.PostingRow, by: Actor, at: datetime) -> None:
    """The postings, brought in the ordinary way."""
    postings.bring_postings(rows, by=by, at=at)
