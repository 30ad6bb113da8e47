"""The message a letter travels in."""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any, Final

from django.utils import timezone

from byname.interfaces.jobs.letters import residents, weekly
from byname.interfaces.jobs.letters.replies import reply_address_of, thread_of
from byname.interfaces.jobs.letters.texts import Unwritable, text_of
from byname.ledger import actions

_STOP: Final = "List-Unsubscribe"


class LinksStayWhole(EmailPolicy):
    """Headers as mail servers want them, but a link is never broken into pieces: no program would find it again."""

    def fold(self, name: str, value: Any) -> str:
        """A header in lines of their proper length; a link on its own line, however long."""
        return f"{name}: {value}{self.linesep}" if name == _STOP else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same in bytes."""
        return self.fold(name, value).encode("ascii") if name == _STOP else super().fold_binary(name, value)


_POLICY: Final = LinksStayWhole(linesep="\r\n")


def message_of(letter: actions.Outgoing, *, sender: str, at: datetime) -> EmailMessage:
    """One plain message; Unwritable where the letter cannot be one.

    Its Message-ID was drawn when the letter was written: sent twice, it is still the same message. One to a
    resident tells mail programs how to stop such letters by one press (RFC 8058).
    """
    if not letter.to:
        raise Unwritable("The letter cannot be read with the data keys of this installation.")
    to_resident = letter.kind in residents.KINDS
    if to_resident:
        text = residents.text_to_resident(letter.kind, letter.words, on=timezone.localtime(at).date())
    elif letter.kind in weekly.KINDS:
        text = weekly.weekly_text(letter.kind, letter.words)
    else:
        text = text_of(letter.kind, letter.words)
    message = EmailMessage(policy=_POLICY)
    try:
        # The policy refuses a line's end in a header; a subject is one line by rule.
        message["Subject"] = " ".join(text.subject.split())
        message["From"] = _address(sender)
        message["To"] = _address(letter.to)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = letter.message_id
        message["Auto-Submitted"] = "auto-generated"
        if to_resident:
            message["References"] = message["In-Reply-To"] = thread_of(letter.words["link"], _host(letter.message_id))
            if answers := reply_address_of(letter.words["link"]):
                message["Reply-To"] = _address(answers)
            message[_STOP] = f"<{residents.stop_page_of(letter.words['link'], letter.words.get('language', ''))}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        elif letter.kind in weekly.KINDS:
            message[_STOP] = f"<{weekly.stop_page_of(letter.words['key'], letter.words.get('language', ''))}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text.body, charset="utf-8", cte="quoted-printable")
        message.as_bytes()
    except (ValueError, IndexError, MessageError) as fault:
        raise Unwritable("The letter cannot be written as a message.") from fault
    return message


def returns_to(message: EmailMessage) -> str | None:
    """The address a letter that does not arrive comes back to: a resident's own; None for the sender's."""
    return str(message["Reply-To"]) if message["Reply-To"] else None


def _host(message_id: str) -> str:
    return message_id.rpartition("@")[2].removesuffix(">")


def _address(plain: str) -> Address:
    name, _at, host = plain.rpartition("@")
    # A mail server knows its neighbours by their ASCII names.
    return Address(username=name, domain=host.encode("idna").decode("ascii"))
