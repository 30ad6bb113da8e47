"""Putting what was written into another language: who asks for it, who does it, and what a machine is asked for."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from byname.concerns import queries, rules
from byname.concerns.actions.wordings import note_place_to_withdraw
from byname.concerns.models import Concern, Message, Translation
from byname.concerns.queries.within import held
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused


def ask_interpreter(reference: str, text: int, language: str, *, by: Actor, at: datetime) -> None:
    """A text of a concern waits for an interpreter: 0 for what was raised, else an entry's number.

    What a person wrote is in `language` and is put into English; an answer is put into `language`. Refused for a
    language byname does not name, and for a text that has gone; NotThere for a note.
    """
    with transaction.atomic():
        concern = held(reference, "answer_concern", viewer=by)
        if language not in rules.INTERPRETED:
            raise Refused("Choose the language from the list.", code="language", field="language")
        message = _entry(concern, text)
        if message is None:
            if not concern.told:
                raise Refused("These words have gone.", code="gone")
            Concern.objects.filter(pk=concern.pk).update(needs_interpreter=True, written_in=language)
        elif message.kind == "answer":
            Message.objects.filter(pk=message.pk).update(wanted_in=language)
        else:
            Message.objects.filter(pk=message.pk).update(wanted_in="en", language=language)
        facts: dict[str, str | int] = {"language": language, "text": text}
        ledger.record("concern.interpreter_asked", subject=("concern", reference), by=by, at=at, facts=dict(facts))


def interpret(reference: str, text: int, words: str, *, by: Actor, at: datetime) -> bool:
    """Whether nothing of the concern waits for an interpreter any more, now that a text stands in another language.

    The text itself stays as it was written. Of danger the English speaks like the words themselves. Refused for empty
    or too many words, and for an officer in whose entry the language does not stand; NotThere where the text does not
    wait.
    """
    with transaction.atomic():
        concern = held(reference, "interpret", viewer=by)
        message = _entry(concern, text)
        waits = message.wanted_in if message else "en" if concern.needs_interpreter else ""
        if not waits:
            raise NotThere
        source = message.language if message else concern.written_in
        other = source if waits == "en" else waits
        mine = queries.languages_read(viewer=by)
        if mine is not None and other not in mine:
            raise Refused("This language does not stand in your entry on the register.", code="not-read", field="words")
        rules.refuse_translation(words)
        Translation.objects.update_or_create(
            concern=concern,
            message=message,
            language=waits,
            defaults={
                "words": rules.tidied(words),
                "made_by": "interpreter",
                "account_id": by.account_id,
                "made_at": at,
            },
        )
        if message:
            Message.objects.filter(pk=message.pk).update(wanted_in="")
        Concern.objects.filter(pk=concern.pk).update(stirred_at=at, **({} if message else {"needs_interpreter": False}))
        if waits == "en":
            _read(concern, words, by=by, at=at)
        ledger.record(
            "concern.interpreted",
            subject=("concern", reference),
            by=by,
            at=at,
            facts={"from": source, "to": waits, "text": text},
        )
        left = Message.objects.filter(concern=concern).exclude(wanted_in="").exists()
        return not left and not (message and concern.needs_interpreter)


def wait_anew(concern: Concern, read_here: frozenset[str], *, by: Actor, at: datetime) -> None:
    """What a concern's new holder does not read waits for an interpreter, and what they do read waits no more.

    For the acts by which a concern changes hands, within their transaction. What an interpreter put into English before
    waits only where somebody asked for it once more; answers go on waiting as they did.
    """
    people_rules.require(by, "see_public")
    english = Translation.objects.filter(concern=concern, language="en", made_by="interpreter")
    done = set(english.values_list("message_id", flat=True))
    unread = bool(concern.told and concern.written_in) and concern.written_in not in read_here
    needs = unread and (concern.needs_interpreter or None not in done)
    Concern.objects.filter(pk=concern.pk).update(needs_interpreter=needs)
    written = Message.objects.filter(concern=concern, kind="person").exclude(language="")
    written.filter(language__in=read_here).update(wanted_in="")
    written.exclude(language__in=read_here).exclude(pk__in=done - {None}).update(wanted_in="en")


def ask_machine(reference: str, text: int, *, by: Actor, at: datetime) -> None:
    """A machine is asked, in the background, to put what a person wrote into English: for reading, never to be sent.

    Asked again where it failed before. Refused where none is set up, where somebody has put it into English already,
    and for words that have gone; NotThere for what no person of the public wrote.
    """
    with transaction.atomic():
        concern = held(reference, "answer_concern", viewer=by)
        message = _entry(concern, text)
        if message is not None and message.kind != "person":
            raise NotThere
        if message is None and not concern.told:
            raise Refused("These words have gone.", code="gone")
        if settings.BYNAME_TRANSLATOR is None:
            raise Refused("No machine that translates is set up here. Ask an interpreter.", code="no-machine")
        before = Translation.objects.filter(concern=concern, message=message, language="en").first()
        if before is not None and before.words:
            raise Refused("It stands in English already.", code="translated")
        asked = {"words": "", "made_by": "machine", "account_id": by.account_id, "made_at": at, "tries": 0}
        Translation.objects.update_or_create(concern=concern, message=message, language="en", defaults=asked)
        ledger.record("concern.machine_asked", subject=("concern", reference), by=by, at=at, facts={"text": text})


def take_machine_words(number: int, words: str, *, by: Actor, at: datetime) -> bool:
    """Whether a machine's words were kept: not where the text has gone, or a person was quicker.

    Of danger they speak like the words themselves. Empty words count as one try more in vain.
    """
    people_rules.require(by, "keep_house")
    waiting = Translation.objects.filter(pk=number, words="", made_by="machine")
    if not words.strip():
        waiting.update(tries=F("tries") + 1)
        return False
    with transaction.atomic():
        concerns = Concern.objects.select_for_update().defer("told", "likeness")
        concern = concerns.filter(pk__in=waiting.values("concern")).first()
        kept = rules.tidied(words)[: rules.LONGEST_TRANSLATION]
        if concern is None or not waiting.update(words=kept, made_at=at):
            return False
        _read(concern, kept, by=by, at=at)
        return True


def _read(concern: Concern, english: str, *, by: Actor, at: datetime) -> None:
    """What the English of a text tells of danger counts from now on; a public place goes with the next night's job."""
    if danger := rules.danger(english):
        kinds = " ".join(dict.fromkeys([*concern.danger.split(), *danger.kinds]))
        Concern.objects.filter(pk=concern.pk).update(danger=kinds)
        note_place_to_withdraw(concern.pk, by=by, at=at)


def _entry(concern: Concern, text: int) -> Message | None:
    """The entry of a number, nothing for 0; NotThere for none of this concern's, and for a note."""
    if text == 0:
        return None
    message = Message.objects.filter(concern=concern, pk=text, kind__in=["person", "answer"]).first()
    if message is None:
        raise NotThere
    return message
