"""What the API promises to every program: shapes, headers, refusals; and nothing the public page does not show."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from ninja import Schema
from pydantic import TypeAdapter

from byname.interfaces.api import heard, operations, replies, shapes
from tests.cast import IN_FIELDS, IN_HARBOUR, IN_MILL, IN_THE_HOLE, Cast

API = "/api/v1"
AT = f"{API}/team?lat={IN_MILL.lat}&lon={IN_MILL.lon}"
GOOD: dict[str, Any] = {
    AT: shapes.TeamAnswer,
    f"{API}/team?lat={IN_FIELDS.lat}&lon={IN_FIELDS.lon}": shapes.TeamAnswer,
    f"{API}/team?address=12+Millrace+Lane": shapes.AddressTeamAnswer,
    f"{API}/neighbourhoods": shapes.NeighbourhoodsAnswer,
    f"{API}/neighbourhoods?page=2&per_page=4": shapes.NeighbourhoodsAnswer,
    f"{API}/neighbourhoods.geojson": shapes.FeatureCollection,
    f"{API}/neighbourhoods/5": shapes.NeighbourhoodAnswer,
    f"{API}/neighbourhoods/6/team": shapes.TeamAnswer,
    f"{API}/areas": shapes.AreasAnswer,
    f"{API}/areas?page=3&per_page=2": shapes.AreasAnswer,
    f"{API}/areas.geojson": shapes.FeatureCollection,
    f"{API}/areas/old-mill": shapes.TeamAnswer,
    f"{API}/areas/chapel-hill": shapes.TeamAnswer,
    f"{API}/areas/harbour/continuity": shapes.ContinuityAnswer,
    f"{API}/continuity": shapes.ContinuityAnswer,
    f"{API}/divisions": shapes.DivisionsAnswer,
    f"{API}/divisions.geojson": shapes.FeatureCollection,
    f"{API}/heard?area=old-mill&category=traffic&per_page=5": heard.HeardAnswer,
    f"{API}/heard.geojson": shapes.FeatureCollection,
}
BAD: dict[str, int] = {
    f"{API}/nope": 404,
    "/api/": 404,
    "/api/v2/team": 404,
    f"{API}/": 404,
    f"{API}/team/": 404,
    f"{API}/areas/nobody": 404,
    f"{API}/areas/nobody/continuity": 404,
    f"{API}/neighbourhoods/999": 404,
    f"{API}/neighbourhoods/999/team": 404,
    f"{API}/team?address=Nowhere+Whatsoever+Boulevard": 404,
    f"{API}/team": 422,
    f"{API}/team?lat=43.6": 422,
    f"{API}/team?lat=nan&lon=1": 422,
    f"{API}/team?lat=1e999&lon=1": 422,
    f"{API}/team?lat=91&lon=1": 422,
    f"{API}/team?lat=43_6&lon=1": 422,
    f"{API}/team?lat={IN_MILL.lon}&lon={IN_MILL.lat}": 422,
    f"{API}/team?lat=1&lon=2&address=x": 422,
    f"{AT}&lat=1": 422,
    f"{AT}&colour=red": 422,
    f"{API}/team?address={'a' * 201}": 422,
    f"{API}/areas?page=0": 422,
    f"{API}/areas?page=10001": 422,
    f"{API}/areas?page=x": 422,
    f"{API}/areas?per_page=501": 422,
    f"{API}/areas?page=99999999999999999999": 422,
    f"{API}/areas/UPPER": 422,
    f"{API}/neighbourhoods/abc": 422,
    f"{API}/neighbourhoods/-1": 422,
    f"{API}/divisions?x=1": 422,
    f"{API}/areas/old%00mill": 400,
    f"{API}/areas?page=%00": 400,
    f"{API}/areas?{'&'.join(f'p{n}=1' for n in range(101))}": 400,
}
SENTENCE = re.compile(r"\S.*[.]\Z", re.DOTALL)


def test_every_operation_answers_as_its_description_says(client: Client, addresses: None) -> None:
    described = operations.api.get_openapi_schema()["paths"]
    asked = {re.sub(r"/\d+(?=/|$)", "/{official_id}", url.split("?")[0]) for url in GOOD}
    asked = {re.sub(r"/(old-mill|chapel-hill|harbour)", "/{slug}", path) for path in asked}
    assert asked == set(described)
    for url, shape in GOOD.items():
        answer = client.get(url)
        said = json.loads(answer.content)
        assert answer.status_code == 200, url
        # Nothing is missing, nothing is there that the description does not name, and every type is the one named.
        assert _plainly(shape, answer.content) == said, url


def _plainly(shape: type[Schema], body: bytes) -> Any:
    return TypeAdapter(shape).validate_json(body).model_dump(mode="json", exclude_unset=True)


def test_every_answer_says_that_it_comes_from_the_demonstration(client: Client, addresses: None, cast: Cast) -> None:
    for url in GOOD:
        said = client.get(url).json()
        assert (said["demo"], said["on"]) == (True, cast.on.isoformat()), url


def test_a_team_is_told_field_by_field_as_the_public_page_shows_it(client: Client, cast: Cast) -> None:
    def day(days: int) -> str:
        return (cast.on + timedelta(days=days)).isoformat()

    ana = cast.ana.reference
    token = client.get(AT).json()["team"]["officers"][0]["photo"]["small"].partition("?")[2]
    plain: dict[str, Any] = {"pronunciation": "", "skills": [], "words": "", "phone": "", "email": "", "photo": None}
    said = client.get(AT).json()
    chidi_photo = said["team"]["officers"][2].pop("photo")
    assert said == {
        "demo": True,
        "on": day(0),
        "served": True,
        "message": None,
        "neighbourhood": {
            "id": 4,
            "name": "Mill",
            "url": "/at/mill",
            "lat": said["neighbourhood"]["lat"],
            "lon": said["neighbourhood"]["lon"],
            "area_km2": 0.897,
            "population": 40400,
            "home_division": "D1",
            "division_shares": {"D1": 1.0},
        },
        "division": {"code": "D1", "name": "1 Division", "address": "1 First Street", "phone": "416-555-0101"},
        "team": {
            "area": {
                "slug": "old-mill",
                "name": "Old Mill",
                "url": "/at/old-mill",
                "division": "D1",
                "neighbourhoods": [1, 4],
                "served_since": "2015-05-01",
                "phone": "416-555-0114",
                "email": "old-mill@example.org",
                "lat": said["team"]["area"]["lat"],
                "lon": said["team"]["area"]["lon"],
                "neighbours": ["chapel-hill", "harbour"],
            },
            "division": {"code": "D1", "name": "1 Division", "address": "1 First Street", "phone": "416-555-0101"},
            "officers": [
                {
                    "name": "Ana Albuquerque",
                    "pronunciation": "AH-na al-boo-KER-kee",
                    "rank": "Constable",
                    "badge_number": "1001",
                    "languages": ["pt", "en"],
                    "skills": ["youth", "mediation"],
                    "words": "I walk Millrace Lane every week.",
                    "phone": "416-555-0141",
                    "email": "ana.albuquerque@example.org",
                    "photo": {size: f"/photo/{ana}/{size}.svg?{token}" for size in ("small", "medium", "large")},
                    "role": "lead",
                    "since": day(-500),
                    "until": day(900),
                },
                plain
                | {
                    "name": "B. Bao",
                    "rank": "Constable",
                    "badge_number": "1002",
                    "languages": ["yue"],
                    "role": "member",
                    "since": day(-1200),
                    "until": day(900),
                },
                {key: value for key, value in plain.items() if key != "photo"}
                | {
                    "name": "Chidi Chukwu",
                    "rank": "Constable",
                    "badge_number": "1003",
                    "languages": ["ig", "fr"],
                    "role": "member",
                    "since": day(-200),
                    "until": said["team"]["officers"][2]["until"],
                },
            ],
            "covers": [
                plain
                | {
                    "name": "Dina Dellarosa",
                    "rank": "Constable",
                    "badge_number": "1004",
                    "languages": [],
                    "words": "Ask me about the ferry.",
                    "role": "cover",
                    "since": None,
                    "until": None,
                }
            ],
            "coming": [],
            "recent": [{"on": day(-14), "role": "member", "joins": None, "leaves": "Lena Lindqvist"}],
            "continuity": {
                "officers": 3,
                "median_days": 500,
                "changes_in_twelve_months": 1,
                "next_change_on": None,
            },
            "hours": None,
        },
        "also": [],
    }
    assert set(chidi_photo) == {"small", "medium", "large"}
    assert client.get(chidi_photo["small"]).headers["Content-Type"] == "image/jpeg"


def test_where_the_programme_is_not_yet_the_division_answers(client: Client, cast: Cast) -> None:
    said = client.get(f"{API}/team?lat={IN_FIELDS.lat}&lon={IN_FIELDS.lon}").json()
    assert (said["served"], said["team"], said["division"]["phone"]) == (False, None, "416-555-0102")
    assert said["message"] == "The programme is not here yet. The division answers for this neighbourhood."


def test_no_operation_lists_officers_of_more_than_one_area(client: Client, addresses: None) -> None:
    for url, shape in GOOD.items():
        text = client.get(url).content.decode()
        teams = text.count('"officers":[')
        assert teams == (1 if shape in (shapes.TeamAnswer, shapes.AddressTeamAnswer) and '"served":true' in text else 0)


def test_a_refusal_is_a_problem_in_one_sentence(client: Client, addresses: None) -> None:
    found = {}
    for url in BAD:
        answer = client.get(url)
        said = json.loads(answer.content)
        found[url] = said["status"] if answer.status_code == said["status"] else 0
        assert answer.headers["Content-Type"] == "application/problem+json", url
        assert answer.headers["Access-Control-Allow-Origin"] == "*", url
        assert set(said) <= {"type", "title", "status", "detail", "code"}, url
        assert said["type"] == "about:blank", url
        assert SENTENCE.match(said["detail"]), url
    assert found == BAD


def test_open_water_is_answered_by_its_division(client: Client, addresses: None) -> None:
    said = client.get(f"{API}/team?lat={IN_THE_HOLE.lat}&lon={IN_THE_HOLE.lon}").json()
    assert (said["served"], said["neighbourhood"], bool(said["division"])) == (False, None, True)


def test_a_refusal_is_plain_language(client: Client, cast: Cast) -> None:
    said = {url: client.get(f"{API}/{url}").json()["detail"] for url in ("areas?page=x", "areas?page=0", "areas/UP")}
    assert said == {
        "areas?page=x": "page is a whole number.",
        "areas?page=0": "page is 1 or more.",
        "areas/UP": "slug holds small letters, digits and hyphens only.",
    }


def test_the_api_can_only_be_read(client: Client, cast: Cast) -> None:
    for url in (AT, f"{API}/areas", f"{API}/openapi.json", f"{API}/docs"):
        for method in (client.post, client.put, client.patch, client.delete, client.trace):
            answer = method(url)
            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.json()["detail"] == "This address can only be read: ask with GET."


def test_a_script_of_any_site_may_read_and_is_told_so_beforehand(client: Client, addresses: None) -> None:
    for url in (*GOOD, f"{API}/openapi.json", f"{API}/docs"):
        asked = client.options(
            url, headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
        )
        assert (asked.status_code, asked.content) == (204, b"")
        assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        got = client.get(url, headers={"Origin": "https://elsewhere.example"})
        assert got.headers["Access-Control-Allow-Origin"] == "*", url
        assert "Access-Control-Allow-Credentials" not in got.headers
        assert "Set-Cookie" not in got.headers


def test_what_is_held_already_is_not_sent_again(client: Client, addresses: None) -> None:
    for url in GOOD:
        first = client.get(url)
        etag = first.headers["ETag"]
        for held in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
            again = client.get(url, headers={"If-None-Match": held})
            assert (again.status_code, again.content) == (304, b""), (url, held)
            assert again.headers["ETag"] == etag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert "Content-Type" not in again.headers
        assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_faces_are_asked_for_again_and_borders_are_kept_an_hour(client: Client, addresses: None) -> None:
    for url in GOOD:
        # What was heard may be taken back at any moment.
        lasting = "heard" not in url and {"divisions", "geojson"} & set(re.split(r"[./?]", url))
        kept = "no-store" if "address=" in url else "public, max-age=3600" if lasting else "public, no-cache"
        assert client.get(url).headers["Cache-Control"] == kept, url


def test_a_long_answer_is_packed_for_those_who_can_unpack_it(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_LONG", 1000)
    url = f"{API}/areas.geojson"
    plain = client.get(url)
    for said, packed in {"gzip": True, "br, gzip;q=0.5": True, "gzip;q=0": False, "br": False, "": False}.items():
        answer = client.get(url, headers={"Accept-Encoding": said})
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert ("Content-Encoding" in answer.headers) == packed, said
        assert int(answer.headers["Content-Length"]) == len(answer.content)
        body = gzip.decompress(answer.content) if "Content-Encoding" in answer.headers else answer.content
        assert body == plain.content


def test_head_says_what_get_would_and_sends_nothing(client: Client, addresses: None) -> None:
    for url in GOOD:
        got, asked = client.get(url), client.head(url)
        assert (asked.status_code, asked.content) == (200, b"")
        assert dict(asked.headers) == dict(got.headers), url


def test_the_documentation_page_needs_no_other_origin_and_no_script_of_its_own(client: Client, cast: Cast) -> None:
    page = client.get(f"{API}/docs").content.decode()
    assert re.findall(r"(?:https?:)?//[\w.-]+", page) == []
    assert re.findall(r"\son\w+=|javascript:|<style|\sstyle=", page) == []
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    for attributes, inside in scripts:
        assert 'type="application/json"' in attributes or not inside.strip()
    files = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert len(files) >= 4
    assert [name for name in files if finders.find(name) is None] == []
    policy = client.get(f"{API}/docs").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_description_is_served_and_is_the_one_promised(client: Client) -> None:
    assert client.get(f"{API}/openapi.json").json() == json.loads(json.dumps(operations.api.get_openapi_schema()))


def test_lists_are_cut_into_pages_that_join_without_gap_or_double(client: Client, cast: Cast) -> None:
    whole = client.get(f"{API}/areas").json()["areas"]
    pages = [client.get(f"{API}/areas?page={page}&per_page=2").json() for page in (1, 2, 3, 4)]
    assert [area for page in pages for area in page["areas"]] == whole
    assert [(page["count"], page["page"], page["per_page"]) for page in pages] == [(5, n, 2) for n in (1, 2, 3, 4)]
    assert [len(page["areas"]) for page in pages] == [2, 2, 1, 0]


def test_a_place_in_two_areas_names_the_other(client: Client, cast: Cast) -> None:
    said = client.get(f"{API}/team?lat=43.605&lon=-79.4805").json()
    assert (said["team"]["area"]["slug"], said["also"]) == ("chapel-hill", ["night-market"])


def test_an_announced_change_is_told_before_it_happens(client: Client, cast: Cast) -> None:
    said = client.get(f"{API}/team?lat={IN_HARBOUR.lat}&lon={IN_HARBOUR.lon}").json()["team"]
    day = (cast.on + timedelta(days=21)).isoformat()
    assert said["coming"] == [{"on": day, "role": "lead", "joins": "Farid Farahani", "leaves": "Elif Erdem"}]
    assert said["continuity"]["next_change_on"] == day
