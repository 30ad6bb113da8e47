"""Django's `migrate`, one at a time, and never waiting long for a table somebody reads."""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import OperationalError, connections

_TURN: Final = 0x62796E61
LOCK_TIMEOUT: Final = "5s"
TRIES: Final = 12
PAUSE_SECONDS: Final = 2.0


class Command(DjangosMigrate):
    """Two at once: one waits, and then finds nothing to do.

    A change to a table waits at most five seconds for those who use it, for behind it everybody else waits too. Then it
    lets them go first and tries again. Each migration is one transaction, so what was not finished was not begun.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the tables up to date; CommandError where a table cannot be had for a minute and a half."""
        connection = connections[options["database"]]
        with _turn(connection.settings_dict) as turn:
            turn.execute("SELECT pg_advisory_lock(%s)", [_TURN])
            for left in range(TRIES - 1, -1, -1):
                try:
                    with connection.cursor() as cursor:
                        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
                    super().handle(*args, **options)
                    return
                except OperationalError as fault:
                    if not isinstance(fault.__cause__, psycopg.errors.LockNotAvailable):
                        raise
                    if not left:
                        raise CommandError(
                            "The tables could not be brought up to date: somebody holds one of them for longer than "
                            "that can wait. Nothing is half done. Stop byname, then start it again."
                        ) from fault
                    self.stderr.write(f"\nA table is in use; trying again, {left} more times …")
                    time.sleep(PAUSE_SECONDS)
                finally:
                    connection.close()


def _turn(settings: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection of its own: the lock is its session's, and ends with it however this ends."""
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    words = {word: settings[name] for word, name in known.items() if settings.get(name)}
    options = {name: value for name, value in settings["OPTIONS"].items() if name.startswith(("ssl", "keepalives"))}
    return psycopg.connect(**words, **options, autocommit=True, connect_timeout=5)
