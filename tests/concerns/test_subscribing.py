"""An area's weekly letter: nothing before it is confirmed, once a week, nothing where nothing is new, ended at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from byname.concerns import actions, queries, rules
from byname.concerns.models import Subscription, Wording
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told, wordings

TORONTO = ZoneInfo("America/Toronto")
DAY, WEEK = timedelta(days=1), timedelta(days=7)
JOAN = "joan@home.example"
THURSDAY = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
"""Four in the afternoon in Toronto, three days after noon."""


def asked(at: datetime, email: str = JOAN, area: str = "old-mill", language: str = "en") -> Subscription:
    actions.ask_weekly_letter(area, email, language, by=PUBLIC, at=at)
    return Subscription.objects.order_by("-pk")[0]


def confirmed(at: datetime, email: str = JOAN, area: str = "old-mill") -> Subscription:
    row = asked(at, email, area)
    actions.confirm_weekly_letter(row.key, by=PUBLIC, at=at)
    row.refresh_from_db()
    return row


def written(at: datetime) -> int:
    return actions.write_weekly_letters(TORONTO, by=SYSTEM, at=at)


@pytest.fixture
def reference(cast: Cast, noon: datetime) -> str:
    return told.raised(noon).reference


def test_it_is_asked_whether_the_mailbox_wants_it_and_confirmed_once(cast: Cast, noon: datetime) -> None:
    row = asked(noon, language="fr")
    letter = Letter.objects.get()
    assert (letter.kind, letter.recipient, row.address, row.confirmed_at) == ("weekly_letter_asked", JOAN, JOAN, None)
    assert json.loads(letter.words) == {"key": row.key, "language": "fr", "area": "old-mill", "name": "Old Mill"}
    assert queries.weekly_letter(row.key, viewer=PUBLIC) == queries.WeeklyLetter("old-mill", "Old Mill", False)
    for days in (0, 1):
        actions.confirm_weekly_letter(row.key, by=PUBLIC, at=noon + days * DAY)
    assert Subscription.objects.get().confirmed_at == noon
    assert [event for event, _key in told.lines("weekly.")] == ["weekly.confirmed"]
    with pytest.raises(NotThere):
        actions.confirm_weekly_letter("another", by=PUBLIC, at=noon)


def test_asking_again_writes_once_more_until_it_is_confirmed_and_never_after(cast: Cast, noon: datetime) -> None:
    first = asked(noon)
    again = asked(noon + DAY, f" {JOAN.upper()} ", language="ur")
    assert (again.pk, again.key, again.language, again.asked_at) == (first.pk, first.key, "ur", noon + DAY)
    assert Letter.objects.count() == 1  # the first had not gone yet, and is taken back
    actions.confirm_weekly_letter(first.key, by=PUBLIC, at=noon)
    Letter.objects.all().delete()
    assert asked(noon + DAY, language="en").language == "ur"
    assert Letter.objects.count() == 0


def test_nobody_s_mailbox_is_filled_by_a_stranger(cast: Cast, noon: datetime) -> None:
    for turn in range(12):
        asked(noon, area=("old-mill", "ring", "harbour")[turn % 3])
        Letter.objects.update(delivered_at=noon)
    assert Letter.objects.count() == 5


def test_what_is_no_address_is_refused_and_what_is_no_area_is_not_there(cast: Cast, noon: datetime) -> None:
    for email in ("", "joan", "a@b", "joan@home.example\nBcc: all@home.example"):
        with pytest.raises(Refused) as refused:
            asked(noon, email)
        assert refused.value.field == "email"
    with pytest.raises(NotThere):
        asked(noon, area="nowhere")
    assert (Subscription.objects.count(), Letter.objects.count()) == (0, 0)


def test_the_letter_goes_on_thursday_at_four_once_and_only_where_something_is_new(
    reference: str, noon: datetime
) -> None:
    row = confirmed(noon)
    Letter.objects.all().delete()
    assert written(THURSDAY) == 0
    wordings.published(reference, THURSDAY + DAY)
    assert (written(THURSDAY + DAY), written(THURSDAY + WEEK - timedelta(seconds=1))) == (0, 0)
    assert (written(THURSDAY + WEEK), written(THURSDAY + WEEK + DAY), written(THURSDAY + 2 * WEEK)) == (1, 0, 0)
    letter = Letter.objects.get()
    words = json.loads(letter.words)
    assert (letter.kind, letter.recipient, words["key"]) == ("weekly_letter", JOAN, row.key)
    assert (words["after"], words["until"]) == (THURSDAY.isoformat(), (THURSDAY + WEEK).isoformat())
    assert told.lines("weekly.written") == [("weekly.written", "2026-12-03")]
    Wording.objects.update(changed_at=THURSDAY + 2 * WEEK + DAY, state="closed")
    assert (written(THURSDAY + 3 * WEEK), written(THURSDAY + 3 * WEEK)) == (1, 0)


def test_one_written_late_tells_of_the_same_week_and_the_next_goes_on_from_there(
    reference: str, noon: datetime
) -> None:
    confirmed(noon)
    wordings.published(reference, THURSDAY - DAY)
    late = THURSDAY + 2 * DAY
    assert written(late) == 1
    words = json.loads(Letter.objects.get(kind="weekly_letter").words)
    assert (words["after"], words["until"]) == (noon.isoformat(), THURSDAY.isoformat())
    assert Subscription.objects.get().written_at == THURSDAY


def test_another_area_an_unconfirmed_address_and_what_was_taken_back_write_nothing(
    reference: str, noon: datetime
) -> None:
    asked(noon)
    confirmed(noon, "two@home.example", "ring")
    wordings.published(reference, THURSDAY - DAY)
    assert written(THURSDAY) == 0
    actions.confirm_weekly_letter(Subscription.objects.get(area__slug="old-mill").key, by=PUBLIC, at=THURSDAY)
    Wording.objects.update(published_at=THURSDAY + DAY, changed_at=THURSDAY + DAY, withdrawn_at=THURSDAY + DAY)
    assert written(THURSDAY + WEEK) == 0


def test_ending_it_forgets_the_address_and_the_letter_under_way_at_once(reference: str, noon: datetime) -> None:
    row = confirmed(noon)
    wordings.published(reference, THURSDAY - DAY)
    Letter.objects.all().delete()
    assert written(THURSDAY) == 1
    for _ in range(2):
        actions.stop_weekly_letter(row.key, by=PUBLIC, at=THURSDAY)
    assert (Subscription.objects.count(), Letter.objects.count()) == (0, 0)
    assert [event for event, _key in told.lines("weekly.stopped")] == ["weekly.stopped"]
    assert queries.weekly_letter(row.key, viewer=PUBLIC) is None
    with pytest.raises(NotThere):
        actions.confirm_weekly_letter(row.key, by=PUBLIC, at=THURSDAY)


def test_an_address_nobody_confirmed_is_forgotten_after_seven_days(cast: Cast, noon: datetime) -> None:
    asked(noon)
    confirmed(noon, "two@home.example")
    assert actions.forget_unconfirmed(by=SYSTEM, at=noon + WEEK - timedelta(seconds=1)) == 0
    assert actions.forget_unconfirmed(by=SYSTEM, at=noon + WEEK) == 1
    assert [row.address for row in Subscription.objects.all()] == ["two@home.example"]


def test_the_address_stands_sealed_and_in_no_line_of_the_ledger(cast: Cast, noon: datetime) -> None:
    row = confirmed(noon)
    actions.stop_weekly_letter(asked(noon, "two@home.example").key, by=PUBLIC, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row::text, ' ') FROM byname_subscription AS row")
        (kept,) = cursor.fetchone()
    assert [word for word in ("joan", "home.example", row.key) if word in kept] == []
    lines = str(list(LedgerLine.objects.values_list("subject_id", "facts", "actor_name")))
    assert [word for word in ("joan", "home.example", row.key) if word in lines] == []


def test_many_are_written_in_slices_each_once(reference: str, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byname.concerns.actions.subscribing._AT_ONCE", 3)
    for number in range(8):
        confirmed(noon, f"n{number}@home.example", ("old-mill", "ring")[number % 2])
    Letter.objects.all().delete()
    wordings.published(reference, THURSDAY - DAY)
    assert (written(THURSDAY), written(THURSDAY)) == (4, 0)
    assert sorted(letter.recipient for letter in Letter.objects.all()) == [f"n{n}@home.example" for n in (0, 2, 4, 6)]


def test_an_address_is_known_after_the_keys_were_exchanged(cast: Cast, noon: datetime, settings: Settings) -> None:
    row = confirmed(noon)
    old, new = django.BYNAME_DATA_KEYS[-1], Fernet.generate_key().decode()
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 0
    settings.BYNAME_DATA_KEYS = [new, old]
    assert (asked(noon).pk, actions.recode_weekly_letters(by=SYSTEM, at=noon)) == (row.pk, 0)
    row.save()  # sealed under the new key, as `keys rotate` does it
    settings.BYNAME_DATA_KEYS = [new]
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 1
    assert asked(noon).pk == row.pk
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 0
    assert told.lines("weekly.recoded") == [("weekly.recoded", "1")]
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 0  # nothing opens it: it stays as it is


def test_whoever_asked_again_before_the_digests_were_made_anew_keeps_both_and_ends_each(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    first, other = confirmed(noon), confirmed(noon, "two@home.example")
    old, new = django.BYNAME_DATA_KEYS[-1], Fernet.generate_key().decode()
    settings.BYNAME_DATA_KEYS = [new, old]
    first.save()
    other.save()
    settings.BYNAME_DATA_KEYS = [new]
    again = confirmed(noon)
    assert again.pk != first.pk
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 1  # the other's
    actions.stop_weekly_letter(again.key, by=PUBLIC, at=noon)
    assert sorted(Subscription.objects.values_list("pk", flat=True)) == [first.pk, other.pk]
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 1
    asked(noon)
    assert Subscription.objects.count() == 2


def test_the_digests_of_many_are_made_anew_in_slices_by_who_keeps_house(
    cast: Cast, noon: datetime, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byname.concerns.actions.recoding._AT_ONCE", 3)
    for number in range(8):
        asked(noon, f"n{number}@home.example")
    settings.BYNAME_DATA_KEYS = [*settings.BYNAME_DATA_KEYS, Fernet.generate_key().decode()]
    with pytest.raises(NotThere):
        actions.recode_weekly_letters(by=PUBLIC, at=noon)
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 8
    assert actions.recode_weekly_letters(by=SYSTEM, at=noon) == 0
    assert told.lines("weekly.recoded") == [("weekly.recoded", "8")]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_a_week_ends_on_the_last_thursday_at_four_by_the_service_s_clock(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    ended = rules.week_ended_at(at, TORONTO)
    here = ended.astimezone(TORONTO)
    assert (here.weekday(), here.hour, here.minute, here.second) == (3, 16, 0, 0)
    assert ended <= at < rules.week_ended_at(ended + 8 * DAY, TORONTO)
