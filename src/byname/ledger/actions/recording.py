"""Writing to the ledger, inside the transaction of the act it records."""

from __future__ import annotations

import json
from datetime import datetime

from django.db import connection, transaction

from byname.ledger import rules
from byname.ledger.models import LedgerRemark
from byname.vocabulary import Actor

_LINE = """
    INSERT INTO byname_ledgerline
        (at, event, actor_kind, actor_name, actor_account_id, subject_kind, subject_id, reason_code, facts)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) RETURNING id
"""
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
    remark: str = "",
    remark_until: datetime | None = None,
) -> int:
    """The number of the line just written for one act.

    Called within the act's own transaction, so that neither stands without the other. `public=True` says that what the
    public sees has changed: every worker picks that up within a second; `renews` names the large things that must be
    read anew as well. What somebody wrote about the act is a `remark`: it stands sealed beside the line, and goes at
    `remark_until`. Raises Refused for what a line may not hold.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A ledger line belongs to the transaction of the act it records.")
    kind, key = subject
    with connection.cursor() as cursor:
        cursor.execute(
            _LINE,
            [
                at,
                event,
                by.kind,
                # Of an account the number is enough: a name would stand here for good.
                "" if by.kind == "account" else by.name,
                by.account_id,
                kind,
                str(key),
                reason_code,
                json.dumps(rules.admitted_facts(event, facts or {})),
            ],
        )
        (number,) = cursor.fetchone()
        if public or renews:
            # Always in this order, so that two acts cannot wait for each other.
            for name in ("everything", *sorted(renews)):
                cursor.execute(_NEXT_VERSION, [name])
    if remark:
        if remark_until is None:
            raise ValueError("a remark has an end: say remark_until")
        LedgerRemark.objects.create(line_id=number, words=remark, expires_at=remark_until)
    return int(number)


def forget_remarks(*, by: Actor, at: datetime) -> int:
    """How many remarks whose time was over were erased; their lines stay as they are."""
    return LedgerRemark.objects.filter(expires_at__lte=at).delete()[0]
