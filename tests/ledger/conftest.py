"""A ledger whose lines are really committed, so that several connections see them; emptied after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

KEY = b"a key for the tests, kept outside the database"
GROWING = ("byname_ledgerline", "byname_ledgerseal")


@pytest.fixture
def ledger_key(settings: Settings) -> bytes:
    """The key the lines are sealed with."""
    settings.BYNAME_LEDGER_KEY = KEY
    return KEY


@contextmanager
def emptied_after() -> Iterator[None]:
    """The ledger and the outbox as tests left them, numbered anew; emptied at the end."""
    try:
        with connection.cursor() as cursor:
            # What other tests drew and rolled back would stand here as gaps.
            cursor.execute("ALTER SEQUENCE byname_ledgerline_id_seq RESTART")
        yield
    finally:
        with connection.cursor() as cursor:
            for table in GROWING:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(f"TRUNCATE {table}")
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute("TRUNCATE byname_letter, byname_ledgerremark")
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
        connection.close()


@pytest.fixture
def committed_ledger(trial_database: None, django_db_blocker: DjangoDbBlocker, ledger_key: bytes) -> Iterator[None]:
    """An empty ledger outside any transaction of the test."""
    with django_db_blocker.unblock(), emptied_after():
        yield


@pytest.fixture
def second(committed_ledger: None) -> Iterator[psycopg.Connection]:
    """Another connection to the same database, as another worker has."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        yield other
