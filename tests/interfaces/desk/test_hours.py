"""Hours at the desk: two taps for a usual day, one's own and one's division's, and what Today says of them."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from byname.interfaces.desk.views import hours
from byname.ledger.models import LedgerLine
from byname.postings import actions as postings
from byname.postings.models import DutyHours, PublishedHours
from tests import staff
from tests.cast import Cast, Person

HERE = "/desk/hours/"


def desk_of(officer: Person) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=officer))


def kept() -> list[tuple[str, date, str, int]]:
    rows = DutyHours.objects.order_by("on", "area__slug", "kind")
    return list(rows.values_list("area__slug", "on", "kind", "minutes"))


def buttons(page: str) -> list[dict[str, str]]:
    """What each one-tap form of a page would send."""
    found = []
    for form in re.findall(r"<form method=\"post\">(.*?)</form>", page, re.DOTALL):
        hidden = dict(re.findall(r'name="(on|area|kind)" value="([^"]*)"', form))
        found += [hidden | {"hours": value} for value in re.findall(r'<button[^>]* name="hours" value="([^"]*)"', form)]
    return found


def page(client: Client, address: str = HERE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_usual_day_is_one_tap_on_the_page(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    first = buttons(page(ana))[0]
    assert first == {"on": cast.on.isoformat(), "area": "old-mill", "kind": "present", "hours": "10:00"}
    answer = ana.post(HERE, first)
    assert (answer.status_code, answer["Location"]) == (303, f"{HERE}?on={cast.on}&area=old-mill")
    assert kept() == [("old-mill", cast.on, "present", 600)]
    assert "10 h in Old Mill" in page(ana, answer["Location"])


def test_a_reason_and_an_amount_are_two_taps_and_the_rest_of_the_day_is_offered(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    court = [each for each in buttons(page(ana)) if each["kind"] == "court"]
    assert [each["hours"] for each in court] == ["1:00", "5:00", "10:00"]
    after = page(ana, ana.post(HERE, court[1])["Location"])
    assert ("5 h pulled away: court" in after, "The rest of the day" in after) == (True, True)
    (rest,) = [each for each in buttons(after) if each["kind"] == "present" and each["on"] == cast.on.isoformat()]
    ana.post(HERE, rest)
    assert kept() == [("old-mill", cast.on, "court", 300), ("old-mill", cast.on, "present", 300)]


def test_the_usual_day_is_the_officers_own(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    yesterday = cast.on - timedelta(days=1)
    ana.post(HERE, {"on": yesterday, "area": "old-mill", "kind": "present", "hours": "7,5"})
    assert kept() == [("old-mill", yesterday, "present", 450)]
    assert [buttons(page(ana))[0]["hours"], "7 h 30 min" in page(ana)] == ["7:30", True]


def test_days_without_hours_are_filled_from_the_list(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    yesterday = (cast.on - timedelta(days=1)).isoformat()
    gap = [each for each in buttons(page(ana)) if each["on"] == yesterday]
    assert gap == [{"on": yesterday, "area": "old-mill", "kind": "present", "hours": "10:00"}]
    ana.post(HERE, gap[0])
    assert [each for each in buttons(page(ana)) if each["on"] == yesterday] == []


def test_a_figure_is_removed_and_a_day_corrected(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    day = {"on": cast.on, "area": "old-mill"}
    for kind, figure in (("present", "10"), ("present", "8:15"), ("event", "1"), ("event", "0")):
        ana.post(HERE, {**day, "kind": kind, "hours": figure})
    assert kept() == [("old-mill", cast.on, "present", 495)]


def test_whoever_covers_chooses_the_area(cast: Cast) -> None:
    dina = desk_of(cast.dina)
    assert [buttons(page(dina))[0]["area"], buttons(page(dina, f"{HERE}?area=old-mill"))[0]["area"]] == [
        "harbour",
        "old-mill",
    ]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"hours": "x"}, "Write hours as a number, such as 7.5 or 7:30."),
        ({"hours": "25"}, "A day has 24 hours: this would make it more."),
        ({"kind": "asleep"}, "Choose one of the reasons."),
        ({"on": "soon"}, "Say which day."),
        ({"on": "2149-01-01"}, "Hours can be recorded once the day has come."),
        ({"area": "harbour"}, "Hours are recorded for an area the officer serves."),
        ({"area": "no\0where"}, "Hours are recorded for an area the officer serves."),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(cast: Cast, sent: dict[str, str], said: str) -> None:
    whole = {"on": cast.on.isoformat(), "area": "old-mill", "kind": "court", "hours": "1"} | sent
    answer = desk_of(cast.ana).post(HERE, whole)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert kept() == []


def test_a_published_day_can_be_seen_and_not_changed(cast: Cast) -> None:
    # The day before today, as if its month had been published.
    yesterday = cast.on - timedelta(days=1)
    PublishedHours.objects.create(
        month_from=yesterday.replace(day=1), officers=3, present_hours=10, away_hours=0, published_at=timezone.now()
    )
    ana = desk_of(cast.ana)
    shown = page(ana, f"{HERE}?on={yesterday}")
    assert "are published. They stay as they are." in shown
    assert [each for each in buttons(shown) if each["on"] == yesterday.isoformat()] == []
    answer = ana.post(HERE, {"on": yesterday, "area": "old-mill", "kind": "present", "hours": "1"})
    assert (answer.status_code, kept()) == (422, [])


def test_a_sergeant_records_for_the_officers_of_the_division_and_looking_is_recorded(cast: Cast) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    assert sergeant.get(HERE)["Location"] == "/desk/hours/of/"
    listed = re.findall(r'href="/desk/hours/of/([^/"]+)/"', page(sergeant, "/desk/hours/of/"))
    assert sorted(listed) == sorted(each.reference for each in (cast.ana, cast.bao, cast.chidi))
    theirs = f"/desk/hours/of/{cast.ana.reference}/"
    sergeant.post(theirs, buttons(page(sergeant, theirs))[0])
    assert kept() == [("old-mill", cast.on, "present", 600)]
    events = LedgerLine.objects.filter(actor_kind="account").order_by("id").values_list("event", "subject_id")
    assert list(events) == [
        ("read.hours", "D1"),
        ("read.hours", cast.ana.reference),
        ("hours.recorded", cast.ana.reference),
    ]


def test_everybody_elses_hours_are_not_there(cast: Cast) -> None:
    theirs = f"/desk/hours/of/{cast.ines.reference}/"
    sent = {"on": cast.on.isoformat(), "area": "ring", "kind": "present", "hours": "10"}
    for account in (
        staff.account("sergeant", divisions=["D1"]),
        staff.account("officer", officer=cast.ana),
        staff.account("coordinator"),
        staff.account("analyst"),
        staff.account("overseer"),
    ):
        client = staff.at_the_desk(account)
        assert (client.get(theirs).status_code, client.post(theirs, sent).status_code) == (404, 404)
    assert kept() == []


def matters(client: Client) -> list[tuple[str, str]]:
    found = re.findall(r"<h2>(Your hours|Hours of your officers)</h2>\s*<p>(.*?)</p>", page(client, "/desk/"))
    return [(title, said.strip()) for title, said in found]


def test_today_tells_an_officer_of_two_working_days_without_hours_and_stops_at_the_first_recorded(cast: Cast) -> None:
    ana = desk_of(cast.ana)
    first, second = hours.working_days_before(cast.on, 2)
    named = f"{first:%A} {first.day} {first:%B} and {second:%A} {second.day} {second:%B}"
    assert matters(ana) == [("Your hours", f"Nothing is recorded for {named}. Days off need nothing.")]
    ana.post(HERE, {"on": first, "area": "old-mill", "kind": "training", "hours": "8"})
    assert matters(ana) == []


def test_today_tells_a_sergeant_how_many_officers_were_silent_for_a_week_and_not_who(cast: Cast) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    assert matters(sergeant) == [("Hours of your officers", "3 officers have recorded no hours for a week.")]
    for officer in (cast.ana, cast.bao):
        postings.record_hours(
            officer.reference,
            "old-mill",
            on=cast.on,
            kind="present",
            minutes=600,
            by=staff.acting(staff.account("officer", officer=officer)),
            at=timezone.now(),
        )
    assert matters(sergeant) == [("Hours of your officers", "One officer has recorded no hours for a week.")]
    assert matters(staff.at_the_desk(staff.account("coordinator"))) == []


@pytest.mark.parametrize(
    ("on", "days"),
    [
        (date(2026, 11, 23), [date(2026, 11, 19), date(2026, 11, 20)]),
        (date(2026, 11, 24), [date(2026, 11, 20), date(2026, 11, 23)]),
        (date(2026, 11, 22), [date(2026, 11, 19), date(2026, 11, 20)]),
    ],
)
def test_working_days_are_monday_to_friday(on: date, days: list[date]) -> None:
    assert hours.working_days_before(on, 2) == days


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 h"), (45, "45 min"), (60, "1 h"), (450, "7 h 30 min"), (1440, "24 h")]
)
def test_minutes_are_said_as_people_say_them(minutes: int, said: str) -> None:
    assert hours.spoken(minutes) == said
