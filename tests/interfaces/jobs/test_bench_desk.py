"""The large service the desk is measured in: as large as it says, kept by every rule, and its browsers signed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from byname.interfaces.jobs.bench import desk_ground
from byname.interfaces.jobs.bench.desk_ground import QUICK, WHOLE
from byname.postings import queries as postings
from byname.vocabulary import PUBLIC

pytestmark = pytest.mark.django_db


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM byname_{table}")
        return int(cursor.fetchone()[0])


def test_the_whole_service_is_as_large_as_it_was_promised() -> None:
    assert (WHOLE.officers, WHOLE.areas, WHOLE.postings, WHOLE.accounts) == (5000, 2500, 60_000, 200)


def test_what_is_made_is_what_is_told_and_every_team_has_its_two(noon: datetime) -> None:
    on = date(2026, 11, 23)
    made = desk_ground.make(replace(QUICK, areas=90), at=noon, on=on)
    tables = {"officers": "officer", "areas": "area", "postings": "posting", "accounts": "account"}
    assert {told: made[told] for told in tables} == {told: counted(table) for told, table in tables.items()}
    assert made["hours"] == counted("dutyhours")
    assert made["readings"] == counted("ledgerline WHERE event LIKE 'read.%'")
    assert (made["officers"], made["areas"], made["accounts"]) == (180, 90, 20)
    teams = postings.directory(on=on, version=1, viewer=PUBLIC).teams
    assert {slug: [one.role for one in team.postings] for slug, team in teams.items()} == {
        slug: ["lead", "member"] for slug in made["slugs"]
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(lower(period)) < '2012-12-01' FROM byname_posting")
        assert cursor.fetchone() == (True,)


def test_each_role_has_browsers_that_are_signed_in() -> None:
    made = desk_ground.make(replace(QUICK, areas=25, postings=150), at=timezone.now(), on=timezone.localdate())
    for role, cookies in made["cookies"].items():
        client = Client()
        name, _, word = cookies[0].partition("=")
        client.cookies[name] = word
        answer = client.get("/desk/")
        assert (role, answer.status_code) == (role, 200)
        assert f"The {role} ".encode() in answer.content
