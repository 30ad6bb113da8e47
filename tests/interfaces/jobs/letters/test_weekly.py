"""The weekly letter as it is sent: what is public that moment, in their language, ended by one press; also killed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import Settings

from byname.concerns import actions
from byname.concerns.actions import subscribing
from byname.concerns.models import Subscription, Wording
from byname.interfaces.jobs import letters, replay
from byname.ledger import actions as ledger
from byname.ledger.actions import Outgoing
from byname.ledger.models import Letter
from byname.vocabulary import PUBLIC, SYSTEM, operator
from tests import staff
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.interfaces.jobs.test_replay_concerns import outside

THURSDAY = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
SITE = "https://heard.example.org"
RESTORE = operator("restore")


def confirmed(at: datetime, email: str = "joan@home.example", language: str = "en") -> Subscription:
    actions.ask_weekly_letter("old-mill", email, language, by=PUBLIC, at=at)
    row = Subscription.objects.order_by("-pk")[0]
    actions.confirm_weekly_letter(row.key, by=PUBLIC, at=at)
    Letter.objects.filter(kind="weekly_letter_asked").delete()
    return row


def heard(at: datetime) -> str:
    """The reference of a concern whose own letter has gone."""
    reference = told.raised(at).reference
    Letter.objects.filter(kind="concern_received").delete()
    return reference


def sent() -> tuple[str, str, str]:
    """Subject, body and the header that ends it, of the one letter there is."""
    with transaction.atomic():
        letter = ledger.take_letter(by=SYSTEM, at=THURSDAY)
    assert isinstance(letter, Outgoing)
    message = letters.message_of(letter, sender="no-reply@service.example", at=THURSDAY)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(message["Subject"]), str(message.get_content()), str(message["List-Unsubscribe"])


def test_the_letter_that_asks_says_who_asked_for_nothing_and_where_to_press(cast: Cast, noon: datetime) -> None:
    actions.ask_weekly_letter("old-mill", "joan@home.example", "fr", by=PUBLIC, at=noon)
    key = Subscription.objects.get().key
    subject, body, header = sent()
    with translation.override("fr"):
        assert subject == translation.gettext("Do you want the weekly letter?")
    assert (f"{SITE}/fr/weekly/{key}/\n" in body, "Old Mill" in body) == (True, True)
    assert header == f"<{SITE}/fr/weekly/{key}/stop>"


def test_the_weekly_letter_tells_what_is_public_and_nothing_else(cast: Cast, noon: datetime) -> None:
    row = confirmed(noon)
    wordings.published(heard(noon), THURSDAY - timedelta(days=1))
    assert actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY) == 1
    subject, body, header = sent()
    assert subject == "What we heard, what we did · Old Mill"
    assert [
        words in body
        for words in (
            f"* {wordings.SPEEDING}\n  November 2026 · It is with the officers. Nobody has answered yet.",
            f"What was done: {wordings.DONE}",
            f"{SITE}/at/old-mill/heard",
            f"{SITE}/weekly/{row.key}/stop",
        )
    ] == [True] * 4
    assert [secret for secret in ("Rosalind", "Millrace", told.WORDS, "joan@") if secret in body] == []
    assert header == f"<{SITE}/weekly/{row.key}/stop>"


def test_what_is_taken_back_before_the_letter_goes_is_not_in_it(cast: Cast, noon: datetime) -> None:
    confirmed(noon)
    for words in ("Stays.", "Goes."):
        wordings.published(heard(noon), THURSDAY - timedelta(days=1), words=words)
    assert actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY) == 1
    Wording.objects.filter(words="Goes.").update(withdrawn_at=THURSDAY)
    _subject, body, _header = sent()
    assert ("Stays." in body, "Goes." in body) == (True, False)


def test_thirty_lines_at_most_and_the_page_has_the_rest(cast: Cast, noon: datetime) -> None:
    confirmed(noon)
    for _ in range(31):
        wordings.published(heard(noon), THURSDAY - timedelta(days=1))
    actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY)
    _subject, body, _header = sent()
    assert (body.count("* Speeding"), "There is more on the page." in body) == (30, True)


def test_a_letter_without_its_words_cannot_be_written() -> None:
    for kind, words in (("weekly_letter", {"key": "k"}), ("weekly_letter_asked", {})):
        broken = Outgoing(1, "<1@service.example>", kind, "joan@home.example", words, 0)
        with pytest.raises(letters.Unwritable):
            letters.message_of(broken, sender="no-reply@service.example", at=THURSDAY)


def test_killed_on_the_way_nobody_gets_two_letters_and_nobody_none(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [f"n{number}@home.example" for number in range(7)]
    for each in addresses:
        confirmed(noon, each)
    wordings.published(heard(noon), THURSDAY - timedelta(days=1))
    monkeypatch.setattr(subscribing, "_AT_ONCE", 2)
    write, left = subscribing.ledger.write_letter, [0]

    def dies(*said: object, **more: object) -> str:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return write(*said, **more)  # type: ignore[arg-type]

    for after in (0, 1, 3, 4):
        left[0] = after
        with monkeypatch.context() as patch:
            patch.setattr(subscribing.ledger, "write_letter", dies)
            with pytest.raises(KeyboardInterrupt), transaction.atomic():
                actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY)
    actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY)
    assert actions.write_weekly_letters(TORONTO, by=SYSTEM, at=THURSDAY) == 0
    assert sorted(letter.recipient for letter in Letter.objects.all()) == addresses


def test_what_was_ended_or_taken_back_since_a_backup_is_so_again(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    kept, row = confirmed(noon, "kept@home.example"), confirmed(noon)
    reference = told.raised(noon).reference
    wordings.published(reference, noon)
    before = transaction.savepoint()
    actions.stop_weekly_letter(row.key, by=PUBLIC, at=noon)
    assert actions.withdraw_wording(reference, by=ana, at=noon)
    acts = [act for act in outside(settings) if act.kind in ("weekly-letter", "concern")]
    transaction.savepoint_rollback(before)
    assert (Subscription.objects.count(), Wording.objects.filter(withdrawn_at=None).count()) == (2, 1)

    done, unknown = replay.replay(acts, by=RESTORE)
    assert (done, unknown) == ({"weekly.stopped": 1, "concern.wording_withdrawn": 1}, 0)
    assert [each.pk for each in Subscription.objects.all()] == [kept.pk]
    assert Wording.objects.filter(withdrawn_at=None).count() == 0
    assert replay.replay(acts, by=RESTORE)[0] == {}
