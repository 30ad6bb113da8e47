"""What the doctor finds, and what it looks at."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from byname.config import up

State = Literal["ok", "look", "wrong"]
BEAT_SECONDS: Final = 60
"""The background work says at least this often that it is alive."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do where it is not well."""

    state: State
    about: str
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at: the home, the settings byname runs with, the running `up`, and a connection as the app."""

    home: Path
    settings: Mapping[str, str]
    served: up.Serving | None
    connection: psycopg.Connection[Any] | None
    away: str
    """Why there is no connection."""

    def ask(self, question: str, *values: object) -> tuple[Any, ...]:
        """One row; empty where there is no connection, or no such table yet."""
        if self.connection is None:
            return ()
        try:
            row = self.connection.execute(question.encode(), list(values) or None).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege):
            return ()
        return tuple(row) if row else ()

    def began_just_now(self) -> bool:
        """Whether byname serves for less than half a minute: its background work may not have come to anything yet."""
        try:
            return time.time() - up.where_file(self.home).stat().st_mtime < BEAT_SECONDS / 2
        except OSError:
            return False


ASK_AGAIN: Final = "Ask again in half a minute."
"""What to do about what is not well because byname began just now."""


def counted(number: int, one: str, many: str) -> str:
    """A number and what it counts."""
    return f"{number or 'No'} {one if number == 1 else many}"


def ago(age: timedelta) -> str:
    """A time span in its largest unit."""
    seconds = max(0, int(age.total_seconds()))
    for size, one in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {one}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"
