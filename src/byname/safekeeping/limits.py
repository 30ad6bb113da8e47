"""Limits on how often somebody may ask, counted in the database so that all workers share them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from byname.safekeeping.keys import keyed_digest
from byname.safekeeping.models import Allowance, KeptValue

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` uses in each window of `seconds`."""

    name: str
    most: int
    seconds: int


_COUNT = """
    INSERT INTO byname_allowance ("limit", caller, window_starts_at, used) VALUES (%s, %s, %s, 1)
    ON CONFLICT ("limit", caller, window_starts_at)
    DO UPDATE SET used = LEAST(byname_allowance.used + 1, 1000000000)
    RETURNING used
"""


def wait_for(limit: Limit, caller: str, *, at: datetime) -> int:
    """Seconds the caller must wait before this use is allowed: 0 where it is allowed now.

    One atomic statement counts the use; no other caller's uses can push it out. The caller (a network address, an
    account) is kept only as a keyed hash that changes each day.
    """
    used = count(limit, caller, at=at)
    return 0 if used <= limit.most else until_next(limit, counted_as(limit, caller, at=at)[1], at=at)


def count(limit: Limit, caller: str, *, at: datetime) -> int:
    """The how-manieth use of its window this is, counted; for a limit that does not refuse but asks more."""
    digest, start = counted_as(limit, caller, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [limit.name, digest, start])
        (used,) = cursor.fetchone()
    return int(used)


def until_next(limit: Limit, start: datetime, *, at: datetime) -> int:
    """Seconds until the window after the one that began at `start`."""
    return max(1, math.ceil(start.timestamp() + limit.seconds - at.timestamp()))


_GIVE_BACK = """
    UPDATE byname_allowance SET used = used - 1
    WHERE "limit" = %s AND caller = %s AND window_starts_at = %s AND used > 0
"""


def give_back(limit: Limit, caller: str, *, at: datetime) -> None:
    """One use less: what was counted `at` that moment turned out to be nothing to count."""
    digest, start = counted_as(limit, caller, at=at)
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [limit.name, digest, start])


def bar(name: str, caller: str, *, until: datetime) -> None:
    """A caller is let through no more under this name until then; kept as a keyed hash alone, and removed after it."""
    KeptValue.objects.update_or_create(key=_barred_as(name, caller), defaults={"value": b"", "expires_at": until})


def is_barred(name: str, caller: str, *, at: datetime) -> bool:
    """Whether `bar` was told of this caller, and its time is not over."""
    return KeptValue.objects.filter(key=_barred_as(name, caller), expires_at__gt=at).exists()


def counted_as(limit: Limit, caller: str, *, at: datetime) -> tuple[bytes, datetime]:
    """Under which hash, and in the window from which moment, a caller's use is counted.

    For an act whose statements are numbered, which counts with the statement that finds out who asks.
    """
    now = int(at.timestamp())
    # The day stands in the hash, so that two days of one address cannot be joined.
    digest = keyed_digest("limit", f"{at.astimezone(UTC):%Y-%m-%d} {caller}".encode())[:16]
    return digest, datetime.fromtimestamp(now - now % limit.seconds, UTC)


def forget_old_callers(*, at: datetime) -> int:
    """How many counts older than a day were removed."""
    removed, _ = Allowance.objects.filter(window_starts_at__lt=at - KEPT_FOR).delete()
    return removed


def _barred_as(name: str, caller: str) -> str:
    return keyed_digest("barred", f"{name} {caller}".encode()).hex()
