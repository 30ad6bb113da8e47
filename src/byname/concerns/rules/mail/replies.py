"""Whose letters a reply address belongs to: it is made of their private link, and does not lead back to it."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_BYTES: Final = 20
"""Of the 32 of a link's digest: 160 bits, 32 letters."""
_WHOLE: Final = 32


def reply_key(link_digest: bytes) -> str:
    """What stands for somebody in the address their letters are answered to, from their private link's digest."""
    return base64.b32encode(link_digest[:_BYTES]).decode("ascii").lower()


def digests_of(key: str) -> tuple[bytes, bytes] | None:
    """The first and the last digest a link with this key may have; None for what is no such key."""
    try:
        first = base64.b32decode(key.upper())
    except (binascii.Error, ValueError):
        return None
    if len(first) != _BYTES or reply_key(first) != key:
        return None
    rest = _WHOLE - _BYTES
    return first + b"\0" * rest, first + b"\xff" * rest
