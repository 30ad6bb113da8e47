"""Reading the ledger, and the version of what the public sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
