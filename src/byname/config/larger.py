"""Where a body may be longer than a form's: photos, of who has a session and of who raises a concern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from byname.config import environment as settings


@dataclass(frozen=True, slots=True)
class Room:
    """How long a body may be at one address, for how many seconds it may arrive, and what is said of a longer one."""

    bytes: int
    seconds: float
    sentence: str
    anybody: bool = False
    """Whether it is taken of anybody at all: then all such bodies share MOST_OF_ANYBODY."""


MOST_OF_ANYBODY: Final = 40 * 1024 * 1024
"""Bytes one worker holds of long bodies anybody may send: forms without photos always find room beside them."""
_MY_PHOTO: Final = "/desk/me/photo/"
_OWN: Final = Room(12 * 1024 * 1024, 30.0, "A photo may have at most 12 MB: save it smaller and try again.")
_UNKNOWN: Final = Room(0, 30.0, "Please sign in first, then send the photo again.")
_SENT: Final = Room(26 * 1024 * 1024, 120.0, "Photos may have at most 24 MB together.", anybody=True)
# Raising a concern and writing again, in any language: interfaces/public/urls.py.
_SENDING: Final = re.compile(r"(?:/[a-z]{2,3}(?:-[a-z]{2,4})?)?/(?:raise|c/[A-Za-z0-9_-]{1,64})/send\Z")


def room_for(path: str, headers: Any) -> Room | None:
    """The room an address has for a longer body; None where it has none."""
    if path == _MY_PHOTO:
        return _OWN if _at_the_desk(headers) else _UNKNOWN
    return _SENT if _SENDING.match(path) else None


def _at_the_desk(headers: Any) -> bool:
    """Whether a session's cookie came along; whether it opens anything, Django says."""
    cookies = ";".join(value for name, value in headers.items() if name == "cookie").split(";")
    return any(cookie.partition("=")[0].strip() in settings.DESK_COOKIES for cookie in cookies)
