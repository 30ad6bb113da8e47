"""Reading who looked at what: the ledger's lines of sensitive reads, one by one and counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, QuerySet

from byname.ledger.models import LedgerLine
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are meant: these events, from a moment up to another, by some accounts and of one subject if named.

    Every event's name begins with "read.": by that the lines are found.
    """

    events: Collection[str]
    since: datetime
    until: datetime
    accounts: Collection[int] = ()
    """Everybody's where it is empty."""
    subject_kind: str = ""
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class Looking:
    """One look at one thing."""

    number: int
    at: datetime
    event: str
    account_id: int | None
    actor: str
    """Who it was where it was no account: "operator officer", "system byname"."""
    subject_kind: str
    subject_id: str
    reason_code: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """How many lines there are and the latest's number: lines only come, so the same two mean the same lines."""

    count: int
    latest: int
    """0 where there are none."""


@dataclass(frozen=True, slots=True)
class LookingsOf:
    """How much one account looked at in all the days, which days those were, and which of them are odd or full."""

    account_id: int | None
    """None for all who are no account, together."""
    lookings: int
    days: tuple[date, ...]
    odd: tuple[date, ...]
    """The days with a look at night, or at what lies outside their own."""
    full: tuple[date, ...]
    """The days with many looks."""


@dataclass(frozen=True, slots=True)
class DayOfLookings:
    """How much one account looked at on one day, by the service's clock."""

    account_id: int
    on: date
    lookings: int
    records: int
    outside: int
    at_night: int


@dataclass(frozen=True, slots=True)
class RecordLookedAt:
    """How often one subject was looked at, and by how many."""

    subject_kind: str
    subject_id: str
    lookings: int
    people: int
    latest_at: datetime


def lookings(sought: Sought, *, viewer: Actor, skip: int = 0, most: int = 50) -> tuple[Looking, ...]:
    """The lines, the newest first, `most` of them after the first `skip`."""
    columns = (
        "pk", "at", "event", "actor_account_id", "actor_kind", "actor_name", "subject_kind", "subject_id",
        "reason_code", "facts",
    )  # fmt: skip
    rows = _rows(sought).order_by("-at", "-id").values_list(*columns)[skip : skip + most]
    return tuple(
        Looking(
            number=number,
            at=at,
            event=event,
            account_id=account_id,
            actor="" if account_id else f"{kind} {name}".strip(),
            subject_kind=subject_kind,
            subject_id=subject_id,
            reason_code=reason_code,
            outside=facts.get("outside") is True,
        )
        for number, at, event, account_id, kind, name, subject_kind, subject_id, reason_code, facts in rows
    )


def extent_of_lookings(sought: Sought, *, viewer: Actor) -> Extent:
    """How many lines there are, and the latest of them."""
    found = _rows(sought).aggregate(count=Count("pk"), latest=Max("pk"))
    return Extent(found["count"], found["latest"] or 0)


def people_who_looked(sought: Sought, *, viewer: Actor) -> int:
    """How many accounts looked."""
    return _rows(sought).aggregate(people=Count("actor_account_id", distinct=True))["people"] or 0


# "read.%" is said once more beside the events: by that the database knows the index of looks.
_WHICH = """
    FROM byname_ledgerline
    WHERE event::text LIKE 'read.%%' AND event = ANY(%(events)s) AND at >= %(since)s AND at < %(until)s {more}
"""

# Each day in three, night, day and night: one number of a line then tells the date and whether it was night.
_OF_EACH = """
    WITH clock AS (
        SELECT array_agg(begins ORDER BY begins) AS thirds
        FROM (SELECT (day + make_interval(hours => hour)) AT TIME ZONE %(zone)s AS begins
              FROM generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') day,
                   unnest(ARRAY[0, %(morning)s, %(night)s]) hour) AS moments
    )
    SELECT actor_account_id, sum(lookings), array_agg(day), array_agg(day) FILTER (WHERE odd),
           array_agg(day) FILTER (WHERE lookings >= %(many)s)
    FROM (SELECT actor_account_id, third / 3 AS day, count(*) FILTER (WHERE NOT outside) AS lookings,
                 bool_or(outside OR third %% 3 <> 1) AS odd
          FROM (SELECT actor_account_id, false AS outside, width_bucket(at, (SELECT thirds FROM clock)) - 1 AS third
                {which}
                -- Those outside once more, from an index of their own: of all others the facts need not be opened.
                UNION ALL
                SELECT actor_account_id, true, width_bucket(at, (SELECT thirds FROM clock)) - 1
                {which} AND facts @> '{{"outside": true}}') AS looked
          GROUP BY actor_account_id, day) AS days
    GROUP BY actor_account_id
"""

_DAYS = """
    SELECT actor_account_id, day, count(*), count(DISTINCT (subject_kind, subject_id)),
           count(*) FILTER (WHERE facts @> '{{"outside": true}}'),
           count(*) FILTER (WHERE hour >= %(night)s OR hour < %(morning)s)
    FROM (SELECT actor_account_id, subject_kind, subject_id, facts,
                 (at AT TIME ZONE %(zone)s)::date AS day, extract(hour FROM at AT TIME ZONE %(zone)s) AS hour
          {which} AND actor_account_id IS NOT NULL)
         AS looked
    GROUP BY actor_account_id, day ORDER BY day DESC, actor_account_id
"""

_RECORDS = """
    SELECT subject_kind, subject_id, count(*), count(DISTINCT (actor_kind, actor_name, actor_account_id)), max(at)
    {which}
    GROUP BY subject_kind, subject_id ORDER BY count(*) DESC, subject_kind, subject_id LIMIT %(most)s
"""


def lookings_of_each(
    sought: Sought, *, first: date, last: date, night: tuple[int, int], many: int, viewer: Actor
) -> tuple[LookingsOf, ...]:
    """How much each account looked at on the days from the first up to and with the last: they hold all that is sought.

    `night` is the hours it begins and ends; a day with `many` looks is full.
    """
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    more = {"zone": settings.TIME_ZONE, "night": night[0], "morning": night[1], "first": first, "last": last}
    found = _counted(_OF_EACH, sought, more | {"many": many})
    return tuple(
        LookingsOf(account, int(lookings), *(tuple([days[number] for number in which or ()]) for which in told))
        for account, lookings, *told in found
    )


def days_of_lookings(sought: Sought, *, night: tuple[int, int], viewer: Actor) -> tuple[DayOfLookings, ...]:
    """How much each account looked at on each day, the newest first; `night` is the hours it begins and ends."""
    more = {"zone": settings.TIME_ZONE, "night": night[0], "morning": night[1]}
    return tuple(DayOfLookings(*row) for row in _counted(_DAYS, sought, more))


def records_looked_at(sought: Sought, *, viewer: Actor, most: int = 100) -> tuple[RecordLookedAt, ...]:
    """What was looked at, the most often first."""
    return tuple(RecordLookedAt(*row) for row in _counted(_RECORDS, sought, {"most": most}))


def _rows(sought: Sought) -> QuerySet[LedgerLine]:
    rows = LedgerLine.objects.filter(
        event__startswith="read.", event__in=list(sought.events), at__gte=sought.since, at__lt=sought.until
    )
    if sought.accounts:
        rows = rows.filter(actor_account_id__in=list(sought.accounts))
    if sought.subject_kind:
        rows = rows.filter(subject_kind=sought.subject_kind)
    if sought.subject_id:
        rows = rows.filter(subject_id=sought.subject_id)
    return rows


def _counted(question: str, sought: Sought, more: dict[str, Any]) -> list[tuple[Any, ...]]:
    named = {"accounts": list(sought.accounts), "kind": sought.subject_kind, "id": sought.subject_id}
    narrowing = "".join(
        f" AND {condition}"
        for name, condition in (
            ("accounts", "actor_account_id = ANY(%(accounts)s)"),
            ("kind", "subject_kind = %(kind)s"),
            ("id", "subject_id = %(id)s"),
        )
        if named[name]
    )
    values = {"events": list(sought.events), "since": sought.since, "until": sought.until, **named, **more}
    with connection.cursor() as cursor:
        cursor.execute(question.format(which=_WHICH.format(more=narrowing)), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
