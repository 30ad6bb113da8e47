"""What somebody who raised or joined a concern does by their private link, and what needs the PIN besides."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from byname.concerns import rules
from byname.concerns.actions.interpreting import wait_anew
from byname.concerns.actions.pictures import add_pictures, drop_pictures
from byname.concerns.actions.wordings import keep_wording_true, note_place_to_withdraw, take_place_away
from byname.concerns.models import Concern, ConcernPhoto, Message, Person, Translation, Verdict, Wording
from byname.concerns.queries.dangers import dangers_left
from byname.concerns.queries.within import held_by_link
from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import rules as people_rules
from byname.safekeeping import limits
from byname.vocabulary import Actor, NotThere, Refused

WITHOUT_WORDS: Final[dict[str, Any]] = {
    "told": "",
    "grid_lat": None,
    "grid_lon": None,
    "likeness": None,
    "danger": "",
    "needs_interpreter": False,
}
"""A concern of which only the counts are left."""
WITHOUT_CONTACT: Final[dict[str, Any]] = {
    "contact": "",
    "link": "",
    "pin": "",
    "letter": "",
    "phone_confirmed_at": None,
    "phone_code": "",
    "phone_code_at": None,
    "phone_digest": None,
    "letters_return_at": None,
}
"""Somebody of whom only is known that they raised or joined a concern."""
PIN_TRIES: Final = limits.Limit("concern-pin", 10, 24 * 3600)
"""Wrong PINs a link may be tried with in a day: ten of a million."""
PRESSED_TWICE: Final = timedelta(minutes=10)
"""Within it, the same words of the same person are the same button, pressed again."""


@dataclass(frozen=True, slots=True)
class VerdictTaken:
    """What became of somebody's answer: whether it opened the concern again, and who has it then."""

    reopened: bool
    holder: str


def write_again(
    link: str,
    words: str,
    *,
    pictures: Sequence[rules.Picture] = (),
    via: str = "web",
    mail_id: str = "",
    left_out: int = 0,
    from_elsewhere: bool = False,
    nobodys: bool = False,
    read_here: frozenset[str] = frozenset({"en"}),
    by: Actor,
    at: datetime,
) -> int | None:
    """The number of somebody's message in their concern's thread; None for a letter that was taken in before.

    What is sent twice from the page within ten minutes, with no answer between, is one entry: the first one's number.
    `pictures` were made by rules.cleaned, before any transaction. `mail_id` is a letter's own Message-ID, `left_out`
    how many of its files were not taken in, `from_elsewhere` whether it came from another address than the one they
    gave; `nobodys` words came from a phone that several people share: the team alone reads them. `read_here` are the
    languages the area's team reads: what is in another waits for an interpreter. Raises Refused for empty words, unless
    files came, or too many; NotThere where the link opens nothing.
    """
    people_rules.require(by, "follow_concern")
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        rules.refuse_message(words, mailed=via == "mail", files=left_out + len(pictures))
        if via == "web" and (before := _sent_before(concern, person, words, pictures, at=at)):
            return before
        digest = hashlib.sha256(mail_id.encode()).digest() if mail_id else None
        if digest and Message.objects.filter(mail_digest=digest).exists():
            return None
        language = rules.language_of(words)
        with_team = concern.area_id is not None and concern.holder == "team"
        message = Message.objects.create(
            concern=concern,
            kind="person",
            at=at,
            person=None if nobodys else person,
            words=rules.tidied(words),
            via=via,
            mail_digest=digest,
            left_out=left_out,
            from_elsewhere=from_elsewhere,
            language=language,
            wanted_in="en" if language and language not in (read_here if with_team else rules.reads(())) else "",
        )
        add_pictures(concern.pk, message.pk, pictures, by=by, at=at)
        danger = rules.danger(words)
        kinds = " ".join(dict.fromkeys([*concern.danger.split(), *(danger.kinds if danger else ())]))
        Concern.objects.filter(pk=concern.pk).update(stirred_at=at, danger=kinds)
        if danger:
            note_place_to_withdraw(concern.pk, by=by, at=at)
        ledger.record("concern.written_to", subject=("concern", concern.reference), by=by, at=at)
        return message.pk


def _sent_before(
    concern: Concern, person: Person, words: str, pictures: Sequence[rules.Picture], *, at: datetime
) -> int | None:
    # Words are sealed, each time otherwise: they are compared here, and only the few of the last minutes.
    latest = Message.objects.filter(concern=concern, at__gt=at - PRESSED_TWICE).exclude(kind="note").order_by("-pk")
    for entry in latest:
        if entry.kind == "answer":
            return None
        if entry.person_id == person.pk and entry.via == "web" and entry.words == rules.tidied(words):
            sent = ConcernPhoto.objects.filter(message=entry).order_by("number").values_list("picture", flat=True)
            if [bytes(each) for each in sent] == [each.content for each in pictures]:
                return entry.pk
    return None


def say_how_it_went(
    link: str, *, answered: str, better: str, promise: rules.Promise, by: Actor, at: datetime
) -> VerdictTaken:
    """What somebody's answer to "Did this answer you? Is it better?" did.

    A "no" to either within 30 days, by whoever raised it, opens the concern again: the first time for the team, the
    second for the sergeant. That of whoever joined is counted for the team. An answer may be changed while the concern
    is closed. Raises Refused where it has not ended.
    """
    people_rules.require(by, "follow_concern")
    if {answered, better} - {"", *rules.VERDICTS} or not (answered or better):
        raise Refused("Choose yes, partly or no.", code="no-verdict", field="answered")
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        if concern.ended_at is None:
            raise Refused("This concern has not ended yet.", code="not-now")
        Verdict.objects.update_or_create(
            concern=concern,
            person=person,
            ending=concern.reopened + 1,
            defaults={"answered": answered, "better": better, "given_at": at},
        )
        told = rules.unsolved(concern.reopened, ended_at=concern.ended_at, at=at)
        reopens = person.raised and "no" in (answered, better) and told.reopens
        holder = told.holder if reopens and concern.holder == "team" else concern.holder
        if reopens:
            state = rules.after(concern.state, "say_unsolved")
            Concern.objects.filter(pk=concern.pk).update(
                state=state,
                outcome="",
                ended_at=None,
                answered_at=None,
                reopened=concern.reopened + 1,
                holder=holder,
                promised_at=at,
                due_at=rules.due_at(at, promise),
                overdue_told_at=None,
                stirred_at=at,
            )
            if holder != concern.holder:
                # Of a sergeant nobody knows what they read besides.
                wait_anew(concern, rules.reads(()), by=by, at=at)
        ledger.record(
            "concern.reopened" if reopens else "concern.judged",
            subject=("concern", concern.reference),
            by=by,
            at=at,
            public=keep_wording_true(concern.pk, by=by, at=at),
        )
        return VerdictTaken(reopens, holder)


def stop_letters(link: str, *, by: Actor, at: datetime) -> None:
    """No letter goes to this person about this concern any more."""
    people_rules.require(by, "follow_concern")
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        _stop(person, concern, by=by, at=at)


def stop_letters_again(reference: str, person: int, *, by: Actor, at: datetime) -> bool:
    """Whether somebody's letters were stopped once more, after a restore; NotThere where the backup has no such."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        return _stop(*_brought_back(reference, person, at=at), by=by, at=at)


def change_contact(link: str, pin: str, contact: rules.Contact, language: str, *, by: Actor, at: datetime) -> None:
    """How to reach somebody, in place of what stood there; Refused for a wrong PIN or what cannot be reached."""
    people_rules.require(by, "follow_concern")
    prove(link, pin, by=by, at=at)
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        rules.refuse_contact(contact)
        before = rules.contact_of(person.contact)
        same_phone = rules.dialled(before.phone) == rules.dialled(contact.phone)
        confirmed_at = person.phone_confirmed_at if same_phone else None
        country = settings.BYNAME_TEXTS_COUNTRY
        was = rules.way_to(before, confirmed_at=person.phone_confirmed_at, country=country, at=at)
        way, to = rules.way_to(contact, confirmed_at=confirmed_at, country=country, at=at)
        if not same_phone:
            ledger.take_letter_back(rules.text_of_code(person.phone_code), by=by, at=at)
        Person.objects.filter(pk=person.pk).update(
            contact=rules.kept(contact),
            language=language,
            stopped_at=None,
            phone_confirmed_at=confirmed_at,
            **({} if same_phone else {"phone_code": "", "phone_code_at": None, "phone_digest": None}),
            letters_return_at=person.letters_return_at if contact.email == before.email else None,
        )
        waiting = None
        if not to or (way, to) != was:
            # The day's letter goes to the new address; what else is under way to the old one goes nowhere.
            waiting = ledger.take_letter_back(person.letter, by=by, at=at)
            ledger.take_letters_back(bytes(person.link_digest), by=by, at=at)
        if waiting and to and person.written_at:
            again = {**waiting.words, "language": language}
            due = max(at, person.written_at)
            letter = ledger.write_letter(
                waiting.kind, way=way, to=to, words=again, whose=bytes(person.link_digest), by=by, at=at, due_at=due
            )
            Person.objects.filter(pk=person.pk).update(letter=letter)
        _contact_changed(person, concern, by=by, at=at)


def change_contact_again(reference: str, person: int, *, by: Actor, at: datetime) -> bool:
    """Whether nobody is written to by a contact somebody changed since a backup; NotThere where it has no such person.

    The new one is not in the backup, and the old one may be no longer theirs, or never safe.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        row, concern = _brought_back(reference, person, at=at)
        if not row.link:
            return False
        _stop(row, concern, by=by, at=at)
        Person.objects.filter(pk=row.pk).update(
            phone_confirmed_at=None, phone_code="", phone_code_at=None, phone_digest=None
        )
        _contact_changed(row, concern, by=by, at=at)
        return True


def erase(link: str, pin: str, *, by: Actor, at: datetime) -> None:
    """What this person wrote and how to reach them is gone; that there was a concern, and how it ended, is counted.

    With what was raised go the answers to it and the team's notes. Who joined keeps their own; with the last of them
    everything goes. A published wording is an officer's own and stays. The link opens nothing any more. Raises Refused
    for a wrong PIN, and while a legal hold stands.
    """
    people_rules.require(by, "follow_concern")
    prove(link, pin, by=by, at=at)
    with transaction.atomic():
        person, concern = held_by_link(link, viewer=by)
        if concern.held:
            raise Refused(
                "This cannot be removed now: the law asks the service to keep it for a while.", code="legal-hold"
            )
        _erase(person, concern, by=by, at=at)


def erase_again(reference: str, person: int, *, by: Actor, at: datetime) -> bool:
    """Whether what somebody had removed was removed once more, after a restore; NotThere where the backup has no such.

    A hold does not stand in the way: there was none when they had it removed.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        row, concern = _brought_back(reference, person, at=at)
        if row.link:
            _erase(row, concern, by=by, at=at)
        return bool(row.link)


def prove(link: str, pin: str, *, by: Actor, at: datetime) -> None:
    """Nothing, or Refused for a wrong PIN; after ten wrong ones in a day not even the right one is taken.

    Called outside any transaction, so that a wrong one is counted whatever becomes of the act.
    """
    people_rules.require(by, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    if limits.wait_for(PIN_TRIES, f"{person.pk}", at=at):
        raise Refused("Too many wrong PINs. Try again tomorrow.", code="too-many", field="pin")
    digits = "".join(sign for sign in pin if sign.isdecimal())
    if not hmac.compare_digest(rules.dialled(digits).encode(), person.pin.encode()):
        raise Refused("This PIN is not right. It stands on your receipt.", code="pin", field="pin")
    limits.give_back(PIN_TRIES, f"{person.pk}", at=at)


def _brought_back(reference: str, person: int, *, at: datetime) -> tuple[Person, Concern]:
    concern = Concern.objects.select_for_update().filter(reference=reference).first()
    # Numbers are given anew after a restore: who joined since is somebody else.
    row = Person.objects.filter(pk=person, concern=concern, joined_at__lte=at).first() if concern else None
    if concern is None or row is None:
        raise NotThere
    return row, concern


def _contact_changed(person: Person, concern: Concern, *, by: Actor, at: datetime) -> None:
    ledger.record(
        "concern.contact_changed",
        subject=("concern", concern.reference),
        by=by,
        at=at,
        facts={"person": person.pk},
    )


def _stop(person: Person, concern: Concern, *, by: Actor, at: datetime) -> bool:
    if person.stopped_at is not None:
        return False
    Person.objects.filter(pk=person.pk).update(stopped_at=at)
    ledger.take_letters_back(bytes(person.link_digest), by=by, at=at)
    ledger.take_letter_back(rules.text_of_code(person.phone_code), by=by, at=at)
    ledger.record(
        "concern.letters_stopped",
        subject=("concern", concern.reference),
        by=by,
        at=at,
        facts={"person": person.pk},
    )
    return True


def _erase(person: Person, concern: Concern, *, by: Actor, at: datetime) -> None:
    ledger.take_letters_back(bytes(person.link_digest), by=by, at=at)
    ledger.take_letter_back(rules.text_of_code(person.phone_code), by=by, at=at)
    # By its number alone: a restore must do the same again.
    facts: dict[str, ledger_rules.Fact] = {"person": person.pk}
    raised = person.raised
    others = Person.objects.filter(concern=concern).exclude(pk=person.pk).exclude(link="")
    left = others.exists()
    if raised:
        # Before the words that tell why are gone: what is gone tells nothing any more.
        take_place_away(concern, by=by, at=at)
    pictures, entries = Q(message__person=person), Q(person=person)
    if not left:
        pictures, entries = Q(), Q()
    elif raised:
        pictures, entries = pictures | Q(message__isnull=True), entries | Q(person__isnull=True)
    elif person.phone_digest is not None and not others.filter(phone_digest__isnull=False).exists():
        # Which of those who share a phone wrote, nobody knows: their words go with the last here who may have.
        entries |= Q(person__isnull=True, kind="person")
    drop_pictures(Q(concern=concern) & pictures, by=by, at=at)
    Message.objects.filter(entries, concern=concern).delete()
    changed: dict[str, Any] = {}
    if raised or not left:
        Translation.objects.filter(concern=concern, message__isnull=True).delete()
        concern.told = ""
        # Whoever joined goes on waiting for an answer, and the clock goes on for what they wrote.
        changed = {**WITHOUT_WORDS, "words_gone_at": None if left else at}
    changed["danger"] = dangers_left(concern, viewer=by)
    Concern.objects.filter(pk=concern.pk).update(**changed)
    if raised:
        Person.objects.filter(pk=person.pk).update(**WITHOUT_CONTACT)
    else:
        Wording.objects.filter(concern=concern, joined__gt=1).update(joined=F("joined") - 1)
        person.delete()
    ledger.record(
        "concern.erased",
        subject=("concern", concern.reference),
        by=by,
        at=at,
        facts=facts,
        public=not raised,
    )
