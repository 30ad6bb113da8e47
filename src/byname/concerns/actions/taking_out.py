"""What somebody takes along of their own: everything they told and were answered, for whoever has link and PIN."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from byname.concerns import queries, rules
from byname.concerns.actions.following import prove
from byname.concerns.models import Person
from byname.ledger import actions as ledger
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One entry of the thread, as its reader saw it."""

    at: datetime
    kind: str
    """"person" or "answer"."""
    signed: str
    """Who answered; empty for the person's own words."""
    words: str


@dataclass(frozen=True, slots=True)
class TakenOut:
    """All that is kept of one person and their concern."""

    reference: str
    raised_at: datetime
    category: str
    state: str
    outcome: str
    told: rules.Told | None
    contact: rules.Contact
    language: str
    under_18: bool
    more_letters: bool
    words_in_letters: bool
    messages: tuple[OwnEntry, ...]
    sent: tuple[queries.SentPicture, ...] = ()
    """The pictures they sent."""
    pictures: tuple[queries.OwnPicture, ...] = ()
    """The same with their pixels, where they were asked for."""

    def kept(self) -> dict[str, Any]:
        """The same in plain values, for a file."""
        return {
            "reference": self.reference,
            "raised_at": self.raised_at.isoformat(),
            "category": self.category,
            "state": self.state,
            "outcome": self.outcome,
            "told": _plain(self.told) if self.told else None,
            "contact": _plain(self.contact),
            "language": self.language,
            "under_18": self.under_18,
            "more_letters": self.more_letters,
            "words_in_letters": self.words_in_letters,
            "messages": [
                {"at": each.at.isoformat(), "from": each.signed or "you", "words": each.words} for each in self.messages
            ],
            "pictures": [
                {"sent_at": each.sent_at.isoformat(), "jpeg_base64": base64.b64encode(each.jpeg).decode()}
                for each in self.pictures
            ],
        }


def take_out(link: str, pin: str, *, with_pictures: bool = False, by: Actor, at: datetime) -> TakenOut:
    """Everything that is kept of whoever has the link and the PIN; on the ledger. Refused for a wrong PIN."""
    prove(link, pin, by=by, at=at)
    followed = queries.followed(link, at=at, viewer=by)
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None:
        raise NotThere
    with transaction.atomic():
        ledger.record("concern.taken_out", subject=("concern", followed.reference), by=by, at=at)
    return TakenOut(
        reference=followed.reference,
        raised_at=followed.raised_at,
        category=followed.category,
        state=followed.state,
        outcome=followed.outcome,
        told=followed.told,
        contact=rules.contact_of(person.contact),
        language=person.language,
        under_18=person.under_18,
        more_letters=person.more_letters,
        words_in_letters=person.words_in_letters,
        messages=tuple(
            OwnEntry(each.at, each.kind, each.officer.name if each.officer else each.signed, each.words)
            for each in followed.entries
        ),
        sent=(*followed.pictures, *(each for entry in followed.entries for each in entry.pictures)),
        pictures=queries.own_pictures(link, viewer=by) if with_pictures else (),
    )


def _plain(part: rules.Told | rules.Contact) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(rules.kept(part) or "{}")
    return kept
