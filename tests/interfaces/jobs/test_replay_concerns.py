"""What residents had removed, or stopped, since a backup was made is so again after it was brought back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Hold, Message, Person, Subscription, Wording
from byname.interfaces.jobs import replay
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused, operator
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.concerns import told, wordings

RESTORE = operator("restore")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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


def of_this_house(settings: Settings, *events: str) -> list[replay.TakenBack]:
    return [act for act in outside(settings) if act.event in events]


def test_a_key_that_was_revoked_opens_nothing_again(
    db: None, noon: datetime, clerk_of_records: Actor, settings: Settings
) -> None:
    made = actions.make_api_key("City 311", an_hour=5, known=["traffic"], by=clerk_of_records, at=noon)
    before = transaction.savepoint()
    actions.revoke_api_key(made.number, by=clerk_of_records, at=noon + HOUR)
    acts = outside(settings)
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({"program.key_revoked": 1}, 0)
    with pytest.raises(NotThere):
        actions.use_api_key(made.key, by=PUBLIC, at=noon + HOUR)
    assert replay.replay(acts, by=RESTORE) == ({}, 0)


def test_a_key_made_since_under_the_same_number_is_not_revoked(
    db: None, noon: datetime, clerk_of_records: Actor
) -> None:
    made = actions.make_api_key("City 311", an_hour=5, known=["traffic"], by=clerk_of_records, at=noon)
    act = replay.TakenBack(7, noon - HOUR, "program.key_revoked", "api_key", str(made.number))
    assert replay.replay([act], by=RESTORE) == ({}, 1)
    assert actions.use_api_key(made.key, by=PUBLIC, at=noon).number == made.number


def test_a_place_that_must_go_goes_though_the_backup_does_not_know_why(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    receipt = told.raised(noon)
    wordings.published(receipt.reference, noon)
    before = transaction.savepoint()
    actions.write_again(receipt.link, "My husband beats me.", by=PUBLIC, at=noon + HOUR)
    # The machine is lost before the night in which the place goes: only what was noted at once is there.
    soon = of_this_house(settings, "concern.place_to_withdraw", "concern.place_withdrawn")
    actions.take_places_away(by=SYSTEM, at=noon + DAY)
    later = of_this_house(settings, "concern.place_to_withdraw", "concern.place_withdrawn")
    transaction.savepoint_rollback(before)
    assert [act.event for act in soon] == ["concern.place_to_withdraw"]
    assert [act.event for act in later] == ["concern.place_withdrawn"]
    for acts in (soon, later):
        again = transaction.savepoint()
        assert sum(replay.replay(acts, by=RESTORE)[0].values()) == 1
        row = Wording.objects.get()
        assert (row.near, row.lat, row.lon, row.withdrawn_at) == ("", None, None, None)
        assert replay.replay(acts, by=RESTORE) == ({}, 0)
        transaction.savepoint_rollback(again)


def test_who_changed_how_to_reach_them_is_not_written_to_as_before(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    changed, other = told.raised(noon), told.raised(noon)
    Person.objects.update(phone_confirmed_at=noon, phone_digest=b"1" * 32)
    before = transaction.savepoint()
    elsewhere = rules.Contact(email="safe@home.example")
    actions.change_contact(changed.link, changed.pin, elsewhere, "en", by=PUBLIC, at=noon + HOUR)
    acts = of_this_house(settings, "concern.contact_changed", "concern.letters_stopped")
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({"concern.contact_changed": 1}, 0)
    theirs, others = (Person.objects.get(concern__reference=each.reference) for each in (changed, other))
    assert (theirs.stopped_at, theirs.phone_confirmed_at, theirs.phone_digest) == (noon + HOUR, None, None)
    assert (others.stopped_at, others.phone_confirmed_at, bytes(others.phone_digest or b"")) == (None, noon, b"1" * 32)
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    letters = set(Letter.objects.values_list("pk", flat=True))
    actions.answer(changed.reference, "I was there.", by=ana, at=noon + DAY)
    assert Letter.objects.exclude(pk__in=letters).count() == 0
    # They say it again: another restore does not stop them once more.
    actions.change_contact(changed.link, changed.pin, elsewhere, "en", by=PUBLIC, at=noon + 2 * DAY)
    assert replay.replay(acts, by=RESTORE) == ({}, 0)
    assert Person.objects.get(pk=theirs.pk).stopped_at is None


@pytest.mark.parametrize("ended", [False, True])
def test_a_hold_stands_again_before_words_are_forgotten_unless_it_ended(
    cast: Cast, noon: datetime, settings: Settings, ended: bool
) -> None:
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1"]))
    receipt = told.raised(noon - 400 * DAY)
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon - 370 * DAY)
    before = transaction.savepoint()
    actions.hold_concern(receipt.reference, "claim", file_number="7/26", tell=True, by=sergeant, at=noon - 20 * DAY)
    if ended:
        actions.end_hold(receipt.reference, by=sergeant, at=noon - 19 * DAY)
    acts = of_this_house(settings, "concern.held", "concern.hold_ended")
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({} if ended else {"concern.held": 1}, 0)
    assert actions.forget_old_words(by=SYSTEM, at=noon) == int(ended)
    held = [(row.reason, row.told, row.began_at, row.file_number, row.ended_at) for row in Hold.objects.all()]
    assert held == ([] if ended else [("claim", True, noon - 20 * DAY, "", None)])
    assert replay.replay(acts, by=RESTORE) == ({}, 0)


@pytest.mark.parametrize("way", ["taken", "declined"])
def test_words_that_left_leave_no_second_time_and_a_no_stays_a_no(
    cast: Cast, noon: datetime, settings: Settings, way: str
) -> None:
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1"]))
    receipt = told.raised(noon)
    number = actions.ask_to_leave(
        receipt.reference, "order", with_contact=True, with_photos=False, tell=False, by=ana, at=noon
    )
    if way == "taken":
        actions.agree_to_leaving(number, by=sergeant, at=noon)
    before = transaction.savepoint()
    if way == "taken":
        actions.take_leaving(number, by=ana, at=noon + HOUR)
    else:
        actions.decline_leaving(number, by=sergeant, at=noon + HOUR)
    acts = of_this_house(settings, f"leaving.{way}")
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({f"leaving.{way}": 1}, 0)
    assert queries.leaving(number, at=noon + DAY, viewer=ana).stands == way
    with pytest.raises(Refused):
        actions.take_leaving(number, by=ana, at=noon + DAY)
    assert replay.replay(acts, by=RESTORE) == ({}, 0)


def test_a_request_asked_for_since_under_the_same_number_is_another(cast: Cast, noon: datetime) -> None:
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    receipt = told.raised(noon)
    number = actions.ask_to_leave(
        receipt.reference, "order", with_contact=False, with_photos=False, tell=False, by=ana, at=noon
    )
    act = replay.TakenBack(7, noon - HOUR, "leaving.declined", "concern", receipt.reference, facts={"number": number})
    assert replay.replay([act], by=RESTORE) == ({}, 1)
    assert queries.leaving(number, at=noon, viewer=ana).stands == "asked"


def test_a_weekly_letter_that_was_written_is_not_written_again(cast: Cast, noon: datetime, settings: Settings) -> None:
    zone = ZoneInfo("America/Toronto")
    thursday = noon + timedelta(days=3, hours=5)
    actions.ask_weekly_letter("old-mill", "joan@home.example", "en", by=PUBLIC, at=noon)
    actions.confirm_weekly_letter(Subscription.objects.get().key, by=PUBLIC, at=noon)
    wordings.published(told.raised(noon).reference, noon + DAY)
    before = transaction.savepoint()
    assert actions.write_weekly_letters(zone, by=SYSTEM, at=thursday) == 1
    acts = of_this_house(settings, "weekly.written")
    transaction.savepoint_rollback(before)
    assert replay.replay(acts, by=RESTORE) == ({"weekly.written": 1}, 0)
    assert actions.write_weekly_letters(zone, by=SYSTEM, at=thursday + HOUR) == 0
    assert replay.replay(acts, by=RESTORE) == ({}, 0)


@pytest.mark.parametrize("event", ["erased", "letters_stopped", "contact_changed"])
def test_who_joined_since_under_the_same_number_is_somebody_else(cast: Cast, noon: datetime, event: str) -> None:
    receipt = told.raised(noon)
    told.joined(receipt.reference, noon + DAY, phone_confirmed_at=noon + DAY)
    joiner = Person.objects.get(raised=False)
    said = {"person": joiner.pk}
    act = replay.TakenBack(7, noon + HOUR, f"concern.{event}", "concern", receipt.reference, said)
    assert replay.replay([act], by=RESTORE) == ({}, 1)
    left = Person.objects.get(pk=joiner.pk)
    assert (left.stopped_at, left.phone_confirmed_at, left.link) == (None, noon + DAY, joiner.link)
    # The raiser, who was there before it, is meant where the number is theirs.
    theirs = {"person": Person.objects.get(raised=True).pk}
    act = replay.TakenBack(8, noon + HOUR, f"concern.{event}", "concern", receipt.reference, theirs)
    assert sum(replay.replay([act], by=RESTORE)[0].values()) == 1
