"""Keys for programs: making one, revoking one, and one use of one, counted by the same statement that finds it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from byname.concerns.models import ApiKey
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import limits
from byname.vocabulary import Actor, NotThere, Refused

MOST_AN_HOUR: Final = 10_000_000
_HOURLY: Final = limits.Limit("concerns-of-a-key", MOST_AN_HOUR, 3600)
_LONGEST_NAME: Final = 80
_LONGEST_KEY: Final = 200
_USE: Final = """
    WITH key AS (
        SELECT id, an_hour, categories FROM byname_apikey WHERE digest = %s AND revoked_at IS NULL
    ), counted AS (
        INSERT INTO byname_allowance ("limit", caller, window_starts_at, used) SELECT %s, %s, %s, 1 FROM key
        ON CONFLICT ("limit", caller, window_starts_at)
        DO UPDATE SET used = LEAST(byname_allowance.used + 1, 1000000000)
        RETURNING used
    ), quick AS (
        SELECT CASE WHEN %s THEN set_config('synchronous_commit', 'off', true) END
    )
    SELECT key.id, key.an_hour, key.categories, counted.used FROM key, counted, quick
"""


@dataclass(frozen=True, slots=True)
class KeyMade:
    """A key as it is told once: only its digest is kept."""

    number: int
    key: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """One use of a key."""

    number: int
    categories: frozenset[str]
    """What it may raise; everything where it is empty."""
    wait: int
    """Seconds until it may raise again; 0 where it may now."""


def make_api_key(
    name: str, *, an_hour: int, categories: Sequence[str] = (), known: Collection[str], by: Actor, at: datetime
) -> KeyMade:
    """A new key for a program, which may raise so many concerns an hour in these categories, or in all.

    `known` are the categories concerns may be raised in. Raises Refused for what is none of them.
    """
    people_rules.require(by, "make_api_key")
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise Refused(f"Say whose key it is, in 1 to {_LONGEST_NAME} characters.", code="key-name", field="name")
    if not 1 <= an_hour <= MOST_AN_HOUR:
        raise Refused(f"A key raises 1 to {MOST_AN_HOUR} concerns an hour.", code="key-an-hour", field="an_hour")
    unknown = sorted(set(categories) - set(known))
    if unknown:
        raise Refused(
            f"There is no category {unknown[0]}. These exist: {', '.join(known)}.", code="category", field="category"
        )
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = ApiKey.objects.create(
            name=name,
            digest=_digest(key),
            made_at=at,
            made_by=by.account_id,
            an_hour=an_hour,
            categories=sorted(set(categories)),
        )
        facts: dict[str, int | list[str]] = {"an_hour": an_hour, "categories": row.categories}
        ledger.record("program.key_made", subject=("api_key", row.pk), by=by, at=at, facts=dict(facts))
    return KeyMade(row.pk, key)


def revoke_api_key(number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a key was revoked now, and not before: it opens nothing from here on. NotThere for no such key."""
    people_rules.require(by, "make_api_key")
    with transaction.atomic():
        row = ApiKey.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise NotThere(f"There is no key {number}.")
        if row.revoked_at is not None:
            return False
        ApiKey.objects.filter(pk=number).update(revoked_at=at)
        ledger.record("program.key_revoked", subject=("api_key", number), by=by, at=at)
        return True


def revoke_api_key_again(number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a key was revoked once more, after a restore; NotThere where the backup has no such.

    Numbers are given anew after a restore: a key made since it was revoked is somebody else's.
    """
    people_rules.require(by, "make_api_key")
    if not ApiKey.objects.filter(pk=number, made_at__lte=at).exists():
        raise NotThere
    return revoke_api_key(number, by=by, at=at)


def use_api_key(key: str, *, by: Actor, at: datetime) -> KeyUse:
    """One use of a key, counted; NotThere for a key that is none or was revoked.

    One statement finds the key and counts the use, outside the transaction of what is raised: who raises much at once
    waits for the counting and not for the writing.
    """
    people_rules.require(by, "raise_concern")
    if not key or len(key) > _LONGEST_KEY:
        raise NotThere
    digest = _digest(key)
    caller, start = limits.counted_as(_HOURLY, digest.hex(), at=at)
    with connection.cursor() as cursor:
        # Everybody with this key waits for this one row: it is not held until the disk has it, for a count that a crash
        # makes too low harms nobody. Within another transaction that would be said of all it holds, and is not.
        cursor.execute(_USE, [digest, _HOURLY.name, caller, start, not connection.in_atomic_block])
        found = cursor.fetchone()
    if found is None:
        raise NotThere
    number, an_hour, categories, used = found
    wait = limits.until_next(_HOURLY, start, at=at) if used > an_hour else 0
    return KeyUse(int(number), frozenset(categories), wait)


def _digest(key: str) -> bytes:
    # 256 bits drawn at random: nobody finds such a key by trying, so that its digest needs no key of its own.
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
