"""Writing to the ledger, inside the transaction of the act it records."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from byname.ledger import rules
from byname.ledger.models import LedgerLine
from byname.vocabulary import Actor

_NEXT_VERSION = """
    INSERT INTO byname_publicversion (subject, version) VALUES (%s, 1)
    ON CONFLICT (subject) DO UPDATE SET version = byname_publicversion.version + 1
"""


def record(
    event: str,
    *,
    subject: tuple[str, object],
    by: Actor,
    at: datetime,
    reason_code: str = "",
    facts: dict[str, rules.Fact] | None = None,
    public: bool = False,
    renews: tuple[rules.Renewed, ...] = (),
) -> int:
    """The number of the line just written for one act.

    Called within the act's own transaction, so that neither stands without the other. `public=True` says that what the
    public sees has changed: every worker picks that up within a second; `renews` names the large things that must be
    read anew as well. Raises Refused for what a line may not hold.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A ledger line belongs to the transaction of the act it records.")
    kind, key = subject
    line = LedgerLine.objects.create(
        at=at,
        event=event,
        actor_kind=by.kind,
        # Of an account the number is enough: a name would stand here for good.
        actor_name="" if by.kind == "account" else by.name,
        actor_account_id=by.account_id,
        subject_kind=kind,
        subject_id=str(key),
        reason_code=reason_code,
        facts=rules.admitted_facts(event, facts or {}),
    )
    if public or renews:
        with connection.cursor() as cursor:
            # Always in this order, so that two acts cannot wait for each other.
            for name in ("everything", *sorted(renews)):
                cursor.execute(_NEXT_VERSION, [name])
    return line.pk
