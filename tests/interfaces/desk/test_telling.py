"""Concerns in words at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from byname.concerns import rules
from byname.interfaces.desk import telling

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("America/Toronto"))


@pytest.mark.parametrize(
    ("hours", "standing", "says", "tone"),
    [
        (4, "near", "due today 16:00", "near"),
        (21, "near", "due tomorrow 9:00", "near"),
        (72, "in time", "due Thu 26 Nov 12:00", "calm"),
        (24 * 60, "in time", "due Fri 22 Jan 2027 12:00", "calm"),
        (-0.5, "overdue", "less than an hour late", "late"),
        (-1, "overdue", "1 hour late", "late"),
        (-2, "overdue", "2 hours late", "late"),
        (-75, "overdue", "3 days late", "late"),
    ],
)
def test_a_promise_is_told_by_the_hours_that_are_left(hours: float, standing: str, says: str, tone: str) -> None:
    told = telling.stands(NOON + timedelta(hours=hours), None, standing, NOON, ended=False)
    assert told == telling.Standing(says, tone)


def test_what_was_answered_or_has_ended_is_due_no_more() -> None:
    due = NOON - timedelta(hours=1)
    assert telling.stands(due, due, "in time", NOON, ended=False).says == "answered"
    assert telling.stands(due, NOON, "overdue", NOON, ended=False).says == "answered late"
    assert telling.stands(due, None, "overdue", NOON, ended=True).says == "ended"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (rules.Told("x"), ""),
        (rules.Told("x", days=("fri", "mon"), times=("evening",)), "Mondays and Fridays, in the evening"),
        (rules.Told("x", days=rules.DAYS, since="month"), "every day, for some weeks"),
        (rules.Told("x", days=rules.DAYS[:5]), "Mondays to Fridays"),
        (rules.Told("x", times=("morning", "midday", "night")), "in the morning, around noon and at night"),
    ],
)
def test_when_it_happens_is_one_plain_sentence(told: rules.Told, says: str) -> None:
    assert telling.when(told) == says


def test_every_code_of_the_rules_has_its_words() -> None:
    assert sorted(telling.STATES) == sorted(rules.STATES)
    assert sorted(telling.CHANNELS) == sorted(rules.CHANNELS)
    assert (tuple(telling.DAYS), tuple(telling.TIMES), tuple(telling.SINCE)) == (rules.DAYS, rules.TIMES, rules.SINCE)
    assert sorted(telling.PLACES) == sorted(rules.PLACE_KINDS)


def test_languages_are_told_by_their_names() -> None:
    assert [telling.language(code) for code in ("ur", "zh_Hans", "zh-hant", "xx")] == [
        "Urdu",
        "Simplified Chinese",
        "Traditional Chinese",
        "xx",
    ]
