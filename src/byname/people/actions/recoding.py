"""Coding conflicts of interest anew, after the data keys were exchanged."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from byname.ledger import actions as ledger
from byname.people import queries, rules
from byname.people.models import Conflict
from byname.vocabulary import Actor


def recode_conflicts(*, by: Actor, at: datetime) -> int:
    """How many conflicts' codes were made anew from the place that is sealed beside them; 0 where all were right."""
    rules.require(by, "keep_house")
    with transaction.atomic():
        rows = list(Conflict.objects.select_for_update().order_by("pk"))
        codes = queries.codes_of({row.place for row in rows}, viewer=by)
        stale = [row for row in rows if row.code != codes[row.place]]
        for row in stale:
            row.code = codes[row.place]
        Conflict.objects.bulk_update(stale, ["code"], batch_size=500)
        if stale:
            ledger.record("conflict.recoded", subject=("conflicts", len(stale)), by=by, at=at)
    return len(stale)
