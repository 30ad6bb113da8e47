"""The overseer's view of who looked at what, and everybody's own."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces.desk.views import readings as views
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine
from byname.people.models import Account
from byname.postings.models import DutyHours, Posting
from tests import staff
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def overseer() -> Client:
    """The overseer's browser."""
    return staff.at_the_desk(staff.account("overseer"))


@pytest.fixture
def sergeant() -> Account:
    """A sergeant of the first division."""
    return staff.account("sergeant", divisions=["D1"])


def look(
    by: Account, at: datetime, *records: str, event: str = "read.officer", reason: str = "", **facts: bool
) -> None:
    with transaction.atomic():
        for record in records:
            subject = ("officer", record)
            ledger.record(event, subject=subject, by=staff.acting(by), at=at, reason_code=reason, facts={**facts})


def midday() -> datetime:
    """Noon of today: looks made at it lie neither at night nor on another day."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)


def rows(client: Client, address: str) -> list[list[str]]:
    """The cells of the page's table, a line each."""
    page = client.get(address)
    assert page.status_code == 200
    body = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    lines = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in body.split("</tr>")]
    return [[" ".join(unescape(re.sub(r"<[^>]*>", " ", cell)).split()) for cell in line] for line in lines if line]


def test_an_empty_ledger_says_what_will_stand_here(cast: Cast, overseer: Client) -> None:
    page = overseer.get("/desk/readings/").content.decode()
    assert "nobody looked at anything sensitive" in page
    assert "Whoever opens an officer" in page


def test_each_look_by_person_by_record_and_by_day(cast: Cast, overseer: Client, sergeant: Account) -> None:
    look(sergeant, midday(), cast.ana.reference, cast.bao.reference, reason="supervision")
    look(sergeant, midday(), cast.ana.reference, outside=True)
    when = f"{midday():%a} {midday().day} {midday():%b}, 12:00"
    ana, bao = f"officer {cast.ana.reference}", f"officer {cast.bao.reference}"
    assert rows(overseer, "/desk/readings/") == [
        [when, "The sergeant", "an officer's entry outside their own area", ana, ""],
        [when, "The sergeant", "an officer's entry", bao, "I supervise them"],
        [when, "The sergeant", "an officer's entry", ana, "I supervise them"],
    ]
    assert rows(overseer, "/desk/readings/?by=person") == [["The sergeant", "3", "1", "2", "1"]]
    assert rows(overseer, "/desk/readings/?by=record") == [[ana, "2", "1", when], [bao, "1", "1", when]]
    assert rows(overseer, "/desk/readings/?by=day") == [[f"{midday():%A} {midday().day} {midday():%B}", "3", "1", "1"]]


def test_what_stands_out_comes_first_with_its_reason(cast: Cast, overseer: Client, sergeant: Account) -> None:
    look(sergeant, midday(), *(f"O-{number:06}" for number in range(21)))
    page = overseer.get("/desk/readings/").content.decode()
    assert "Many records: 21, where they had looked at none before." in page
    assert page.index("Many records") < page.index("<table")


def test_choices_narrow_the_list_and_a_wrong_one_is_told(cast: Cast, overseer: Client, sergeant: Account) -> None:
    other = staff.account("coordinator")
    look(sergeant, midday(), cast.ana.reference)
    look(other, midday() - timedelta(days=2), cast.bao.reference)
    day = timezone.localdate() - timedelta(days=2)
    assert [line[1] for line in rows(overseer, f"/desk/readings/?person={sergeant.pk}")] == ["The sergeant"]
    assert [line[1] for line in rows(overseer, f"/desk/readings/?record={cast.bao.reference}")] == ["The coordinator"]
    assert [line[1] for line in rows(overseer, f"/desk/readings/?first={day}&last={day}")] == ["The coordinator"]
    for wrong in ("first=yesterday", "person=nobody", f"first={day}&last=2020-01-01", "first=2000-01-01", "what=x"):
        page = overseer.get(f"/desk/readings/?{wrong}")
        assert (page.status_code, "There is something to put right" in page.content.decode()) == (200, True)


def test_what_is_counted_is_counted_anew_for_each_look_and_only_then(
    cast: Cast, overseer: Client, sergeant: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No minute ends while this runs.
    monkeypatch.setattr(views, "_KEPT_SECONDS", 1e12)

    def told(ways: str = "") -> str:
        return overseer.get(f"/desk/readings/{ways}").content.decode()

    look(sergeant, midday(), *(f"O-{number:06}" for number in range(21)))
    assert "Many records: 21," in told()
    assert [row[1] for row in rows(overseer, "/desk/readings/?by=person")] == ["21"]
    with CaptureQueriesContext(connection) as again:
        assert "Many records: 21," in told()
        assert [row[1] for row in rows(overseer, "/desk/readings/?by=person")] == ["21"]
    looked_through = [asked["sql"] for asked in again if "GROUP BY" in asked["sql"]]
    assert looked_through == []
    look(sergeant, midday(), "O-000021")
    assert "Many records: 22," in told()
    assert [row[1] for row in rows(overseer, "/desk/readings/?by=person")] == ["22"]
    assert [row[1] for row in rows(overseer, "/desk/readings/?by=day")] == ["22"]
    sergeant.name = "Somebody else"
    sergeant.save()
    assert [row[0] for row in rows(overseer, "/desk/readings/?by=person")] == ["Somebody else"]


def test_hours_that_come_in_later_are_known_a_minute_after(
    cast: Cast, overseer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = staff.account("officer", officer=cast.ana)
    area = Posting.objects.filter(officer__reference=cast.ana.reference).values_list("area_id", flat=True)[0]

    def worked(days_ago: int) -> None:
        on = timezone.localdate() - timedelta(days=days_ago)
        DutyHours.objects.create(
            officer_id=officer.officer_id, area_id=area, on=on, kind="present", minutes=480, recorded_at=midday()
        )

    worked(6)
    look(officer, midday() - timedelta(days=5), cast.bao.reference)
    off_duty = "Off duty: no hours are recorded for that day."
    monkeypatch.setattr(views, "_KEPT_SECONDS", 1e12)
    assert off_duty in overseer.get("/desk/readings/").content.decode()
    worked(5)
    monkeypatch.setattr(views, "_KEPT_SECONDS", 1e-6)
    assert off_duty not in overseer.get("/desk/readings/").content.decode()


def test_each_asking_is_written_down_also_where_nothing_is_counted_anew(
    cast: Cast, overseer: Client, sergeant: Account
) -> None:
    look(sergeant, midday(), cast.ana.reference)
    for address in ("", "", "?by=person", "?by=person", "?by=record", "?by=day"):
        overseer.get(f"/desk/readings/{address}")
    assert LedgerLine.objects.filter(event="read.readings").count() == 6


def test_no_overseer_no_count_however_lately_it_was_counted(cast: Cast, overseer: Client, sergeant: Account) -> None:
    look(sergeant, midday(), cast.ana.reference)
    for way in ("", "?by=person", "?by=record", "?by=day"):
        assert overseer.get(f"/desk/readings/{way}").status_code == 200
        assert staff.at_the_desk(sergeant).get(f"/desk/readings/{way}").status_code == 404


def test_the_list_goes_on_on_a_second_page(cast: Cast, overseer: Client, sergeant: Account) -> None:
    look(sergeant, midday(), *(f"O-{number:06}" for number in range(51)))
    assert [len(rows(overseer, f"/desk/readings/?page={page}")) for page in (1, 2, 3)] == [50, 1, 1]
    assert "Page 1 of 2" in overseer.get("/desk/readings/").content.decode()


def test_the_file_holds_every_look_and_no_formula(cast: Cast, overseer: Client, sergeant: Account) -> None:
    sergeant.name = "=HYPERLINK(1)"
    sergeant.save()
    look(sergeant, midday(), cast.ana.reference, reason="complaint", outside=True)
    answer = overseer.get("/desk/readings.csv")
    (line,) = csv.DictReader(StringIO(answer.content.decode()))
    assert (answer["Content-Type"], line["person"], line["record"], line["reason"], line["outside"]) == (
        "text/csv; charset=utf-8",
        "'=HYPERLINK(1)",
        f"officer {cast.ana.reference}",
        "complaint",
        "yes",
    )
    assert line["day_stands_out"] == "Outside their own areas and divisions: once."


def test_nothing_of_what_was_looked_at_is_told(cast: Cast, overseer: Client, sergeant: Account) -> None:
    look(sergeant, midday(), cast.ana.reference, cast.grace.reference)
    for address in ("/desk/readings/", "/desk/readings/?by=record", "/desk/readings.csv"):
        page = overseer.get(address).content.decode()
        told = [word for who in cast.everybody for word in (who.given, who.family, who.badge) if word in page]
        assert told == []


def test_everybody_sees_their_own_reading_and_nobody_else_s(cast: Cast, sergeant: Account) -> None:
    look(sergeant, midday() - timedelta(days=1), cast.ana.reference, reason="supervision")
    look(staff.account("coordinator"), midday() - timedelta(days=1), cast.bao.reference)
    mine = rows(staff.at_the_desk(sergeant), "/desk/own/readings/")
    assert [line[1:] for line in mine] == [["an officer's entry", f"officer {cast.ana.reference}", "I supervise them"]]
    officer = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    assert "You looked at nothing sensitive" in officer.get("/desk/own/readings/").content.decode()
