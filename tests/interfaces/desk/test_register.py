"""The register at the desk: who finds whom, what a look leaves behind, and why a posting ended early."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.ledger.models import LedgerLine
from byname.people.models import Officer
from byname.postings.models import Posting
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import links, words


def looks() -> list[tuple[str, str, str, dict[str, object]]]:
    """What the ledger says was looked at."""
    return [
        (line.event, line.subject_id, line.reason_code, line.facts)
        for line in LedgerLine.objects.filter(event__startswith="read.").order_by("pk")
    ]


def test_everybody_finds_whom_they_answer_for(cast: Cast) -> None:
    found = {
        name: links(staff.at_the_desk(account).get("/desk/officers/").content)
        for name, account in {
            "coordinator": staff.account("coordinator"),
            "sergeant of D1": staff.account("sergeant", divisions=["D1"]),
            "sergeant of none": staff.account("sergeant", email="none@service.example"),
            "officer": staff.account("officer", officer=cast.grace),
        }.items()
    }
    by_name = sorted(cast.everybody, key=lambda person: (person.family, person.given))
    assert found == {
        "coordinator": [person.reference for person in by_name],
        "sergeant of D1": [
            person.reference for person in by_name if person in (cast.ana, cast.bao, cast.chidi, cast.dina)
        ],
        "sergeant of none": [],
        "officer": [cast.grace.reference],
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [("1003", ["chidi"]), ("alb", ["ana"]), ("ANA albu", ["ana"]), ("albu elif", []), ("%", []), ("\\", []), ("_", [])],
)
def test_officers_are_found_by_name_and_badge_number(cast: Cast, asked: str, names: list[str]) -> None:
    page = staff.at_the_desk(staff.account("coordinator")).get("/desk/officers/", {"q": asked}).content
    assert links(page) == [getattr(cast, name).reference for name in names]


def test_the_list_costs_the_same_for_one_and_for_all(cast: Cast) -> None:
    for account in (staff.account("coordinator"), staff.account("sergeant", divisions=["D1", "D2"])):
        client = staff.at_the_desk(account)
        counts = []
        for url in ("/desk/officers/?q=albu", "/desk/officers/?q=albu", "/desk/officers/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
        assert counts[1] == counts[2]


def test_an_entry_shows_where_they_served_and_the_look_is_on_record(cast: Cast) -> None:
    page = words(staff.at_the_desk(staff.account("coordinator")).get(f"/desk/officers/{cast.dina.reference}/").content)
    since = (cast.on - timedelta(days=900)).strftime("%-d %b %Y")
    assert "Constable Dina Dellarosa Badge 1004. Serves Harbour since" in page
    assert f"Harbour member {since}" in page
    assert "Old Mill cover" in page
    assert "That you opened this page is on record." in page
    assert looks() == [("read.officer", cast.dina.reference, "", {"outside": False})]


def test_one_looks_at_oneself_without_a_line(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("officer", officer=cast.grace))
    assert "Quillfeather" in words(client.get(f"/desk/officers/{cast.grace.reference}/").content)
    assert looks() == []


def test_a_look_beyond_ones_own_division_says_so(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator", "sergeant", divisions=["D1"]))
    for person in (cast.ana, cast.hugo):
        assert client.get(f"/desk/officers/{person.reference}/").status_code == 200
    assert [facts for _, _, _, facts in looks()] == [{"outside": False}, {"outside": True}]


def test_who_answers_for_somebody_else_finds_no_such_entry_and_nothing_is_written(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    answers = [client.get(f"/desk/officers/{reference}/") for reference in (cast.hugo.reference, "O-222222")]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [re.sub(rb'value="[^"]+"', b"", answer.content) for answer in answers]
    assert bodies[0] == bodies[1]
    assert looks() == []


def test_where_somebody_lives_stands_on_no_page(cast: Cast) -> None:
    Officer.objects.filter(reference=cast.ana.reference).update(lives_in="987654")
    client = staff.at_the_desk(staff.account("coordinator"))
    for url in ("/desk/officers/", f"/desk/officers/{cast.ana.reference}/", "/desk/areas/old-mill/"):
        assert "987654" not in client.get(url).content.decode()


def url_of_the_end(cast: Cast) -> str:
    """Where the reason for Lena's early end is asked for."""
    first = Posting.objects.get(officer__reference=cast.lena.reference).period.lower
    return f"/desk/officers/{cast.lena.reference}/ended/old-mill/{first}/"


def test_why_a_posting_ended_early_is_told_to_who_says_why_they_look(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    url = url_of_the_end(cast)
    entry = client.get(f"/desk/officers/{cast.lena.reference}/").content.decode()
    assert url in entry
    assert "Leave" not in words(client.get(url).content).split("Why you are looking")[0]
    for reason in ("", "curiosity"):
        assert client.post(url, {"reason": reason}).status_code == 422
    assert [event for event, *_ in looks()] == ["read.officer"]
    assert "Why a posting ended early Leave It ended on" in words(client.post(url, {"reason": "planning"}).content)
    assert looks()[1:] == [("read.end_reason", cast.lena.reference, "planning", {"area": "old-mill", "outside": False})]


def test_nobody_but_a_coordinator_learns_a_reason(cast: Cast) -> None:
    url = url_of_the_end(cast)
    for role in ("sergeant", "overseer", "analyst", "clerk", "administrator"):
        client = staff.at_the_desk(staff.account(role, divisions=["D1"]))
        assert (role, client.get(url).status_code) == (role, 404)
        assert (role, client.post(url, {"reason": "audit"}).status_code) == (role, 404)
    assert looks() == []


@pytest.mark.parametrize("first", ["2020-01-01", "2020-13-45", "soon"])
def test_there_is_no_reason_where_there_is_no_such_posting(cast: Cast, first: str) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    url = f"/desk/officers/{cast.lena.reference}/ended/old-mill/{first}/"
    assert client.post(url, {"reason": "planning"}).status_code == 404


def test_a_posting_that_ended_as_promised_has_no_reason(cast: Cast) -> None:
    first = Posting.objects.get(officer__reference=cast.elif_.reference).period.lower
    url = f"/desk/officers/{cast.elif_.reference}/ended/harbour/{first}/"
    client = staff.at_the_desk(staff.account("coordinator"))
    assert client.post(url, {"reason": "planning"}).status_code == 404
    assert looks() == []


def test_a_list_of_officers_is_a_look_on_record_without_what_was_sought(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    client.get("/desk/officers/")
    client.get("/desk/officers/", {"q": "albu"})
    client.get("/desk/officers/", {"q": "nobody is called this"})
    staff.at_the_desk(staff.account("officer", officer=cast.ana)).get("/desk/officers/")
    assert looks() == [
        ("read.register", "list", "", {"rows": len(cast.everybody), "sought": False, "outside": False}),
        ("read.register", "list", "", {"rows": 1, "sought": True, "outside": False}),
    ]
