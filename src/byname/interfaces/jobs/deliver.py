"""Sending the outbox: a letter at a time, never lost, at most doubled between the server's yes and our own note."""

from __future__ import annotations

import logging
import smtplib
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.interfaces import texting
from byname.interfaces.jobs import letters, texts
from byname.interfaces.jobs.landing import land
from byname.interfaces.jobs.mail_server import Unreachable, line_to
from byname.ledger import actions, rules
from byname.places import queries as places
from byname.vocabulary import SYSTEM

_log = logging.getLogger("byname.letters")

LONGEST_ROUND: Final = 20.0
"""Seconds after which a round ends, whatever waits: the next begins within two."""
_REST: Final = 2.0
"""So many times what a letter took of the processor is rested after it: letters never take more than a third of one.

Where thousands wait, some seventy a second still go, and whoever waits for a page meanwhile is not kept waiting.
"""
_PAUSES: Final = (5.0, 15.0, 60.0)
_REFUSED: Final = 500


class Failed(Exception):
    """One letter could not be sent.

    `final` where the server says that it never will be; `line_holds` where the next one may go over the same line.
    """

    def __init__(self, sentence: str, *, final: bool = False, line_holds: bool = True) -> None:
        super().__init__(sentence)
        self.final, self.line_holds = final, line_holds


class _Lane:
    """One way letters go, round by round; remembers for how long whoever takes them is left in peace when away."""

    way: rules.Way

    def __init__(self) -> None:
        self._failures = 0
        self._quiet_until = 0.0
        self._turn = threading.Lock()

    def round(self) -> int:
        """How many letters were sent now; none where a round of this process is still under way."""
        if not self._turn.acquire(blocking=False):
            return 0
        try:
            if time.monotonic() < self._quiet_until:
                return 0
            return self._round()
        finally:
            self._turn.release()

    def _round(self) -> int:
        raise NotImplementedError

    def _sent(self, send: Callable[[actions.Outgoing], None]) -> int:
        sent = 0
        until = time.monotonic() + LONGEST_ROUND
        while time.monotonic() < until:
            began = time.thread_time()
            done = _next_letter(send, self.way)
            if done is None:
                break
            sent += done
            time.sleep(_REST * (time.thread_time() - began))
        self._failures = 0
        return sent

    def _leave_in_peace(self, why: Exception) -> None:
        self._quiet_until = time.monotonic() + _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        _note_why_letters_wait(str(why), self.way)


class Deliverer(_Lane):
    """Sends what is due by mail."""

    way = "mail"

    def _round(self) -> int:
        server = settings.BYNAME_MAIL_SERVER
        if server is None:
            return self._sent(lambda letter: _into_folder(_message(letter))) if lands_in_folder() else 0
        if not _something_waits(self.way):
            return 0
        try:
            with line_to(server) as line:
                return self._sent(lambda letter: _by_line(line, _message(letter)))
        except Unreachable as away:
            self._leave_in_peace(away)
            _log.warning("the mail server is away", extra={"fault": type(away.__cause__).__name__})
            return 0


class Texter(_Lane):
    """Sends what is due by text, whatever becomes of the mail."""

    way = "text"

    def _round(self) -> int:
        service = texting.carrier(settings.BYNAME_TEXTS, demo=places.service_profile(viewer=SYSTEM).demo)
        if service is None or not _something_waits(self.way):
            return 0
        provider = texts.provider_of(service)
        unwanted: list[str] = []
        try:
            return self._sent(lambda letter: _by_text(provider, letter, unwanted))
        except texts.Away as away:
            self._leave_in_peace(away)
            _log.warning("the provider of texts is away", extra={"fault": type(away.__cause__).__name__})
            return 0
        finally:
            for number in unwanted:
                concerns.stop_texts(number, by=SYSTEM, at=timezone.now())


def lands_in_folder() -> bool:
    """Whether letters land in a folder of the home: in the demo without a mail server."""
    return settings.BYNAME_MAIL_SERVER is None and places.service_profile(viewer=SYSTEM).demo


def _something_waits(way: rules.Way) -> bool:
    with transaction.atomic():
        return actions.take_letter(way=way, by=SYSTEM, at=timezone.now()) is not None


def _next_letter(send: Callable[[actions.Outgoing], None], way: rules.Way) -> int | None:
    """1 where a letter was sent, 0 where it could not be; None where the round is over.

    One transaction from taking the letter to noting what became of it. A process that is killed before the note leaves
    the letter as it was; between the server's yes and the note it is sent once more: a letter as the same message, a
    text as a second one, where the provider knows no name for it.
    """
    with transaction.atomic():
        letter = actions.take_letter(way=way, by=SYSTEM, at=timezone.now())
        if letter is None:
            return None
        try:
            send(letter)
        except letters.Unwritable as fault:
            failed = Failed(str(fault))
        except Failed as fault:
            failed = fault
        else:
            actions.letter_delivered(letter.number, by=SYSTEM, at=timezone.now())
            return 1
        actions.letter_failed(letter.number, str(failed), final=failed.final, by=SYSTEM, at=timezone.now())
    return 0 if failed.line_holds else None


def _message(letter: actions.Outgoing) -> EmailMessage:
    return letters.message_of(letter, sender=settings.BYNAME_MAIL_FROM, at=timezone.now())


def _by_text(provider: texts.TextProvider, letter: actions.Outgoing, unwanted: list[str]) -> None:
    """The provider has taken the text; Failed where it has not, and among the unwanted who wants none."""
    if not letter.to:
        raise letters.Unwritable("The text cannot be read with the data keys of this installation.")
    failed = provider.send(letter.to, texts.words_of_text(letter.kind, letter.words), once=letter.message_id)
    if failed is None:
        return
    if failed.unwanted:
        unwanted.append(letter.to)
    raise Failed(failed.sentence, final=failed.final)


def _by_line(line: smtplib.SMTP, message: EmailMessage) -> None:
    """The server has taken the message; Failed where it has not."""
    try:
        line.send_message(message, from_addr=letters.returns_to(message))
    except (smtplib.SMTPException, OSError) as fault:
        sentence, final = _told(fault)
        raise Failed(sentence, final=final, line_holds=line.sock is not None) from fault


def _told(fault: Exception) -> tuple[str, bool]:
    """What is said of a letter that was not taken, and whether the server means it for good."""
    match fault:
        case smtplib.SMTPRecipientsRefused():
            code = max((code for code, _words in fault.recipients.values()), default=0)
            return "The mail server does not take this recipient.", code >= _REFUSED
        case smtplib.SMTPDataError():
            return "The mail server does not take this letter.", fault.smtp_code >= _REFUSED
        case smtplib.SMTPSenderRefused():
            # Our own sender: the letter can wait until that is put right.
            return "The mail server does not take our sender (BYNAME_MAIL_FROM).", False
        case smtplib.SMTPNotSupportedError():
            return "The mail server cannot write to this address.", True
    return "The mail server broke off.", False


def _into_folder(message: EmailMessage) -> None:
    land(message.as_bytes(), at=timezone.now())


def _note_why_letters_wait(problem: str, way: rules.Way) -> None:
    with transaction.atomic():
        letter = actions.take_letter(way=way, by=SYSTEM, at=timezone.now())
        if letter is not None:
            actions.letter_waits(letter.number, problem, by=SYSTEM, at=timezone.now())
