"""Joining a published concern: one person more who hears how it goes on, and one more that is counted."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from byname.concerns import rules
from byname.concerns.actions.raising import TO_A_MAILBOX
from byname.concerns.models import Concern, Person, Wording
from byname.concerns.queries.hearing import hearing
from byname.concerns.queries.receipts import Receipt, joined_with, joining_link
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import limits
from byname.vocabulary import Actor, NotThere, Refused

WITHOUT_ADDRESS: Final = limits.Limit("join-without-address", 3, 24 * 3600)
"""Joinings a day of one concern from one network without an e-mail address: everybody reads how many joined."""
WITH_ADDRESS: Final = limits.Limit("join-with-address", 12, 24 * 3600)
"""And with one: nobody confirms it, so that a stranger may have made it up; but a tower of flats is one network."""


@dataclass(frozen=True, slots=True)
class Joining:
    """How somebody who joins a concern wishes to be reached, if at all."""

    language: str
    contact: rules.Contact = field(default_factory=rules.Contact)
    under_18: bool = False
    more_letters: bool = False


def join_concern(reference: str, how: Joining, *, once: bytes, network: str = "", by: Actor, at: datetime) -> Receipt:
    """The receipt of somebody who joined a published concern: a private link and a PIN of their own.

    `once` is the form's own number: who hands the same form in twice gets the first receipt again. The concern's own
    words stay closed to them. `network` is who asks, for counting. NotThere for what is not published; Refused for what
    has ended, for a contact nobody can be reached by, for whoever had their joining forgotten, and for more than
    WITHOUT_ADDRESS or WITH_ADDRESS.
    """
    people_rules.require(by, "raise_concern")
    rules.refuse_contact(how.contact)
    link = joining_link(reference, once, viewer=by)
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("told", "likeness").filter(reference=reference).first()
        if concern is None:
            raise NotThere
        if before := joined_with(reference, once, viewer=by):
            return before
        if not Wording.objects.filter(concern=concern, withdrawn_at__isnull=True).exists():
            raise NotThere
        if concern.ended_at is not None:
            raise Refused("This has ended. If it troubles you, tell your officers anew.", code="ended")
        limit = WITH_ADDRESS if how.contact.email else WITHOUT_ADDRESS
        if network and limits.wait_for(limit, f"{network} {reference}", at=at):
            raise Refused("Too many joined this from here today. Try again tomorrow.", code="too-often")
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
            joined_at=at,
            letter=_confirm(concern, how, link, by, at) if how.contact.email else "",
        )
        Wording.objects.filter(concern=concern).update(joined=F("joined") + 1)
        # Whoever raised it may have had everything removed: now somebody waits for an answer again,
        # which is promised from today on.
        if concern.words_gone_at is not None and concern.answered_at is None:
            concern.promised_at, concern.overdue_told_at = at, None
            concern.due_at = rules.due_at(at, hearing(viewer=by).promise(ZoneInfo(settings.TIME_ZONE)))
        Concern.objects.filter(pk=concern.pk).update(
            stirred_at=at,
            words_gone_at=None,
            promised_at=concern.promised_at,
            due_at=concern.due_at,
            overdue_told_at=concern.overdue_told_at,
        )
        ledger.record("concern.joined", subject=("concern", reference), by=by, at=at, public=True)
    return Receipt(reference, link, pin, concern.due_at, newly=True, first_at=at)


def _confirm(concern: Concern, how: Joining, link: str, by: Actor, at: datetime) -> str:
    if limits.wait_for(TO_A_MAILBOX, rules.mailbox_of(how.contact.email), at=at):
        return ""
    words = rules.letter_words(
        concern.reference,
        link,
        how.language,
        division=concern.division_code,
        overdue=False,
        under_18=how.under_18,
    )
    whose = rules.link_digest(link)
    return ledger.write_letter("concern_received", to=how.contact.email, words=words, whose=whose, by=by, at=at)
