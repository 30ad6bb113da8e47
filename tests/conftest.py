"""What every test may ask for: a clean memory, the shared data, and a database that is really PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker

from byname.interfaces import snapshot
from byname.vocabulary import Actor, operator

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture(autouse=True)
def clean_memory() -> Iterator[None]:
    """Each test reads the directory anew: a version number alone would not tell two rolled-back tests apart."""
    snapshot.forget()
    yield
    snapshot.forget()


@pytest.fixture(scope="session")
def trial_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The trial database, also in a round in which no test asks for `db`: never the one that is really used."""
    if connection.settings_dict["NAME"].startswith("test_"):
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def noon() -> datetime:
    """A moment all tests agree on: noon in Toronto on Monday 23 November 2026."""
    return datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@pytest.fixture
def clerk_of_records() -> Actor:
    """An operator at the command line."""
    return operator("test")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real public data beside the checkout."""
    return SHARED


def needed(path: Path) -> Path:
    """A file of the real public data; the test is skipped, naming it, where it is not there."""
    if not path.exists():
        pytest.skip(f"needs {path.relative_to(SHARED.parent.parent)}, which is not here")
    return path
