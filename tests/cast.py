"""A small invented city with a full cast, made through the actions: for every test that needs people in places.

     lat
    .038                +--islet--+                    Harbour has two parts, the square and the islet
    .033                +---------+
    .020  +---------+---------+---------+
          | 4 Mill  | 5 Har-  | 6 Fields|              Fields has no programme
    .010  +---------+--bour---+---------+
          | 1 Old   | 2 Chapel|[3 Ring ]|              Ring has a hole that belongs to nobody
      0   +--Town---+--Hill---+---------+
          0        .01       .02       .03  lon        degrees from (43.6, -79.5)
               D1       |         D2                   divisions part at .015: 2 and 5 lie in both

Areas: old-mill (1 and 4), chapel-hill (2, begun and vacant), ring (3), harbour (5), and night-market, drawn by hand
across the border of 2 and 3. Days are counted from `on`, the day the city is made for.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from django.utils import timezone
from PIL import Image

from byname.people import actions as people
from byname.people import rules as people_rules
from byname.places import actions as places
from byname.postings import actions as postings
from byname.postings import rules
from byname.vocabulary import Actor, Point

WEST, SOUTH = -79.5, 43.6
Ring = list[list[float]]


def point(lon: float, lat: float) -> Point:
    """The point this many degrees east and north of the city's corner."""
    return Point(round(SOUTH + lat, 6), round(WEST + lon, 6))


IN_OLD_TOWN, IN_CHAPEL_HILL, IN_RING = point(0.005, 0.005), point(0.012, 0.005), point(0.0215, 0.0085)
IN_MILL, IN_HARBOUR, IN_FIELDS = point(0.005, 0.015), point(0.015, 0.015), point(0.025, 0.015)
ON_THE_ISLET, IN_THE_HOLE, IN_THE_MARKET = point(0.015, 0.035), point(0.025, 0.005), point(0.0195, 0.005)
OUTSIDE = point(0.5, 0.5)
EVERYWHERE: Final = (
    IN_OLD_TOWN, IN_CHAPEL_HILL, IN_RING, IN_MILL, IN_HARBOUR, IN_FIELDS, ON_THE_ISLET, IN_THE_HOLE, IN_THE_MARKET,
    OUTSIDE,
)  # fmt: skip
AREAS: Final = ("chapel-hill", "harbour", "night-market", "old-mill", "ring")
NO_PROGRAMME: Final = "fields"
"""The slug of the neighbourhood without a team."""


@dataclass(frozen=True, slots=True)
class Person:
    """One officer of the cast."""

    reference: str
    badge: str
    name: str
    """As it is shown."""
    given: str
    family: str
    secret: str = ""
    """What must never be shown of them."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by name, and the day they were put in place for."""

    on: date
    ana: Person
    """Leads old-mill; a drawn face, every field filled."""
    bao: Person
    """Serves old-mill; shows an initial only."""
    chidi: Person
    """Serves old-mill; a real photo in three sizes."""
    dina: Person
    """Covers old-mill today; her own posting is in the harbour, whose promised end is two months off."""
    elif_: Person
    """Leads the harbour; her end is announced, three weeks ahead."""
    farid: Person
    """Announced as the harbour's next lead."""
    grace: Person
    """Serves the harbour; hidden."""
    hugo: Person
    """Serves the ring; his photo is withdrawn."""
    ines: Person
    """Leads the ring."""
    jonas: Person
    """Leads the night market."""
    kofi: Person
    """Comes to the ring later, which nobody has announced."""
    lena: Person
    """Left old-mill two weeks ago, as announced; her end was early, for a reason that is never shown."""

    @property
    def everybody(self) -> tuple[Person, ...]:
        """The whole cast."""
        return tuple(value for name in self.__slots__ if isinstance(value := getattr(self, name), Person))


def square(west: float, south: float, east: float, north: float) -> Ring:
    """A closed ring, from degrees east and north of the city's corner."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[round(WEST + lon, 6), round(SOUTH + lat, 6)] for lon, lat in corners]


def collection(features: Sequence[tuple[dict[str, object], list[list[Ring]]]]) -> bytes:
    """GeoJSON of multipolygons with these properties."""
    made = [
        {"type": "Feature", "properties": told, "geometry": {"type": "MultiPolygon", "coordinates": land}}
        for told, land in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


def _told(number: int, name: str, population: int) -> dict[str, object]:
    return {"AREA_SHORT_CODE": number, "AREA_NAME": name, "POPULATION": population}


NEIGHBOURHOODS: Final = collection(
    [
        (_told(1, "Old Town", 10_100), [[square(0, 0, 0.01, 0.01)]]),
        (_told(2, "Chapel Hill", 20_200), [[square(0.01, 0, 0.02, 0.01)]]),
        (_told(3, "Ring", 30_300), [[square(0.02, 0, 0.03, 0.01), square(0.023, 0.003, 0.027, 0.007)]]),
        (_told(4, "Mill", 40_400), [[square(0, 0.01, 0.01, 0.02)]]),
        (
            _told(5, "Harbour", 50_500),
            [[square(0.01, 0.01, 0.02, 0.02)], [square(0.012, 0.033, 0.018, 0.038)]],
        ),
        (_told(6, "Fields", 60_600), [[square(0.02, 0.01, 0.03, 0.02)]]),
    ]
)
DIVISIONS: Final = collection(
    [
        (
            {"DIV": "D1", "UNIT_NAME": "1 Division", "ADDRESS": "1 First Street", "PHONE": "416-555-0101"},
            [[square(0, 0, 0.015, 0.04)]],
        ),
        (
            {"DIV": "D2", "UNIT_NAME": "2 Division", "ADDRESS": "2 Second Street", "PHONE": "416-555-0102"},
            [[square(0.015, 0, 0.03, 0.04)]],
        ),
    ]
)
AREAS_CSV: Final = b"""slug,name,division,neighbourhoods,served_since,phone,email
old-mill,Old Mill,D1,1;4,2015-05-01,416-555-0114,old-mill@example.org
chapel-hill,Chapel Hill,D1,2,2019-02-01,,
ring,Ring,D2,3,2018-01-01,416-555-0116,
harbour,Harbour,D2,5,2016-09-01,416-555-0115,harbour@example.org
"""
MARKET: Final = collection(
    [
        (
            {"slug": "night-market", "name": "Night Market", "division": "D2", "neighbourhoods": ""},
            [[square(0.019, 0.004, 0.021, 0.006)]],
        )
    ]
)
ADDRESSES: Final = b"""address,lat,lon,name
12 Millrace Lane,43.615,-79.495,
14 Millrace Lane,43.6151,-79.4951,
7 Chapel Steps,43.605,-79.488,
3 Quayside,43.615,-79.485,Harbour Library
9 Ringway,43.6085,-79.4785,
40 Fallow Road,43.615,-79.475,
"""


def service(*, demo: bool = True, name: str = "Rivermouth Police") -> bytes:
    """The facts of the city's police service."""
    return f"""
[service]
name = "{name}"
city = "Rivermouth"
demo = {str(demo).lower()}
time_zone = "America/Toronto"
brand = "#1f4e79"
languages = ["en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl"]
[[line]]
key = "emergency"
number = "911"
shown = "911"
answers_in = "many"
facts = {{ always_open = true }}
[[line]]
key = "non_emergency"
number = "+14165550100"
shown = "416-555-0100"
answers_in = ["en", "fr"]
[[line]]
key = "suicide_crisis"
number = "988"
shown = "988"
answers_in = ["en", "fr"]
""".encode()


def face(colour: str = "446688") -> str:
    """A drawn face of one colour."""
    circle = f'<circle cx="30" cy="35" r="28" fill="#{colour}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 70">{circle}</svg>'


def photograph(colour: tuple[int, int, int] = (120, 90, 60)) -> bytes:
    """A picture file as somebody would hand it in: nobody's face, a plain colour."""
    kept = BytesIO()
    Image.new("RGB", (640, 640), colour).save(kept, "JPEG")
    return kept.getvalue()


@cache
def _agreed(colour: tuple[int, int, int] = (120, 90, 60)) -> tuple[people_rules.Rendition, ...]:
    return people_rules.renditions(photograph(colour))


def build_land(*, by: Actor, at: datetime, demo: bool = True) -> None:
    """The city's land, divisions, areas and service, brought in the ordinary way."""
    since = date(2013, 1, 1)
    places.bring_boundaries(
        "neighbourhoods", NEIGHBOURHOODS, file_name="n.geojson", edition="2022", valid_from=since, by=by, at=at
    )
    places.bring_boundaries(
        "divisions", DIVISIONS, file_name="d.geojson", edition="2022", valid_from=since, by=by, at=at
    )
    places.bring_areas(AREAS_CSV, file_name="areas.csv", by=by, at=at)
    places.bring_areas(MARKET, file_name="market.geojson", by=by, at=at)
    places.bring_service(service(demo=demo), file_name="service.toml", by=by, at=at)


def build_addresses(*, by: Actor, at: datetime) -> None:
    """A handful of the city's addresses, searchable."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "addresses.csv"
        file.write_bytes(ADDRESSES)
        places.bring_addresses(file, by=by, at=at)


def build(*, by: Actor, at: datetime, demo: bool = True) -> Cast:
    """The whole city with everybody in their place on the day of `at`, there; addresses are brought apart."""
    on = timezone.localtime(at).date()
    build_land(by=by, at=at, demo=demo)
    agreed = on - timedelta(days=400)
    rows = [
        people_rules.OfficerRow(
            "1001", "Ana", "Albuquerque", pronunciation="AH-na al-boo-KER-kee", languages=("pt", "en"),
            skills=("youth", "mediation"), words="I walk Millrace Lane every week.", phone="416-555-0141",
            email="ana.albuquerque@example.org", lives_in=6, photo_consented_on=agreed,
        ),
        people_rules.OfficerRow("1002", "Bartholomew", "Bao", shown_as="initial", languages=("yue",)),
        people_rules.OfficerRow(
            "1003", "Chidi", "Chukwu", languages=("ig", "fr"), photo_consented_on=agreed, photo=_agreed()
        ),
        people_rules.OfficerRow("1004", "Dina", "Dellarosa", words="Ask me about the ferry."),
        people_rules.OfficerRow("1005", "Elif", "Erdem", languages=("tr",), rank="Sergeant"),
        people_rules.OfficerRow("1006", "Farid", "Farahani", languages=("fa",), photo_consented_on=agreed),
        people_rules.OfficerRow(
            "1007", "Grace", "Quillfeather", pronunciation="kwill-feather", languages=("cy",),
            words="Tell me about the lanterns.", phone="416-555-0177", email="quillfeather@example.org",
            photo_consented_on=agreed, photo=_agreed((10, 20, 200)),
        ),
        people_rules.OfficerRow("1008", "Hugo", "Hartwell", photo_consented_on=agreed, photo=_agreed((200, 20, 10))),
        people_rules.OfficerRow("1009", "Ines", "Iturbe", languages=("es",), photo_consented_on=agreed),
        people_rules.OfficerRow("1010", "Jonas", "Juhl", languages=("da",)),
        people_rules.OfficerRow("1011", "Kofi", "Kwakuvi", languages=("ee",)),
        people_rules.OfficerRow("1012", "Lena", "Lindqvist", languages=("sv",)),
    ]  # fmt: skip
    references = people.bring_officers(rows, by=by, at=at).references
    drawn = {"1001": "446688", "1006": "664488", "1009": "886644"}
    people.draw_faces({references[badge]: face(colour) for badge, colour in drawn.items()}, by=by, at=at)
    day = {days: on + timedelta(days=days) for days in (-1200, -900, -500, -200, -100, -14, -40, 1, 21, 60, 900)}
    postings.bring_postings(
        [
            rules.PostingRow("1012", "old-mill", "member", day[-900], day[-14], day[900], day[-40], "leave"),
            rules.PostingRow("1001", "old-mill", "lead", day[-500], planned_end_on=day[900]),
            rules.PostingRow("1002", "old-mill", "member", day[-1200], planned_end_on=day[900]),
            rules.PostingRow("1003", "old-mill", "member", day[-200]),
            rules.PostingRow("1004", "harbour", "member", day[-900], day[60], day[60]),
            rules.PostingRow("1004", "old-mill", "cover", on, day[1]),
            rules.PostingRow("1005", "harbour", "lead", day[-900], day[21], day[21], day[-14]),
            rules.PostingRow("1006", "harbour", "lead", day[21], announced_on=day[-14]),
            rules.PostingRow("1007", "harbour", "member", day[-100]),
            rules.PostingRow("1008", "ring", "member", day[-100]),
            rules.PostingRow("1009", "ring", "lead", day[-500]),
            rules.PostingRow("1010", "night-market", "lead", day[-500]),
            rules.PostingRow("1011", "ring", "member", day[60]),
        ],
        by=by,
        at=at,
    )
    people.hide_officer(references["1007"], by=by, at=at)
    people.withdraw_photo(references["1008"], by=by, at=at)
    persons = [
        Person(
            references[row.badge_number],
            row.badge_number,
            people_rules.name_shown(row.given_name, row.family_name, agreed=row.shown_as, ceiling="full"),
            row.given_name,
            row.family_name,
            row.given_name if row.shown_as != "full" else "",
        )
        for row in rows
    ]
    return Cast(on, *persons)
