"""Where residents answer their letters to, and what holds the letters of one person together in a mail program."""

from __future__ import annotations

from django.conf import settings

from byname.concerns import rules
from byname.concerns.rules import mail
from byname.safekeeping import keys


def reply_address_of(link: str) -> str:
    """The address whose letters join the thread of whoever has this private link; empty where none come in."""
    domain = settings.BYNAME_REPLIES_AT
    return mail.reply_address(_key(link), secrets()[0], domain) if domain else ""


def secrets() -> tuple[bytes, ...]:
    """What reply addresses are signed with: the first signs, each of them is known again."""
    return keys.keyed_secrets("reply address")


def thread_of(link: str, host: str) -> str:
    """The Message-ID that every letter to somebody about their concern refers to; no letter has it itself."""
    return f"<byname-{_key(link)}@{host}>"


def _key(link: str) -> str:
    return mail.reply_key(rules.link_digest(link))
