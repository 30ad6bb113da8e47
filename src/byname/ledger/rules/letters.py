"""What a letter may be, when it is tried again, and when it is given up."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from byname.vocabulary import Refused

Way = Literal["mail", "text"]
"""By which way a letter goes."""

_KIND = re.compile(r"[a-z_]+(\.[a-z_]+)*\Z")
# Nothing that could end a header or start another address; what the mailbox's own server says of it is its business.
_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\\x00-\x1f\x7f]+@[^\s@<>()\[\]\",;:\\\x00-\x1f\x7f]+\Z")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}\Z")
_LONGEST_ADDRESS = 254
_LONGEST_KIND = 40

_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
GIVEN_UP_AFTER: Final = timedelta(days=2)
"""A letter that could not be sent for this long is given up, and said to be."""
KEPT_FOR: Final = timedelta(days=90)
"""How long it stays known that a letter was sent; its words and its recipient go at once."""
GIVEN_UP_KEPT_FOR: Final = timedelta(days=30)
"""How long a letter that was given up can be tried again; then it goes, with its words."""


def letter_kind(kind: str) -> str:
    """The kind as it may stand in the outbox; Refused where it is no dotted lower-case name of at most 40 letters."""
    if not _KIND.match(kind) or len(kind) > _LONGEST_KIND:
        raise Refused("A letter's kind is a dotted lower-case name.", code="letter-kind")
    return kind


def letter_address(to: str) -> str:
    """The one address a letter goes to; Refused where it is none, or hides a second one or a line's end."""
    if len(to) > _LONGEST_ADDRESS or not _ADDRESS.match(to):
        raise Refused(
            "That is no e-mail address; it looks like name@example.org.", code="letter-address", field="email"
        )
    return to


def letter_number(to: str) -> str:
    """The one number a text goes to, written whole (+14165550199); Refused where it is none."""
    if not _NUMBER.match(to):
        raise Refused("That is no whole phone number.", code="letter-number", field="phone")
    return to


def next_try_at(attempts: int, *, first_due_at: datetime, at: datetime) -> datetime | None:
    """When a letter that failed for the `attempts`-th time at `at` is tried again; None where it is given up.

    After 1, 5, 15 minutes, 1, 3, then every 6 hours, for two days from the moment it was due.
    """
    again = at + _WAITS[min(attempts, len(_WAITS)) - 1]
    return again if again - first_due_at <= GIVEN_UP_AFTER else None
