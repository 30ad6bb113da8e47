"""Handovers as they are worked: who reads them, who writes what, whose word closes one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.postings import actions, queries
from byname.postings.models import Handover, HandoverItem, Posting
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests import staff
from tests.cast import Cast

DAY = timedelta(days=1)


def test_a_letter_tells_both_officers_who_can_sign_in(cast: Cast, noon: datetime, elif_: Actor, farid: Actor) -> None:
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert sorted((letter.kind, letter.recipient) for letter in Letter.objects.all()) == [
        ("handover_opened", "officer-1005@service.example"),
        ("handover_opened", "officer-1006@service.example"),
    ]


def test_a_contact_is_written_down_only_if_they_agreed_and_the_database_says_so_too(
    noon: datetime, harbour: str, elif_: Actor
) -> None:
    with pytest.raises(Refused, match="passed on only when they agreed"):
        actions.add_item(harbour, "contact", "The harbour school’s vice-principal", by=elif_, at=noon)
    item = actions.add_item(
        harbour, "contact", "The harbour school’s vice-principal", agreed_on=date(2026, 11, 20), by=elif_, at=noon
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        HandoverItem.objects.filter(pk=item).update(agreed_on=None)


def test_words_are_sealed_and_stand_in_no_line_of_the_ledger(noon: datetime, harbour: str, elif_: Actor) -> None:
    actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM byname_handoveritem")
        (sealed,) = cursor.fetchone()
    assert "lantern" not in sealed
    assert not any("lantern" in str(line.facts) for line in LedgerLine.objects.all())


def test_the_two_officers_give_their_own_word_and_both_close_it(
    noon: datetime, harbour: str, elif_: Actor, farid: Actor, sergeant: Actor
) -> None:
    work = actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    actions.add_item(harbour, "note", "The ferry’s master knows everybody.", by=elif_, at=noon)
    assert actions.give_word(harbour, by=elif_, at=noon) is False
    with pytest.raises(Refused, match="given your word already"):
        actions.give_word(harbour, by=elif_, at=noon)
    with pytest.raises(Refused, match="Only the two officers"):
        actions.give_word(harbour, by=sergeant, at=noon)
    with pytest.raises(Refused, match="One thing is not passed on yet"):
        actions.give_word(harbour, by=farid, at=noon)
    assert actions.tick_item(harbour, work, True, by=farid, at=noon) is True
    with pytest.raises(Refused, match="2 things are not passed on yet"):
        actions.give_word(harbour, open_elsewhere=2, by=farid, at=noon)
    assert actions.give_word(harbour, by=farid, at=noon) is True
    assert queries.handover(harbour, viewer=farid, at=noon).state.closed
    with pytest.raises(Refused, match="closed"):
        actions.add_item(harbour, "note", "too late", by=elif_, at=noon)


def test_what_is_new_takes_back_the_word_of_whoever_takes_over(
    noon: datetime, harbour: str, elif_: Actor, farid: Actor
) -> None:
    actions.give_word(harbour, by=farid, at=noon)
    work = actions.add_item(harbour, "key", "the boat house", by=elif_, at=noon)
    assert Handover.objects.get(reference=harbour).incoming_word_at is None
    actions.tick_item(harbour, work, True, by=elif_, at=noon)
    actions.give_word(harbour, by=farid, at=noon)
    actions.tick_item(harbour, work, False, by=elif_, at=noon)
    assert Handover.objects.get(reference=harbour).incoming_word_at is None
    actions.add_item(harbour, "note", "A note takes nothing back.", by=elif_, at=noon)
    actions.tick_item(harbour, work, True, by=elif_, at=noon)
    actions.give_word(harbour, by=farid, at=noon)
    assert actions.give_word(harbour, by=elif_, at=noon) is True


def test_who_may_read_it_and_what_everybody_else_sees(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, farid: Actor, sergeant: Actor
) -> None:
    actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    viewers = {
        "outgoing": elif_,
        "incoming, before the first day": farid,
        "outgoing, long gone": Actor("account", roles=frozenset({"officer"}), officer=cast.elif_.reference),
        "a colleague on the team": Actor("account", roles=frozenset({"officer"}), areas=frozenset({"harbour"})),
        "an officer elsewhere": Actor("account", roles=frozenset({"officer"}), areas=frozenset({"ring"})),
        "the sergeant": sergeant,
        "another division's sergeant": Actor("account", roles=frozenset({"sergeant"}), divisions=frozenset({"D1"})),
        "the coordinator": Actor("account", roles=frozenset({"coordinator"})),
        "the overseer": Actor("account", roles=frozenset({"overseer"})),
        "the public": PUBLIC,
    }
    seen = {}
    for name, viewer in viewers.items():
        try:
            page = queries.handover(harbour, viewer=viewer, at=noon)
            seen[name] = f"{len(page.items)} read, side {page.side or 'none'}"
        except NotThere:
            seen[name] = "not there"
    assert seen == {
        "outgoing": "1 read, side outgoing",
        "incoming, before the first day": "1 read, side incoming",
        "outgoing, long gone": "1 read, side outgoing",
        "a colleague on the team": "1 read, side none",
        "an officer elsewhere": "not there",
        "the sergeant": "1 read, side none",
        "another division's sergeant": "not there",
        "the coordinator": "0 read, side none",
        "the overseer": "not there",
        "the public": "not there",
    }
    # Whoever read what is not their own is on the ledger: the colleague and the sergeant.
    assert [line.subject_id for line in LedgerLine.objects.filter(event="read.handover")] == [harbour, harbour]


def test_a_conflict_of_interest_closes_the_words_and_leaves_how_it_stands(
    noon: datetime, harbour: str, elif_: Actor, sergeant: Actor
) -> None:
    actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    people_actions.declare_conflict(["neighbourhood:5"], by=sergeant, at=noon)
    closed = people.actor_of(sergeant.account_id or 0, viewer=SYSTEM)
    assert closed is not None
    page = queries.handover(harbour, viewer=closed, at=noon)
    assert (page.may_read, page.may_work, page.may_stand_in, page.items) == (False, False, False, ())
    with pytest.raises(NotThere):
        actions.add_item(harbour, "note", "x", by=closed, at=noon)


def test_nobody_elsewhere_works_it(noon: datetime, harbour: str, cast: Cast) -> None:
    for outsider in (
        Actor("account", roles=frozenset({"officer"}), officer=cast.ines.reference, areas=frozenset({"ring"})),
        Actor("account", roles=frozenset({"sergeant"}), divisions=frozenset({"D1"})),
        Actor("account", roles=frozenset({"coordinator"})),
        PUBLIC,
    ):
        with pytest.raises(NotThere):
            actions.add_item(harbour, "note", "x", by=outsider, at=noon)
        with pytest.raises(NotThere):
            actions.give_word(harbour, by=outsider, at=noon)
    with pytest.raises(NotThere):
        actions.tick_item("H-222222", 1, True, by=SYSTEM, at=noon)


def test_a_sergeant_speaks_for_an_officer_who_left_the_service_and_for_no_other(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, farid: Actor, sergeant: Actor
) -> None:
    actions.give_word(harbour, by=farid, at=noon)
    gone = noon + 22 * DAY
    for at in (noon, gone):
        with pytest.raises(Refused, match="Each officer gives their own word"):
            actions.stand_in(harbour, by=sergeant, at=at)
    account = staff.Account.objects.get(pk=elif_.account_id)
    account.is_active, account.left_at = False, gone
    account.save()
    with pytest.raises(NotThere):
        actions.stand_in(harbour, by=farid, at=gone)
    assert actions.stand_in(harbour, by=sergeant, at=gone) is True
    row = Handover.objects.get(reference=harbour)
    assert (row.stood_in, row.closed_at) == (True, gone)


def test_a_sergeant_says_who_takes_over_where_nobody_was_adopted(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, sergeant: Actor
) -> None:
    reference = Handover.objects.get(outgoing__reference=cast.dina.reference).reference
    with pytest.raises(Refused, match="somebody who serves this area"):
        actions.name_follower(reference, cast.ines.reference, by=sergeant, at=noon)
    with pytest.raises(NotThere):
        actions.name_follower(reference, cast.grace.reference, by=elif_, at=noon)
    actions.name_follower(reference, cast.grace.reference, by=sergeant, at=noon)
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert Handover.objects.get(reference=reference).incoming.reference == cast.grace.reference


def test_lists_hold_what_is_within_reach_at_the_price_of_two_queries(
    cast: Cast,
    noon: datetime,
    harbour: str,
    elif_: Actor,
    farid: Actor,
    sergeant: Actor,
    django_assert_num_queries: object,
) -> None:
    assert [state.area for state in queries.open_handovers(viewer=sergeant)] == ["harbour", "harbour"]
    assert [state.outgoing for state in queries.open_handovers(viewer=farid)] == [cast.elif_.reference]
    elsewhere = Actor("account", roles=frozenset({"sergeant"}), divisions=frozenset({"D1"}))
    assert queries.open_handovers(viewer=elsewhere) == ()
    # The handovers, and how each officer may be named.
    with django_assert_num_queries(2):  # type: ignore[operator]
        queries.open_handovers(viewer=sergeant)


def test_of_changes_further_ahead_than_asked_only_the_viewers_own_are_named(
    cast: Cast, noon: datetime, harbour: str, farid: Actor, sergeant: Actor
) -> None:
    on = noon.date()
    states = queries.open_handovers(viewer=sergeant)
    assert all(state.outgoing_title for state in states)
    unnamed = queries.open_handovers(viewer=sergeant, named_until=on - timedelta(days=1))
    assert [(state.outgoing, state.outgoing_title, state.incoming_title) for state in unnamed] == [
        (state.outgoing, "", "") for state in states
    ]
    assert queries.open_handovers(viewer=sergeant, named_until=states[-1].leaves_on) == states
    assert queries.open_handovers(viewer=farid, named_until=on) == queries.open_handovers(viewer=farid)


def test_nobody_opens_a_handover_of_a_place_they_declared_a_conflict_about(cast: Cast, noon: datetime) -> None:
    ines = staff.acting(staff.account("officer", officer=cast.ines), areas=["ring"])
    Posting.objects.filter(officer__reference=cast.ines.reference).update(planned_end_on=cast.on + 100 * DAY)
    closed = queries.places_told_of("ring", viewer=ines)
    conflicted = replace(ines, conflicts=closed)
    assert any(each.may_open for each in queries.area_to_hand_over("ring", on=cast.on, viewer=ines).team)
    with pytest.raises(NotThere):
        queries.area_to_hand_over("ring", on=cast.on, viewer=conflicted)
    with pytest.raises(NotThere):
        actions.open_handover(cast.ines.reference, "ring", by=conflicted, at=noon)
    assert actions.open_handover(cast.ines.reference, "ring", by=ines, at=noon)


def test_what_the_outgoing_officer_vouched_for_nobody_else_removes(
    noon: datetime, harbour: str, elif_: Actor, farid: Actor, sergeant: Actor
) -> None:
    work = actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    actions.give_word(harbour, by=elif_, at=noon)
    own = actions.add_item(harbour, "note", "Ask about the boats.", by=farid, at=noon + DAY)
    for other in (farid, sergeant):
        with pytest.raises(Refused, match="only they can take this off"):
            actions.remove_item(harbour, work, by=other, at=noon + DAY)
    page = queries.handover(harbour, viewer=farid, at=noon + DAY)
    assert [(item.number, item.vouched) for item in page.items] == [(work, True), (own, False)]
    assert actions.remove_item(harbour, own, by=farid, at=noon + DAY) is True
    assert actions.remove_item(harbour, own, by=farid, at=noon + DAY) is False
    assert actions.remove_item(harbour, work, by=elif_, at=noon + DAY) is True
