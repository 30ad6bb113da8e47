"""The database itself refuses what a posting cannot be: by raw SQL, and from two connections at once."""

from __future__ import annotations

import threading
from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction

from byname.postings import actions
from byname.postings.models import Posting
from byname.vocabulary import Actor, Refused
from tests.postings import town

INSERT = (
    "INSERT INTO byname_posting (officer_id, area_id, role, period, planned_end_on, ended_early_reason) "
    "SELECT o.id, a.id, %s, %s::daterange, %s, %s FROM byname_officer o, byname_area a "
    "WHERE o.badge_number = %s AND a.slug = %s"
)


def insert(badge: str, area: str, role: str, period: str, planned: str | None = "2030-01-01", reason: str = "") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [role, period, planned, reason, badge, area])


@pytest.fixture
def one(built: None, noon: datetime, clerk_of_records: Actor) -> None:
    """Officer 1 leads Oak for 2024 and 2025."""
    town.enlist(town.officer("1"), town.officer("2"), by=clerk_of_records, at=noon)
    insert("1", "oak", "lead", "[2024-01-01,2026-01-01)", "2026-01-01")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        (("1", "elm", "member", "[2025-12-31,2027-01-01)", "2027-01-01"), "one_posting_an_officer_at_a_time"),
        (("1", "oak", "member", "[2023-01-01,)"), "one_posting_an_officer_at_a_time"),
        (("2", "oak", "lead", "[2025-01-01,)"), "one_lead_an_area_at_a_time"),
        (("2", "oak", "boss", "[2027-01-01,)"), "posting_role_is_known"),
        (("2", "oak", "member", "empty"), "posting_has_a_first_day"),
        (("2", "oak", "member", "(,2027-01-01)", "2027-01-01"), "posting_has_a_first_day"),
        (("2", "oak", "cover", "[2027-01-01,)", None), "a_cover_has_an_end"),
        (("2", "oak", "member", "[2027-01-01,)", None), "a_posting_has_a_promised_end"),
        (("2", "oak", "member", "[2026-01-01,2027-01-01)"), "an_early_end_has_a_reason"),
    ],
)
def test_raw_sql_is_refused(one: None, values: tuple[str, ...], constraint: str) -> None:
    with pytest.raises(IntegrityError) as no:
        insert(*values)
    assert no.value.__cause__ is not None
    assert no.value.__cause__.diag.constraint_name == constraint  # type: ignore[attr-defined]
    assert Posting.objects.count() == 1


def test_a_handover_on_one_day_a_cover_and_a_reason_are_admitted(one: None) -> None:
    insert("1", "elm", "lead", "[2026-01-01,)")
    insert("2", "oak", "lead", "[2026-01-01,2027-01-01)", "2030-01-01", "leave")
    insert("1", "oak", "cover", "[2026-02-01,2026-02-02)", None)
    assert Posting.objects.count() == 4


def test_of_two_writers_at_once_by_raw_sql_the_database_admits_one(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    town.build(by=clerk_of_records, at=noon)
    town.enlist(town.officer("1"), by=clerk_of_records, at=noon)
    outcomes = at_once(
        lambda: insert("1", "oak", "lead", "[2026-01-01,)"), lambda: insert("1", "elm", "member", "[2026-06-01,)")
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["IntegrityError", "NoneType"]
    assert Posting.objects.count() == 1


def test_of_two_coordinators_at_once_one_is_told_who_was_first(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    town.build(by=clerk_of_records, at=noon)
    town.enlist(town.officer("1"), town.officer("2"), by=clerk_of_records, at=noon)
    day = date(2026, 12, 1)
    outcomes = at_once(
        lambda: actions.post_officer("1", "oak", "lead", first=day, by=clerk_of_records, at=noon),
        lambda: actions.post_officer("2", "oak", "lead", first=day, by=clerk_of_records, at=noon),
    )
    (refusal,) = [each for each in outcomes if each is not None]
    (stands,) = Posting.objects.values_list("officer__badge_number", "officer__family_name")
    assert isinstance(refusal, Refused)
    assert refusal.sentence == (
        f"Constable {stands[1]} ({stands[0]}) leads Oak since 2026-12-01; an area has one lead at a time."
    )


def at_once(*acts: object) -> list[Exception | None]:
    """What became of each act, all let go together on connections of their own."""
    gate = threading.Barrier(len(acts))
    outcomes: list[Exception | None] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=10)
            acts[place]()  # type: ignore[operator]
        except (IntegrityError, Refused) as fault:
            outcomes[place] = fault
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return outcomes
