"""What somebody's own page tells of their phone: whether texts go to it, and at which hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from byname.concerns import rules
from byname.concerns.models import Person
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class Phone:
    """How it stands with somebody's phone; never the number, which the link alone does not open."""

    wanted: bool
    """Whether they asked for texts, and can be sent some."""
    standing: rules.PhoneStanding
    stopped: bool
    """Whether they want no letters and no texts."""
    code_waits: bool
    """Whether a code was sent that would still confirm it."""
    hours: rules.Hours
    hours_read: bool
    """Whether these are the safe hours they told; else those of the day."""


def phone_of(link: str, *, at: datetime, viewer: Actor) -> Phone:
    """How it stands with the phone of somebody with a private link; NotThere where it opens nothing."""
    people_rules.require(viewer, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    contact = rules.contact_of(person.contact)
    sent = person.phone_code_at
    return Phone(
        wanted=rules.wants_texts(contact),
        standing=rules.phone_standing(person.phone_confirmed_at, at),
        stopped=person.stopped_at is not None,
        code_waits=sent is not None and at < sent + rules.CODE_LIVES,
        hours=rules.hours_for_texts(contact.safe_hours),
        hours_read=rules.hours_of(contact.safe_hours) is not None,
    )
