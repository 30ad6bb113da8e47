"""Concerns: what may be done to one when, when an answer is due, how often letters go, references read out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from byname.concerns.rules import answering, clock, raising, references, states
from byname.vocabulary import Point
from tests.spec.tables import refused, rule

TORONTO = ZoneInfo("America/Toronto")
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


@rule(
    "What becomes of a concern, by what it is and what is done.",
    columns=("it is", "what is done", "it becomes"),
    rows=[
        ("received", "answer", "answered"),
        ("received", "work", "working"),
        ("working", "answer", "working"),
        ("answered", "pass_on", "answered"),
        ("working", "pass_on", "answered"),
        ("received", "pass_on", "received"),
        ("reopened", "pass_on", "reopened"),
        ("reopened", "answer", "answered"),
        ("in_problem", "answer", "in_problem"),
        ("in_problem", "hand_on", refused("This concern is part of a problem. Take it out of the problem first.")),
        ("in_problem", "leave_problem", "working"),
        ("in_problem", "close", "closed"),
        ("received", "close", "closed"),
        ("handed_on", "say_unsolved", "reopened"),
        ("handed_on", "close", refused("This concern was handed on to somebody else.")),
        ("closed", "say_unsolved", "reopened"),
        ("closed", "answer", refused("This concern has ended. Only the person who raised it can open it again.")),
        ("closed", "close", refused("This concern has ended. Only the person who raised it can open it again.")),
        ("answered", "say_unsolved", refused("That cannot be done to a concern that was answered.")),
    ],
)
def test_what_becomes_of_a_concern(state: str, act: str) -> str:
    return states.after(state, act)


@rule(
    'A "no" within 30 days of its end opens a concern again: once for the team, the second time for the sergeant.',
    columns=("times opened again", "days since it ended", "answer"),
    rows=[
        (0, 0, "opens for the team"),
        (0, 29, "opens for the team"),
        (0, 30, "stays closed"),
        (1, 3, "opens for the sergeant"),
        (2, 3, "stays closed"),
    ],
)
def test_a_concern_opened_again(times: int, days: int) -> str:
    told = states.unsolved(times, ended_at=NOON, at=NOON + timedelta(days=days))
    return f"opens for the {told.holder}" if told.reopens else "stays closed"


@rule(
    "How a concern ended is chosen from a list, and told in words.",
    columns=("outcome", "words", "answer"),
    rows=[
        ("solved", "The sign stands.", "closed"),
        ("solved", " ", refused("Say in your own words how it ended: everybody who raised it reads this.")),
        ("done", "The sign stands.", refused("Choose how it ended.")),
    ],
)
def test_how_a_concern_ends(outcome: str, words: str) -> str:
    states.refuse_outcome(outcome, words)
    return "closed"


@rule(
    "A human answer is due within 72 hours, or what the service promises, counted by its own calendar in local time.",
    columns=("raised", "promised hours", "days that count", "due"),
    rows=[
        (local("2026-11-23 12:00"), 72, "every day", local("2026-11-26 12:00")),
        # The clocks go back on 1 November: 72 hours are 72 hours.
        (local("2026-10-30 12:00"), 72, "every day", local("2026-11-02 11:00")),
        (local("2026-11-20 12:00"), 72, "Monday to Friday", local("2026-11-25 12:00")),
        (local("2026-11-21 12:00"), 24, "Monday to Friday", local("2026-11-24 00:00")),
        (local("2026-12-24 12:00"), 24, "not on 25 and 26 December", local("2026-12-27 12:00")),
    ],
)
def test_when_an_answer_is_due(raised: datetime, hours: int, days: str) -> datetime:
    week = frozenset(range(5)) if days == "Monday to Friday" else frozenset(range(7))
    closed = frozenset({date(2026, 12, 25), date(2026, 12, 26)}) if days.startswith("not") else frozenset()
    return clock.due_at(raised, clock.Promise(TORONTO, hours, week, closed)).astimezone(TORONTO)


@rule(
    "An answer comes near when a third of the promised time is left.",
    columns=("hours since it was raised", "answered after hours", "it stands"),
    rows=[
        (0, None, "in time"),
        (47, None, "in time"),
        (48, None, "near"),
        (72, None, "near"),
        (73, None, "overdue"),
        (73, 72, "in time"),
        (90, 80, "overdue"),
    ],
)
def test_how_a_promise_stands(hours: int, answered: int | None) -> str:
    at = NOON + timedelta(hours=hours)
    answered_at = None if answered is None else NOON + timedelta(hours=answered)
    return clock.standing(NOON, NOON + timedelta(hours=72), answered_at, at)


@rule(
    "One letter a day at most: what happens meanwhile is told by the letter that is under way.",
    columns=("hours since the last letter", "asked for every letter", "hours until the next"),
    rows=[
        (None, False, 0),
        (24, False, 0),
        (1, False, 23),
        (1, True, 0),
        # A negative number: the last is due later.
        (-3, False, None),
        (-3, True, 0),
    ],
)
def test_the_next_letter(hours: int | None, more: bool) -> int | None:
    written_at = None if hours is None else NOON - timedelta(hours=hours)
    due = answering.letter_due(written_at, NOON, more=more)
    return None if due is None else round((due - NOON) / timedelta(hours=1))


@rule(
    "A template is changed before it is sent.",
    columns=("template", "answer written", "result"),
    rows=[
        ("Thank you for telling us.", "Thank you for telling us. I was there this morning.", "sent"),
        (
            "Thank you for telling us.",
            " thank you for TELLING us ",
            refused("This is the template as it stands. Say something about this very concern."),
        ),
        ("Thank you for telling us.", "", refused("Write your answer.")),
    ],
)
def test_an_answer(template: str, words: str) -> str:
    answering.refuse_answer(words, [template])
    return "sent"


@rule(
    "A reference may be read out and written down as people do; one wrong letter, or two swapped, is noticed.",
    columns=("as written", "reference"),
    rows=[
        ("C-7K3M-9QXT-4B8", "C-7K3M-9QXT-4B8"),
        ("c 7k3m 9qxt 4b8", "C-7K3M-9QXT-4B8"),
        ("7K3M9QXT4B8", "C-7K3M-9QXT-4B8"),
        ("C-7K3M-9QXT-4B9", None),
        ("C-K73M-9QXT-4B8", None),
        ("C-7K3M-9QXT", None),
        ("", None),
    ],
)
def test_a_reference_as_people_write_it(text: str) -> str | None:
    return references.reference_of(text)


@rule(
    "Outside what is sealed, the place of a concern is known to a field of about 100 m only.",
    columns=("latitude", "longitude", "field"),
    rows=[
        (43.65321, -79.38321, (43.6535, -79.3835)),
        (43.65399, -79.38301, (43.6535, -79.3835)),
        (43.654, -79.384, (43.6545, -79.3835)),
    ],
)
def test_the_field_of_a_place(lat: float, lon: float) -> tuple[float, float]:
    field = raising.field_of(Point(lat, lon))
    return field.lat, field.lon
