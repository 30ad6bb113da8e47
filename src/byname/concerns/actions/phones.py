"""Phones: a number is confirmed by a code before it is texted, and what comes in from it finds its concern."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from django.conf import settings
from django.db import transaction

from byname.concerns import rules
from byname.concerns.actions.following import stop_letters, write_again
from byname.concerns.actions.recoding import recode
from byname.concerns.models import Person
from byname.concerns.queries.within import held_by_link
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import keys, limits
from byname.vocabulary import Actor, NotThere, Refused

CODE_TRIES: Final = limits.Limit("phone-code", 10, 24 * 3600)
"""Wrong codes somebody may try in a day: ten of a million."""
CODES_A_PERSON: Final = limits.Limit("phone-codes-of-a-person", 5, 24 * 3600)
CODES_A_NUMBER: Final = limits.Limit("phone-codes-to-a-number", 5, 24 * 3600)
"""Whoever types a stranger's number bothers them so often and no more, however many concerns they raise."""
CODES_IN_ALL: Final = limits.Limit("phone-codes", 500, 24 * 3600)
"""Texts cost money: nobody can have more codes sent in a day, from wherever they ask."""
NO_CODES: Final = "no-phone-codes"
"""For numbers of which nobody is known that asked for no more texts: whoever types them has no code sent there."""
TEXTS_IN: Final = limits.Limit("texts-in", 60, 3600)

Became = Literal["joined", "on_their_page", "shared", "unknown", "stopped"]


@dataclass(frozen=True, slots=True)
class TextTaken:
    """What became of a text that came in."""

    became: Became
    """"joined" a thread; its person is to write "on_their_page"; the number is "shared" by several people, or
    "unknown"; or all texts "stopped"."""
    danger: rules.Danger | None
    language: str = ""
    """The language the person is written to in; empty where nobody, or more than one, is known by the number."""
    link: str = ""
    """The private link to the concern of theirs that was stirred last; empty where the number is not one person's."""


def send_code(link: str, *, by: Actor, at: datetime) -> None:
    """Six digits are on their way to the phone somebody asked to be texted at.

    Refused where there is none, or too many were asked for. Called outside any transaction, so that what was asked for
    is counted whatever becomes of it.
    """
    people_rules.require(by, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    number = _number(rules.contact_of(person.contact))
    if not number:
        raise Refused("There is no phone number to be texted.", code="no-phone", field="code")
    counted = ((CODES_A_PERSON, f"{person.pk}"), (CODES_A_NUMBER, number), (CODES_IN_ALL, "all"))
    barred = limits.is_barred(NO_CODES, number, at=at)
    # In the same words: whoever types a stranger's number learns nothing of them.
    if barred or any(limits.wait_for(limit, caller, at=at) for limit, caller in counted):
        raise Refused("Too many codes were asked for. Try again tomorrow.", code="too-many-codes", field="code")
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        ledger.take_letter_back(rules.text_of_code(person.phone_code), by=by, at=at)
        code = f"{secrets.randbelow(10**6):06}"
        words = {"code": code, "language": person.language}
        letter = ledger.write_letter("phone_code", way="text", to=number, words=words, by=by, at=at)
        Person.objects.filter(pk=person.pk).update(phone_code=rules.code_kept(code, letter), phone_code_at=at)
        ledger.record("concern.code_sent", subject=("concern", concern.reference), by=by, at=at)


def confirm_phone(link: str, code: str, *, by: Actor, at: datetime) -> None:
    """The number is theirs for sixty days, and texts go to it; Refused for a wrong code, an old one, or too many tries.

    Called outside any transaction, so that a wrong one is counted whatever becomes of the act.
    """
    people_rules.require(by, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    if limits.wait_for(CODE_TRIES, f"{person.pk}", at=at):
        raise Refused("Too many wrong codes. Try again tomorrow.", code="too-many-tries", field="code")
    sent = rules.code_sent(person.phone_code)
    if not sent or person.phone_code_at is None or at >= person.phone_code_at + rules.CODE_LIVES:
        limits.give_back(CODE_TRIES, f"{person.pk}", at=at)
        raise Refused("This code is too old. Ask for a new one.", code="old-code", field="code")
    digits = "".join(sign for sign in code if sign.isdecimal())
    if not hmac.compare_digest(rules.dialled(digits).encode(), sent.encode()):
        raise Refused("This code is not right. It stands in the text we sent you.", code="code", field="code")
    limits.give_back(CODE_TRIES, f"{person.pk}", at=at)
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        if rules.code_sent(person.phone_code) != sent:
            raise Refused("This code is too old. Ask for a new one.", code="old-code", field="code")
        Person.objects.filter(pk=person.pk).update(
            phone_confirmed_at=at,
            phone_code="",
            phone_code_at=None,
            phone_digest=_digest(_number(rules.contact_of(person.contact))),
            # Whoever confirms a number wants to be told by it.
            stopped_at=None,
        )
        ledger.record("concern.phone_confirmed", subject=("concern", concern.reference), by=by, at=at)


def take_text(
    number: str,
    words: str,
    *,
    text_id: str,
    left_out: int = 0,
    read_by: Callable[[str], frozenset[str]],
    by: Actor,
    at: datetime,
) -> TextTaken:
    """What became of a text from a number: it joins the thread of the one open concern of whoever confirmed it.

    `text_id` is the provider's own name for it: one that is handed over twice is one entry. `left_out` counts pictures
    that came with it and are not taken. `read_by` tells the languages the team of an area reads, by its slug. Words
    that speak of danger always join: where there are several, the concern that was stirred last, an open one before one
    that ended. Where several people confirmed the number they stand on nobody's page, and all else joins none: whoever
    shares a phone may be whom the other wrote about.
    """
    people_rules.require(by, "follow_concern")
    danger = rules.danger(words)
    if rules.stops(words):
        stop_texts(number, by=by, at=at)
        return TextTaken("stopped", None)
    found = _known_by(number).filter(phone_confirmed_at__gt=at - rules.CONFIRMED_FOR)
    known = list(found.select_related("concern__area").order_by("-concern__stirred_at", "-pk"))
    if not known:
        return TextTaken("unknown", danger)
    still_open = [person for person in known if person.concern.ended_at is None]
    person = (still_open or known)[0]
    shared = not rules.one_person(rules.contact_of(each.contact) for each in known)
    taken = TextTaken("shared", danger)
    if not shared:
        taken = TextTaken("on_their_page", danger, person.language, person.link)
    if not rules.tidied(words).strip() or len(words) > rules.LONGEST_WORDS:
        return taken
    if danger is None and (shared or len(still_open) != 1 or limits.wait_for(TEXTS_IN, number, at=at)):
        return taken
    area = person.concern.area
    write_again(
        person.link,
        words,
        via="text",
        mail_id=f"text {text_id}",
        left_out=left_out,
        nobodys=shared,
        read_here=read_by(area.slug if area else ""),
        by=by,
        at=at,
    )
    return replace(taken, became="joined")


def stop_texts(number: str, *, by: Actor, at: datetime) -> int:
    """How many people's letters were stopped: everybody's who is known by the number, also where it has lapsed.

    Where nobody is, it was sent codes at most: no more go there for as long as a confirmation would hold.
    """
    people_rules.require(by, "follow_concern")
    if not _known_by(number).exists():
        limits.bar(NO_CODES, number, until=at + rules.CONFIRMED_FOR)
    links = [person.link for person in _known_by(number).filter(stopped_at__isnull=True)]
    for link in links:
        stop_letters(link, by=by, at=at)
    return len(links)


def recode_phones(*, by: Actor, at: datetime) -> int:
    """How many numbers' digests were made anew, after the data keys were exchanged; 0 where all were right.

    Where no data key opens what stands beside it, the digest stays as it is.
    """
    return recode(
        Person.objects.filter(phone_digest__isnull=False),
        "phone_digest",
        # Whoever also gave an e-mail address is texted no more, and still known by what they confirmed.
        lambda person: _digest(
            rules.number_to_text(rules.contact_of(person.contact).phone, settings.BYNAME_TEXTS_COUNTRY)
        ),
        event="concern.phones_recoded",
        kind="phones",
        by=by,
        at=at,
    )


def _known_by(number: str) -> Any:
    # Made anew already, or not yet: while the data keys are exchanged both may stand there.
    return Person.objects.filter(phone_digest__in=keys.keyed_digests("phone", number.encode())).exclude(link="")


def _number(contact: rules.Contact) -> str:
    country = settings.BYNAME_TEXTS_COUNTRY
    number = rules.number_to_text(contact.phone, country) if rules.wants_texts(contact) else ""
    return number if rules.takes_codes(number, country) else ""


def _digest(number: str) -> bytes | None:
    """What a number is known by; it says nothing to whoever has not the data keys."""
    return keys.keyed_digest("phone", number.encode()) if number else None
