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
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused


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
        _hold(concern, reason, file_number=file_number, told=tell, by=by, at=at)
        if tell:
            write_to_followers(concern, "concern_change", only=Q(raised=True), by=by, at=at)


def hold_concern_again(reference: str, reason: str, *, told: bool, by: Actor, at: datetime) -> bool:
    """Whether a hold stands once more, after a restore; NotThere where the backup has no such concern.

    Its file number is nowhere but in the database that was replaced. Nobody is written to a second time.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("told", "likeness").filter(reference=reference).first()
        if concern is None:
            raise NotThere
        if concern.held or concern.words_gone_at is not None:
            return False
        _hold(concern, reason, told=told, by=by, at=at)
        return True


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


def _hold(concern: Concern, reason: str, *, file_number: str = "", told: bool, by: Actor, at: datetime) -> None:
    Hold.objects.create(concern=concern, reason=reason, file_number=file_number, told=told, began_at=at)
    Concern.objects.filter(pk=concern.pk).update(held=True)
    ledger.record(
        "concern.held",
        subject=("concern", concern.reference),
        by=by,
        at=at,
        reason_code=reason,
        # Told twice: a restore reads facts alone, to do the same again.
        facts={"reason": reason, "told": told},
    )
