"""Searching: what comes first, what is said as such, and what no question can do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.places.actions.addresses import bring_addresses
from byname.places.models import Area, AreaNeighbourhood, Edition, Neighbourhood
from byname.places.queries import addresses
from byname.places.queries.addresses import Match, search_addresses
from byname.vocabulary import PUBLIC, Actor, Point, Refused

Bring = Callable[..., None]

CITY = """\
_id,LINEAR_NAME_FULL,LO_NUM,LO_NUM_SUF,HI_NUM,PLACE_NAME,MUNICIPALITY_NAME,ADDRESS_FULL,LATITUDE,LONGITUDE
1,Dovercourt Rd,348,None,NA,None,former Toronto,348 Dovercourt Rd,43.6510,-79.4259
2,Dovercourt Rd,350,None,NA,14 Division,former Toronto,350 Dovercourt Rd,43.6513,-79.4260
3,Dovercourt Rd,350,A,NA,None,former Toronto,350A Dovercourt Rd,43.6514,-79.4261
4,Dovercourt Rd,351,None,NA,None,former Toronto,351 Dovercourt Rd,43.6515,-79.4255
5,Dovercourt Rd,360,None,366,None,former Toronto,360-366 Dovercourt Rd,43.6520,-79.4263
6,King St W,100,None,NA,None,former Toronto,100 King St W,43.6480,-79.3830
7,King St E,100,None,NA,None,former Toronto,100 King St E,43.6510,-79.3720
8,King St,100,None,NA,None,York,100 King St,43.7000,-79.5200
9,Spadina Ave,200,None,NA,None,former Toronto,200 Spadina Ave,43.6500,-79.3970
10,Spadina Rd,200,None,NA,None,former Toronto,200 Spadina Rd,43.6800,-79.4090
11,Queen St W,440,None,NA,None,former Toronto,440 Queen St W,43.6487,-79.3964
12,Spadina Ave,150,None,NA,None,former Toronto,150 Spadina Ave,43.6488,-79.3966
13,St Clair Ave W,50,None,NA,None,former Toronto,50 St Clair Ave W,43.6880,-79.3960
14,Clair Rd,50,None,NA,None,North York,50 Clair Rd,43.7400,-79.4500
15,Park Lawn Rd,200,None,NA,None,Etobicoke,200 Park Lawn Rd,43.6299,-79.4911
16,Park Ave,200,None,NA,None,Etobicoke,200 Park Ave,43.6000,-79.5000
17,Eleventh St,110,None,NA,New Toronto Library,Etobicoke,110 Eleventh St,43.5990,-79.5097
18,O'Connor Dr,12,None,NA,None,East York,12 O'Connor Dr,43.6900,-79.3400
19,Château Crt,7,None,NA,None,Scarborough,7 Château Crt,43.7700,-79.2500
20,Queen St W,1303,None,NA,Parkdale Library,former Toronto,1303 Queen St W,43.6412,-79.4327
21,Main St,20,None,NA,None,East York,20 Main St,43.6880,-79.3010
22,Main St,20,None,NA,None,Scarborough,20 Main St,43.7700,-79.1800
"""


@pytest.fixture
def bring(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> Bring:
    def brought(text: str, name: str = "city.csv") -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        bring_addresses(path, by=clerk_of_records, at=noon)

    return brought


@pytest.fixture
def city(db: None, bring: Bring, noon: datetime) -> None:
    """A small city: some streets, two neighbourhoods, one area."""
    bring(CITY)
    edition = Edition.objects.create(
        kind="neighbourhoods", name="2022", valid_from="2022-04-12", file_name="x", file_sha256="x", brought_at=noon
    )
    for official_id, name, lat, lon in (
        (84, "Little Portugal", 43.6472, -79.4300),
        (78, "Kensington-Chinatown", 43.6533, -79.3975),
    ):
        Neighbourhood.objects.create(
            edition=edition,
            official_id=official_id,
            name=name,
            slug=name.lower(),
            boundary={},
            area_km2=1.0,
            label_lat=lat,
            label_lon=lon,
        )
    area = Area.objects.create(slug="little-portugal", name="Little Portugal", division_code="D14")
    AreaNeighbourhood.objects.create(area=area, official_id=84)


def labels(text: str) -> list[str]:
    return [match.label for match in search_addresses(text, viewer=PUBLIC)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("350 dovercourt", "350 Dovercourt Rd"),
        ("350 Dovercourt Street", "350 Dovercourt Rd"),
        ("Dovercourt Rd 350", "350 Dovercourt Rd"),
        ("350 dovercourt road toronto on m6j 3e3", "350 Dovercourt Rd"),
        ("5-350 Dovercourt", "350 Dovercourt Rd"),
        ("350a dovercourt", "350A Dovercourt Rd"),
        ("350 rue Dovercourt", "350 Dovercourt Rd"),
        ("#350 dovercourt", "350 Dovercourt Rd"),
        ("2-350 dovercourt", "350 Dovercourt Rd"),
        ("350 dovrecourt", "350 Dovercourt Rd"),
        ("350 doverkort rd", "350 Dovercourt Rd"),
        ("360-366 dovercourt", "360-366 Dovercourt Rd"),
        ("364 dovercourt", "360-366 Dovercourt Rd"),
        ("100 king w", "100 King St W"),
        ("100 king street east", "100 King St E"),
        ("100 King St, York", "100 King St, York"),
        ("200 spadina rd", "200 Spadina Rd"),
        ("200 spadina ave", "200 Spadina Ave"),
        ("50 st clair", "50 St Clair Ave W"),
        ("50 st. clair av. w.", "50 St Clair Ave W"),
        ("50 saint clair west", "50 St Clair Ave W"),
        ("50 clair rd", "50 Clair Rd, North York"),
        ("200 park lawn", "200 Park Lawn Rd, Etobicoke"),
        ("200 park", "200 Park Ave, Etobicoke"),
        ("110 11th", "110 Eleventh St, Etobicoke"),
        ("110 eleventh street", "110 Eleventh St, Etobicoke"),
        ("12 oconnor", "12 O'Connor Dr, East York"),
        ("12 o’connor drive", "12 O'Connor Dr, East York"),
        ("7 CHATEAU court", "7 Château Crt, Scarborough"),
        ("7 château", "7 Château Crt, Scarborough"),
        ("20 main st, scarborough", "20 Main St, Scarborough"),
        ("20 main st, east york", "20 Main St, East York"),
        ("parkdale library", "Parkdale Library, 1303 Queen St W"),
        ("parkdale libary", "Parkdale Library, 1303 Queen St W"),
        ("Parkdale", "Parkdale Library, 1303 Queen St W"),
        ("14 division", "14 Division, 350 Dovercourt Rd"),
        ("queen and spadina", "Queen St W and Spadina Ave"),
        ("kensington chinatown", "Kensington-Chinatown"),
        ("kensingtn", "Kensington-Chinatown"),
        ("little portugal", "Little Portugal"),
        ("dover", "Dovercourt Rd"),
    ],
)
def test_what_people_type_finds_first_what_they_mean(typed: str, first: str, city: None) -> None:
    assert labels(typed)[:1] == [first]


def test_an_address_is_told_whole(city: None) -> None:
    match = search_addresses("350 Dovercourt Rd", viewer=PUBLIC)[0]
    assert match == Match("350 Dovercourt Rd", "address", Point(43.6513, -79.4260), None, 100.0)


def test_an_area_is_told_with_its_slug_and_hides_the_neighbourhood_of_its_name(city: None) -> None:
    found = [match for match in search_addresses("little portugal", viewer=PUBLIC) if match.label == "Little Portugal"]
    assert found == [Match("Little Portugal", "area", Point(43.6472, -79.43), 84, 100.0, slug="little-portugal")]


def test_a_number_that_is_not_there_finds_the_nearest_and_says_so(city: None) -> None:
    (match, *_) = search_addresses("346 dovercourt rd", viewer=PUBLIC)
    assert (match.label, match.nearest) == ("348 Dovercourt Rd", True)
    (match, *_) = search_addresses("353 dovercourt rd", viewer=PUBLIC)
    assert (match.label, match.nearest) == ("351 Dovercourt Rd", True)
    (match, *_) = search_addresses("350 dovercourt rd", viewer=PUBLIC)
    assert match.nearest is False


def test_a_number_inside_a_range_is_there_on_its_own_side_of_the_street_only(city: None) -> None:
    (match, *_) = search_addresses("364 dovercourt rd", viewer=PUBLIC)
    assert (match.label, match.nearest) == ("360-366 Dovercourt Rd", False)
    (match, *_) = search_addresses("363 dovercourt rd", viewer=PUBLIC)
    assert (match.label, match.nearest) == ("351 Dovercourt Rd", True)


def test_two_streets_that_fit_alike_are_both_told(city: None) -> None:
    assert labels("100 king")[:3] == ["100 King St, York", "100 King St E", "100 King St W"]


def test_no_more_is_told_than_asked_for(city: None) -> None:
    assert len(search_addresses("100 king", viewer=PUBLIC, most=2)) == 2
    assert len(search_addresses("100 king", viewer=PUBLIC, most=0)) == 0


@pytest.mark.parametrize(
    "typed",
    [
        "zzzzqqqq",
        "1",
        "350",
        "12345678901234567890",
        "99999999999 king",
        "😀",
        "😀 100 😀",
        "'; DROP TABLE byname_address; --",
        "%_%",
        "\\",
        "\u202e\u0634\u0627\u0631\u0639 350",
        "(((((",
        "-----",
        "#,#,#",
        "½",
        "\ud800 350 dovercourt",
        "٣٥٠ dovercourt",
        "²",
        ", , ,",
        "M6J 3E3",
        "Toronto, ON",
        "a" * 200,
        "1 " * 100,
        "st " * 66,
    ],
)
def test_no_question_is_an_error(typed: str, city: None) -> None:
    assert len(search_addresses(typed, viewer=PUBLIC)) <= 8


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "\x00" * 50, "\n\t", "\ud800", "x" * 10_000, "\u200b"])
def test_an_empty_or_an_endless_question_is_refused(typed: str, city: None) -> None:
    with pytest.raises(Refused, match=r"^(Type an address|That is too long)"):
        search_addresses(typed, viewer=PUBLIC)


def test_a_nul_byte_is_read_as_a_blank(city: None) -> None:
    assert labels("350\x00dovercourt")[:1] == ["350 Dovercourt Rd"]


words = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            "350 dovercourt rd 5- # apt st ave king w , / and & 1/2 ½ on m6j 3e3 the ( ) . - first 99999 é".split()
        ),
        max_size=12,
    ).map(" ".join),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=words)
def test_any_question_is_answered_the_same_twice_or_refused(typed: str, city: None) -> None:
    try:
        found = search_addresses(typed, viewer=PUBLIC)
    except Refused:
        return
    assert found == search_addresses(typed, viewer=PUBLIC)
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(0 <= match.score <= 100 for match in found)


def test_nothing_is_found_before_anything_is_brought_in(db: None) -> None:
    assert search_addresses("350 dovercourt", viewer=PUBLIC) == ()


def test_a_search_costs_a_few_queries_and_reads_the_streets_once(city: None) -> None:
    search_addresses("350 dovercourt", viewer=PUBLIC)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        search_addresses("351 dovercourt", viewer=PUBLIC)
    assert len(queries) == 2
    assert not any("search_key" in query["sql"] for query in queries)


def test_what_was_asked_is_not_even_told_to_the_database(city: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert labels("350 dovercourt plantedword")[:1] == ["350 Dovercourt Rd"]
        labels("plantedword library")
    assert len(queries) > 3
    assert [query["sql"] for query in queries if "planted" in query["sql"] or "dovercourt" in query["sql"]] == []


def test_a_new_area_is_found_at_once(city: None) -> None:
    assert labels("sorauren corner") == []
    area = Area.objects.create(slug="sorauren-corner", name="Sorauren Corner", division_code="D11")
    AreaNeighbourhood.objects.create(area=area, official_id=78)
    assert labels("sorauren corner") == ["Sorauren Corner"]


def test_a_hand_drawn_area_is_found_inside_its_land(city: None) -> None:
    ring = [[-79.40, 43.65], [-79.39, 43.65], [-79.39, 43.66], [-79.40, 43.66], [-79.40, 43.65]]
    boundary = {"type": "MultiPolygon", "coordinates": [[ring]]}
    Area.objects.create(slug="the-line", name="The Line", division_code="D52", boundary=boundary)
    (match,) = [match for match in search_addresses("the line", viewer=PUBLIC) if match.kind == "area"]
    assert (match.label, match.neighbourhood) == ("The Line", None)
    assert 43.65 < match.point.lat < 43.66
    assert -79.40 < match.point.lon < -79.39


def test_one_address_in_two_files_is_told_once(city: None, bring: Bring) -> None:
    bring("address,lat,lon\n350 DOVERCOURT ROAD,43.6513,-79.4260\n", "other.csv")
    assert labels("350 dovercourt rd").count("350 Dovercourt Rd") == 1


def test_ten_threads_read_the_streets_once(city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    version = ["1", "1"]
    monkeypatch.setattr(addresses, "_versions", lambda: tuple(version))
    monkeypatch.setattr(
        addresses, "_read_streets", lambda told: read.append(told) or addresses._Streets(told, None, None)
    )
    monkeypatch.setattr(addresses, "_read_land", lambda told: addresses._Land(told, None, ()))
    memory = addresses._Memory()
    for turn in ("1", "2"):
        version[0] = turn
        threads = [threading.Thread(target=memory.current) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert read == ["1", "2"]
