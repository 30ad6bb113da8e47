"""The fast door answers byte for byte what Django would, and leaves to Django whatever is not plain."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pytest_django import Settings

from byname.interfaces import snapshot
from byname.interfaces.api import doorstep, replies
from byname.places import actions as places
from byname.vocabulary import Actor
from tests import cast as city
from tests.cast import EVERYWHERE, IN_MILL, OUTSIDE, Cast
from tests.conftest import needed

# What Django's answer carries beyond the fast one: it concerns pages, or the server takes it off.
OF_PAGES = {"permissions-policy", "cross-origin-opener-policy", "x-byname-route"}
ROUNDS = hypothesis(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Corners, edges and everywhere else of the city, and some of the rest of the world.
EDGES_NORTH = [round(city.SOUTH + step * 0.005, 6) for step in range(-1, 9)]
EDGES_EAST = [round(city.WEST + step * 0.005, 6) for step in range(-1, 8)]
NORTH = st.one_of(st.sampled_from(EDGES_NORTH), st.floats(43.595, 43.645), st.floats(-90, 90))
EAST = st.one_of(st.sampled_from(EDGES_EAST), st.floats(-79.505, -79.465), st.floats(-180, 180))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "accept-encoding": st.sampled_from(["gzip", "gzip, deflate, br", "br", "gzip;q=0", "*", ""]),
        "if-none-match": st.sampled_from(["*", '"x"', 'W/"x"', "", "HELD", '"x", HELD']),
        "accept": st.sampled_from(["*/*", "text/html", "application/json"]),
    },
)


@pytest.fixture
def packed_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies as short as this city's are compressed too."""
    monkeypatch.setattr(replies, "_LONG", 1000)


def same(client: Client, query: str, headers: dict[str, str]) -> bool:
    """Whether the fast door answered; fails where it did and Django says anything else."""
    snapshot.city()
    fast = doorstep.answer("GET", doorstep.PATH, query, headers)
    django = client.get(f"{doorstep.PATH}?{query}", headers=headers)
    if fast is None:
        return False
    status, fast_headers, body = fast
    said = {name.lower(): value for name, value in django.headers.items()}
    assert (status, body) == (django.status_code, django.content)
    assert {name: value for name, value in said.items() if name not in OF_PAGES} == dict(fast_headers)
    assert len(dict(fast_headers)) == len(fast_headers)
    return True


@ROUNDS
@given(north=NORTH, east=EAST, headers=HEADERS, lon_first=st.booleans(), digits=st.integers(0, 17))
@pytest.mark.usefixtures("packed_early")
def test_the_fast_door_says_what_django_says(
    client: Client, cast: Cast, north: float, east: float, headers: dict[str, str], lon_first: bool, digits: int
) -> None:
    lat, lon = f"{north:.{digits}f}", f"{east:.{digits}f}"
    query = f"lon={lon}&lat={lat}" if lon_first else f"lat={lat}&lon={lon}"
    held = dict(replies.reply({}).headers)["etag"]
    if "HELD" in headers.get("if-none-match", ""):
        snapshot.city()
        first = doorstep.answer("GET", doorstep.PATH, query, {})
        held = dict(first[1])["etag"] if first else held
        headers = headers | {"if-none-match": headers["if-none-match"].replace("HELD", held)}
    same(client, query, headers)


def test_every_plain_point_is_answered_at_the_fast_door(client: Client, cast: Cast) -> None:
    answered = [same(client, f"lat={each.lat}&lon={each.lon}", {}) for each in EVERYWHERE]
    assert answered == [True] * len(EVERYWHERE)
    found = [doorstep.answer("GET", doorstep.PATH, f"lat={each.lat}&lon={each.lon}", {}) for each in EVERYWHERE]
    assert [answer and answer[0] for answer in found] == [404 if each == OUTSIDE else 200 for each in EVERYWHERE]


def test_behind_tls_the_fast_door_too_tells_a_browser_to_ask_by_tls_only(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.BYNAME_BEHIND_TLS = True
    query = f"lat={IN_MILL.lat}&lon={IN_MILL.lon}"
    for each, headers in ((IN_MILL, {}), (OUTSIDE, {}), (IN_MILL, {"if-none-match": "*"})):
        assert same(client, f"lat={each.lat}&lon={each.lon}", headers)
    answer = doorstep.answer("GET", doorstep.PATH, query, {})
    assert answer is not None
    assert dict(answer[1])["strict-transport-security"] == "max-age=31536000"


def test_a_demonstration_says_so_at_the_fast_door_too(cast: Cast) -> None:
    snapshot.city()
    answer = doorstep.answer("GET", doorstep.PATH, f"lat={IN_MILL.lat}&lon={IN_MILL.lon}", {})
    assert answer is not None
    assert json.loads(answer[2])["demo"] is True


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lat=43.615",
        "lat=43.615&lon=",
        "lat=43.615&lon=-79.495&",
        "lat=43.615&lon=-79.495&lat=43.615",
        "lat=43.615&lon=-79.495&x=1",
        "lat=+43.615&lon=-79.495",
        "lat=%2043.615&lon=-79.495",
        "lat=4.3615e1&lon=-79.495",
        "lat=nan&lon=-79.495",
        "lat=inf&lon=-79.495",
        "lat=91&lon=-79.495",
        "lat=43.615&lon=181",
        "lat=43.615&lon=-199",
        "lat=-79.495&lon=43.615",
        "lat=٤٣&lon=-79.495",
        "lat=43.615&lon=-79.495\n",
        "lat=43.615%00&lon=-79.495",
        "lat=43.&lon=-79.495",
        "lat=.5&lon=-79.495",
        "lat=0043.615&lon=-79.495",
        f"lat=43.{'1' * 18}&lon=-79.495",
        "address=12+Millrace+Lane",
        "address=x&lat=43.615&lon=-79.495",
    ],
)
def test_what_is_not_plain_is_left_to_django(cast: Cast, query: str) -> None:
    snapshot.city()
    assert doorstep.answer("GET", doorstep.PATH, query, {}) is None


def test_other_addresses_and_an_empty_memory_are_left_to_django(cast: Cast) -> None:
    query = f"lat={IN_MILL.lat}&lon={IN_MILL.lon}"
    assert doorstep.answer("GET", doorstep.PATH, query, {}) is None
    snapshot.city()
    assert doorstep.answer("GET", doorstep.PATH, query, {}) is not None
    for path in ("/api/v1/team/", "/api/v1/Team", "/api/v1/areas", "/"):
        assert doorstep.answer("GET", path, query, {}) is None


def test_the_fast_door_asks_nothing_of_the_database(cast: Cast, django_assert_num_queries: object) -> None:
    snapshot.city()
    with django_assert_num_queries(0):  # type: ignore[operator]
        try:
            snapshot._polling = True
            for each in EVERYWHERE:
                assert doorstep.answer("GET", doorstep.PATH, f"lat={each.lat}&lon={each.lon}", {}) is not None
        finally:
            snapshot._polling = False


@pytest.mark.slow
def test_the_fast_door_says_what_django_says_in_the_real_city(
    client: Client, db: None, clerk_of_records: Actor, noon: datetime, shared: Path
) -> None:
    since = date(2022, 4, 12)
    for kind, name in (
        ("neighbourhoods", "toronto_neighbourhoods_158.geojson"),
        ("divisions", "tps_police_divisions_16.geojson"),
    ):
        file = needed(shared / "boundaries" / name)
        places.bring_boundaries(
            kind,  # type: ignore[arg-type]
            file.read_bytes(),
            file_name=name,
            edition="2022",
            valid_from=since,
            by=clerk_of_records,
            at=noon,
        )
    random = Random(158)
    points = [(random.uniform(43.55, 43.88), random.uniform(-79.66, -79.1)) for _ in range(400)]
    corners = [
        (lat, lon)
        for hood in snapshot.city().territory.neighbourhoods[::8]
        for lon, lat in snapshot.city().territory.outline_of_neighbourhood(hood.official_id)[0][0][:10]
    ]
    assert len(snapshot.city().territory.neighbourhoods) == 158
    answered = [same(client, f"lat={lat!r}&lon={lon!r}", {}) for lat, lon in points + corners]
    assert answered == [True] * len(points + corners)
