"""No page asks the database more often because there is more to show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces import snapshot
from byname.places import actions as places
from byname.vocabulary import Actor
from tests import cast as city
from tests.cast import Cast

LISTS = ("/", "/areas", "/sitemap.xml", "/check", "/api/v1/areas", "/api/v1/continuity", "/api/v1/areas.geojson")


def asked(client: Client, url: str) -> int:
    """How many queries an address costs a process that has just begun and keeps fresh from then on."""
    snapshot.forget()
    with CaptureQueriesContext(connection) as queries, pytest.MonkeyPatch.context() as patched:
        snapshot.city()
        patched.setattr(snapshot, "_polling", True)
        assert client.get(url).status_code == 200
    return len(queries)


def test_a_list_costs_the_same_for_one_area_and_for_all(client: Client, db: None, clerk_of_records: Actor) -> None:
    now = timezone.now()
    city.build_land(by=clerk_of_records, at=now)
    for slug in city.AREAS[1:]:
        places.remove_area(slug, by=clerk_of_records, at=now)
    asked(client, "/")
    one = {url: asked(client, url) for url in LISTS}
    places.bring_areas(city.AREAS_CSV, file_name="areas.csv", by=clerk_of_records, at=now)
    places.bring_areas(city.MARKET, file_name="market.geojson", by=clerk_of_records, at=now)
    assert {url: asked(client, url) for url in LISTS} == one


def test_the_page_of_an_area_costs_at_most_six_queries(client: Client, cast: Cast) -> None:
    client.get("/at/old-mill")
    for url in ("/at/old-mill", "/at/fields", "/embed/ring", "/at/ring/posters", "/ur/at/harbour"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) <= 6, url


def test_a_process_that_keeps_fresh_asks_nothing_for_a_page(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.city()
    monkeypatch.setattr(snapshot, "_polling", True)
    for url in (*LISTS, "/at/old-mill", "/at/fields", "/embed/ring", "/api/v1/areas/ring", "/about", "/nowhere"):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        assert [query["sql"] for query in queries] == [], url


def test_a_photo_costs_one_query(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot.city()
    monkeypatch.setattr(snapshot, "_polling", True)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/photo/{cast.chidi.reference}/small.webp").status_code == 200
    assert len(queries) == 1
