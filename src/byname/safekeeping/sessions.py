"""Staff's sessions: kept under a digest of their cookie, listed and ended by account."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as TableStore
from django.db import connection

from byname.safekeeping.models import StaffSession

BEGAN, SEEN, DEVICE = "began", "seen", "device"
"""What a session's own data holds beside Django's: seconds since 1970, twice, and the browser in a few words."""

UNSIGNED_SECONDS: Final = 15 * 60
"""How long a session lasts in which nobody has signed in: between the first and the second step, say."""
_KEY: Final = re.compile(r"[0-9a-f]{40}")
_OPEN: Final = (
    "SELECT session_data FROM byname_staffsession WHERE session_key = %s AND expire_date > statement_timestamp()"
)


def _digest(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(TableStore):
    """Django's sessions in the database, where the table does not hold what the cookie holds."""

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        """The table."""
        return StaffSession

    def _get_session_from_db(self) -> StaffSession | None:
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [_digest(self.session_key or "")])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return None
        return StaffSession(session_data=found[0])

    def exists(self, session_key: str | None) -> bool:
        """Whether a session has this key."""
        return StaffSession.objects.filter(session_key=_digest(session_key or "")).exists()

    def delete(self, session_key: str | None = None) -> None:
        """End one session."""
        StaffSession.objects.filter(session_key=_digest(session_key or self.session_key or "")).delete()

    def get_session_cookie_age(self) -> int:
        """Seconds until a session ends that says nothing else: a quarter of an hour where nobody has signed in."""
        return super().get_session_cookie_age() if SESSION_KEY in self else UNSIGNED_SECONDS

    def create_model_instance(self, data: Mapping[str, Any]) -> StaffSession:
        """The row that holds a session's data."""
        account = data.get(SESSION_KEY)
        return StaffSession(
            # Django's own way to the key, which the stubs leave out.
            session_key=_digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(dict(data)),
            expire_date=self.get_expiry_date(),
            account_id=int(account) if account else None,
            began_at=_moment(data.get(BEGAN)),
            seen_at=_moment(data.get(SEEN)),
            device=str(data.get(DEVICE, ""))[:60],
        )


def _moment(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One signed-in browser of an account; `key` names it to end it, and opens nothing."""

    key: str
    began_at: datetime | None
    seen_at: datetime | None
    device: str


def of_account(account_id: int, *, at: datetime) -> tuple[OpenSession, ...]:
    """The browsers an account is signed in with, the one seen last first."""
    rows = StaffSession.objects.filter(account_id=account_id, expire_date__gt=at).order_by("-seen_at", "session_key")
    return tuple(OpenSession(row.session_key, row.began_at, row.seen_at, row.device) for row in rows)


def key_of(session_key: str) -> str:
    """The `key` under which the session with this cookie is listed."""
    return _digest(session_key)


def end(account_id: int, key: str | None = None, *, but: str = "") -> int:
    """How many sessions of an account were ended: the one named, else all `but` one."""
    if key is not None and not _KEY.fullmatch(key):
        return 0
    rows = StaffSession.objects.filter(account_id=account_id).exclude(session_key=but)
    return (rows if key is None else rows.filter(session_key=key)).delete()[0]


def forget_ended(*, at: datetime) -> int:
    """How many sessions whose time was over were removed."""
    return StaffSession.objects.filter(expire_date__lte=at).delete()[0]
