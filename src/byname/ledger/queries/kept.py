"""Reading what the ledger and the outbox hold of one person, for whoever asks what is kept about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, TextField
from django.db.models.functions import Cast

from byname.ledger.models import LedgerLine, LedgerRemark, Letter
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one event is recorded, and when first and last."""

    event: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class LetterWaiting:
    """A letter that was not delivered yet, or was given up; its words stay sealed."""

    kind: str
    written_at: datetime
    due_at: datetime
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Remarks:
    """How many remarks stand beside lines, and when the last of them is erased."""

    beside_their_acts: int
    beside_lines_about_them: int
    last_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class InTheLedger:
    """What the ledger holds of one person: their acts, what was done to them, where else they are named."""

    acts: tuple[Counted, ...]
    about_them: tuple[Counted, ...]
    named_in: tuple[Counted, ...]
    """Lines about something else whose facts name their entry on the register."""
    remarks: Remarks


def in_the_ledger(
    account_id: int | None, officer: str, subjects: Collection[tuple[str, str]], *, viewer: Actor
) -> InTheLedger:
    """The lines of an account's acts, those about the subjects (kind and key), and those that name the officer."""
    acts = Q(actor_account_id=account_id) if account_id is not None else Q(pk__in=[])
    about = Q(pk__in=[])
    for kind, key in subjects:
        about |= Q(subject_kind=kind, subject_id=key)
    remarks = LedgerRemark.objects
    theirs = remarks.filter(line_id__in=LedgerLine.objects.filter(acts).values("pk"))
    of_them = remarks.filter(line_id__in=LedgerLine.objects.filter(about).values("pk"))
    ends = [rows.aggregate(last=Max("expires_at"))["last"] for rows in (theirs, of_them)]
    return InTheLedger(
        acts=_counted(acts),
        about_them=_counted(about),
        named_in=_naming(officer, subjects),
        remarks=Remarks(theirs.count(), of_them.count(), max(filter(None, ends), default=None)),
    )


def letters_waiting(address: str, kinds: Iterable[str], prefix: str, *, viewer: Actor) -> tuple[LetterWaiting, ...]:
    """The undelivered letters to one address, of these kinds or of a kind with this prefix: no other is opened."""
    wanted = Q(kind__in=list(kinds)) | Q(kind__startswith=prefix)
    rows = Letter.objects.filter(wanted, delivered_at__isnull=True).exclude(recipient="").order_by("created_at", "pk")
    sealed = rows.values_list(Cast("recipient", TextField()), "kind", "created_at", "due_at", "given_up_at")
    return tuple(LetterWaiting(*told) for to, *told in sealed if _opened(to).casefold() == address.casefold())


def _counted(which: Q) -> tuple[Counted, ...]:
    rows = LedgerLine.objects.filter(which).values("event").order_by("event")
    counted = rows.annotate(times=Count("pk"), first=Min("at"), last=Max("at"))
    return tuple(Counted(*row) for row in counted.values_list("event", "times", "first", "last"))


# A name may stand anywhere in the facts, in a list too. No index helps, and one question a year needs none.
_NAMING = """
    SELECT event, count(*), min(at), max(at) FROM byname_ledgerline
    WHERE jsonb_path_exists(facts, '$.** ? (@ == $name)', jsonb_build_object('name', %(name)s::text))
        AND NOT (subject_kind, subject_id) IN (SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::text[]))
    GROUP BY event ORDER BY event
"""


def _naming(officer: str, subjects: Collection[tuple[str, str]]) -> tuple[Counted, ...]:
    if not officer:
        return ()
    kinds, names = [kind for kind, _ in subjects], [key for _, key in subjects]
    named: dict[str, Any] = {"name": officer, "kinds": kinds, "keys": names}
    with connection.cursor() as cursor:
        cursor.execute(_NAMING, named)
        return tuple(Counted(*row) for row in cursor.fetchall())


def _opened(sealed: str) -> str:
    try:
        return keys.unseal(sealed)
    except Refused:  # sealed with a key that is gone: whose it is can nobody tell
        return ""
