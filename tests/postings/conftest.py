"""The town, for the tests of postings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from byname.vocabulary import Actor
from tests.emptied import empty_tables
from tests.postings import town


@pytest.fixture
def built(db: None, noon: datetime, clerk_of_records: Actor) -> None:
    """The land of the town."""
    town.build(by=clerk_of_records, at=noon)


@pytest.fixture
def committed(trial_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database where everything done is really committed, so that two connections see each other; emptied after."""
    with django_db_blocker.unblock():
        yield
        empty_tables()
