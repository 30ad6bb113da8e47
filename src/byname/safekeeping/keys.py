"""The data keys: sealing values, and keyed hashes that say "the same" without saying what."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from byname.vocabulary import Refused


@lru_cache(maxsize=4)
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(value: str) -> str:
    """The value, encrypted under the newest data key."""
    return seal_bytes(value.encode()).decode()


def seal_bytes(value: bytes) -> bytes:
    """The same for bytes; the token is ASCII."""
    return _vault(tuple(settings.BYNAME_DATA_KEYS)).encrypt(value)


def unseal(token: str) -> str:
    """The value a sealed token holds, under any data key still listed; Refused where none fits."""
    return unseal_bytes(token.encode()).decode()


def unseal_bytes(token: bytes) -> bytes:
    """The bytes a sealed token holds, under any data key still listed; Refused where none fits."""
    try:
        return _vault(tuple(settings.BYNAME_DATA_KEYS)).decrypt(token)
    except InvalidToken as fault:
        raise Refused(
            "A stored value cannot be read with the data keys of this installation.", code="data-keys"
        ) from fault


def renewed(token: str) -> str | None:
    """The same value sealed under the newest data key; None where it is already. Refused where no key fits."""
    newest, *_ = settings.BYNAME_DATA_KEYS
    try:
        Fernet(newest).decrypt(token.encode())
    except InvalidToken:
        pass
    else:
        return None
    try:
        return _vault(tuple(settings.BYNAME_DATA_KEYS)).rotate(token.encode()).decode()
    except InvalidToken as fault:
        raise Refused(
            "A stored value cannot be read with the data keys of this installation.", code="data-keys"
        ) from fault


def keyed_digest(purpose: str, message: bytes) -> bytes:
    """32 bytes that depend on the oldest data key, the purpose and the message (HMAC-SHA-256).

    The oldest key, so that adding a newer one in front changes no digest.
    """
    return _digest(settings.BYNAME_DATA_KEYS[-1], purpose, message)


def keyed_digests(purpose: str, message: bytes) -> tuple[bytes, ...]:
    """What `keyed_digest` makes under each data key, the newest first.

    To find what stands by its digest while keys are exchanged: some of it may have been made anew already.
    """
    return tuple(_digest(key, purpose, message) for key in settings.BYNAME_DATA_KEYS)


def keyed_secrets(purpose: str) -> tuple[bytes, ...]:
    """A secret of 32 bytes for a purpose from each data key, the newest first.

    For what is signed with the first and known again by any of them, as long as its key is listed.
    """
    return tuple(
        hmac.new(base64.urlsafe_b64decode(key), purpose.encode(), hashlib.sha256).digest()
        for key in settings.BYNAME_DATA_KEYS
    )


def _digest(key: str, purpose: str, message: bytes) -> bytes:
    return hmac.new(base64.urlsafe_b64decode(key), purpose.encode() + b"\0" + message, hashlib.sha256).digest()
