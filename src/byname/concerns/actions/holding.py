"""Legal holds: the time of a concern's words does not run out while one stands."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from byname.concerns import rules
from byname.concerns.actions.answering import write_to_followers
from byname.concerns.models import Concern, Hold
from byname.concerns.queries.within import held
from byname.ledger import actions as ledger
from byname.vocabulary import Actor, Refused


def hold_concern(reference: str, reason: str, *, file_number: str = "", tell: bool, by: Actor, at: datetime) -> None:
    """What was said in a concern stays until the hold ends, for a reason of rules.HOLDING.

    Whoever raised it is told, where nothing forbids it. Refused where a hold stands, or the words went already.
    """
    with transaction.atomic():
        concern = held(reference, "hold_concern", viewer=by)
        rules.refuse_hold(reason, file_number, tell=tell)
        if concern.held:
            raise Refused("A legal hold stands on this concern already.", code="held-already")
        if concern.words_gone_at is not None:
            raise Refused("There are no words any more.", code="no-words")
        Hold.objects.create(concern=concern, reason=reason, file_number=file_number, told=tell, began_at=at)
        Concern.objects.filter(pk=concern.pk).update(held=True)
        if tell:
            write_to_followers(concern, "concern_change", only=Q(raised=True), by=by, at=at)
        ledger.record(
            "concern.held",
            subject=("concern", concern.reference),
            by=by,
            at=at,
            reason_code=reason,
            facts={"told": tell},
        )


def end_hold(reference: str, *, by: Actor, at: datetime) -> None:
    """The hold is over: the words go when their time has run out, that night where it has.

    Refused where no hold stands.
    """
    with transaction.atomic():
        concern = held(reference, "hold_concern", viewer=by)
        if not Hold.objects.filter(concern=concern, ended_at__isnull=True).update(ended_at=at):
            raise Refused("No legal hold stands on this concern.", code="not-held")
        Concern.objects.filter(pk=concern.pk).update(held=False)
        ledger.record("concern.hold_ended", subject=("concern", concern.reference), by=by, at=at)
