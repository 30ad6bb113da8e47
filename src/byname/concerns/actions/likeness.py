"""Keeping what concerns have in common true to the data keys."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from byname.concerns import rules
from byname.concerns.models import Concern
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused

_AT_ONCE: Final = 100


def recode_likeness(*, by: Actor, at: datetime) -> int:
    """How many concerns' numbers were made anew, after the data keys were exchanged; 0 where all were right.

    Where no data key opens the words, the numbers stay as they are. Each hundred is a transaction of its own.
    """
    people_rules.require(by, "keep_house")
    coded = Concern.objects.filter(likeness__isnull=False)
    changed, after = 0, 0
    while numbers := list(coded.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            changed += sum(_recoded(number) for number in numbers)
        after = numbers[-1]
    if changed:
        with transaction.atomic():
            ledger.record("concern.likeness_recoded", subject=("likeness", changed), by=by, at=at)
    return changed


def _recoded(number: int) -> bool:
    try:
        concern = Concern.objects.select_for_update().filter(pk=number, likeness__isnull=False).first()
    except Refused:  # sealed with a key that is gone
        return False
    if concern is None:
        return False
    likeness = rules.likeness(rules.told_of(concern.told).what, keys.keyed_digest("likeness", b""))
    if likeness == concern.likeness:
        return False
    Concern.objects.filter(pk=number).update(likeness=likeness)
    return True
