"""Making anew, after the data keys were exchanged, what is known by a digest and stands beside its sealed text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from byname.concerns import rules
from byname.concerns.models import Concern
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused

_AT_ONCE: Final = 100

Row = TypeVar("Row", bound=Model)


def recode(
    rows: QuerySet[Row],
    column: str,
    code_of: Callable[[Row], Any],
    *,
    event: str,
    kind: str,
    by: Actor,
    at: datetime,
) -> int:
    """How many of the rows had another code in the column than `code_of` makes of them, and have that one now.

    Where no data key opens what stands beside it, or another row has the code already, it stays as it is. Each hundred
    is a transaction of its own; the ledger has one line of all, of this event and about this kind, where any changed.
    """
    people_rules.require(by, "keep_house")
    changed, after = 0, 0
    while numbers := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            changed += sum(_recoded(rows, number, column, code_of) for number in numbers)
        after = numbers[-1]
    if changed:
        with transaction.atomic():
            ledger.record(event, subject=(kind, changed), by=by, at=at)
    return changed


def recode_likeness(*, by: Actor, at: datetime) -> int:
    """How many concerns' numbers were made anew, after the data keys were exchanged; 0 where all were right.

    Where no data key opens the words, the numbers stay as they are.
    """
    key = keys.keyed_digest("likeness", b"")
    return recode(
        Concern.objects.filter(likeness__isnull=False),
        "likeness",
        lambda concern: rules.likeness(rules.told_of(concern.told).what, key),
        event="concern.likeness_recoded",
        kind="likeness",
        by=by,
        at=at,
    )


def _recoded(rows: QuerySet[Row], number: int, column: str, code_of: Callable[[Row], Any]) -> bool:
    try:
        row = rows.select_for_update().filter(pk=number).first()
    except Refused:  # sealed with a key that is gone
        return False
    if row is None:
        return False
    code = code_of(row)
    if code == getattr(row, column):
        return False
    try:
        with transaction.atomic():
            rows.filter(pk=number).update(**{column: code})
    except IntegrityError:  # the same was asked for again before this, under the newest key: both stay
        return False
    return True
