"""Open311 GeoReport v2 as other programs rely on it: its addresses, its documents, its errors, its own schemas."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import georeport  # type: ignore[import-untyped]  # it carries no types
import jsonschema_rs
import pytest
import requests
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.concerns import rules
from byname.concerns.models import Concern, Wording
from byname.interfaces import open311
from byname.vocabulary import PUBLIC, Actor, Point
from tests.cast import IN_MILL, Cast
from tests.conftest import SHARED, needed

BY = Actor("operator", "test")
HERE = "/api/open311/v2"
ZONE = ZoneInfo("America/Toronto")
HOSTILE = "Cars & <trucks> \"race\" ]]> 'here' &amp; \u202e"
WRITTEN = "Maya Ray saw plate ABCD 123, call 416-555-0199"
"""What a person wrote, and nobody may ever read here."""


@dataclass(frozen=True)
class Raised:
    """Concerns that stand in the database: two of them published, one withdrawn since, one never published."""

    open: str
    closed: str
    withdrawn: str
    unpublished: str


def _raise(words: str = WRITTEN) -> Concern:
    told = rules.Told(what=words, lat=IN_MILL.lat, lon=IN_MILL.lon)
    contact = rules.Contact(name="Maya Ray", email="maya@example.org", phone="416 555 0199")
    receipt = concerns.raise_concern(
        rules.Raised("traffic", told, "point", "web", "en", contact=contact),
        concerns.Where("D1", "old-mill", 4),
        on=timezone.localdate(),
        promise=rules.Promise(ZONE),
        by=PUBLIC,
        at=timezone.now(),
    )
    return Concern.objects.get(reference=receipt.reference)


def _publish(concern: Concern, *, state: str, months_ago: int = 0, withdrawn: bool = False) -> str:
    at, month = timezone.now(), timezone.localdate().replace(day=1)
    for _ in range(months_ago):
        month = (month - timedelta(days=1)).replace(day=1)
    Wording.objects.create(
        concern=concern,
        area_id=concern.area_id or 0,
        category="noise" if state == "closed" else "traffic",
        words=HOSTILE,
        done="A sign stands there now." if state == "closed" else "",
        month_on=month,
        near="Millrace Lane and Ringway",
        lat=43.6195,
        lon=-79.4955,
        state=state,
        published_at=at,
        changed_at=at,
        withdrawn_at=at if withdrawn else None,
    )
    return concern.reference


def _stand() -> Raised:
    return Raised(
        open=_publish(_raise(), state="answered"),
        closed=_publish(_raise(), state="closed", months_ago=1),
        withdrawn=_publish(_raise(), state="answered", withdrawn=True),
        unpublished=_raise().reference,
    )


@pytest.fixture
def raised(cast: Cast) -> Raised:
    """What stands in the database."""
    return _stand()


def said(client: Client, path: str, **asked: str) -> Any:
    """An answer of 200 in JSON, read."""
    answer = client.get(f"{HERE}/{path}", asked)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    return json.loads(answer.content)


def in_xml(client: Client, path: str, status: int = 200) -> ElementTree.Element:
    """An answer in XML, read."""
    answer = client.get(f"{HERE}/{path}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/xml; charset=utf-8")
    assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    return ElementTree.fromstring(answer.content)


def plain(element: ElementTree.Element) -> Any:
    """An element of XML as JSON writes it, but for what XML has no word for: numbers and booleans are text there."""
    lists = {"attributes", "endpoints", "errors", "formats", "service_requests", "services", "values"}
    if element.tag in lists:
        return [plain(child) for child in element]
    if len(element):
        return {child.tag: plain(child) for child in element}
    return element.text or ""


def as_text(value: Any) -> Any:
    """A value of JSON with its numbers, booleans and nothings as XML writes them."""
    if isinstance(value, dict):
        return {name: as_text(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_discovery_says_where_it_stands_in_both_forms(client: Client, cast: Cast) -> None:
    found = said(client, "discovery.json")
    assert found == {
        "changeset": "2026-01-05T00:00:00Z",
        "contact": found["contact"],
        "key_service": "Ask Rivermouth Police for a key; its administrators make one.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": "http://localhost:8000/api/open311/v2",
                "changeset": "2026-01-05T00:00:00Z",
                "type": "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    assert found["contact"].startswith("Rivermouth Police")
    assert datetime.fromisoformat(found["changeset"]) < timezone.now()


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("discovery", "discovery"),
        ("services", "services"),
        ("services/traffic", "service_definition"),
        ("requests", "service_requests"),
    ],
)
def test_both_forms_say_the_same(client: Client, raised: Raised, path: str, root: str) -> None:
    element = in_xml(client, f"{path}.xml")
    assert element.tag == root
    assert plain(element) == as_text(said(client, f"{path}.json"))


def test_the_services_are_the_categories_without_the_complaint(client: Client, cast: Cast) -> None:
    services = said(client, "services.json")
    assert [each["service_code"] for each in services] == list(rules.default_profile().raisable)
    assert services[0] == {
        "service_code": "traffic",
        "service_name": "Speeding, or danger on the road",
        "description": rules.default_profile().raisable["traffic"].advised("en"),
        "metadata": True,
        "type": "realtime",
        "keywords": "",
        "group": "For the neighbourhood's officers",
    }


def test_the_services_are_named_in_the_language_asked_for(client: Client, cast: Cast) -> None:
    category = rules.default_profile().raisable["traffic"]
    answer = client.get(f"{HERE}/services.json", headers={"Accept-Language": "ur"})
    assert json.loads(answer.content)[0]["service_name"] == category.name("ur")
    assert answer.headers["Vary"] == "Accept-Language"


def test_a_definition_tells_of_emergencies_first_and_asks_when(client: Client, cast: Cast) -> None:
    definition = said(client, "services/traffic.json")
    attributes = definition["attributes"]
    assert definition["service_code"] == "traffic"
    assert [(each["code"], each["variable"], each["datatype"], each["order"]) for each in attributes] == [
        ("emergency", False, "string", 1),
        ("advice", False, "string", 2),
        ("who", False, "string", 3),
        ("days", True, "multivaluelist", 4),
        ("times", True, "multivaluelist", 5),
        ("since", True, "singlevaluelist", 6),
        ("help", True, "text", 7),
    ]
    assert "Call 911 now." in attributes[0]["description"]
    assert [each["key"] for each in attributes[3]["values"]] == list(rules.DAYS)


def test_a_published_concern_is_told_as_the_officer_worded_it(client: Client, raised: Raised) -> None:
    (one,) = said(client, f"requests/{raised.open}.json")
    month = timezone.localdate().replace(day=1)
    wording = Wording.objects.get(concern__reference=raised.open)
    assert one == {
        "service_request_id": raised.open,
        "status": "open",
        "status_notes": None,
        "service_name": "Speeding, or danger on the road",
        "service_code": "traffic",
        "description": HOSTILE,
        "agency_responsible": "Rivermouth Police",
        "service_notice": None,
        "requested_datetime": datetime(month.year, month.month, 1, tzinfo=ZONE).isoformat(),
        "updated_datetime": datetime.combine(wording.changed_at.astimezone(ZONE), time(), ZONE).isoformat(),
        "expected_datetime": None,
        "address": "Millrace Lane and Ringway, Old Mill",
        "address_id": None,
        "zipcode": None,
        "lat": 43.6195,
        "long": -79.4955,
        "media_url": None,
    }
    assert plain(in_xml(client, f"requests/{raised.open}.xml"))[0]["description"] == HOSTILE


def test_what_is_not_published_is_not_there_and_looks_like_what_never_was(client: Client, raised: Raised) -> None:
    unknown = rules.new_reference(lambda below: 3)
    assert unknown not in (raised.unpublished, raised.withdrawn)
    for form in open311.KINDS:
        answers = [
            client.get(f"{HERE}/requests/{reference}.{form}")
            for reference in (unknown, raised.unpublished, raised.withdrawn, "7")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
    tokens = [client.get(f"{HERE}/tokens/{token}.json") for token in (unknown, raised.unpublished, raised.open, "x")]
    assert {(answer.status_code, answer.content) for answer in tokens} == {(404, tokens[0].content)}
    assert {each["service_request_id"] for each in said(client, "requests.json")} == {raised.open, raised.closed}


def test_nothing_a_person_wrote_is_in_any_answer(client: Client, raised: Raised) -> None:
    published = [f"requests/{reference}" for reference in (raised.open, raised.closed)]
    paths = ["discovery", "services", "services/traffic", "requests", *published]
    for path in paths:
        for form in open311.KINDS:
            text = client.get(f"{HERE}/{path}.{form}").content.decode()
            assert not [word for word in ("Maya", "ABCD", "0199", "maya@", str(IN_MILL.lat)) if word in text]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, "open closed"),
        ({"status": "open"}, "open"),
        ({"status": "closed"}, "closed"),
        ({"status": "open,closed"}, "open closed"),
        ({"service_code": "traffic"}, "open"),
        ({"service_code": "noise, traffic"}, "open closed"),
        ({"service_code": "potholes"}, ""),
        ({"page_size": "1"}, "open"),
        ({"page_size": "1", "page": "2"}, "closed"),
        ({"page_size": "1", "page": "3"}, ""),
        ({"start_date": "2020-01-01T00:00:00Z"}, ""),
        ({"end_date": "2020-01-01T00:00:00+01:00"}, ""),
        ({"extensions": "true"}, "open closed"),
    ],
)
def test_a_list_is_cut_as_it_was_asked_for(client: Client, raised: Raised, asked: dict[str, str], shown: str) -> None:
    by_reference = {raised.open: "open", raised.closed: "closed"}
    found = [by_reference[each["service_request_id"]] for each in said(client, "requests.json", **asked)]
    assert " ".join(found) == shown


def test_ids_that_are_named_override_everything_else(client: Client, raised: Raised) -> None:
    asked = f"{raised.closed},{raised.unpublished}, {raised.open.replace('-', ' ').lower()},none"
    found = said(client, "requests.json", service_request_id=asked, status="closed", start_date="2020-01-01")
    assert [each["service_request_id"] for each in found] == [raised.open, raised.closed]
    assert said(client, "requests.json", service_request_id=raised.unpublished) == []


def test_a_window_holds_the_months_that_begin_in_it(client: Client, raised: Raised) -> None:
    month = datetime.combine(timezone.localdate().replace(day=1), datetime.min.time(), ZONE)
    begins = month.isoformat()
    after = (month + timedelta(seconds=1)).isoformat()
    assert [each["service_code"] for each in said(client, "requests.json", start_date=begins)] == ["traffic"]
    assert said(client, "requests.json", start_date=after) == []
    assert [each["service_code"] for each in said(client, "requests.json", end_date=begins)] == ["traffic", "noise"]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("requests.{}?status=done", 400, "status is open, closed, or both with a comma between."),
        ("requests.{}?page=0", 400, "page is a whole number from 1 to 10000."),
        ("requests.{}?page_size=9999", 400, "page_size is a whole number from 1 to 1000."),
        ("requests.{}?start_date=yesterday", 400, "start_date is a moment such as 2026-01-05T00:00:00Z."),
        ("requests.{}?end_date=0001-01-01T00:00:00Z", 400, "end_date is a moment such as 2026-01-05T00:00:00Z."),
        (
            "requests.{}?start_date=2026-01-01&end_date=2026-06-01",
            400,
            "start_date and end_date lie at most 90 days apart.",
        ),
        ("requests.{}?status=open&status=closed", 400, "status was given more than once."),
        (
            "services.{}?jurisdiction_id=elsewhere.example",
            404,
            "There is one jurisdiction here, and it has no jurisdiction_id: leave it out.",
        ),
        ("services/potholes.{}", 404, "There is no service with this service_code."),
        ("services/about-an-officer.{}", 404, "There is no service with this service_code."),
        ("requests/7.{}", 404, "There is no published request with this id."),
        ("tokens/7.{}", 404, "There is no such token: each request gets its service_request_id at once."),
        ("nothing.{}", 404, "There is nothing at this address."),
        ("requests/a%00b.{}", 400, "That request could not be read."),
    ],
)
@pytest.mark.parametrize("form", open311.KINDS)
def test_errors_are_arrays_in_the_callers_form(
    client: Client, cast: Cast, path: str, status: int, sentence: str, form: str
) -> None:
    answer = client.get(f"{HERE}/{path.format(form)}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, open311.KINDS[form])
    if form == "json":
        assert json.loads(answer.content) == [{"code": status, "description": sentence}]
    else:
        assert plain(ElementTree.fromstring(answer.content)) == [{"code": str(status), "description": sentence}]


def test_an_address_in_no_form_is_refused_in_xml_or_in_json_where_that_is_accepted(client: Client, cast: Cast) -> None:
    for path in ("requests.csv", "requests", ""):
        assert client.get(f"{HERE}/{path}").headers["Content-Type"] == "text/xml; charset=utf-8"
        answer = client.get(f"{HERE}/{path}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json; charset=utf-8")


def test_every_site_may_ask_and_nobody_gets_a_cookie(client: Client, raised: Raised) -> None:
    for path in ("discovery.xml", "services.json", "requests.json", f"requests/{raised.unpublished}.xml", "nothing"):
        answer = client.get(f"{HERE}/{path}", headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert not answer.cookies
    asked = client.options(f"{HERE}/requests.json")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, POST")
    assert client.options(f"{HERE}/services.json").headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    refused = client.post(f"{HERE}/services.xml", {})
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert plain(ElementTree.fromstring(refused.content))[0]["code"] == "405"


def test_every_document_keeps_to_the_specifications_own_schemas(client: Client, raised: Raised) -> None:
    folder = SHARED / "open311"
    service, definition, request = (
        jsonschema_rs.Draft4Validator(json.loads(needed(folder / f"{name}.json").read_text(encoding="utf-8")))
        for name in ("service", "service-definition", "request")
    )
    services = said(client, "services.json")
    assert len(services) > 5
    for each in services:
        service.validate(each)
        definition.validate(said(client, f"services/{each['service_code']}.json"))
    found = said(client, "requests.json")
    assert len(found) == 2
    for each in found:
        request.validate(each)
    broken = {**found[0], "service_request_id": 7}
    assert not request.is_valid(broken)


class _Server(ThreadingMixIn, WSGIServer):
    """A server whose threads end with it."""

    daemon_threads = True


class _Silent(WSGIRequestHandler):
    """Says nothing of what it is asked."""

    def log_request(self, *_: Any) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Running:
    """A server that answers, and what stands behind it."""

    url: str
    raised: Raised
    key: str


@pytest.fixture
def running(committed: Cast, django_db_blocker: Any) -> Iterator[Running]:
    """The whole of byname's Django behind a socket, with concerns in its database."""

    def answer(environ: dict[str, Any], start: Any) -> Any:
        try:
            return [b"".join(django(environ, start))]
        finally:
            connections.close_all()

    django = WSGIHandler()
    with django_db_blocker.unblock():
        raised = _stand()
        known = tuple(rules.default_profile().raisable)
        key = concerns.make_api_key("City 311", an_hour=5, known=known, by=BY, at=timezone.now()).key
        with make_server("127.0.0.1", 0, answer, server_class=_Server, handler_class=_Silent) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield Running(f"http://127.0.0.1:{server.server_port}{HERE}", raised, key)
            finally:
                server.shutdown()
                thread.join()


def test_the_client_that_programs_use_reads_it_in_both_forms(running: Running) -> None:
    raised = running.raised
    for form in open311.KINDS:
        report = georeport.GeoReport(running.url, output_format=form)
        services = report.get_service_list()
        assert [each["service_code"] for each in services] == list(rules.default_profile().raisable)
        assert report.get_service_definition("traffic")["service_code"] == "traffic"
        found = report.get_service_requests()
        assert {each["service_request_id"] for each in found} == {raised.open, raised.closed}
        assert report.get_service_request(raised.open)["description"] == HOSTILE
        with pytest.raises(requests.HTTPError, match="404"):
            report.get_service_request(raised.unpublished)
    assert [
        each["service_request_id"]
        for each in georeport.GeoReport(running.url).get_service_requests(status="closed", service_code="noise")
    ] == [raised.closed]


def test_a_sender_in_xml_gets_an_id_and_until_it_is_published_nothing_more(running: Running) -> None:
    form = {"api_key": running.key, "service_code": "noise", "description": HOSTILE, "first_name": "Maya"}
    point = Point(IN_MILL.lat, IN_MILL.lon)
    sent = requests.post(
        f"{running.url}/requests.xml", {**form, "lat": str(point.lat), "long": str(point.lon)}, timeout=30
    )
    assert sent.status_code == 201
    ((given,),) = [[each.text for each in ElementTree.fromstring(sent.content).iter("service_request_id")]]
    assert given == rules.reference_of(given or "")
    assert rules.told_of(Concern.objects.get(reference=given).told).what == rules.tidied(HOSTILE)
    assert requests.get(f"{running.url}/requests/{given}.xml", timeout=30).status_code == 404
