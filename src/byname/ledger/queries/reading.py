"""Reading the ledger, and the version of what the public sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from byname.ledger.models import LedgerLine, PublicVersion
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """One act, as the ledger holds it."""

    number: int
    at: datetime
    event: str
    actor: str
    subject: str
    reason_code: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Repeated:
    """One act of some kinds about a subject, and how many of those kinds it makes with those before."""

    subject: str
    at: datetime
    times: int


def public_versions(*, viewer: Actor) -> dict[str, int]:
    """The versions of what the public sees: "everything" grows with every public act; absent before the first."""
    return dict(PublicVersion.objects.values_list("subject", "version"))


def lines_about(kind: str, key: object, *, viewer: Actor) -> tuple[Line, ...]:
    """Everything recorded about one subject, oldest first."""
    rows = LedgerLine.objects.filter(subject_kind=kind, subject_id=str(key)).order_by("id")
    return tuple(
        Line(
            number=row.pk,
            at=row.at,
            event=row.event,
            actor=row.actor_name or row.actor_kind,
            subject=f"{row.subject_kind}:{row.subject_id}",
            reason_code=row.reason_code,
            facts=row.facts,
        )
        for row in rows
    )


def repeated(
    events: Sequence[str], kind: str, *, first: datetime, until: datetime, viewer: Actor
) -> tuple[Repeated, ...]:
    """Every act of these kinds about subjects of a kind, from `first` until before `until`, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT line.subject_id, line.at, (
                SELECT count(*) FROM byname_ledgerline AS before
                WHERE before.subject_kind = line.subject_kind AND before.subject_id = line.subject_id
                    AND before.event = ANY (%(events)s) AND before.id <= line.id
            )
            FROM byname_ledgerline AS line
            WHERE line.event = ANY (%(events)s) AND line.subject_kind = %(kind)s
                AND line.at >= %(first)s AND line.at < %(until)s
            ORDER BY line.id
            """,
            {"events": list(events), "kind": kind, "first": first, "until": until},
        )
        return tuple(Repeated(*row) for row in cursor.fetchall())
