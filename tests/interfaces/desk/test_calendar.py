"""The calendar: the picture, the table and the file, to whom they show what, and what they cost."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces import snapshot
from byname.interfaces.desk.views import calendar
from byname.ledger.models import LedgerLine
from byname.people.models import Officer
from byname.places.models import Area
from byname.postings import actions
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    """A coordinator's browser."""
    return staff.at_the_desk(staff.account("coordinator"))


def areas(page: bytes) -> list[str]:
    """The areas that have a row."""
    return re.findall(r'aria-label="([^":]+): ', page.decode())


def bars(page: bytes) -> list[str]:
    """What the bars and gaps say, in the order they are drawn."""
    return re.findall(r"<title>([^<]+)</title><rect", page.decode())


def file_of(client: Client, **asked: str) -> list[dict[str, str]]:
    """The calendar as a file."""
    return list(csv.DictReader(StringIO(client.get("/desk/calendar/calendar.csv", asked).content.decode())))


def test_every_area_is_a_row_and_every_posting_a_bar(coordinator: Client, cast: Cast) -> None:
    page = coordinator.get("/desk/calendar/").content
    assert areas(page) == ["Chapel Hill", "Harbour", "Night Market", "Old Mill", "Ring"]
    drawn = bars(coordinator.get("/desk/calendar/", {"q": "harbour", "role": "lead"}).content)
    leaves = (cast.on + timedelta(days=21)).strftime("%-d %b %Y")
    began = (cast.on - timedelta(days=900)).strftime("%-d %b %Y")
    assert drawn[0] == f"Sergeant Elif Erdem leads from {began} to {leaves}"
    assert drawn[1].startswith(f"Constable Farid Farahani leads from {leaves}, promised until ")
    assert drawn[2:] == [f"Nobody serves from 1 Jan {cast.on.year - 3}"]


def test_a_long_calendar_comes_in_pages_or_to_print_all_at_once(
    coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "_A_PAGE", 2)
    first = coordinator.get("/desk/calendar/").content
    assert areas(first) == ["Chapel Hill", "Harbour"]
    assert 'href="?whole=1&amp;page=1">All 5 on one page, to print</a>' in first.decode()
    asked = {"whole": "1", "page": "1"}
    whole = coordinator.get("/desk/calendar/", asked).content
    assert areas(whole) == ["Chapel Hill", "Harbour", "Night Market", "Old Mill", "Ring"]
    assert b"to print" not in whole
    assert len(re.findall("<tr>", coordinator.get("/desk/calendar/", asked | {"as": "table"}).content.decode())) > 5
    # More than fit on one page are not offered so: choose a division first.
    monkeypatch.setattr(calendar, "_AT_ONCE", 3)
    assert b"to print" not in coordinator.get("/desk/calendar/").content
    assert len(areas(coordinator.get("/desk/calendar/", asked).content)) == 3


def test_gaps_are_seen_and_said(coordinator: Client, cast: Cast) -> None:
    page = coordinator.get("/desk/calendar/", {"q": "chapel"}).content
    assert "Nobody leads today in Chapel Hill." in words(page)
    assert bars(page) == [f"Nobody serves from 1 Jan {cast.on.year - 3}"]
    assert "Every team here has a lead today." in words(coordinator.get("/desk/calendar/", {"q": "ring"}).content)


def test_proposals_are_dashed_and_shown_to_who_may_propose(coordinator: Client, cast: Cast) -> None:
    first = cast.on + timedelta(days=40)
    actions.propose_posting(
        "1012", "chapel-hill", "lead", first=first, by=staff.acting(staff.account("sergeant", divisions=["D1"])),
        at=timezone.now(),
    )  # fmt: skip
    page = coordinator.get("/desk/calendar/", {"q": "chapel"}).content
    assert b'<svg class="bar proposed"' in page
    assert bars(page)[0].startswith("Constable Lena Lindqvist is proposed: leads from ")
    (row,) = file_of(coordinator, q="chapel")
    assert (row["officer"], row["state"], row["first_day"]) == ("Constable Lena Lindqvist", "proposed", str(first))
    officer = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    assert "Lindqvist is proposed" not in officer.get("/desk/calendar/").content.decode()


def test_everybody_sees_the_years_of_the_areas_they_reach(cast: Cast) -> None:
    seen = {
        name: areas(staff.at_the_desk(account).get("/desk/calendar/").content)
        for name, account in {
            "officer": staff.account("officer", officer=cast.hugo),
            "sergeant": staff.account("sergeant", divisions=["D1"]),
        }.items()
    }
    assert seen == {"officer": ["Ring"], "sergeant": ["Chapel Hill", "Old Mill"]}
    clerk = staff.at_the_desk(staff.account("clerk"))
    assert [clerk.get(f"/desk/calendar/{name}").status_code for name in ("", "calendar.csv")] == [404, 404]


def test_somebody_hidden_is_an_officer_to_who_may_not_open_their_entry(coordinator: Client, cast: Cast) -> None:
    colleague = staff.at_the_desk(staff.account("officer", officer=cast.dina))
    for url in ("/desk/calendar/", "/desk/calendar/?as=table", "/desk/calendar/calendar.csv"):
        assert ("Quillfeather" in coordinator.get(url).content.decode(), url) == (True, url)
        told = colleague.get(url).content.decode()
        assert ("Quillfeather" in told, "An officer" in told) == (False, True)


def test_the_table_and_the_file_tell_what_the_picture_tells(coordinator: Client, cast: Cast) -> None:
    table = words(coordinator.get("/desk/calendar/", {"q": "night", "as": "table"}).content)
    since = (cast.on - timedelta(days=500)).strftime("%-d %b %Y")
    assert f"Night Market Constable Jonas Juhl lead {since} promised" in table
    (row,) = file_of(coordinator, q="night")
    assert row == {
        "area": "night-market",
        "name": "Night Market",
        "division": "D2",
        "officer": "Constable Jonas Juhl",
        "badge_number": "1010",
        "role": "lead",
        "first_day": str(cast.on - timedelta(days=500)),
        "until": "",
        "promised_until": row["promised_until"],
        "state": "adopted",
    }
    early = [row["officer"] for row in file_of(coordinator) if row["state"] == "ended early"]
    assert early == ["Constable Lena Lindqvist"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_of_the_file_is_a_formula(coordinator: Client, cast: Cast, sign: str) -> None:
    Area.objects.filter(slug="harbour").update(name=f"{sign}1+1")
    snapshot.forget()
    names = {row["area"]: row["name"] for row in file_of(coordinator)}
    assert (names["harbour"], names["ring"]) == (f"'{sign}1+1", "Ring")


def test_why_a_posting_ended_early_stands_nowhere(coordinator: Client) -> None:
    for url in ("/desk/calendar/", "/desk/calendar/?as=table", "/desk/calendar/calendar.csv"):
        assert not re.search(r"\bleave\b", coordinator.get(url).content.decode(), re.IGNORECASE)


def test_years_and_divisions_are_chosen(coordinator: Client, cast: Cast) -> None:
    before = str(cast.on.year - 8)
    assert file_of(coordinator, **{"from": before, "to": before}) == []
    assert "Who serves where, 2020 to 2021" in words(coordinator.get("/desk/calendar/?from=2020&to=2021").content)
    assert areas(coordinator.get("/desk/calendar/", {"division": "D1"}).content) == ["Chapel Hill", "Old Mill"]


@pytest.mark.parametrize(
    "odd",
    ["from=x", "from=0001&to=9999", "from=2150&to=1950", "page=-1", "page=9999999", "role=boss", "division=%27"],
)
def test_an_odd_question_is_still_answered(coordinator: Client, odd: str) -> None:
    assert [coordinator.get(f"/desk/calendar/{name}?{odd}").status_code for name in ("", "calendar.csv")] == [200, 200]


@pytest.mark.parametrize("role", ["coordinator", "sergeant"])
def test_the_calendar_costs_the_same_for_one_area_and_for_all(cast: Cast, role: str) -> None:
    client = staff.at_the_desk(staff.account(role, divisions=["D1", "D2"], email=f"{role}@city.example"))
    counts = []
    with pytest.MonkeyPatch.context() as patched:
        snapshot.city()
        patched.setattr(snapshot, "_polling", True)
        for url in ("/desk/calendar/?q=night", "/desk/calendar/?q=night", "/desk/calendar/"):
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            counts.append(len(queries))
    assert counts[1] == counts[2]


def test_names_are_text_wherever_they_stand(coordinator: Client, cast: Cast) -> None:
    # A name of letters may hold an apostrophe; nothing of it may end an attribute.
    Officer.objects.filter(reference=cast.ana.reference).update(family_name="O'Bri<b>en\"")
    page = coordinator.get("/desk/calendar/", {"q": "mill"}).content.decode()
    assert "O&#x27;Bri&lt;b&gt;en&quot;" in page
    assert "Bri<b>" not in page


def test_that_a_term_was_cut_short_is_told_to_who_may_ask_why(coordinator: Client, cast: Cast) -> None:
    colleague = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    for client, early in ((coordinator, True), (colleague, False)):
        (lena,) = [row for row in file_of(client, q="mill") if row["officer"] == "Constable Lena Lindqvist"]
        assert (lena["state"] == "ended early", lena["promised_until"] != "") == (early, early)
        for url in ("/desk/calendar/?q=mill", "/desk/calendar/?q=mill&as=table"):
            assert ("before the promised end" in client.get(url).content.decode()) == early


def test_the_table_the_whole_and_the_file_are_looks_on_record_and_a_page_of_the_picture_is_not(
    coordinator: Client, cast: Cast
) -> None:
    for url in ("", "?as=table&q=mill", "calendar.csv?q=mill", "?whole=1&q=mill"):
        assert coordinator.get(f"/desk/calendar/{url}").status_code == 200
    looks = LedgerLine.objects.filter(event="read.calendar").order_by("pk")
    rows = len(file_of(coordinator, q="mill"))
    assert [(line.subject_id, line.facts) for line in looks] == [
        ("table", {"file": False, "areas": 1, "rows": rows, "outside": False}),
        ("file", {"file": True, "areas": 1, "rows": rows, "outside": False}),
        ("whole", {"file": False, "areas": 1, "rows": rows, "outside": False}),
        ("file", {"file": True, "areas": 1, "rows": rows, "outside": False}),
    ]
