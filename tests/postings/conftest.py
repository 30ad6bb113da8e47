"""The town, and the city with its cast, for the tests of postings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import DjangoDbBlocker

from byname.postings import actions
from byname.postings.models import Handover
from byname.vocabulary import SYSTEM, Actor
from tests import cast as city
from tests import staff
from tests.cast import Cast
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


@pytest.fixture
def team(built: None, noon: datetime, clerk_of_records: Actor) -> dict[str, str]:
    """Four officers of Oak, one of Elm, one of the Market; references by badge number."""
    by = clerk_of_records
    references = town.enlist(*(town.officer(badge) for badge in ("1", "2", "3", "4", "5", "6")), by=by, at=noon)
    town.post(
        town.posting("1", town.OAK, "lead", "2024-01-01"),
        town.posting("2", town.OAK, "member", "2024-01-01"),
        town.posting("3", town.OAK, "member", "2024-01-01"),
        town.posting("4", town.OAK, "member", "2026-11-16"),
        town.posting("5", town.ELM, "lead", "2024-01-01"),
        town.posting("6", town.MARKET, "lead", "2024-01-01"),
        by=by,
        at=noon,
    )
    return references


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


@pytest.fixture
def harbour(cast: Cast, noon: datetime) -> str:
    """The reference of the handover of the harbour's lead: Elif leaves in three weeks, Farid takes over."""
    actions.open_due_handovers(by=SYSTEM, at=noon)
    return Handover.objects.get(outgoing__reference=cast.elif_.reference).reference


@pytest.fixture
def elif_(cast: Cast) -> Actor:
    return staff.acting(staff.account("officer", officer=cast.elif_), areas=["harbour"])


@pytest.fixture
def farid(cast: Cast) -> Actor:
    """The incoming officer: serves nowhere yet."""
    return staff.acting(staff.account("officer", officer=cast.farid))


@pytest.fixture
def sergeant(db: None) -> Actor:
    """Answers for D2: ring, harbour and the night market."""
    return staff.acting(staff.account("sergeant", divisions=["D2"]))
