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
LETTERS: Final = Limit("forgotten-letters", 3, 15 * 60)
"""How many letters about a forgotten password one mailbox gets."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, counted before it is looked at, so that no number of workers lets one too many through."""

    who: str
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
        give_back(OF_ADDRESS, self.address, at=self.at)
        if self.who:
            give_back(OF_ACCOUNT, self.who, at=self.at)


def begin(request: HttpRequest, who: str) -> Attempt:
    """An attempt to be `who` (empty where nobody is named), from where the request comes.

    An address that is held up counts against no account: it cannot lock others out for longer.
    """
    at, address = timezone.now(), http.caller(request)
    address_held = bool(wait_for(OF_ADDRESS, address, at=at))
    account_held = bool(who) and not address_held and bool(wait_for(OF_ACCOUNT, who, at=at))
    return Attempt(who, address, at, address_held, account_held)


def may_write(request: HttpRequest, email: str) -> bool:
    """Whether one more letter may be asked for, from here and for this mailbox."""
    return not begin(request, "").held and not wait_for(LETTERS, email, at=timezone.now())
