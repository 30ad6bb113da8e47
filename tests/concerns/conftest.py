"""The cast's city with people who raise concerns in it, for the tests of concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from byname.vocabulary import Actor
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.emptied import empty_tables


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


@pytest.fixture
def ana(cast: Cast) -> Actor:
    """Leads old-mill, in division D1."""
    return staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])


@pytest.fixture
def ines(cast: Cast) -> Actor:
    """Leads the ring, in division D2."""
    return staff.acting(staff.account("officer", officer=cast.ines), areas=["ring"])


@pytest.fixture
def sergeant(cast: Cast) -> Actor:
    """Answers for D1, and stands on no register."""
    return staff.acting(staff.account("sergeant", divisions=["D1"]))


@pytest.fixture
def coordinator(cast: Cast) -> Actor:
    return staff.acting(staff.account("coordinator"))


@pytest.fixture
def committed(trial_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database where everything done is really committed, so that two connections see each other; emptied after."""
    with django_db_blocker.unblock():
        yield
        empty_tables()
