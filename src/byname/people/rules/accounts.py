"""Decisions about accounts: what one may hold, how it may be opened, and what its letters say."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from byname.people.rules.permissions import ROLES
from byname.vocabulary import Refused

INVITATION_LASTS: Final = timedelta(hours=72)
"""How long the link of an invitation opens."""

INVITATION_KEPT: Final = timedelta(days=90)
"""How long an invitation is known after its link opened for the last time: as long as that its letter was sent."""
CLOSED_ACCOUNT_KEPT: Final = timedelta(days=2 * 365)
"""How long the account of somebody who left is kept: so long the ledger's numbers can still be told a name."""

_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]+@[^\s@<>()\[\]\",;:\\]+\.[^\s@<>()\[\]\",;:\\]+\Z")
_LONGEST_ADDRESS = 254
_LONGEST_NAME = 120


def known_form(address: str) -> str:
    """An e-mail address as accounts are known by it: the same for all that differ in how their letters are written.

    Unicode's NFKC and case folding; what sends the letters makes the same of a domain's letters (RFC 3491).
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address).casefold()).strip()


def account_address(text: str) -> str:
    """An e-mail address in the form accounts are known by; Refused for what is none."""
    address = known_form(text)
    if len(address) > _LONGEST_ADDRESS or not address.isprintable() or not _ADDRESS.match(address):
        raise Refused("That is no e-mail address; it looks like name@example.org.", code="no-address", field="email")
    return address


def account_name(text: str) -> str:
    """A person's name on one line; Refused where it is too long."""
    name = " ".join(text.replace("\0", " ").split())
    if len(name) > _LONGEST_NAME:
        raise Refused(f"A name has at most {_LONGEST_NAME} letters.", code="long-name", field="name")
    return name


def account_roles(roles: Collection[str], divisions: Collection[str], officer: str) -> list[str]:
    """The roles in the table's order; Refused where there is none, one is unknown, or one lacks what it reaches.

    An officer's account is somebody's on the register; a sergeant answers for at least one division.
    """
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise Refused("Choose what this person does: at least one role.", code="no-role", field="roles")
    if "officer" in roles and not officer:
        raise Refused("Say which officer of the register this is.", code="no-officer", field="officer")
    if "sergeant" in roles and not divisions:
        raise Refused("Say which division the sergeant answers for.", code="no-division", field="divisions")
    return [role for role in ROLES if role in roles]


def refuse_oneself(account_id: int, acting_id: int | None, sentence: str) -> None:
    """Nothing, or Refused where somebody acts on their own account what another administrator must do."""
    if account_id == acting_id:
        raise Refused(sentence, code="oneself")


def token_digest(token: str) -> bytes:
    """What the table keeps of a one-time word: 32 bytes that open nothing (SHA-256)."""
    return hashlib.sha256(token.encode()).digest()


def may_be_opened(*, passkeys: int, app: bool, password: bool) -> bool:
    """Whether somebody can still sign in: with a passkey, or with a password and the app's codes together."""
    return passkeys > 0 or (app and password)


_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """A browser in a few words, such as "Chrome on Android": enough to know one's own, and no more."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def _greeting(name: str) -> str:
    return f"Hello {name}," if name else "Hello,"


def invitation_words(name: str, link: str, until: datetime, *, again: bool) -> dict[str, str]:
    """The letter that brings somebody their one-time link; `until` is in the time zone to tell it in."""
    if again:
        subject = "Set up your sign-in anew"
        why = "An administrator has reset how you sign in to the desk. Nothing you used before opens it any more."
    else:
        subject = "You are invited to the desk"
        why = "You are invited to the desk, where your service keeps its neighbourhood officers' postings."
    said = f"It works once, until {until:%A} {until.day} {until:%B} at {until:%H:%M}."
    steps = f"Open this link and add a passkey (or a password and an app):\n\n{link}\n\n{said}"
    end = "If you did not expect this letter, tell an administrator and leave the link alone."
    return {"subject": subject, "body": f"{_greeting(name)}\n\n{why}\n\n{steps}\n\n{end}\n"}


def ended_words(name: str) -> dict[str, str]:
    """The letter that tells somebody their account was ended."""
    said = "Your account at the desk was ended, and you were signed out everywhere."
    return {
        "subject": "Your account was ended",
        "body": f"{_greeting(name)}\n\n{said}\n\nIf this is a mistake, tell an administrator.\n",
    }


def changed_words(name: str) -> dict[str, str]:
    """The letter that tells somebody what they may do at the desk was changed."""
    said = "An administrator changed what your account may do at the desk."
    return {
        "subject": "Your account was changed",
        "body": f"{_greeting(name)}\n\n{said}\n\nIf this is a mistake, tell an administrator.\n",
    }


def email_left_words(name: str) -> dict[str, str]:
    """The letter to the address an account is no longer known by; it does not tell the new one."""
    said = "An administrator changed the e-mail address of your account at the desk. This address opens it no longer."
    where = "You were signed out everywhere, and letters go to the new address from now on."
    end = "If you did not ask for this, tell an administrator at once."
    return {
        "subject": "Your e-mail address at the desk was changed",
        "body": f"{_greeting(name)}\n\n{said} {where}\n\n{end}\n",
    }


def email_taken_words(name: str) -> dict[str, str]:
    """The letter to the address an account is known by from now on."""
    said = "Your account at the desk is known by this e-mail address now. Sign in with it; all else stays as it was."
    end = "You were signed out everywhere. If you have no account at the desk, tell the service: a mistake was made."
    return {
        "subject": "You sign in to the desk with this address now",
        "body": f"{_greeting(name)}\n\n{said}\n\n{end}\n",
    }


def prompt_words(command: str, at: datetime) -> dict[str, str]:
    """The letter that tells the overseers that somebody opened a prompt inside byname."""
    said = f"Somebody at the server's own command line opened a prompt inside byname (./byname {command})"
    when = f"on {at:%A} {at.day} {at:%B} {at.year} at {at:%H:%M}."
    why = "From there everything can be read and changed past the rules. Ask who it was, and what for."
    return {"subject": "A prompt was opened on the server", "body": f"Hello,\n\n{said} {when}\n\n{why}\n"}
