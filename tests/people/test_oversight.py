"""Who looked at what and why: found by person, record and day, with what stands out, and itself on the record."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine
from byname.people import actions, queries, rules
from byname.people.models import Officer
from byname.people.queries import Asked
from byname.vocabulary import Actor, NotThere, operator
from tests import staff

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
OCTOBER = Asked(MONDAY - timedelta(days=29), MONDAY)


@pytest.fixture
def overseer() -> Actor:
    """The overseer's account."""
    return staff.acting(staff.account("overseer"))


@pytest.fixture
def sergeant() -> Actor:
    """A sergeant's account."""
    return staff.acting(staff.account("sergeant", divisions=["D1"]))


def look(by: Actor, at: datetime, *records: str, event: str = "read.officer", reason: str = "", **facts: bool) -> None:
    for record in records or ("O-AAAAAA",):
        with transaction.atomic():
            ledger.record(event, subject=("officer", record), by=by, at=at, reason_code=reason, facts={**facts})


@dataclass(frozen=True)
class Told:
    """All that is told of some looks."""

    lines: tuple[queries.ReadLine, ...]
    total: int
    days: tuple[queries.ReadDay, ...]
    records: tuple[queries.ReadRecord, ...]
    people: int


def asked(overseer: Actor, at: datetime, what: Asked = OCTOBER, **duty: frozenset[date]) -> Told:
    on_duty = {name.replace("_", "-"): days for name, days in duty.items()}
    known = queries.readers(viewer=overseer)
    looks = queries.looks(what, viewer=overseer, at=at, known=known)
    days = queries.days_read(what, viewer=overseer, at=at, on_duty=on_duty, known=known)
    records, people = queries.records_read(what, viewer=overseer)
    return Told(looks.lines, looks.total, days, records, people)


def test_each_look_is_told_with_a_name_a_reason_and_no_content(
    overseer: Actor, sergeant: Actor, noon: datetime
) -> None:
    look(sergeant, noon, "O-AAAAAA", reason="supervision", outside=True)
    found = asked(overseer, noon)
    assert [(line.name, line.what, line.record, line.reason, line.outside) for line in found.lines] == [
        ("The sergeant", "an officer's entry", "officer O-AAAAAA", "supervision", True)
    ]
    assert [(row.record, row.lookings, row.people) for row in found.records] == [("officer O-AAAAAA", 1, 1)]
    assert [(each.day.on, each.day.lookings, each.stands_out) for each in found.days] == [
        (MONDAY, 1, ("Outside their own areas and divisions: once.",))
    ]


def test_the_overseer_s_own_looking_is_recorded_and_found_when_asked_for(overseer: Actor, noon: datetime) -> None:
    asked(overseer, noon)
    asked(overseer, noon, Asked(MONDAY, MONDAY, account_id=overseer.account_id))
    lines = LedgerLine.objects.order_by("id").values_list("event", "subject_kind", "subject_id", "actor_account_id")
    assert list(lines) == [
        ("read.readings", "readings", "all", overseer.account_id),
        ("read.readings", "account", str(overseer.account_id), overseer.account_id),
    ]
    later = noon + timedelta(minutes=1)
    assert asked(overseer, later).total == 0
    assert asked(overseer, later, Asked(MONDAY, MONDAY, event="read.readings")).total == 4


def test_readings_are_narrowed_by_person_record_kind_and_day(overseer: Actor, sergeant: Actor, noon: datetime) -> None:
    coordinator = staff.acting(staff.account("coordinator"))
    look(sergeant, noon - timedelta(days=1), "O-AAAAAA", "O-BBBBBB")
    look(coordinator, noon, "O-BBBBBB", event="read.end_reason")

    def total(**narrowed: object) -> int:
        return asked(overseer, noon, Asked(**{"first": OCTOBER.first, "last": MONDAY, **narrowed})).total  # type: ignore[arg-type]

    assert total() == 3
    assert [total(account_id=sergeant.account_id), total(account_id=coordinator.account_id)] == [2, 1]
    assert [total(record="O-BBBBBB"), total(record="officer O-BBBBBB"), total(record="officer:O-BBBBBB")] == [2, 2, 2]
    assert [total(record="posting O-BBBBBB"), total(event="read.end_reason"), total(event="no.such")] == [0, 1, 3]
    assert [total(first=MONDAY), total(last=MONDAY - timedelta(days=2))] == [1, 0]


def test_many_records_stand_out_against_what_is_usual_for_that_person(
    overseer: Actor, sergeant: Actor, noon: datetime
) -> None:
    for days in range(1, 8):
        look(sergeant, noon - timedelta(days=40 + days), *(f"O-{number:06}" for number in range(6)))
    look(sergeant, noon, *(f"O-{number:06}" for number in range(20)))
    (today,) = asked(overseer, noon).days
    assert (today.day.records, today.day.usual) == (20, 6.0)
    assert today.stands_out == ("Many records: 20, where 6 a day is usual for them.",)


def test_night_is_told_by_the_service_s_clock(overseer: Actor, sergeant: Actor, noon: datetime) -> None:
    # Noon in Toronto less six hours is six in the morning: no longer night.
    for hours, night in ((6, 0), (7, 1)):
        look(sergeant, noon - timedelta(hours=hours))
        assert asked(overseer, noon).days[0].day.at_night == night


def test_off_duty_is_known_of_officers_who_record_hours(
    overseer: Actor, noon: datetime, clerk_of_records: Actor
) -> None:
    row = rules.OfficerRow("1", "Ada", "One")
    (reference,) = actions.bring_officers([row], by=clerk_of_records, at=noon).references.values()
    account = staff.account("officer")
    account.officer = Officer.objects.get(reference=reference)
    account.save()
    from_register = staff.acting(account)
    look(from_register, noon - timedelta(days=5))
    friday_before = MONDAY - timedelta(days=6)
    name = from_register.officer.replace("-", "_")
    assert asked(overseer, noon).days[0].stands_out == ()
    assert asked(overseer, noon, **{name: frozenset({friday_before})}).days[0].stands_out == (  # type: ignore[arg-type]
        "Off duty: no hours are recorded for that day.",
    )
    on_that_day = frozenset({MONDAY - timedelta(days=5)})
    assert asked(overseer, noon, **{name: on_that_day}).days[0].stands_out == ()  # type: ignore[arg-type]


def test_only_the_overseer_is_told_and_everybody_else_of_themselves(
    overseer: Actor, sergeant: Actor, noon: datetime
) -> None:
    look(sergeant, noon - timedelta(hours=1), "O-AAAAAA", reason="complaint")
    look(overseer, noon - timedelta(hours=1), "O-BBBBBB")
    for role in ("officer", "sergeant", "coordinator", "analyst", "clerk", "administrator"):
        other = staff.acting(staff.account(role, email=f"{role}@other.example"))
        with pytest.raises(NotThere):
            asked(other, noon)
        with pytest.raises(NotThere):
            queries.readers(viewer=other)
        with pytest.raises(NotThere):
            queries.looks(OCTOBER, viewer=other, at=noon, known=())
        with pytest.raises(NotThere):
            queries.standing_out(OCTOBER, viewer=other, at=noon, on_duty={}, known=())
        with pytest.raises(NotThere):
            queries.days_read(OCTOBER, viewer=other, at=noon, on_duty={}, known=())
        with pytest.raises(NotThere):
            queries.records_read(OCTOBER, viewer=other)
        assert queries.own_readings(viewer=other, at=noon) == ((), 0)
    lines, total = queries.own_readings(viewer=sergeant, at=noon)
    assert ([(line.record, line.reason) for line in lines], total) == ([("officer O-AAAAAA", "complaint")], 1)


def test_one_look_and_three_hundred_cost_the_same_number_of_questions(
    overseer: Actor, sergeant: Actor, noon: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # A savepoint around the ledger's own line makes two of them; what is usual is asked only where there are many.
    look(sergeant, noon)
    with django_assert_num_queries(9):
        asked(overseer, noon)
    look(sergeant, noon, *(f"O-{number:06}" for number in range(300)))
    with django_assert_num_queries(10):
        found = asked(overseer, noon)
    assert (found.total, len(found.lines)) == (301, 50)


def test_a_look_changes_what_marks_the_looks_and_nothing_else_does(
    overseer: Actor, sergeant: Actor, noon: datetime
) -> None:
    def mark(what: Asked = OCTOBER) -> tuple[int, int]:
        found = queries.looks(what, viewer=overseer, at=noon, known=(), most=0)
        assert found.lines == ()
        return found.total, found.latest

    assert mark() == (0, 0)
    look(sergeant, noon)
    first = mark()
    assert (first[0], mark()) == (1, first)
    look(sergeant, noon - timedelta(days=3), "O-BBBBBB")
    assert (mark()[0], mark()[1] > first[1]) == (2, True)
    assert mark(Asked(MONDAY, MONDAY)) == first


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("narrowed", [{}, {"record": "O-000003"}, {"event": "read.hours"}])
def test_what_stands_out_is_what_stands_out_of_all_days(
    overseer: Actor, noon: datetime, clerk_of_records: Actor, seed: int, narrowed: dict[str, str]
) -> None:
    chance = random.Random(seed)
    rows = [rules.OfficerRow(str(number), "Ada", f"Letter{'abc'[number]}") for number in range(3)]
    references = list(actions.bring_officers(rows, by=clerk_of_records, at=noon).references.values())
    everybody = [staff.acting(staff.account("coordinator")), staff.acting(staff.account("sergeant", divisions=["D1"]))]
    for number, reference in enumerate(references):
        made = staff.account("officer", email=f"{number}@city.example")
        made.officer = Officer.objects.get(reference=reference)
        made.save()
        everybody.append(staff.acting(made))
    for _ in range(60):
        looked = [f"O-{number:06}" for number in chance.sample(range(40), chance.choice([1, 2, 30]))]
        at = noon - timedelta(days=chance.randrange(80), hours=chance.choice([0, 1, 2, 8, 11]))
        event = chance.choice(["read.officer", "read.hours"])
        look(chance.choice(everybody), at, *looked, event=event, outside=chance.random() < 0.1)
    look(operator("bench"), noon - timedelta(hours=3), "O-000003")
    on_duty = {reference: frozenset({MONDAY - timedelta(days=chance.randrange(30))}) for reference in references[:2]}
    what = Asked(OCTOBER.first, OCTOBER.last, **narrowed)  # type: ignore[arg-type]
    known = queries.readers(viewer=overseer)
    found = queries.standing_out(what, viewer=overseer, at=noon, on_duty=on_duty, known=known, most=5)
    every = queries.days_read(what, viewer=overseer, at=noon, on_duty=on_duty, known=known)
    people = len({day.account_id for day in every})
    assert (found.people, queries.records_read(what, viewer=overseer)[1]) == (people, people)
    told = [day for day in every if day.stands_out]
    assert (found.days, found.in_all, bool(told)) == (tuple(told[:5]), len(told), True)
    looks = queries.looks(what, viewer=overseer, at=noon, known=known)
    assert looks.total - sum(day.day.lookings for day in every) == ("event" not in narrowed)


def test_what_stands_out_costs_the_same_for_one_and_for_three_hundred(
    overseer: Actor, sergeant: Actor, noon: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    known = queries.readers(viewer=overseer)
    asking = {"viewer": overseer, "at": noon, "on_duty": {}, "known": known}
    look(sergeant, noon, outside=True)
    with django_assert_num_queries(2):
        queries.standing_out(OCTOBER, **asking)  # type: ignore[arg-type]
    look(sergeant, noon, *(f"O-{number:06}" for number in range(300)))
    with django_assert_num_queries(3):
        found = queries.standing_out(OCTOBER, **asking)  # type: ignore[arg-type]
    assert (len(found.days), found.in_all, found.people) == (1, 1, 1)
