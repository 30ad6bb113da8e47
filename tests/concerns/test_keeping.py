"""What happens by the clock: a broken promise is told once, and words go a year after the end."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from byname.concerns import actions, queries, rules
from byname.concerns.actions import keeping
from byname.concerns.models import Concern, ConcernPhoto, Message, Person, Verdict, Wording
from byname.interfaces.jobs import tasks
from byname.ledger import actions as ledger
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere
from tests import cast as city
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.concerns.told import ANONYMOUS, PROMISE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YEAR = rules.WORDS_KEPT_FOR


def overdue(at: datetime) -> int:
    return actions.tell_overdue(by=SYSTEM, at=at)


def test_who_was_promised_an_answer_is_told_once_when_none_came(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    receipt = told.raised(noon)
    told.joined(receipt.reference, noon)
    due = noon + 3 * DAY
    assert overdue(due) == 0
    assert [overdue(due + HOUR), overdue(due + 2 * HOUR)] == [1, 0]
    row = Concern.objects.get()
    assert (row.overdue_told_at, row.holder, row.state) == (due + HOUR, "team", "received")
    letters = Letter.objects.filter(kind="concern_overdue").order_by("pk")
    assert [letter.recipient for letter in letters] == ["rosalind@home.example", "joined-1@home.example"]
    assert all('"division": "D1"' in letter.words for letter in letters)
    assert told.lines("concern.overdue") == [("concern.overdue", receipt.reference)]
    assert queries.waiting_for(at=due + HOUR, viewer=sergeant).overdue == 1


def test_what_was_answered_ended_or_removed_is_not_overdue(cast: Cast, noon: datetime, ana: Actor) -> None:
    answered, ended, removed = (told.raised(noon) for _ in range(3))
    actions.answer(answered.reference, "I was there.", by=ana, at=noon)
    actions.close(ended.reference, "solved", "Done.", by=ana, at=noon)
    actions.erase(removed.link, removed.pin, by=PUBLIC, at=noon)
    assert overdue(noon + 30 * DAY) == 0


def test_what_was_opened_again_is_promised_and_told_again(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon, ANONYMOUS)
    assert overdue(noon + 4 * DAY) == 1
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon + 5 * DAY)
    actions.say_how_it_went(receipt.link, answered="no", better="no", promise=PROMISE, by=PUBLIC, at=noon + 6 * DAY)
    assert [overdue(noon + 9 * DAY), overdue(noon + 9 * DAY + HOUR)] == [0, 1]


def test_nobody_but_byname_tells_and_forgets(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    for act in (actions.tell_overdue, actions.forget_old_words):
        for who in (ana, sergeant, PUBLIC):
            with pytest.raises(NotThere):
                act(by=who, at=noon)


def test_more_than_one_slice_is_told_in_one_turn(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_AT_ONCE", 2)
    for _ in range(5):
        told.raised(noon, ANONYMOUS)
    assert overdue(noon + 4 * DAY) == 5


def test_killed_between_two_slices_the_first_stands_and_the_next_turn_goes_on(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_AT_ONCE", 2)
    for _ in range(5):
        told.raised(noon)
    lines = []

    def dies_at_the_fourth(event: str, **said: object) -> int:
        lines.append(event)
        if len(lines) == 4:
            raise DatabaseError
        return record(event, **said)  # type: ignore[arg-type]

    record = ledger.record
    monkeypatch.setattr(ledger, "record", dies_at_the_fourth)
    with pytest.raises(DatabaseError):
        overdue(noon + 4 * DAY)
    assert Concern.objects.filter(overdue_told_at__isnull=False).count() == 2
    assert Letter.objects.filter(kind="concern_overdue").count() == 2
    monkeypatch.setattr(ledger, "record", record)
    assert overdue(noon + 4 * DAY) == 3
    assert Letter.objects.filter(kind="concern_overdue").count() == 5


@pytest.mark.slow
def test_two_workers_at_once_tell_each_person_once_and_wait_for_nobody(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    city.build_land(by=clerk_of_records, at=noon)
    first, *_ = [told.raised(noon) for _ in range(6)]
    told_now: list[int] = []
    finished = threading.Event()

    def other_worker() -> None:
        try:
            told_now.append(overdue(noon + 4 * DAY))
        finally:
            connection.close()
            finished.set()

    with transaction.atomic():
        # Somebody answers this one at this very moment.
        Concern.objects.select_for_update().get(reference=first.reference)
        threading.Thread(target=other_worker).start()
        assert finished.wait(10)
    assert told_now == [5]
    threads = [threading.Thread(target=other_worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told_now) == 6
    assert Letter.objects.filter(kind="concern_overdue").count() == 6


def ended(at: datetime, ana: Actor) -> actions.Receipt:
    """A concern with all that can hang on one, closed at a moment."""
    receipt = told.raised(at)
    actions.write_again(receipt.link, "More.", by=PUBLIC, at=at)
    concern = Concern.objects.get(reference=receipt.reference)
    ConcernPhoto.objects.create(concern=concern, number=1, picture=b"sealed", wide=1, high=1, sent_at=at)
    Concern.objects.filter(pk=concern.pk).update(likeness=[1, 2])
    told.joined(receipt.reference, at)
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=at)
    actions.say_how_it_went(receipt.link, answered="yes", better="yes", promise=PROMISE, by=PUBLIC, at=at)
    return receipt


def test_a_year_after_its_end_words_pictures_and_contacts_go_and_what_is_counted_stays(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = ended(noon, ana)
    assert actions.forget_old_words(by=SYSTEM, at=noon + YEAR - HOUR) == 0
    assert Message.objects.count() == 2
    assert actions.forget_old_words(by=SYSTEM, at=noon + YEAR) == 1
    assert actions.forget_old_words(by=SYSTEM, at=noon + 2 * YEAR) == 0
    row = Concern.objects.get()
    assert (row.told, row.danger, row.grid_lat, row.grid_lon, row.likeness) == ("", "", None, None, None)
    assert (Message.objects.count(), ConcernPhoto.objects.count()) == (0, 0)
    people = Person.objects.order_by("pk").values_list("raised", "contact", "link", "pin", "language")
    assert list(people) == [(True, "", "", "", "en"), (False, "", "", "", "en")]
    assert (row.state, row.outcome, row.category, row.first_answered_at, Verdict.objects.get().answered) == (
        "closed",
        "solved",
        "traffic",
        noon,
        "yes",
    )
    line = LedgerLine.objects.get(event="concern.words_forgotten")
    assert (line.actor_kind, line.subject_kind, line.facts) == ("system", "concerns", {"concerns": 1})
    with pytest.raises(NotThere):
        queries.followed(receipt.link, at=noon, viewer=PUBLIC)
    assert queries.thread(receipt.reference, at=noon, viewer=ana).words_gone


def test_a_year_is_a_whole_one_also_over_a_leap_day() -> None:
    assert datetime(2027, 7, 1, 12) + rules.WORDS_KEPT_FOR >= datetime(2028, 7, 1, 12)


def test_a_legal_hold_stops_the_clock(cast: Cast, noon: datetime, ana: Actor) -> None:
    ended(noon, ana)
    Concern.objects.update(held=True)
    assert actions.forget_old_words(by=SYSTEM, at=noon + 2 * YEAR) == 0
    assert rules.told_of(Concern.objects.get().told).what == told.WORDS
    Concern.objects.update(held=False)
    assert actions.forget_old_words(by=SYSTEM, at=noon + 2 * YEAR) == 1


def test_what_is_open_is_kept_however_old_it_is(cast: Cast, noon: datetime, ana: Actor) -> None:
    told.raised(noon)
    assert actions.forget_old_words(by=SYSTEM, at=noon + 10 * YEAR) == 0


def test_words_go_in_short_slices_and_a_broken_one_leaves_all_of_its_own(
    cast: Cast, noon: datetime, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_AT_ONCE", 2)
    for _ in range(3):
        ended(noon, ana)
    slices = []

    def dies_at_the_second(event: str, **said: object) -> int:
        slices.append(event)
        if len(slices) == 2:
            raise DatabaseError
        return record(event, **said)  # type: ignore[arg-type]

    record = ledger.record
    monkeypatch.setattr(ledger, "record", dies_at_the_second)
    with pytest.raises(DatabaseError):
        actions.forget_old_words(by=SYSTEM, at=noon + YEAR)
    assert (Concern.objects.filter(told="").count(), Message.objects.count()) == (2, 2)
    monkeypatch.setattr(ledger, "record", record)
    assert actions.forget_old_words(by=SYSTEM, at=noon + YEAR) == 1
    assert (Concern.objects.filter(told="").count(), Message.objects.count()) == (3, 0)


def test_the_tasks_do_both_by_the_clock(cast: Cast, noon: datetime, ana: Actor) -> None:
    long_ago = noon - 2 * YEAR
    ended(long_ago, ana)
    told.raised(long_ago, ANONYMOUS)
    placed = told.raised(noon)
    wordings.published(placed.reference, noon)
    actions.write_again(placed.link, "My husband beats me when he is drunk.", by=PUBLIC, at=noon)
    assert (tasks.tell_overdue(0), tasks.forget_old_words(0)) == (1, 1)
    assert (Wording.objects.get().lat, Wording.objects.get().near) == (None, "")
