"""What residents had removed, or stopped, since a backup was made is so again after it was brought back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from byname.concerns import actions
from byname.concerns.models import Concern, Message, Person
from byname.interfaces.jobs import replay
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor, operator
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.concerns import told

RESTORE = operator("restore")


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


def outside(settings: Settings) -> tuple[replay.TakenBack, ...]:
    """What the sealer noted outside the database."""
    settings.BYNAME_LEDGER_KEY = b"a key for the tests, kept outside the database"
    with transaction.atomic():
        sealed = ledger.seal(by=SYSTEM, at=timezone.now())
    assert sealed is not None
    said: list[dict[str, Any]] = [
        {"number": act.number, "at": act.at.isoformat(), "event": act.event, "subject": act.subject, "facts": act.facts}
        for act in sealed.taken_back
    ]
    return replay.taken_back(json.dumps(each) for each in said)


def test_what_was_removed_or_stopped_since_is_so_again(cast: Cast, noon: datetime, settings: Settings) -> None:
    removed, stopped, kept = (told.raised(noon) for _ in range(3))
    leaving = told.joined(kept.reference, noon)
    before = transaction.savepoint()
    actions.erase(removed.link, removed.pin, by=PUBLIC, at=noon)
    actions.stop_letters(stopped.link, by=PUBLIC, at=noon)
    actions.erase(leaving, "123456", by=PUBLIC, at=noon)
    acts = [act for act in outside(settings) if act.kind == "concern"]
    assert [(act.event, act.key) for act in acts] == [
        ("concern.erased", removed.reference),
        ("concern.letters_stopped", stopped.reference),
        ("concern.erased", kept.reference),
    ]
    transaction.savepoint_rollback(before)
    assert Concern.objects.filter(told="").count() == 0

    done, unknown = replay.replay(acts, by=RESTORE)
    assert (done, unknown) == ({"concern.erased": 2, "concern.letters_stopped": 1}, 0)
    assert list(Concern.objects.filter(told="").values_list("reference", flat=True)) == [removed.reference]
    assert Person.objects.get(concern__reference=stopped.reference).stopped_at == noon
    assert list(Person.objects.filter(concern__reference=kept.reference).values_list("raised", flat=True)) == [True]
    # Their letters are not sent by the restored outbox either.
    assert [letter.words for letter in Letter.objects.all()] == [
        letter.words for letter in Letter.objects.all() if kept.reference in letter.words
    ]
    assert replay.replay(acts, by=RESTORE)[0] == {}


def test_who_raised_something_only_since_is_nobody_the_backup_knows(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    before = transaction.savepoint()
    receipt = told.raised(noon)
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    acts = [act for act in outside(settings) if act.kind == "concern"]
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({}, 1)


def test_words_whose_time_ran_out_since_are_gone_before_anything_is_served(
    cast: Cast, noon: datetime, settings: Settings, tmp_path: Path
) -> None:
    settings.BYNAME_HOME = tmp_path
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    receipt = told.raised(noon - timedelta(days=500))
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon - timedelta(days=500))
    (tmp_path / "acts").write_text("")
    call_command("replay", str(tmp_path / "acts"), backup_of="2026-11-01")
    assert (Concern.objects.get().told, Message.objects.count()) == ("", 0)
    assert LedgerLine.objects.get(event="house.restored").facts["words_forgotten"] == 1
