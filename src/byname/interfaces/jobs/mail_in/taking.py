"""What is answered to a letter that comes in: whom it is for, and what became of it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from psycopg_pool import PoolTimeout

from byname.concerns import actions, rules
from byname.concerns.rules import mail
from byname.interfaces import snapshot
from byname.interfaces.jobs.letters import replies, residents
from byname.places import queries as places
from byname.safekeeping import limits
from byname.vocabulary import PUBLIC, NotThere, Refused

MOST_BYTES: Final = 10_000_000
TAKEN: Final = "250 2.0.0 Taken"
NOT_NOW: Final = "451 4.3.0 This letter cannot be taken now, please try again later"
NOBODY: Final = "550 5.1.1 Nobody reads letters to this address; please use the link in your letter"
TOO_LARGE: Final = "552 5.3.4 This letter is too large, 10 MB at most"
_NO_LETTER: Final = {"mail-size": "552 5.3.4", "mail-automatic": "550 5.7.1"}
_OFTEN: Final = "450 4.2.1 Too many letters to this address in this hour"
_AN_HOUR: Final = limits.Limit("mail-in", most=60, seconds=3600)
"""Letters to one person's address: a loop between two machines ends here."""
_LONGEST_ANSWER: Final = 400


def answer_to_recipient(address: str) -> str:
    """Nothing where letters to this address are taken; else what is answered to whoever names it."""
    key = _key(address)
    taken = key is not None and actions.takes_mail(key, by=PUBLIC, at=timezone.now())
    return "" if taken else _nobody()


def answer_to_letter(address: str, sender: str, raw: bytes) -> str:
    """What is answered to a letter once it is on disk, or why it is not; `sender` is the envelope's."""
    key, now = _key(address), timezone.now()
    if key is None:
        return _nobody()
    if limits.wait_for(_AN_HOUR, key, at=now):
        return _OFTEN
    try:
        letter = mail.read_mail(raw, most_bytes=MOST_BYTES, ours=residents.subjects())
        if sender in ("", "<>") and not letter.automatic:
            # RFC 5321, 4.5.5: what may not be answered comes from nobody.
            letter = replace(letter, automatic="bounce")
        returned = letter.automatic == "bounce" and mail.failed_for_good(raw)
        pictures = [] if letter.automatic else _pictures(letter)
        name = _identity(key, letter, raw)
        actions.take_mail(
            key,
            letter,
            pictures=pictures,
            returned=returned,
            read_by=snapshot.languages_read,
            mail_id=name,
            by=PUBLIC,
            at=now,
        )
    except NotThere:
        return _nobody()
    except Refused as no:
        return _refusal(no)
    return TAKEN


def too_large() -> str:
    """What is answered to a letter over MOST_BYTES, also while the database is away."""
    danger = "In danger? Call 911 now."
    with suppress(OperationalError, InterfaceError, PoolTimeout):
        danger = _in_danger()
    return _plain(f"{TOO_LARGE}. {danger}")


def _key(address: str) -> str | None:
    if address.rpartition("@")[2].lower() != settings.BYNAME_REPLIES_AT:
        return None
    return mail.concern_of(address, replies.secrets())


def _pictures(letter: mail.Mail) -> list[rules.Picture]:
    """The pictures that came along, as many as may be sent at once, each made anew; what cannot be is left out."""
    made: list[rules.Picture] = []
    for file in letter.attachments:
        if file.is_picture and len(made) < rules.MOST_PHOTOS:
            with suppress(Refused):
                made.append(rules.cleaned(file.content))
    return made


def _identity(key: str, letter: mail.Mail, raw: bytes) -> str:
    """The same for a letter that is delivered twice, and for no other one: its own name, whose it is, and its words."""
    if not letter.message_id:
        return f"{key} {hashlib.sha256(raw).hexdigest()}"
    return f"{key} {letter.message_id} {hashlib.sha256(letter.text.encode()).hexdigest()}"


def _refusal(no: Refused) -> str:
    """Why a letter was not taken, as whoever wrote it reads it in what their own mail server sends back."""
    return _plain(f"{_NO_LETTER.get(no.code, '554 5.6.0')} {no.sentence} {_in_danger()}")


def _nobody() -> str:
    return _plain(f"{NOBODY}. {_in_danger()}")


def _in_danger() -> str:
    emergency = next(
        (each.shown for each in places.service_profile(viewer=PUBLIC).lines if each.key == "emergency"), ""
    )
    return f"In danger? Call {emergency or '911'} now."


def _plain(answer: str) -> str:
    return " ".join(answer.encode("ascii", "replace").decode("ascii").split())[:_LONGEST_ANSWER]
