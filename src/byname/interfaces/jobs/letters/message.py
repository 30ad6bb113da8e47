"""The message a letter travels in."""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from byname.interfaces.jobs.letters.texts import Unwritable, text_of
from byname.ledger import actions


def message_of(letter: actions.Outgoing, *, sender: str, at: datetime) -> EmailMessage:
    """One plain message; Unwritable where the letter cannot be one.

    Its Message-ID was drawn when the letter was written: sent twice, it is still the same message.
    """
    if not letter.to:
        raise Unwritable("The letter cannot be read with the data keys of this installation.")
    text = text_of(letter.kind, letter.words)
    message = EmailMessage(policy=SMTP)
    try:
        # The policy refuses a line's end in a header; a subject is one line by rule.
        message["Subject"] = " ".join(text.subject.split())
        message["From"] = _address(sender)
        message["To"] = _address(letter.to)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text.body, charset="utf-8", cte="quoted-printable")
        message.as_bytes()
    except (ValueError, IndexError, MessageError) as fault:
        raise Unwritable("The letter cannot be written as a message.") from fault
    return message


def _address(plain: str) -> Address:
    name, _at, host = plain.rpartition("@")
    # A mail server knows its neighbours by their ASCII names.
    return Address(username=name, domain=host.encode("idna").decode("ascii"))
