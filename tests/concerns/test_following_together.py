"""Several who follow one concern: what one removes stays the others', and what one says is not another's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from byname.concerns import actions, queries
from byname.concerns.models import Concern, Message, Person, Translation, Wording
from byname.places.models import Area
from byname.vocabulary import PUBLIC, SYSTEM, Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.concerns.told import PROMISE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def receipt(cast: Cast, noon: datetime) -> actions.Receipt:
    """What somebody holds who raised a concern in old-mill at noon."""
    return told.raised(noon)


def judged(link: str, at: datetime, answered: str = "no", better: str = "") -> actions.VerdictTaken:
    return actions.say_how_it_went(link, answered=answered, better=better, promise=PROMISE, by=PUBLIC, at=at)


def test_who_joined_keeps_their_own_when_who_raised_it_has_it_removed(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    link = told.joined(receipt.reference, noon)
    actions.write_again(receipt.link, "From the one.", by=PUBLIC, at=noon)
    actions.write_again(link, "From the other.", by=PUBLIC, at=noon)
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    (entry,) = queries.followed(link, at=noon, viewer=PUBLIC).entries
    assert entry.words == "From the other."
    # Their words still wait for an answer, and for their own time to run out.
    assert Concern.objects.get().words_gone_at is None
    assert queries.waiting_for(at=noon, viewer=ana).unanswered == 1
    actions.erase(link, "123456", by=PUBLIC, at=noon)
    assert (Message.objects.count(), Person.objects.count()) == (0, 1)


def test_the_danger_that_is_left_is_that_of_who_joined_and_not_of_what_was_removed(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    link, other = told.joined(receipt.reference, noon), told.joined(receipt.reference, noon)
    actions.write_again(receipt.link, "My husband beats me when he is drunk.", by=PUBLIC, at=noon)
    actions.write_again(link, "There is a man with a knife right now", by=PUBLIC, at=noon)
    actions.write_again(other, "The cars race here too.", by=PUBLIC, at=noon)
    assert Concern.objects.get().danger.split() == ["home", "now"]
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "now"
    assert queries.thread(receipt.reference, at=noon, viewer=ana).danger == ("now",)


HOME = "My husband beats me when he is drunk."


@pytest.mark.parametrize("english", [False, True], ids=["said", "interpreted"])
def test_violence_at_home_of_who_joined_goes_with_them_and_takes_no_place_of_the_raisers(
    receipt: actions.Receipt, noon: datetime, english: bool
) -> None:
    wordings.published(receipt.reference, noon)
    link = told.joined(receipt.reference, noon)
    number = actions.write_again(link, "Louder today." if english else HOME, by=PUBLIC, at=noon)
    if english:
        interpreter = staff.acting(staff.account("interpreter"))
        Message.objects.update(wanted_in="en", language="ur")
        actions.interpret(receipt.reference, number or 0, HOME, by=interpreter, at=noon)
    assert Concern.objects.get().danger == "home"
    actions.erase(link, "123456", by=PUBLIC, at=noon + HOUR)
    assert Concern.objects.get().danger == ""
    assert actions.take_places_away(by=SYSTEM, at=noon + DAY) == 0


def test_the_danger_of_what_was_raised_stays_when_who_joined_leaves(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, told=replace(told.TOLD, what=HOME))
    link = told.joined(receipt.reference, noon)
    actions.write_again(link, "There is a man with a knife right now", by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "home now"
    actions.erase(link, "123456", by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "home"


def test_what_came_from_a_shared_phone_counts_as_the_raisers_only_where_they_may_share_it(
    receipt: actions.Receipt, noon: datetime
) -> None:
    wordings.published(receipt.reference, noon)
    link = told.joined(receipt.reference, noon, phone_digest=b"1" * 32)
    actions.write_again(link, HOME, nobodys=True, via="text", by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "home"
    assert actions.take_places_away(by=SYSTEM, at=noon + DAY) == 0
    Person.objects.filter(raised=True).update(phone_digest=b"1" * 32)
    assert actions.take_places_away(by=SYSTEM, at=noon + DAY) == 1


def test_what_came_from_a_shared_phone_goes_with_the_last_here_who_may_have_written_it(
    receipt: actions.Receipt, noon: datetime
) -> None:
    one, other = (told.joined(receipt.reference, noon, phone_digest=b"1" * 32) for _ in range(2))
    plain = told.joined(receipt.reference, noon)
    actions.write_again(one, HOME, nobodys=True, via="text", by=PUBLIC, at=noon)

    def left_when(link: str) -> tuple[int, str]:
        actions.erase(link, "123456", by=PUBLIC, at=noon)
        return Message.objects.count(), Concern.objects.get().danger

    # Neither a stranger nor one of two takes the other's words away.
    assert [left_when(link) for link in (one, other)] == [(1, "home"), (0, "")]
    again = told.joined(receipt.reference, noon, phone_digest=b"1" * 32)
    actions.write_again(again, HOME, nobodys=True, via="text", by=PUBLIC, at=noon)
    assert [left_when(link) for link in (plain, again)] == [(1, "home"), (0, "")]


def test_when_the_last_of_those_who_joined_has_left_nothing_waits_and_nothing_stays(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    links = [told.joined(receipt.reference, noon) for _ in range(2)]
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    actions.note(receipt.reference, "A note.", by=ana, at=noon)
    actions.write_again(links[0], "There is a man with a knife right now", by=PUBLIC, at=noon)
    actions.answer(receipt.reference, "Dear neighbour.", by=ana, at=noon)
    Concern.objects.update(answered_at=None, state="received")
    actions.erase(links[0], "123456", by=PUBLIC, at=noon)
    # Who is left waits.
    assert (Concern.objects.get().words_gone_at, Message.objects.count()) == (None, 2)
    assert queries.waiting_for(at=noon, viewer=ana).unanswered == 1
    actions.erase(links[1], "123456", by=PUBLIC, at=noon + HOUR)
    row = Concern.objects.get()
    assert (row.words_gone_at, row.danger, Message.objects.count(), Translation.objects.count()) == (
        noon + HOUR,
        "",
        0,
        0,
    )
    assert queries.waiting_for(at=noon, viewer=ana).unanswered == 0
    assert actions.tell_overdue(by=SYSTEM, at=noon + 10 * DAY) == 0


def test_a_no_of_who_joined_opens_nothing_and_is_counted_for_the_team(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    one, other, third = (told.joined(receipt.reference, noon) for _ in range(3))

    def unsolved(at: datetime) -> int:
        return queries.thread(receipt.reference, at=at, viewer=ana).others_unsolved

    actions.close(receipt.reference, "solved", "The sign stands.", by=ana, at=noon)
    before = Concern.objects.values().get()
    assert judged(one, noon + HOUR) == actions.VerdictTaken(False, "team")
    assert judged(other, noon + HOUR, answered="yes", better="no") == actions.VerdictTaken(False, "team")
    judged(third, noon + HOUR, answered="partly", better="partly")
    assert Concern.objects.values().get() == before
    assert told.lines("concern.reopened") == []
    assert unsolved(noon + HOUR) == 2
    # The raiser's own opens it, and is not one of them.
    assert judged(receipt.link, noon + 2 * HOUR) == actions.VerdictTaken(True, "team")
    assert unsolved(noon + 2 * HOUR) == 2
    actions.close(receipt.reference, "solved", "The light too.", by=ana, at=noon + DAY)
    assert unsolved(noon + DAY) == 0


def test_who_joined_and_leaves_is_counted_no_more(receipt: actions.Receipt, noon: datetime) -> None:
    link = told.joined(receipt.reference, noon)
    Wording.objects.create(
        concern=Concern.objects.get(),
        area=Area.objects.get(slug="old-mill"),
        category="traffic",
        words="Speeding by the mill",
        month_on=noon.date().replace(day=1),
        state="received",
        joined=2,
        published_at=noon,
        changed_at=noon,
    )
    actions.erase(link, "123456", by=PUBLIC, at=noon)
    assert (Wording.objects.get().joined, Person.objects.count()) == (1, 1)
