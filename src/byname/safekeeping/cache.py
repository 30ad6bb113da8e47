"""Django's cache on a table every worker shares: what must not be forgotten early is never pushed out."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.db.models.functions import Now

from byname.safekeeping.keys import keyed_digest
from byname.safekeeping.models import KeptValue

_PUT = """
    INSERT INTO byname_keptvalue (key, value, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at
"""
_ADD = _PUT + " WHERE byname_keptvalue.expires_at <= now()"


class TableCache(BaseCache):
    """Values that stay until their time is over; `add` is one atomic statement, so a thing used once is used once."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default` where there is none or its time is over."""
        name = self._name(key, version)
        row = KeptValue.objects.filter(key=name).exclude(expires_at__lte=Now()).values_list("value").first()
        # Only byname writes this table, and the role that may write it may do worse than plant a pickle.
        return default if row is None else pickle.loads(bytes(row[0]))  # noqa: S301

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value, whatever was there."""
        self._write(_PUT, key, value, timeout, version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Whether the value was kept: False where one stands there already."""
        return self._write(_ADD, key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Whether a value that is there was given a new end."""
        name = self._name(key, version)
        return bool(KeptValue.objects.filter(key=name).update(expires_at=self._end(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Whether there was a value to forget."""
        name = self._name(key, version)
        return bool(KeptValue.objects.filter(key=name).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        KeptValue.objects.all().delete()

    def _name(self, key: str, version: int | None) -> str:
        # A digest: the library behind puts network addresses into its keys.
        return keyed_digest("cache", self.make_key(key, version=version).encode()).hex()

    def _write(self, statement: str, key: str, value: Any, timeout: Any, version: int | None) -> bool:
        name = self._name(key, version)
        with connection.cursor() as cursor:
            cursor.execute(statement, [name, pickle.dumps(value), self._end(timeout)])
            return bool(cursor.rowcount)

    def _end(self, timeout: Any) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def forget_what_is_over(*, at: datetime) -> int:
    """How many values whose time was over were removed."""
    return KeptValue.objects.filter(expires_at__lte=at).delete()[0]
