"""A quarter's figures: what is counted when, that they are published once, and what anybody reads of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Person, PublishedHearing
from byname.ledger import queries as ledger
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests import cast as city
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS, PROMISE

TORONTO = ZoneInfo("America/Toronto")
QUARTER = date(2026, 7, 1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JULY = datetime(2026, 7, 6, 9, tzinfo=TORONTO)
LAST = datetime(2026, 9, 30, 23, 59, tzinfo=TORONTO)
RING = actions.Where("D2", "ring", 3)


@pytest.fixture
def cast(db: None, clerk_of_records: Actor) -> Cast:
    """The city as it stood in July, so that its teams could answer."""
    return city.build(by=clerk_of_records, at=JULY - DAY)


def ended(by: Actor, *, at: datetime = JULY, answered: str = "", better: str = "", joined: int = 0) -> actions.Receipt:
    """A concern answered and ended a day after it was raised, with what its person said of it."""
    receipt = told.raised(at, ANONYMOUS)
    for _ in range(joined):
        told.joined(receipt.reference, at)
    actions.close(receipt.reference, "solved", "Done.", by=by, at=at + DAY)
    if answered or better:
        actions.say_how_it_went(
            receipt.link, answered=answered, better=better, promise=PROMISE, by=PUBLIC, at=at + 2 * DAY
        )
    return receipt


def counted(quarter: date = QUARTER) -> rules.Counted:
    return queries.counted_in(quarter, promise=PROMISE, viewer=SYSTEM)["old-mill"]


def test_concerns_count_in_the_quarter_they_were_raised_in_by_local_time(cast: Cast, ana: Actor) -> None:
    for at in (datetime(2026, 7, 1, tzinfo=TORONTO), LAST):
        told.raised(at)
    for at in (datetime(2026, 6, 30, 23, 59, tzinfo=TORONTO), datetime(2026, 10, 1, tzinfo=TORONTO)):
        told.raised(at)
    told.raised(JULY, where=actions.Where("D1"))
    assert counted() == rules.Counted(unanswered=2)


def test_an_answer_is_in_time_by_the_promise_it_was_raised_under_also_after_it_was_opened_again(
    cast: Cast, ana: Actor
) -> None:
    for hours in (1, 71, 73):
        actions.answer(told.raised(JULY).reference, "On Monday.", by=ana, at=JULY + hours * HOUR)
    again = ended(ana, answered="no", better="no")
    assert Concern.objects.get(reference=again.reference).reopened == 1
    late = told.raised(JULY)
    actions.close(late.reference, "solved", "Done.", by=ana, at=JULY + 4 * DAY)
    actions.say_how_it_went(late.link, answered="no", better="no", promise=PROMISE, by=PUBLIC, at=JULY + 5 * DAY)
    told.raised(JULY)
    found = counted()
    assert (found.in_time, found.late, found.unanswered, found.raised) == (3, 2, 1, 6)


def test_what_its_person_had_removed_before_anybody_answered_is_not_counted(cast: Cast, ana: Actor) -> None:
    gone = told.raised(JULY)
    actions.erase(gone.link, gone.pin, by=PUBLIC, at=JULY + HOUR)
    kept = told.raised(JULY)
    actions.answer(kept.reference, "On Monday.", by=ana, at=JULY + HOUR)
    actions.erase(kept.link, kept.pin, by=PUBLIC, at=JULY + 2 * HOUR)
    assert counted() == rules.Counted(in_time=1)


def test_verdicts_count_in_the_quarter_the_concern_ended_in_each_ending_by_itself(cast: Cast, ana: Actor) -> None:
    first = ended(ana, answered="no", better="partly")
    actions.close(first.reference, "solved", "Done at last.", by=ana, at=LAST - HOUR)
    actions.say_how_it_went(first.link, answered="yes", better="yes", promise=PROMISE, by=PUBLIC, at=LAST + 20 * DAY)
    ended(ana)
    # Raised in the quarter, and ended after it.
    ended(ana, at=LAST, answered="yes", better="yes")
    found = counted()
    assert found.answered == rules.Verdicts(yes=1, no=1)
    assert found.better == rules.Verdicts(yes=1, partly=1)
    assert found.silent == 1
    assert counted(date(2026, 10, 1)).answered == rules.Verdicts(yes=1)


def test_who_answered_one_question_only_did_not_reply_and_who_joined_counts_in_nothing(cast: Cast, ana: Actor) -> None:
    ended(ana, answered="yes")
    ended(ana, better="no")
    receipt = ended(ana, joined=2)
    told.joined(receipt.reference, JULY + 9 * DAY)
    assert counted() == rules.Counted(in_time=3, silent=3)
    actions.say_how_it_went("joined-3", answered="no", better="no", promise=PROMISE, by=PUBLIC, at=JULY + 3 * DAY)
    assert counted() == rules.Counted(in_time=3, silent=3)
    actions.say_how_it_went(
        receipt.link, answered="yes", better="partly", promise=PROMISE, by=PUBLIC, at=JULY + 3 * DAY
    )
    found = counted()
    assert (found.silent, found.answered, found.better) == (2, rules.Verdicts(yes=1), rules.Verdicts(partly=1))
    assert Person.objects.filter(raised=False).count() == 3


def test_a_quarter_is_published_once_and_stays_as_it_is(cast: Cast, ana: Actor) -> None:
    for _ in range(7):
        told.raised(JULY)
    for _ in range(6):
        told.raised(JULY, where=RING)
    due = datetime(2026, 11, 5, 1, tzinfo=TORONTO)
    with pytest.raises(Refused) as no:
        actions.publish_hearing(QUARTER, promise=PROMISE, by=SYSTEM, at=due - DAY)
    assert no.value.code == "too-early"
    with pytest.raises(NotThere):
        actions.publish_hearing(QUARTER, promise=PROMISE, by=ana, at=due)
    before = ledger.public_versions(viewer=PUBLIC).get("everything", 0)
    assert queries.hearing_figures("old-mill", viewer=PUBLIC) is None
    done = actions.publish_hearing(QUARTER, promise=PROMISE, by=SYSTEM, at=due)
    assert done == actions.HearingPublished(newly=True, areas=1, together=True)
    told.raised(JULY)
    again = actions.publish_hearing(QUARTER, promise=PROMISE, by=SYSTEM, at=due + DAY)
    assert again == actions.HearingPublished(newly=False, areas=1, together=True)
    shown = queries.hearing_figures("old-mill", viewer=PUBLIC)
    assert shown == queries.QuarterFigures(QUARTER, "old-mill", "Old Mill", rules.Figures(raised=7))
    together = queries.hearing_figures("ring", viewer=PUBLIC)
    assert together == queries.QuarterFigures(QUARTER, "", "", rules.Figures(raised=6))
    assert queries.latest_hearing_figures(viewer=PUBLIC) == (shown, together)
    assert ledger.public_versions(viewer=PUBLIC)["everything"] == before + 1
    assert told.lines("hearing.") == [("hearing.published", "2026-07-01")]


def test_small_areas_are_told_together_and_read_so_on_each_of_their_pages(cast: Cast, ana: Actor) -> None:
    for _ in range(7):
        told.raised(JULY)
    for _ in range(3):
        told.raised(JULY, where=RING)
        told.raised(JULY, where=actions.Where("D2", "harbour", 5))
    actions.publish_hearing(QUARTER, promise=PROMISE, by=SYSTEM, at=JULY + 150 * DAY)
    for area, own, raised in (("old-mill", "old-mill", 7), ("ring", "", 6), ("chapel-hill", "", 6)):
        shown = queries.hearing_figures(area, viewer=PUBLIC)
        assert shown is not None
        assert (shown.area, shown.figures.raised) == (own, raised)
    assert PublishedHearing.objects.count() == 2


def test_the_latest_quarter_is_the_one_that_is_read(cast: Cast, ana: Actor) -> None:
    for at in (JULY, JULY + 92 * DAY):
        for _ in range(5):
            told.raised(at)
        told.raised(at, where=RING)
    for quarter in (QUARTER, date(2026, 10, 1)):
        actions.publish_hearing(quarter, promise=PROMISE, by=SYSTEM, at=JULY + 300 * DAY)
    assert {each.quarter_on for each in queries.latest_hearing_figures(viewer=PUBLIC)} == {date(2026, 10, 1)}


def test_nothing_is_written_of_a_quarter_of_which_nothing_may_be_told(cast: Cast) -> None:
    told.raised(JULY)
    done = actions.publish_hearing(QUARTER, promise=PROMISE, by=SYSTEM, at=JULY + 150 * DAY)
    assert done == actions.HearingPublished(newly=False, areas=0, together=False)
    assert (PublishedHearing.objects.count(), told.lines("hearing.")) == (0, [])
