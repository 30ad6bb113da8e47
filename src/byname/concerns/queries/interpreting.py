"""What waits to be put into another language, for whoever does that: texts, and nothing of whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Translation, with_places
from byname.concerns.queries.within import about_of, reached
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere

MOST_TO_INTERPRET: Final = 200
"""A queue that is longer is cut, the most pressing first."""


@dataclass(frozen=True, slots=True)
class ToInterpret:
    """One concern in the queue: nothing of its words, its person or its place."""

    reference: str
    languages: tuple[str, ...]
    """What has to be read or written beside English."""
    texts: int
    danger: bool
    raised_at: datetime
    due_at: datetime
    answered_at: datetime | None
    ended: bool
    standing: str


@dataclass(frozen=True, slots=True)
class WaitingText:
    """One text to be put into another language."""

    number: int
    """The entry's; 0 for what was raised."""
    kind: str
    """"raised", "person" or "answer"."""
    words: str
    help: str
    """What would help, where that was raised; empty else."""
    source: str
    target: str
    at: datetime
    before: str
    """What a person put it into before; empty where nobody did."""

    @property
    def other(self) -> str:
        """The language of the two that is not English."""
        return self.source if self.target == "en" else self.target


@dataclass(frozen=True, slots=True)
class Interpreting:
    """The texts of one concern that wait."""

    reference: str
    category: str
    texts: tuple[WaitingText, ...]
    danger: bool
    due_at: datetime
    answered_at: datetime | None
    ended: bool
    standing: str


@dataclass(frozen=True, slots=True)
class Translated:
    """A text in another language, and who put it there."""

    language: str
    words: str
    """Empty where a machine was asked and has not answered."""
    made_by: str
    made_at: datetime
    failed: bool = False


@dataclass(frozen=True, slots=True)
class ToMachine:
    """A text for a machine to put into another language."""

    number: int
    words: str
    source: str
    """Empty where nobody knows."""
    target: str


def waiting_texts(*, at: datetime, language: str = "", viewer: Actor) -> tuple[ToInterpret, ...]:
    """What waits for an interpreter within reach, danger first, then by when the answer is due.

    An officer of the area is shown the languages of their own entry; `language` asks for one alone.
    """
    mine = languages_read(viewer=viewer)
    rows = with_places(Concern.objects.filter(reached("interpret", viewer=viewer)))
    raised = list(rows.filter(needs_interpreter=True).defer("told", "likeness").order_by("due_at", "pk"))
    messages: dict[int, list[Message]] = {}
    for message in Message.objects.exclude(wanted_in="").defer("words").order_by("pk"):
        messages.setdefault(message.concern_id, []).append(message)
    known = {row.pk for row in raised}
    written = rows.filter(pk__in=[pk for pk in messages if pk not in known]).defer("told", "likeness")
    found = []
    for row in (*raised, *written):
        waits = [_other(each) for each in messages.get(row.pk, ())]
        if row.needs_interpreter:
            waits.insert(0, row.written_in)
        tongues = tuple(dict.fromkeys(waits))
        if mine is not None:
            tongues = tuple(code for code in tongues if code in mine)
        if not tongues or (language and language not in tongues) or not _may(row, viewer):
            continue
        found.append(
            ToInterpret(
                row.reference,
                tongues,
                sum(code in tongues for code in waits),
                bool(row.danger),
                row.raised_at,
                row.due_at,
                row.answered_at,
                row.ended_at is not None,
                rules.standing(row.promised_at, row.due_at, row.answered_at, at),
            )
        )
    pressing = sorted(found, key=lambda each: (not each.danger, each.ended, bool(each.answered_at), each.due_at))
    return tuple(pressing[:MOST_TO_INTERPRET])


def to_interpret(reference: str, *, at: datetime, viewer: Actor) -> Interpreting:
    """The texts of a concern that wait for an interpreter; reading them is on the ledger. NotThere where none waits."""
    people_rules.require_reach(viewer, "interpret")
    rows = with_places(Concern.objects.defer("likeness"))
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, "interpret", about_of(concern, viewer=viewer))
    messages = list(Message.objects.filter(concern=concern).exclude(wanted_in="").order_by("pk"))
    before = {
        (row.message_id, row.language): row.words
        for row in Translation.objects.filter(concern=concern, made_by="interpreter")
    }
    texts = []
    if concern.needs_interpreter:
        told = rules.told_of(concern.told)
        texts.append(
            WaitingText(
                0, "raised", told.what, told.help, concern.written_in, "en", concern.raised_at,
                before.get((None, "en"), ""),
            )
        )  # fmt: skip
    texts += [
        WaitingText(
            row.pk, row.kind, row.words, "", row.language if row.kind == "person" else "en", row.wanted_in, row.at,
            before.get((row.pk, row.wanted_in), ""),
        )
        for row in messages
    ]  # fmt: skip
    if not texts:
        raise NotThere
    with transaction.atomic():
        ledger.record("read.to_interpret", subject=("concern", reference), by=viewer, at=at, facts={"outside": False})
    return Interpreting(
        reference=reference,
        category=concern.category,
        texts=tuple(texts),
        danger=bool(concern.danger),
        due_at=concern.due_at,
        answered_at=concern.answered_at,
        ended=concern.ended_at is not None,
        standing=rules.standing(concern.promised_at, concern.due_at, concern.answered_at, at),
    )


def languages_read(*, viewer: Actor) -> frozenset[str] | None:
    """The languages an officer may put words from and into, by their own entry; None for an interpreter: any.

    Raises NotThere for whoever does neither.
    """
    people_rules.require_reach(viewer, "interpret")
    if "interpreter" in viewer.roles:
        return None
    own = people.public_officers({viewer.officer}, viewer=viewer).get(viewer.officer)
    spoken = own.languages if own else ()
    return rules.reads(spoken) | frozenset(spoken)


def translations_of(concern: Concern, *, viewer: Actor) -> dict[int | None, tuple[Translated, ...]]:
    """The texts of a concern in other languages, by the entry's number: None for what was raised."""
    people_rules.require(viewer, "see_public")
    found: dict[int | None, list[Translated]] = {}
    for row in Translation.objects.filter(concern=concern).order_by("pk"):
        failed = not row.words and row.tries >= rules.MOST_TRIES
        found.setdefault(row.message_id, []).append(
            Translated(row.language, row.words, row.made_by, row.made_at, failed)
        )
    return {number: tuple(each) for number, each in found.items()}


def texts_for_a_machine(most: int, *, viewer: Actor) -> tuple[ToMachine, ...]:
    """The texts somebody asked a machine to put into English, the first asked for first."""
    people_rules.require(viewer, "keep_house")
    rows = Translation.objects.filter(words="", made_by="machine", tries__lt=rules.MOST_TRIES)
    return tuple(_for_a_machine(rows.select_related("concern", "message").order_by("pk")[:most]))


def _for_a_machine(rows: Iterable[Translation]) -> list[ToMachine]:
    found = []
    for row in rows:
        told = rules.told_of(row.concern.told)
        words = row.message.words if row.message else "\n\n".join(filter(None, (told.what, told.help)))
        source = row.message.language if row.message else row.concern.written_in
        found.append(ToMachine(row.pk, words, source, row.language))
    return found


def _other(message: Message) -> str:
    return message.language if message.kind == "person" else message.wanted_in


def _may(row: Concern, viewer: Actor) -> bool:
    return not viewer.conflicts or people_rules.may(viewer, "interpret", about_of(row, viewer=viewer))
