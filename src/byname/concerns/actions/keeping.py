"""What happens to concerns by the clock: a promise that was not kept is told, and words whose time is over go."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from byname.concerns import rules
from byname.concerns.actions.answering import write_to_followers
from byname.concerns.actions.following import WITHOUT_CONTACT, WITHOUT_WORDS
from byname.concerns.actions.pictures import drop_pictures
from byname.concerns.actions.wordings import PLACED, take_place_away
from byname.concerns.models import Concern, Message, Person, Translation, Wording
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor

_AT_ONCE: Final = 50
"""So many concerns are held in one transaction."""


def tell_overdue(*, by: Actor, at: datetime) -> int:
    """How many concerns nobody answered in time were marked now, each once until it is opened again.

    Everybody who raised or joined one is told whom to turn to; the sergeant's list has it as overdue. Done in short
    transactions: whoever is killed on the way leaves nothing half told, and the next turn goes on.
    """
    people_rules.require(by, "keep_house")
    told = 0
    while done := _tell_some(by, at):
        told += done
    return told


def _tell_some(by: Actor, at: datetime) -> int:
    with transaction.atomic():
        waiting = Concern.objects.select_for_update(skip_locked=True).filter(
            ended_at__isnull=True,
            answered_at__isnull=True,
            overdue_told_at__isnull=True,
            words_gone_at__isnull=True,
            due_at__lt=at,
        )
        late = list(waiting.defer("told", "likeness").order_by("due_at", "pk")[:_AT_ONCE])
        for concern in late:
            Concern.objects.filter(pk=concern.pk).update(overdue_told_at=at)
            write_to_followers(concern, "concern_overdue", by=by, at=at)
            ledger.record("concern.overdue", subject=("concern", concern.reference), by=by, at=at)
    return len(late)


def take_places_away(*, by: Actor, at: datetime) -> int:
    """How many published wordings lost their place now, as violence at home came to light since they were published.

    Done at night, for all of them, so that a place that goes tells nobody when somebody wrote.
    """
    people_rules.require(by, "keep_house")
    placed = Wording.objects.filter(PLACED, withdrawn_at__isnull=True, concern__danger__contains="home")
    return sum(_take_one_away(number, by, at) for number in placed.order_by("pk").values_list("concern_id", flat=True))


def _take_one_away(number: int, by: Actor, at: datetime) -> bool:
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("likeness").get(pk=number)
        return take_place_away(concern, by=by, at=at)


def forget_old_words(*, by: Actor, at: datetime) -> int:
    """How many concerns lost their words, pictures and contacts now: their time was over, and no legal hold stands.

    What is counted of them stays. Private links open nothing any more. Done in short transactions, a line each.
    """
    people_rules.require(by, "keep_house")
    forgotten = 0
    while done := _forget_some(by, at):
        forgotten += done
    return forgotten


def _forget_some(by: Actor, at: datetime) -> int:
    with transaction.atomic():
        over = Concern.objects.select_for_update(skip_locked=True).filter(
            ended_at__lte=at - rules.WORDS_KEPT_FOR, words_gone_at__isnull=True, held=False
        )
        numbers = list(over.order_by("ended_at", "pk").values_list("pk", flat=True)[:_AT_ONCE])
        if not numbers:
            return 0
        drop_pictures(Q(concern__in=numbers), by=by, at=at)
        Translation.objects.filter(concern__in=numbers).delete()
        Message.objects.filter(concern__in=numbers).delete()
        people = Person.objects.filter(concern__in=numbers)
        for digest in people.exclude(link="").values_list("link_digest", flat=True):
            ledger.take_letters_back(bytes(digest), by=by, at=at)
        for kept in people.exclude(phone_code="").values_list("phone_code", flat=True):
            ledger.take_letter_back(rules.text_of_code(kept), by=by, at=at)
        people.update(**WITHOUT_CONTACT)
        Concern.objects.filter(pk__in=numbers).update(**WITHOUT_WORDS, words_gone_at=at)
        ledger.record(
            "concern.words_forgotten", subject=("concerns", "ended"), by=by, at=at, facts={"concerns": len(numbers)}
        )
    return len(numbers)
