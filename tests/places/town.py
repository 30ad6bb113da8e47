"""A town of four square neighbourhoods in two divisions, small enough to reckon with by hand.

43.71 +-----+-----+      Each square is a hundredth of a degree. D1 is everything west of -79.395, D2 everything
      |  3  |  4  |      east of it: 1 and 3 lie half in each, 2 and 4 in D2 alone.
43.70 +-----+-----+
      |  1  |  2  |
43.69 +-----+-----+
   -79.40 -79.39 -79.38
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, Literal

from byname.places import actions
from byname.vocabulary import Point, operator

BY = operator("test")
AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
BEGAN = date(2022, 4, 12)

Ring = list[list[float]]

IN_1, IN_2, IN_3, IN_4 = Point(43.695, -79.398), Point(43.695, -79.385), Point(43.705, -79.398), Point(43.705, -79.385)
OUTSIDE = Point(43.72, -79.385)


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


SQUARES = {
    1: box(-79.40, 43.69, -79.39, 43.70),
    2: box(-79.39, 43.69, -79.38, 43.70),
    3: box(-79.40, 43.70, -79.39, 43.71),
    4: box(-79.39, 43.70, -79.38, 43.71),
}
NAMES = {1: "Old Mill", 2: "O'Connor-Parkview", 3: "St.Andrew", 4: "Église-Nord"}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def collection(*features: dict[str, Any], **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)}).encode()


def neighbourhood(number: int, **properties: Any) -> dict[str, Any]:
    return feature(
        polygon(SQUARES[number]), **{"AREA_SHORT_CODE": f"{number:03}", "AREA_NAME": NAMES[number], **properties}
    )


def neighbourhoods(*features: dict[str, Any]) -> bytes:
    return collection(*(features or [neighbourhood(number) for number in SQUARES]))


def divisions(split: float = -79.395) -> bytes:
    return collection(
        feature(polygon(box(-79.5, 43.6, split, 43.8)), DIV="D1", UNIT_NAME="1 Division", ADDRESS="1 West St"),
        feature(polygon(box(split, 43.6, -79.3, 43.8)), DIV="D2", UNIT_NAME="2 Division", ADDRESS="2 East St"),
    )


def bring(
    kind: Literal["neighbourhoods", "divisions"],
    content: bytes,
    *,
    edition: str = "2022",
    valid_from: date = BEGAN,
    schematic: bool = False,
    at: datetime = AT,
) -> actions.BoundaryReceipt:
    return actions.bring_boundaries(
        kind,
        content,
        file_name="town.geojson",
        edition=edition,
        valid_from=valid_from,
        schematic=schematic,
        by=BY,
        at=at,
    )


def build() -> None:
    """The town as it stands: both kinds of boundaries."""
    bring("neighbourhoods", neighbourhoods())
    bring("divisions", divisions())


AREAS = b"""slug,name,division,neighbourhoods,served_since,phone,email
old-mill,Old Mill,D1,1,2013-11-01,416-555-0101,old-mill@example.org
the-east,The East,D2,2;4,,,
"""


def bring_areas(content: bytes = AREAS) -> actions.Receipt:
    return actions.bring_areas(content, file_name="areas.csv", by=BY, at=AT)
