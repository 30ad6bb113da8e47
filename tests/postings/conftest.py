"""The town, for the tests of postings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from byname.vocabulary import Actor
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
        tables = [name for name in connection.introspection.django_table_names() if name.startswith("byname_")]
        with connection.cursor() as cursor:
            # The ledger refuses TRUNCATE to everybody but the owner of the table, who may first lift its trigger.
            for growing in ("byname_ledgerline", "byname_ledgerseal"):
                cursor.execute(f"ALTER TABLE {growing} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            for growing in ("byname_ledgerline", "byname_ledgerseal"):
                cursor.execute(f"ALTER TABLE {growing} ENABLE TRIGGER USER")
        connection.close()
