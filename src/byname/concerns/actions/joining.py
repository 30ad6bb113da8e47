"""Joining a published concern: one person more who hears how it goes on, and one more that is counted."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from byname.concerns import rules
from byname.concerns.actions.raising import Receipt
from byname.concerns.models import Concern, Person, Wording
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import keys
from byname.vocabulary import Actor, NotThere, Refused


@dataclass(frozen=True, slots=True)
class Joining:
    """How somebody who joins a concern wishes to be reached, if at all."""

    language: str
    contact: rules.Contact = field(default_factory=rules.Contact)
    under_18: bool = False
    more_letters: bool = False
    words_in_letters: bool = False


def join_concern(reference: str, how: Joining, *, once: bytes, by: Actor, at: datetime) -> Receipt:
    """The receipt of somebody who joined a published concern: a private link and a PIN of their own.

    `once` is the form's own number: who hands the same form in twice gets the first receipt again. The concern's own
    words stay closed to them. NotThere for what is not published; Refused for what has ended, for a contact nobody can
    be reached by, and for whoever had their joining forgotten.
    """
    people_rules.require(by, "raise_concern")
    rules.refuse_contact(how.contact)
    link = _link_of(reference, once)
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("told", "likeness").filter(reference=reference).first()
        if concern is None:
            raise NotThere
        before = Person.objects.filter(link_digest=rules.link_digest(link)).first()
        if before is not None:
            if not before.link:
                raise Refused("You joined this before, and had it removed.", code="erased")
            return Receipt(reference, link, before.pin, concern.due_at, newly=False)
        if not Wording.objects.filter(concern=concern, withdrawn_at__isnull=True).exists():
            raise NotThere
        if concern.ended_at is not None:
            raise Refused("This has ended. If it troubles you, tell your officers anew.", code="ended")
        pin = f"{secrets.randbelow(10**6):06}"
        Person.objects.create(
            concern=concern,
            raised=False,
            link_digest=rules.link_digest(link),
            link=link,
            pin=pin,
            contact="" if how.contact.is_empty else rules.kept(how.contact),
            language=how.language,
            under_18=how.under_18,
            more_letters=how.more_letters,
            words_in_letters=how.words_in_letters,
            joined_at=at,
            letter=_confirm(concern, how, link, by, at) if how.contact.email else "",
        )
        Wording.objects.filter(concern=concern).update(joined=F("joined") + 1)
        # Whoever raised it may have had everything removed: now somebody waits for an answer again.
        Concern.objects.filter(pk=concern.pk).update(stirred_at=at, words_gone_at=None)
        ledger.record("concern.joined", subject=("concern", reference), by=by, at=at, public=True)
    return Receipt(reference, link, pin, concern.due_at, newly=True)


def _link_of(reference: str, once: bytes) -> str:
    # Made of the form's own number and a key of ours, so that the same form finds its receipt and nobody else can.
    digest = keys.keyed_digest("join-concern", reference.encode() + b"\0" + once)
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _confirm(concern: Concern, how: Joining, link: str, by: Actor, at: datetime) -> str:
    words = rules.letter_words(
        concern.reference,
        link,
        how.language,
        division=concern.division_code,
        overdue=False,
        under_18=how.under_18,
    )
    return ledger.write_letter("concern_received", to=how.contact.email, words=words, by=by, at=at)
