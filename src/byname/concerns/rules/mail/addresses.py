"""The address a concern's letters are answered to, addresses in a header, and values safe to stand in one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_MAC_BYTES: Final = 10
"""80 bits: 16 letters, no bit of the last one to spare."""
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,39}[a-z0-9])?")
_LOCAL = re.compile(r"reply\+([a-z0-9-]{1,41})\.([a-z2-7]{16})")
_SHORTEST_SECRET = 16
_LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 with its two brackets."""


def reply_address(reference_key: str, secret: bytes, domain: str) -> str:
    """The signed address a letter about this concern is answered to, at most 64 characters before the @.

    The key is 1 to 41 letters, digits and inner hyphens; the address is in small letters, and upper case is the same
    key. ValueError for any other key, a secret shorter than 16 bytes, or an address longer than mail can carry.
    """
    key = reference_key.lower()
    if not (reference_key.isascii() and _KEY.fullmatch(key)):
        raise ValueError("a reference key is 1 to 41 letters, digits and inner hyphens")
    address = f"reply+{key}.{_mac(key, secret)}@{domain.lower()}"
    if len(address) > _LONGEST_ADDRESS or not domain.isascii():
        raise ValueError("the domain cannot stand in a mail address")
    return address


def concern_of(address: str, secrets: Sequence[bytes]) -> str | None:
    """The reference key in small letters, if one of the secrets signed this address; else None.

    How long it takes tells nothing about the right signature nor about which secret it was.
    """
    local, _at, _domain = address.strip().rpartition("@")
    found = _LOCAL.fullmatch(local.lower()) if local.isascii() else None
    if found is None:
        return None
    key, mac = found.groups()
    signed = [hmac.compare_digest(_mac(key, secret), mac) for secret in secrets]
    return key if any(signed) else None


def _mac(key: str, secret: bytes) -> str:
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError("the secret of the reply addresses is shorter than 16 bytes")
    digest = hmac.new(secret, b"byname reply address\0" + key.encode("ascii"), hashlib.sha256).digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()


def header_safe(value: str) -> str:
    """The value on one line, as it may stand in a mail header: no stranger's words can add a header or end the head.

    Line ends of every kind, NUL, other control characters and half characters become a space, runs of spaces one
    space; the opening of an encoded word is broken, so that none is decoded into a line end on the way.
    """
    plain = "".join(" " if unicodedata.category(letter) in _UNSAFE else letter for letter in value)
    return " ".join(plain.replace("=?", "= ?").split())


# Controls, line and paragraph separators, and surrogates without their other half.
_UNSAFE = frozenset({"Cc", "Zl", "Zp", "Cs"})


def addresses_in(header: str) -> tuple[str, ...]:
    """Every mail address in a header's value, in order and in small letters; names, quotations and comments are none.

    Where an address stands in angle brackets, the words before it are its name.
    """
    found: list[str] = []
    for entry in _entries(header):
        opened = entry.rfind("<")
        inner = entry[opened + 1 :].partition(">")[0] if opened >= 0 else entry
        # A route before the address (RFC 5322, obsolete) is dropped; of loose words the one that is an address stands.
        for word in inner.rpartition(":")[2].split():
            local, at, host = word.strip("<>;").rpartition("@")
            if at and local and host and len(word) <= _LONGEST_ADDRESS:
                found.append(f"{local}@{host}".lower())
    return tuple(dict.fromkeys(found))


def _entries(header: str) -> list[str]:
    """What stands between the commas, without quoted names and comments; one walk over the letters."""
    entries: list[list[str]] = [[]]
    quoted, comments, escaped = False, 0, False
    for letter in header:
        if escaped:
            escaped = False
        elif letter == "\\" and (quoted or comments):
            escaped = True
        elif letter == '"' and not comments:
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "(":
            comments += 1
        elif letter == ")" and comments:
            comments -= 1
        elif comments:
            continue
        elif letter in ",;":
            entries.append([])
        else:
            entries[-1].append(letter)
    return ["".join(entry) for entry in entries]
