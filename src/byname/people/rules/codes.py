"""The code an officer speaks, so that somebody at the door can check who they are."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime


def spoken_code(secret: bytes, minute: int) -> str:
    """Six digits that belong to one secret and one minute (RFC 6238 with steps of 60 seconds and HMAC-SHA-256)."""
    digest = hmac.new(secret, minute.to_bytes(8, "big"), hashlib.sha256).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def minute_of(at: datetime) -> int:
    """The minute a code belongs to: whole minutes since the start of 1970, UTC."""
    return int(at.timestamp()) // 60


def accepted_minutes(minute: int) -> tuple[int, int]:
    """The minutes whose codes still open: this one, and the one before for slow typing."""
    return minute, minute - 1
