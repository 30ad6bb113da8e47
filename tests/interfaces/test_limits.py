"""Whoever asks too often is told when to come back; who asks is what the server says, never what a header says."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django import app

from byname.interfaces.api import operations
from byname.interfaces.jobs import tasks
from byname.interfaces.public.views import checking, finding, printing, standing
from byname.safekeeping.limits import wait_for
from byname.safekeeping.models import Allowance
from tests.cast import Cast

LOOKUP = "/api/v1/team?address=12+Millrace+Lane"


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every limit lets two uses through, in a minute that does not end meanwhile."""
    left = 60 - time.time() % 60
    if left < 5:
        time.sleep(left)
    for module in (finding, checking, printing, operations):
        for name in ("LOOKUPS", "CHECKS", "CHECKS_OF_ONE_AREA", "POSTERS"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, replace(getattr(module, name), most=2))


def test_a_page_asked_for_too_often_says_so_and_when_to_come_back(
    client: Client, addresses: None, strict: None
) -> None:
    answers = [client.post("/find", {"q": "12 Millrace Lane"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].headers["Content-Type"] == "text/html; charset=utf-8"
    assert b"Please try again in a little while." in answers[2].content
    french = client.post("/fr/find", {"q": "12 Millrace Lane"})
    assert (french.status_code, french.headers["Content-Language"]) == (429, "fr")


def test_the_api_asked_too_often_says_so_in_its_own_words(client: Client, addresses: None, strict: None) -> None:
    answers = [client.get(LOOKUP) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert answers[2].headers["Access-Control-Allow-Origin"] == "*"


def test_codes_cannot_be_tried_out(client: Client, cast: Cast, strict: None) -> None:
    codes = [client.post("/at/ring/check", {"code": f"{number:06d}"}).status_code for number in range(3)]
    assert codes == [200, 200, 429]
    elsewhere = [
        client.post("/at/ring/check", {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}").status_code
        for number in range(3)
    ]
    assert elsewhere == [429, 429, 429], "one area's limit holds over all callers"


def test_a_forwarded_address_changes_nothing_here(client: Client, addresses: None, strict: None) -> None:
    spoken = [
        client.get(
            LOOKUP,
            headers={
                "X-Forwarded-For": f"203.0.113.{n}",
                "X-Real-IP": f"203.0.113.{n}",
                "Forwarded": f"for=10.0.0.{n}",
            },
        )
        for n in range(3)
    ]
    assert [answer.status_code for answer in spoken] == [200, 200, 429]
    assert client.get(LOOKUP, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_callers_are_forgotten_by_the_clock(cast: Cast) -> None:
    wait_for(finding.LOOKUPS, "192.0.2.1", at=timezone.now() - timedelta(hours=25))
    wait_for(finding.LOOKUPS, "192.0.2.1", at=timezone.now())
    planned = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert planned["forget-old-callers"] == "17 * * * *"
    assert tasks.forget_old_callers(timestamp=0) == 1
    assert Allowance.objects.count() == 1


def test_one_household_has_one_limit_however_many_addresses_it_has(
    client: Client, addresses: None, strict: None
) -> None:
    asked = [
        client.post("/find", {"q": "12 Millrace Lane"}, REMOTE_ADDR=address).status_code
        for address in ("2001:db8:7:1::1", "2001:db8:7:1::2", "2001:db8:7:1:ffff::9", "2001:db8:7:2::1")
    ]
    assert asked == [303, 303, 429, 303]


def test_who_may_not_try_another_code_is_told_the_other_way(client: Client, cast: Cast, strict: None) -> None:
    answers = [client.post("/at/ring/check", {"code": "000000"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 600
    assert b"Ring the number below and ask." in answers[2].content


def test_no_crawler_shuts_the_check_of_an_area() -> None:
    assert checking.CHECKS_OF_ONE_AREA.most >= 100 * checking.CHECKS.most


def test_the_site_map_and_the_description_are_made_once(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [client.get(path).content for path in ("/sitemap.xml", "/api/v1/openapi.json")]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr(standing, "_sitemap", refuse)
    monkeypatch.setattr(operations.api, "get_openapi_schema", refuse)
    assert [client.get(path).content for path in ("/sitemap.xml", "/api/v1/openapi.json")] == first
