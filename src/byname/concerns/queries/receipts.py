"""The receipt of a form that was handed in already: the same one, however often its button is pressed."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from byname.concerns import rules
from byname.concerns.models import Person
from byname.people import rules as people_rules
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the person who raised a concern holds in their hands."""

    reference: str
    link: str
    """The private link's own part: it opens the concern for reading and writing."""
    pin: str
    """Six digits: with the link they take data out, erase, and change how to be reached."""
    due_at: datetime
    newly: bool
    """Whether it was raised now; else the same form had been handed in before, and nothing was written."""
    first_at: datetime
    """When the form was handed in first."""
    danger: rules.Danger | None = None
    """What its words speak of, to be met before anything else."""

    def as_shown(self, at: datetime) -> Receipt:
        """The receipt as a page may show it: a form handed in again long after the first time has no link and no PIN.

        Its number may stand in the history of a browser that somebody else uses by now.
        """
        return self if at - self.first_at <= rules.RECEIPT_SHOWN else replace(self, link="", pin="")


def raised_with(once: bytes, *, viewer: Actor) -> Receipt | None:
    """The first receipt of the form with this number; None where it raised nothing, Refused where that was removed."""
    people_rules.require(viewer, "raise_concern")
    person = _people().filter(concern__once=hashlib.sha256(once).digest(), raised=True).first()
    if person is None:
        return None
    if not person.link:
        raise Refused("You raised this before, and had it removed.", code="erased")
    return _receipt(person)


def joined_with(reference: str, once: bytes, *, viewer: Actor) -> Receipt | None:
    """The first receipt of who joined with this form; None where nobody did, Refused where they had it removed."""
    digest = rules.link_digest(joining_link(reference, once, viewer=viewer))
    person = _people().filter(link_digest=digest).first()
    if person is None:
        return None
    if not person.link:
        raise Refused("You joined this before, and had it removed.", code="erased")
    return _receipt(person)


def joining_link(reference: str, once: bytes, *, viewer: Actor) -> str:
    """The private link's own part for who joins with this form.

    Made of the form's own number and a key of ours, so that the same form finds its receipt and nobody else can.
    """
    people_rules.require(viewer, "raise_concern")
    digest = keys.keyed_digest("join-concern", reference.encode() + b"\0" + once)
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _people() -> QuerySet[Person]:
    rows = Person.objects.select_related("concern")
    return rows.only("link", "pin", "joined_at", "concern__reference", "concern__due_at")


def _receipt(person: Person) -> Receipt:
    concern = person.concern
    return Receipt(concern.reference, person.link, person.pin, concern.due_at, newly=False, first_at=person.joined_at)
