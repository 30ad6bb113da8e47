"""How often somebody may fail to prove who they are, by account and by address, for all workers at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from byname.interfaces import http
from byname.safekeeping.limits import Limit, give_back, wait_for

OF_ACCOUNT: Final = Limit("proof-account", 10, 15 * 60)
OF_ADDRESS: Final = Limit("proof-address", 30, 15 * 60)
"""Passwords from one network address. What strangers there use up of one limit, they use up of no other."""
PASSKEYS: Final = Limit("passkey-address", 300, 15 * 60)
"""Nobody guesses a passkey: this bounds the work, and leaves a whole station room."""
INVITATIONS: Final = Limit("invitation-address", 30, 15 * 60)
LETTERS: Final = Limit("forgotten-letters", 3, 15 * 60)
"""How many letters about a forgotten password one mailbox gets."""
LETTERS_FROM: Final = Limit("forgotten-address", 30, 15 * 60)
"""How many of them are asked for from one network address."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, counted before it is looked at, so that no number of workers lets one too many through."""

    who: str
    of: Limit | None
    address: str
    at: datetime
    address_held: bool
    account_held: bool

    @property
    def held(self) -> bool:
        """Whether nothing opens now, not even to the right words."""
        return self.address_held or self.account_held

    def succeeded(self) -> None:
        """It was no failure, so it counts as none."""
        if self.of is not None:
            give_back(self.of, self.address, at=self.at)
        if self.who:
            give_back(OF_ACCOUNT, self.who, at=self.at)


def begin(request: HttpRequest, who: str, *, of: Limit | None) -> Attempt:
    """An attempt to be `who` (empty where nobody is named), from where the request comes.

    `of` is the limit its address has for such attempts. An address that is held up counts against no account: it cannot
    lock others out for longer.
    """
    at, address = timezone.now(), http.caller(request)
    address_held = of is not None and bool(wait_for(of, address, at=at))
    account_held = bool(who) and not address_held and bool(wait_for(OF_ACCOUNT, who, at=at))
    return Attempt(who, of, address, at, address_held, account_held)


def begin_known(request: HttpRequest, what: str, account_id: int) -> Attempt:
    """One more proof of somebody who has given one already: counted by account only.

    Those who are signed in have a count of their own, which nobody else can use up.
    """
    signed_in = "signed in, " if request.user.is_authenticated else ""
    return begin(request, f"{signed_in}{what} {account_id}", of=None)


def may_write(request: HttpRequest, email: str) -> bool:
    """Whether one more letter may be asked for, from here and for this mailbox."""
    at = timezone.now()
    return not wait_for(LETTERS_FROM, http.caller(request), at=at) and not wait_for(LETTERS, email, at=at)
