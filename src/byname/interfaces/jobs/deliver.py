"""Sending the outbox: a letter at a time, never lost, at most doubled between the server's yes and our own note."""

from __future__ import annotations

import logging
import os
import smtplib
import threading
import time
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from byname.interfaces.jobs import letters
from byname.interfaces.jobs.mail_server import Unreachable, line_to
from byname.ledger import actions, rules
from byname.places import queries as places
from byname.vocabulary import SYSTEM

_log = logging.getLogger("byname.letters")

LONGEST_ROUND: Final = 20.0
"""Seconds after which a round ends, whatever waits: the next begins within two."""
_PAUSES: Final = (5.0, 15.0, 60.0)
_REFUSED: Final = 500


class Failed(Exception):
    """One letter could not be sent.

    `final` where the server says that it never will be; `line_holds` where the next one may go over the same line.
    """

    def __init__(self, sentence: str, *, final: bool = False, line_holds: bool = True) -> None:
        super().__init__(sentence)
        self.final, self.line_holds = final, line_holds


class Deliverer:
    """Sends what is due, round by round; remembers for how long a mail server that is away is left in peace."""

    def __init__(self) -> None:
        self._failures = 0
        self._quiet_until = 0.0
        self._turn = threading.Lock()

    def round(self) -> int:
        """How many letters were sent now; none where a round of this process is still under way."""
        if not self._turn.acquire(blocking=False):
            return 0
        try:
            return self._round()
        finally:
            self._turn.release()

    def _round(self) -> int:
        server = settings.BYNAME_MAIL_SERVER
        if time.monotonic() < self._quiet_until:
            return 0
        if server is None:
            return self._sent(_into_folder) if lands_in_folder() else 0
        if not _something_waits():
            return 0
        try:
            with line_to(server) as line:
                sent = self._sent(lambda message: _by_line(line, message))
        except Unreachable as away:
            self._quiet_until = time.monotonic() + _PAUSES[min(self._failures, len(_PAUSES) - 1)]
            self._failures += 1
            _note_why_letters_wait(str(away))
            _log.warning("the mail server is away", extra={"fault": type(away.__cause__).__name__})
            return 0
        self._failures = 0
        return sent

    def _sent(self, send: Callable[[EmailMessage], None]) -> int:
        sent = 0
        until = time.monotonic() + LONGEST_ROUND
        while time.monotonic() < until:
            done = _next_letter(send)
            if done is None:
                break
            sent += done
        return sent


def lands_in_folder() -> bool:
    """Whether letters land in a folder of the home: in the demo without a mail server."""
    return settings.BYNAME_MAIL_SERVER is None and places.service_profile(viewer=SYSTEM).demo


def letters_folder() -> Path:
    """Where the letters of the demo land."""
    return Path(settings.BYNAME_HOME) / "letters"


def forget_old_files(at: datetime) -> int:
    """How many letters in the demo's folder were removed: they are older than the outbox itself would remember."""
    old = [file for file in letters_folder().glob("*.*") if file.stat().st_mtime < (at - rules.KEPT_FOR).timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _something_waits() -> bool:
    with transaction.atomic():
        return actions.take_letter(by=SYSTEM, at=timezone.now()) is not None


def _next_letter(send: Callable[[EmailMessage], None]) -> int | None:
    """1 where a letter was sent, 0 where it could not be; None where the round is over.

    One transaction from taking the letter to noting what became of it. A process that is killed before the note leaves
    the letter as it was; between the server's yes and the note it is sent once more, as the same message.
    """
    with transaction.atomic():
        letter = actions.take_letter(by=SYSTEM, at=timezone.now())
        if letter is None:
            return None
        try:
            send(letters.message_of(letter, sender=settings.BYNAME_MAIL_FROM, at=timezone.now()))
        except letters.Unwritable as fault:
            failed = Failed(str(fault))
        except Failed as fault:
            failed = fault
        else:
            actions.letter_delivered(letter.number, by=SYSTEM, at=timezone.now())
            return 1
        actions.letter_failed(letter.number, str(failed), final=failed.final, by=SYSTEM, at=timezone.now())
    return 0 if failed.line_holds else None


def _by_line(line: smtplib.SMTP, message: EmailMessage) -> None:
    """The server has taken the message; Failed where it has not."""
    try:
        line.send_message(message)
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
    folder = letters_folder()
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    name = f"{timezone.now():%Y%m%d-%H%M%S-%f}"
    fresh = folder / f"{name}.{os.getpid()}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    fresh.replace(folder / f"{name}.eml")


def _note_why_letters_wait(problem: str) -> None:
    with transaction.atomic():
        letter = actions.take_letter(by=SYSTEM, at=timezone.now())
        if letter is not None:
            actions.letter_waits(letter.number, problem, by=SYSTEM, at=timezone.now())
