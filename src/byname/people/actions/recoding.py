"""Coding conflicts of interest anew, after the data keys were exchanged."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from byname.ledger import actions as ledger
from byname.people import queries, rules
from byname.people.models import Conflict
from byname.vocabulary import Actor


def recode_conflicts(*, by: Actor, at: datetime) -> int:
    """How many conflicts' codes were made anew from the place that is sealed beside them; 0 where all were right.

    Where no data key opens the place, the code stays as it is.
    """
    rules.require(by, "keep_house")
    with transaction.atomic():
        rows = Conflict.objects.select_for_update().order_by("pk")
        kept = list(rows.values_list("pk", queries.SEALED_PLACE, "code"))
        fresh = queries.codes_now([(sealed, code) for _, sealed, code in kept], viewer=by)
        stale = [
            Conflict(pk=number, code=code)
            for (number, _, before), code in zip(kept, fresh, strict=True)
            if code != before
        ]
        Conflict.objects.bulk_update(stale, ["code"], batch_size=500)
        if stale:
            ledger.record("conflict.recoded", subject=("conflicts", len(stale)), by=by, at=at)
    return len(stale)
