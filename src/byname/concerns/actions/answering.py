"""Answering a concern: an officer's words, notes that stay inside, whom it goes to, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from byname.concerns import rules
from byname.concerns.actions.following import PRESSED_TWICE
from byname.concerns.actions.interpreting import wait_anew
from byname.concerns.actions.wordings import keep_wording_true
from byname.concerns.models import Concern, Message, Person, Translation
from byname.concerns.queries.within import held
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.postings import queries as postings
from byname.vocabulary import SYSTEM, Actor, Refused


def answer(
    reference: str,
    words: str,
    *,
    working: bool = False,
    templates: Sequence[str] = (),
    phrases: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> int:
    """The number of an officer's answer, on its way to everybody who raised or joined the concern.

    `working` says besides that it is being worked on. `templates` are those the writer was offered: one that is sent as
    it stands is Refused, as is an answer to a concern that has ended. `phrases` are codes of the phrase book: those
    sentences stand beside the answer in the language of whoever raised it, and in English below its own words. What is
    sent twice within ten minutes, with nothing said between, is one answer: the first one's number.
    """
    with transaction.atomic():
        concern = held(reference, "answer_concern", viewer=by)
        rules.refuse_answer(words, templates)
        phrased, words = _phrased(concern, phrases, words)
        state = rules.after(concern.state, "answer")
        if working and state != "working":
            state = rules.after(state, "work")
        if state == concern.state and (before := _said_before(concern, words, by=by, at=at)):
            return before
        number = _say(concern, "answer", words, by=by, at=at)
        if phrased:
            phrased.message_id, phrased.made_at = number, at
            phrased.save()
        _answered(concern, state, at=at)
        write_to_followers(concern, "concern_news", said=words, by=by, at=at)
        seen = keep_wording_true(concern.pk, by=by, at=at)
        ledger.record("concern.answered", subject=("concern", concern.reference), by=by, at=at, public=seen)
        return number


def note(reference: str, words: str, *, by: Actor, at: datetime) -> int:
    """The number of a note that stays inside: nobody outside the team and its sergeant ever reads it."""
    with transaction.atomic():
        concern = held(reference, "answer_concern", viewer=by)
        rules.refuse_note(words)
        number = _say(concern, "note", words, by=by, at=at)
        ledger.record("concern.noted", subject=("concern", concern.reference), by=by, at=at)
        return number


def take(reference: str, officer: str, *, on: date, by: Actor, at: datetime) -> None:
    """A concern is somebody's of the team, whose thread it stays; Refused for who does not serve there on the day."""
    with transaction.atomic():
        concern = held(reference, "answer_concern", viewer=by)
        found = people.rows_of([officer], viewer=by).get(officer)
        # Where a team-mate serves is public; how far somebody else reaches is byname's own to know.
        areas = postings.areas_served(officer, on=on, viewer=SYSTEM)
        if found is None or concern.area is None or concern.area.slug not in areas:
            raise Refused("Choose somebody of the area's team.", code="not-of-the-team", field="officer")
        Concern.objects.filter(pk=concern.pk).update(officer_id=found, stirred_at=at)
        ledger.record("concern.taken", subject=("concern", concern.reference), by=by, at=at, facts={"officer": officer})


def pass_on(
    reference: str,
    area: str,
    words: str,
    *,
    templates: Sequence[str] = (),
    read_here: frozenset[str] = frozenset({"en"}),
    by: Actor,
    at: datetime,
) -> None:
    """Another team of the service has the concern, under the same promise; the person is told who and why.

    `read_here` are the languages that team reads: what is in another waits for an interpreter.
    """
    with transaction.atomic():
        concern = held(reference, "pass_on_concern", viewer=by)
        rules.refuse_answer(words, templates)
        taking = posts.areas_to_post([area], viewer=by).get(area)
        if taking is None or (concern.area and concern.area.slug == area):
            raise Refused("Choose the area whose team takes it.", code="no-area", field="area")
        state = rules.after(concern.state, "pass_on")
        _say(concern, "answer", words, by=by, at=at)
        # What had no team yet has one now; what went past a team stays with the sergeant.
        holder = concern.holder if concern.area else "team"
        Concern.objects.filter(pk=concern.pk).update(
            state=state,
            area_id=taking.row_id,
            division_code=taking.division_code,
            holder=holder,
            officer=None,
            stirred_at=at,
        )
        wait_anew(concern, read_here if holder == "team" else rules.reads(()), by=by, at=at)
        write_to_followers(concern, "concern_news", said=words, by=by, at=at)
        seen = keep_wording_true(concern.pk, by=by, at=at)
        ledger.record(
            "concern.passed_on",
            subject=("concern", concern.reference),
            by=by,
            at=at,
            facts={"area": area},
            public=seen,
        )


def hand_on(reference: str, to: str, words: str, *, templates: Sequence[str] = (), by: Actor, at: datetime) -> None:
    """The concern goes to somebody outside the service, by a code of rules.DOORS; the person is told whom and why."""
    with transaction.atomic():
        concern = held(reference, "close_concern", viewer=by)
        rules.refuse_answer(words, templates)
        rules.refuse_door(to)
        if concern.state == "handed_on" and _said_before(concern, words, by=by, at=at):
            return
        state = rules.after(concern.state, "hand_on")
        _say(concern, "answer", words, by=by, at=at)
        _ended(concern, state, "", at=at)
        write_to_followers(concern, "concern_ended", said=words, by=by, at=at)
        seen = keep_wording_true(concern.pk, by=by, at=at)
        ledger.record(
            "concern.handed_on", subject=("concern", concern.reference), by=by, at=at, facts={"to": to}, public=seen
        )


def close(reference: str, outcome: str, words: str, *, templates: Sequence[str] = (), by: Actor, at: datetime) -> None:
    """The concern has ended, with an outcome of rules.OUTCOMES and why; everybody who raised or joined it is asked
    whether this answered them."""
    with transaction.atomic():
        concern = held(reference, "close_concern", viewer=by)
        rules.refuse_outcome(outcome, words)
        rules.refuse_answer(words, templates)
        if concern.outcome == outcome and _said_before(concern, words, by=by, at=at):
            return
        state = rules.after(concern.state, "close")
        _say(concern, "answer", words, by=by, at=at)
        _ended(concern, state, outcome, at=at)
        write_to_followers(concern, "concern_ended", said=words, by=by, at=at)
        seen = keep_wording_true(concern.pk, by=by, at=at)
        ledger.record(
            "concern.closed",
            subject=("concern", concern.reference),
            by=by,
            at=at,
            facts={"outcome": outcome},
            public=seen,
        )


def write_to_followers(
    concern: Concern, kind: str, *, said: str = "", only: Q | None = None, by: Actor, at: datetime
) -> None:
    """A letter of this kind, or a text, to everybody who raised or joined the concern, can be written to and wants it.

    `only` narrows it to some of them.

    A text goes where somebody asked for texts, confirmed the number, gave no e-mail address, and within the hours they
    said are safe; no word of an answer is in it. One that is under way is taken back: the new one goes in its stead,
    when that would have gone. `said` stands in the letters of those who asked for it.
    """
    people_rules.require_reach(by, "see_concern")
    everybody = Person.objects.filter(only or Q(), concern=concern, stopped_at__isnull=True).exclude(contact="")
    for person in everybody.order_by("pk"):
        contact = rules.contact_of(person.contact)
        way, to = rules.way_to(
            contact, confirmed_at=person.phone_confirmed_at, country=settings.BYNAME_TEXTS_COUNTRY, at=at
        )
        if not to:
            continue
        due = rules.letter_due(person.written_at, at, more=person.more_letters)
        # Nobody confirmed the address of whoever joined: no word of an answer goes there.
        words = rules.tidied(said) if person.raised and person.words_in_letters and way == "mail" else ""
        if due is None:
            due = person.written_at
            earlier = ledger.take_letter_back(person.letter, by=by, at=at)
            words = rules.said_together(earlier.words.get("said", "") if earlier else "", words)
        elif way == "text":
            due = rules.text_due(due, contact.safe_hours, ZoneInfo(settings.TIME_ZONE))
        filled = rules.letter_words(
            concern.reference,
            person.link,
            person.language,
            division=concern.division_code,
            overdue=kind == "concern_overdue",
            under_18=person.under_18,
            said=words,
        )
        whose = bytes(person.link_digest)
        letter = ledger.write_letter(kind, way=way, to=to, words=filled, whose=whose, by=by, at=at, due_at=due)
        Person.objects.filter(pk=person.pk).update(written_at=due, letter=letter)


def _phrased(concern: Concern, codes: Sequence[str], words: str) -> tuple[Translation | None, str]:
    """The sentences of the phrase book in the language of whoever raised it, and the words with them in English."""
    if not codes:
        return None, words
    raiser = Person.objects.filter(concern=concern, raised=True).first()
    language = raiser.language if raiser else ""
    theirs, english = rules.phrased(codes, language)
    words = f"{rules.tidied(words).strip()}\n\n{english}"
    rules.refuse_answer(words)
    return Translation(concern=concern, language=language, words=theirs, made_by="phrases"), words


def _said_before(concern: Concern, words: str, *, by: Actor, at: datetime) -> int | None:
    """The answer of the last minutes that the same button, pressed again, would repeat: same account, same words."""
    latest = Message.objects.filter(concern=concern, at__gt=at - PRESSED_TWICE).exclude(kind="note").order_by("-pk")
    for entry in latest:
        if entry.kind == "person":
            return None
        if entry.account_id == by.account_id and entry.words == rules.tidied(words):
            return entry.pk
    return None


def _say(concern: Concern, kind: str, words: str, *, by: Actor, at: datetime) -> int:
    officer = people.rows_of([by.officer], viewer=by).get(by.officer) if by.officer else None
    return Message.objects.create(
        concern=concern,
        kind=kind,
        at=at,
        officer_id=officer,
        signed="" if officer else by.name,
        account_id=by.account_id,
        words=rules.tidied(words),
        language=rules.language_of(words) if kind == "answer" else "",
        via="web",
    ).pk


def _answered(concern: Concern, state: str, *, at: datetime) -> None:
    Concern.objects.filter(pk=concern.pk).update(state=state, stirred_at=at, **_first(concern, at))


def _ended(concern: Concern, state: str, outcome: str, *, at: datetime) -> None:
    # The words that end it are a human answer as well.
    Concern.objects.filter(pk=concern.pk).update(
        state=state, outcome=outcome, ended_at=at, stirred_at=at, **_first(concern, at)
    )


def _first(concern: Concern, at: datetime) -> dict[str, datetime]:
    """When it was answered since it was raised or opened again, and when the very first time."""
    return {"answered_at": concern.answered_at or at, "first_answered_at": concern.first_answered_at or at}
