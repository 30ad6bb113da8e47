"""Reading who looked at what: the ledger's lines of sensitive reads, one by one and counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from byname.ledger.models import LedgerLine
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are meant: these events, from a moment up to another, by one account and of one subject if named."""

    events: Collection[str]
    since: datetime
    until: datetime
    account_id: int | None = None
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
    rows = _rows(sought).order_by("-id")[skip : skip + most]
    return tuple(
        Looking(
            number=row.pk,
            at=row.at,
            event=row.event,
            account_id=row.actor_account_id,
            actor="" if row.actor_account_id else f"{row.actor_kind} {row.actor_name}".strip(),
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            reason_code=row.reason_code,
            outside=row.facts.get("outside") is True,
        )
        for row in rows
    )


def count_of_lookings(sought: Sought, *, viewer: Actor) -> int:
    """How many lines there are."""
    return _rows(sought).count()


_DAYS = """
    SELECT actor_account_id, day, count(*), count(DISTINCT (subject_kind, subject_id)),
           count(*) FILTER (WHERE facts @> '{{"outside": true}}'),
           count(*) FILTER (WHERE hour >= %(night)s OR hour < %(morning)s)
    FROM (SELECT actor_account_id, subject_kind, subject_id, facts,
                 (at AT TIME ZONE %(zone)s)::date AS day, extract(hour FROM at AT TIME ZONE %(zone)s) AS hour
          FROM byname_ledgerline
          WHERE event = ANY(%(events)s) AND at >= %(since)s AND at < %(until)s AND actor_account_id IS NOT NULL {more})
         AS looked
    GROUP BY actor_account_id, day ORDER BY day DESC, actor_account_id
"""

_RECORDS = """
    SELECT subject_kind, subject_id, count(*), count(DISTINCT (actor_kind, actor_name, actor_account_id)), max(at)
    FROM byname_ledgerline
    WHERE event = ANY(%(events)s) AND at >= %(since)s AND at < %(until)s {more}
    GROUP BY subject_kind, subject_id ORDER BY count(*) DESC, subject_kind, subject_id LIMIT %(most)s
"""


def days_of_lookings(sought: Sought, *, night: tuple[int, int], viewer: Actor) -> tuple[DayOfLookings, ...]:
    """How much each account looked at on each day, the newest first; `night` is the hours it begins and ends."""
    more = {"zone": settings.TIME_ZONE, "night": night[0], "morning": night[1]}
    return tuple(DayOfLookings(*row) for row in _counted(_DAYS, sought, more))


def records_looked_at(sought: Sought, *, viewer: Actor, most: int = 100) -> tuple[RecordLookedAt, ...]:
    """What was looked at, the most often first."""
    return tuple(RecordLookedAt(*row) for row in _counted(_RECORDS, sought, {"most": most}))


def _rows(sought: Sought) -> QuerySet[LedgerLine]:
    rows = LedgerLine.objects.filter(event__in=list(sought.events), at__gte=sought.since, at__lt=sought.until)
    if sought.account_id is not None:
        rows = rows.filter(actor_account_id=sought.account_id)
    if sought.subject_kind:
        rows = rows.filter(subject_kind=sought.subject_kind)
    if sought.subject_id:
        rows = rows.filter(subject_id=sought.subject_id)
    return rows


def _counted(question: str, sought: Sought, more: dict[str, Any]) -> list[tuple[Any, ...]]:
    named: dict[str, Any] = {
        "account": sought.account_id,
        "kind": sought.subject_kind,
        "id": sought.subject_id,
    }
    narrowing = "".join(
        f" AND {column} = %({name})s"
        for column, name in (("actor_account_id", "account"), ("subject_kind", "kind"), ("subject_id", "id"))
        if named[name] not in (None, "")
    )
    values = {"events": list(sought.events), "since": sought.since, "until": sought.until, **named, **more}
    with connection.cursor() as cursor:
        cursor.execute(question.format(more=narrowing), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
