"""The outbox: a letter is written in the transaction of the act it tells of; sending it comes after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import connection, models, transaction

from byname.ledger import rules
from byname.ledger.actions.recording import record
from byname.ledger.models import Letter
from byname.safekeeping import keys
from byname.vocabulary import Actor, NotThere, Refused

# By itself and not through the model: every concern that is raised with an address writes one.
_WRITE: Final = """
    INSERT INTO byname_letter
        (message_id, kind, way, recipient, words, whose, created_at, due_at, first_due_at, attempts, problem)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '')
"""
# One letter of each way at a time, whichever process sends it.
_TURNS: Final[Mapping[rules.Way, int]] = {"mail": 0x62796C6574, "text": 0x6279747874}


def write_letter(
    kind: str,
    *,
    to: str,
    words: Mapping[str, str],
    by: Actor,
    at: datetime,
    due_at: datetime | None = None,
    way: rules.Way = "mail",
    whose: bytes | None = None,
) -> str:
    """The Message-ID of a letter that is sent within seconds, or from `due_at` on, once the act's transaction stands.

    Called within the act's own transaction, so that neither stands without the other. `kind` names the letter's text
    (interfaces/jobs/letters); `words` are what that text is filled with. Recipient and words stand sealed, and are
    emptied when the letter is delivered. `way` is "text" for a message to a phone, by its whole number. By `whose`, a
    digest of 32 bytes, `take_letters_back` finds it. Raises Refused for an address no letter can have.
    """
    _must_stand_in_a_transaction()
    host = settings.BYNAME_MAIL_FROM.rpartition("@")[2]
    # Drawn once: a letter that is sent again after a crash carries the same, and a mailbox shows it once.
    message_id = f"<byname-{uuid4()}@{host}>"
    said = json.dumps({name: str(word) for name, word in words.items()}, ensure_ascii=False)
    recipient, first = rules.letter_number(to) if way == "text" else rules.letter_address(to), due_at or at
    values: list[str | bytes | datetime | None] = [
        message_id,
        rules.letter_kind(kind),
        way,
        keys.seal(recipient),
        keys.seal(said),
        whose,
        at,
        first,
        first,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
    return message_id


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter as it is about to be sent; without a recipient where the data keys do not open it."""

    number: int
    message_id: str
    kind: str
    to: str
    words: dict[str, str]
    attempts: int


def take_letter(*, way: rules.Way = "mail", by: Actor, at: datetime) -> Outgoing | None:
    """The letter that has been due longest, held until the transaction around this ends; None where none is due.

    One letter of each way is under way at a time, whichever process takes it. Called within the transaction that also
    says what became of the letter, so that a process that dies on the way leaves it as it was.
    """
    _must_stand_in_a_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURNS[way]])
        if cursor.fetchone() != (True,):
            return None
    letter = (
        Letter.objects.select_for_update(skip_locked=True)
        .defer("recipient", "words")
        .filter(delivered_at__isnull=True, given_up_at__isnull=True, due_at__lte=at, way=way)
        .order_by("due_at", "id")
        .first()
    )
    if letter is None:
        return None
    return _outgoing(letter)


def take_letter_back(message_id: str, *, by: Actor, at: datetime) -> Outgoing | None:
    """The letter that was not sent yet and now never will be; None where it went, or is on its way this moment.

    Called within the transaction of the act that takes it back.
    """
    _must_stand_in_a_transaction()
    waiting = Letter.objects.select_for_update(skip_locked=True).defer("recipient", "words")
    letter = waiting.filter(message_id=message_id, delivered_at__isnull=True).first() if message_id else None
    if letter is None:
        return None
    back = _outgoing(letter)
    letter.delete()
    return back


def take_letters_back(whose: bytes, *, by: Actor, at: datetime) -> int:
    """How many letters to somebody were not sent yet and now never will be, those that were given up among them.

    One that is on its way this moment is waited for: it has gone, or it is taken back as well. Called within the
    transaction of the act that takes them back.
    """
    _must_stand_in_a_transaction()
    return Letter.objects.filter(whose=whose, delivered_at__isnull=True).delete()[0]


def letter_delivered(number: int, *, by: Actor, at: datetime) -> None:
    """The mail server has taken the letter: its recipient and its words go, that it was sent stays."""
    _must_stand_in_a_transaction()
    Letter.objects.filter(pk=number).update(
        delivered_at=at, recipient="", words="", whose=None, problem="", attempts=models.F("attempts") + 1
    )


def letter_failed(number: int, problem: str, *, final: bool, by: Actor, at: datetime) -> datetime | None:
    """When the letter is tried again; None where it is given up, which is one line in the ledger.

    `problem` is a sentence that names nobody; `final` says that trying again would not help.
    """
    _must_stand_in_a_transaction()
    letter = Letter.objects.defer("recipient", "words").get(pk=number)
    letter.attempts += 1
    letter.problem = problem
    again = None if final else rules.next_try_at(letter.attempts, first_due_at=letter.first_due_at, at=at)
    if again is None:
        letter.given_up_at = at
        record(
            "letter.given_up",
            subject=("letter", number),
            by=by,
            at=at,
            facts={"kind": letter.kind, "attempts": letter.attempts},
        )
    else:
        letter.due_at = again
    letter.save(update_fields=["attempts", "problem", "given_up_at", "due_at"])
    return again


def letter_waits(number: int, problem: str, *, by: Actor, at: datetime) -> None:
    """Why letters wait, noted on the one that was to be next: that the mail server is away counts against none."""
    _must_stand_in_a_transaction()
    Letter.objects.filter(pk=number).update(problem=problem)


def try_letter_again(number: int, *, by: Actor, at: datetime) -> None:
    """A letter that was given up is due again, with two more days to arrive; NotThere where there is none such."""
    with transaction.atomic():
        found = Letter.objects.filter(pk=number, given_up_at__isnull=False).exclude(recipient="")
        if not found.update(given_up_at=None, due_at=at, first_due_at=at, attempts=0, problem=""):
            raise NotThere
        record("letter.tried_again", subject=("letter", number), by=by, at=at)


def let_letter_go(number: int, *, by: Actor, at: datetime) -> None:
    """A letter that was given up is not known any more; NotThere where there is none such."""
    with transaction.atomic():
        if not Letter.objects.filter(pk=number, given_up_at__isnull=False).delete()[0]:
            raise NotThere
        record("letter.let_go", subject=("letter", number), by=by, at=at)


def forget_letters(*, by: Actor, at: datetime) -> int:
    """How many letters are no longer known: ninety days after they were sent, thirty after they were given up."""
    sent = models.Q(delivered_at__lt=at - rules.KEPT_FOR)
    given_up = models.Q(given_up_at__lt=at - rules.GIVEN_UP_KEPT_FOR)
    return Letter.objects.filter(sent | given_up).delete()[0]


def _outgoing(letter: Letter) -> Outgoing:
    try:
        to, words = letter.recipient, json.loads(letter.words)
    except Refused:  # sealed with a key that is gone: it must not hold up the others
        to, words = "", {}
    return Outgoing(letter.pk, letter.message_id, letter.kind, to, words, letter.attempts)


def _must_stand_in_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A letter belongs to the transaction of the act it tells of.")
