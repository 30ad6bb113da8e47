"""The ledger only grows, stands in the act's own transaction, and holds no prose."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from byname.ledger import actions, queries, rules
from byname.ledger.models import LedgerLine
from byname.vocabulary import Actor, Refused

pytestmark = pytest.mark.django_db


def _line(by: Actor, at: datetime, **said: object) -> int:
    with transaction.atomic():
        return actions.record("officer.hidden", subject=("officer", "O-7K3M9Q"), by=by, at=at, **said)  # type: ignore[arg-type]


def test_a_line_says_who_did_what_to_whom_and_when(noon: datetime, clerk_of_records: Actor) -> None:
    number = _line(clerk_of_records, noon, facts={"posters": 2})
    assert queries.lines_about("officer", "O-7K3M9Q", viewer=clerk_of_records) == (
        queries.Line(
            number=number,
            at=noon,
            event="officer.hidden",
            actor="test",
            subject="officer:O-7K3M9Q",
            reason_code="",
            facts={"posters": 2},
        ),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE byname_ledgerline SET event = 'x.y'",
        "DELETE FROM byname_ledgerline",
        "TRUNCATE byname_ledgerline",
    ],
)
def test_the_database_refuses_to_change_the_past(statement: str, noon: datetime, clerk_of_records: Actor) -> None:
    _line(clerk_of_records, noon)
    refused = pytest.raises(DatabaseError, match="The ledger only grows")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert LedgerLine.objects.count() == 1


def test_a_line_vanishes_with_the_act_that_failed(noon: datetime, clerk_of_records: Actor) -> None:
    with transaction.atomic():
        actions.record("officer.hidden", subject=("officer", "x"), by=clerk_of_records, at=noon, public=True)
        transaction.set_rollback(True)
    assert (LedgerLine.objects.count(), queries.public_versions(viewer=clerk_of_records)) == (0, {})


@pytest.mark.django_db(transaction=False)
def test_public_acts_renew_everything_and_what_they_name(noon: datetime, clerk_of_records: Actor) -> None:
    _line(clerk_of_records, noon)
    assert queries.public_versions(viewer=clerk_of_records) == {}
    _line(clerk_of_records, noon, public=True)
    _line(clerk_of_records, noon, public=True, renews=("land",))
    assert queries.public_versions(viewer=clerk_of_records) == {"everything": 2, "land": 1}


@pytest.mark.parametrize("event", ["Officer hidden", "officer", "officer.", "officer.hidden\n", ""])
def test_an_event_is_a_dotted_name(event: str) -> None:
    with pytest.raises(Refused):
        rules.admitted_facts(event, {})


def test_a_fact_is_never_prose() -> None:
    assert rules.admitted_facts("officer.hidden", {"id": "a" * 200}) == {"id": "a" * 200}
    with pytest.raises(Refused):
        rules.admitted_facts("officer.hidden", {"id": "a" * 201})
