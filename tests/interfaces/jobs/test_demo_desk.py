"""The demo's desk has work on it: hours, a handover under way, two proposals, and no account anybody could enter by."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from django.db import connection

from byname.interfaces.jobs.demo import desk, duty, history
from byname.interfaces.jobs.demo import load as loading
from byname.interfaces.jobs.demo.city import SEED, demo_city
from byname.postings import queries as postings
from byname.vocabulary import SYSTEM, Actor

TODAY = date(2026, 11, 23)
CITY = demo_city(SEED, TODAY)
COORDINATOR = Actor("account", "somebody", 1, frozenset({"coordinator"}))


def quiet(_: str) -> None:
    """Nobody listens."""


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 11, 6), date(2026, 10, 1)),
        (date(2026, 11, 5), date(2026, 9, 1)),
        (date(2027, 1, 3), date(2026, 11, 1)),
    ],
)
def test_the_published_month_is_the_one_that_was_due(today: date, month: date) -> None:
    assert duty.published_month(today) == month


def test_hours_are_as_a_service_would_have_them() -> None:
    found = duty.hours(CITY.postings, seed=SEED, today=TODAY)
    assert found == duty.hours(CITY.postings, seed=SEED, today=TODAY)
    assert (min(one.on for one in found), max(one.on for one in found)) == (date(2026, 10, 1), date(2026, 11, 22))
    assert set(Counter((one.badge_number, one.on, one.kind) for one in found).values()) == {1}
    days: Counter[tuple[str, date]] = Counter()
    kinds: Counter[str] = Counter()
    for one in found:
        days[one.badge_number, one.on] += one.minutes
        kinds[one.kind] += one.minutes
    assert set(days.values()) == {duty.SHIFT_MINUTES}
    assert 0.70 < kinds["present"] / kinds.total() < 0.85
    assert set(kinds) == {"present", *duty.PULLED_AWAY}


@pytest.mark.django_db
def test_the_desk_has_work_on_it(noon: datetime, clerk_of_records: Actor) -> None:
    loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    moments = history.chosen_moments(CITY.areas, SEED)
    waiting = postings.proposals_waiting(on=TODAY, viewer=COORDINATOR)
    weights = [
        {one.weight for one in postings.proposal(line.number, on=TODAY, at=noon, viewer=COORDINATOR).consequences}
        for line in waiting
    ]
    assert [line.area for line in waiting] == [moments.vacancy] * 2
    assert (weights[0] - {"fine"}, "look" in weights[1]) == (set(), True)
    handovers = postings.open_handovers(viewer=SYSTEM, area=moments.lead_hands_over)
    assert [(one.role, bool(one.incoming), one.outgoing_word_at) for one in handovers] == [("lead", True, None)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(done_at) FROM byname_handoveritem")
        assert cursor.fetchone() == (len(desk.PASSED_ON), 2)
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE officers >= 3) FROM byname_publishedhours")
        published, of_three = cursor.fetchone()
        assert (published == of_three, published > 50) == (True, True)


@pytest.mark.django_db
def test_no_account_of_the_demo_opens_anything(noon: datetime, clerk_of_records: Actor) -> None:
    loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_active, left(password, 1), officer_id FROM byname_account")
        assert cursor.fetchall() == [(False, "!", None)] * 2
        cursor.execute("SELECT count(*) FROM mfa_authenticator")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM byname_invitation WHERE accepted_at IS NULL AND withdrawn_at IS NULL")
        assert cursor.fetchone() == (0,)
