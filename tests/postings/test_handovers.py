"""Handovers: how they open, who reads and works them, and when they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.postings import actions, queries, rules
from byname.postings.models import Handover, HandoverItem, Posting, Proposal
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Period, Refused
from tests import cast as city
from tests import staff
from tests.cast import Cast

DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


@pytest.fixture
def harbour(cast: Cast, noon: datetime) -> str:
    """The reference of the handover of the harbour's lead: Elif leaves in three weeks, Farid takes over."""
    actions.open_due_handovers(by=SYSTEM, at=noon)
    return Handover.objects.get(outgoing__reference=cast.elif_.reference).reference


@pytest.fixture
def elif_(cast: Cast) -> Actor:
    return staff.acting(staff.account("officer", officer=cast.elif_), areas=["harbour"])


@pytest.fixture
def farid(cast: Cast) -> Actor:
    """The incoming officer: serves nowhere yet."""
    return staff.acting(staff.account("officer", officer=cast.farid))


@pytest.fixture
def sergeant(db: None) -> Actor:
    return staff.acting(staff.account("sergeant", divisions=["D2"]))


def lines(event: str) -> list[LedgerLine]:
    return list(LedgerLine.objects.filter(event=event).order_by("pk"))


def test_one_opens_by_itself_for_everybody_who_leaves_within_ninety_days_and_once(cast: Cast, noon: datetime) -> None:
    assert actions.open_due_handovers(by=SYSTEM, at=noon) == actions.Kept(opened=2, moved=0, withdrawn=0)
    assert actions.open_due_handovers(by=SYSTEM, at=noon) == actions.Kept(0, 0, 0)
    rows = Handover.objects.order_by("leaves_on").values_list(
        "outgoing__reference", "incoming__reference", "role", "leaves_on", "arrives_on"
    )
    assert list(rows) == [
        (cast.elif_.reference, cast.farid.reference, "lead", cast.on + 21 * DAY, cast.on + 21 * DAY),
        (cast.dina.reference, None, "member", cast.on + 60 * DAY, None),
    ]
    assert all(row.reference.startswith("H-") and len(row.reference) == 8 for row in Handover.objects.all())


def test_who_left_this_week_without_a_handover_has_one_too_and_who_left_before_does_not(
    cast: Cast, noon: datetime, clerk_of_records: Actor
) -> None:
    actions.end_posting(cast.hugo.badge, "ring", last=cast.on - 6 * DAY, reason="leave", by=clerk_of_records, at=noon)
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert set(Handover.objects.values_list("outgoing__reference", flat=True)) == {
        cast.elif_.reference,
        cast.dina.reference,
        cast.hugo.reference,
    }


def test_going_on_in_another_role_is_no_leaving(cast: Cast, noon: datetime, clerk_of_records: Actor) -> None:
    actions.post_officer(cast.dina.badge, "harbour", "member", first=cast.on + 60 * DAY, by=clerk_of_records, at=noon)
    assert actions.open_due_handovers(by=SYSTEM, at=noon).opened == 1


def test_it_tells_residents_thirty_days_before_unless_that_is_told_already(cast: Cast, noon: datetime) -> None:
    before = dict(Posting.objects.filter(area__slug="harbour").values_list("officer__reference", "announced_on"))
    actions.open_due_handovers(by=SYSTEM, at=noon)
    after = dict(Posting.objects.filter(area__slug="harbour").values_list("officer__reference", "announced_on"))
    changed = {officer: day for officer, day in after.items() if before[officer] != day}
    assert changed == {cast.dina.reference: cast.on + 30 * DAY}
    directory = queries.directory(on=cast.on + 29 * DAY, version=1, viewer=PUBLIC)
    assert [change.leaves.name for change in directory.teams["harbour"].coming if change.leaves] == []
    directory = queries.directory(on=cast.on + 30 * DAY, version=1, viewer=PUBLIC)
    assert [change.leaves.name for change in directory.teams["harbour"].coming if change.leaves] == ["Dina Dellarosa"]


def test_a_day_that_moves_takes_the_handover_and_the_end_of_its_words_along(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor
) -> None:
    actions.add_item(harbour, "note", "The ferry’s master knows everybody.", by=elif_, at=noon)
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    posting = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    posting.period = type(posting.period)(posting.period.lower, cast.on + 35 * DAY)
    posting.planned_end_on = cast.on + 35 * DAY
    posting.save()
    assert actions.open_due_handovers(by=SYSTEM, at=noon) == actions.Kept(opened=0, moved=1, withdrawn=0)
    row = Handover.objects.get(reference=harbour)
    assert (row.leaves_on, row.incoming) == (cast.on + 35 * DAY, None)
    assert HandoverItem.objects.get().expires_on == cast.on + 35 * DAY + rules.WORDS_KEPT


def test_who_stays_after_all_has_no_handover_and_nothing_written_is_left(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor
) -> None:
    actions.add_item(harbour, "note", "The ferry’s master knows everybody.", by=elif_, at=noon)
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    posting = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    posting.period, posting.planned_end_on = type(posting.period)(posting.period.lower, None), cast.on + 900 * DAY
    posting.save()
    assert actions.open_due_handovers(by=SYSTEM, at=noon).withdrawn == 1
    assert (Handover.objects.filter(reference=harbour).count(), HandoverItem.objects.count()) == (0, 0)
    assert [line.facts for line in lines("handover.withdrawn")] == [{"items": 1}]


def test_one_can_be_opened_by_hand_up_to_half_a_year_before_and_is_then_found_again(
    cast: Cast, noon: datetime, clerk_of_records: Actor
) -> None:
    ines = staff.acting(staff.account("officer", officer=cast.ines), areas=["ring"])
    with pytest.raises(Refused, match="at most 180 days"):
        actions.open_handover(cast.ines.reference, "ring", by=ines, at=noon)
    posting = Posting.objects.get(officer__reference=cast.ines.reference)
    posting.planned_end_on = cast.on + 180 * DAY
    posting.save()
    reference = actions.open_handover(cast.ines.reference, "ring", by=ines, at=noon)
    assert actions.open_handover(cast.ines.reference, "ring", by=ines, at=noon) == reference
    assert queries.handover(reference, viewer=ines, at=noon).state.leaves_on == cast.on + 180 * DAY


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
    assert [line.subject_id for line in lines("read.handover")] == [harbour, harbour]


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


def test_the_days_both_serve_side_by_side_count_every_role(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, clerk_of_records: Actor
) -> None:
    assert queries.handover(harbour, viewer=elif_, at=noon).days_together == 0
    actions.cover(
        cast.farid.badge, "harbour", first=cast.on + 10 * DAY, last=cast.on + 15 * DAY, by=clerk_of_records, at=noon
    )
    assert queries.handover(harbour, viewer=elif_, at=noon).days_together == 5


def test_words_go_ninety_days_after_it_closed_or_after_the_last_day_and_the_count_stays(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, farid: Actor
) -> None:
    actions.add_item(harbour, "note", "The ferry’s master knows everybody.", by=elif_, at=noon)
    assert HandoverItem.objects.get().expires_on == cast.on + 21 * DAY + 90 * DAY
    actions.give_word(harbour, by=elif_, at=noon)
    actions.give_word(harbour, by=farid, at=noon)
    assert HandoverItem.objects.get().expires_on == cast.on + 90 * DAY
    assert actions.forget_words(by=SYSTEM, at=noon + 89 * DAY) == 0
    assert actions.forget_words(by=SYSTEM, at=noon + 90 * DAY) == 1
    assert actions.forget_words(by=SYSTEM, at=noon + 90 * DAY) == 0
    page = queries.handover(harbour, viewer=farid, at=noon + 90 * DAY)
    assert [(item.kind, item.words) for item in page.items] == [("note", "")]


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


def test_who_announces_chooses_the_day_residents_are_told_from(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor
) -> None:
    coordinator = staff.acting(staff.account("coordinator"))
    reference = Handover.objects.get(outgoing__reference=cast.dina.reference).reference
    actions.tell_from(reference, cast.on + 7 * DAY, by=coordinator, at=noon)
    assert queries.handover(reference, viewer=coordinator, at=noon).told_from == cast.on + 7 * DAY
    with pytest.raises(Refused, match="told already"):
        actions.tell_from(reference, cast.on + 20 * DAY, by=coordinator, at=noon + 8 * DAY)
    with pytest.raises(Refused, match="Choose a day"):
        actions.tell_from(reference, cast.on + 60 * DAY, by=coordinator, at=noon)
    with pytest.raises(NotThere):
        actions.tell_from(reference, cast.on + 20 * DAY, by=elif_, at=noon)


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


def until(officer: str, last: date | None, far: date = date(2029, 1, 1)) -> None:
    """Sets the end of an officer's posting to the harbour."""
    posting = Posting.objects.get(area__slug="harbour", officer__reference=officer)
    posting.period, posting.planned_end_on = type(posting.period)(posting.period.lower, last), last or far
    posting.save()


def test_an_end_set_to_a_day_already_past_moves_the_handover_there_and_keeps_its_words(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor
) -> None:
    actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    until(cast.elif_.reference, cast.on - 100 * DAY)
    assert actions.open_due_handovers(by=SYSTEM, at=noon) == actions.Kept(opened=0, moved=1, withdrawn=0)
    assert Handover.objects.get(reference=harbour).leaves_on == cast.on - 100 * DAY
    assert HandoverItem.objects.get().expires_on == cast.on + rules.WORDS_KEPT
    assert actions.open_due_handovers(by=SYSTEM, at=noon) == actions.Kept(0, 0, 0)


def test_one_whose_posting_is_gone_is_withdrawn(cast: Cast, noon: datetime, harbour: str) -> None:
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.elif_.reference).delete()
    assert actions.open_due_handovers(by=SYSTEM, at=noon).withdrawn == 1
    assert Handover.objects.filter(reference=harbour).count() == 0


def test_both_words_given_a_changed_successor_opens_it_again(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, farid: Actor, clerk_of_records: Actor
) -> None:
    actions.add_item(harbour, "note", "The ferry’s master knows everybody.", by=elif_, at=noon)
    actions.give_word(harbour, by=elif_, at=noon)
    assert actions.give_word(harbour, by=farid, at=noon) is True
    actions.open_due_handovers(by=SYSTEM, at=noon + DAY)
    assert Handover.objects.get(reference=harbour).closed_at == noon
    assert actions.open_handover(cast.elif_.reference, "harbour", by=elif_, at=noon) == harbour
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    hugo = staff.acting(staff.account("officer", officer=cast.hugo))
    actions.end_posting(cast.hugo.badge, "ring", last=cast.on + 5 * DAY, reason="leave", by=clerk_of_records, at=noon)
    actions.post_officer(cast.hugo.badge, "harbour", "lead", first=cast.on + 21 * DAY, by=clerk_of_records, at=noon)
    Letter.objects.all().delete()
    actions.open_due_handovers(by=SYSTEM, at=noon + DAY)
    state = queries.handover(harbour, viewer=hugo, at=noon + DAY).state
    assert (state.incoming, state.outgoing_word_at, state.incoming_word_at, state.closed_at) == (
        cast.hugo.reference,
        noon,
        None,
        None,
    )
    assert HandoverItem.objects.get().expires_on == cast.on + 21 * DAY + rules.WORDS_KEPT
    assert {(letter.kind, letter.recipient) for letter in Letter.objects.all()} >= {
        ("handover_opened", "officer-1008@service.example")
    }
    assert len(lines("handover.reopened")) == 1
    assert actions.give_word(harbour, by=hugo, at=noon + DAY) is True


def test_one_that_is_closed_is_seen_and_not_offered_to_be_opened_and_never_withdrawn(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, farid: Actor
) -> None:
    actions.give_word(harbour, by=elif_, at=noon)
    actions.give_word(harbour, by=farid, at=noon)
    seen = queries.area_to_hand_over("harbour", on=cast.on, viewer=elif_)
    assert {each.officer: each.handover and each.handover.reference for each in seen.team}[
        cast.elif_.reference
    ] == harbour
    assert seen.left == ()
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    until(cast.elif_.reference, cast.on + 30 * DAY)
    assert actions.open_due_handovers(by=SYSTEM, at=noon).moved == 1
    until(cast.elif_.reference, None)
    assert Handover.objects.get(reference=harbour).leaves_on == cast.on + 30 * DAY


def test_who_was_adopted_to_follow_and_does_not_come_is_no_party_any_more(
    cast: Cast, noon: datetime, harbour: str, farid: Actor
) -> None:
    leading = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    coming = Posting.objects.get(area__slug="harbour", officer__reference=cast.farid.reference)
    Proposal.objects.create(
        officer=coming.officer,
        area=coming.area,
        role="lead",
        first_on=coming.period.lower,
        planned_end_on=cast.on + 900 * DAY,
        succeeds=leading,
        proposed_at=noon,
        adopted_at=noon,
    )
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert queries.handover(harbour, viewer=farid, at=noon).side == "incoming"
    coming.delete()
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert Handover.objects.get(reference=harbour).incoming is None
    with pytest.raises(NotThere):
        queries.handover(harbour, viewer=farid, at=noon)
    # Nor on the day the officer leaves, and after.
    Handover.objects.filter(reference=harbour).update(incoming=coming.officer_id)
    actions.open_due_handovers(by=SYSTEM, at=noon + 22 * DAY)
    assert Handover.objects.get(reference=harbour).incoming is None


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


def test_an_end_undone_after_the_promised_day_takes_the_handover_with_it(
    cast: Cast, noon: datetime, harbour: str, elif_: Actor, clerk_of_records: Actor
) -> None:
    actions.add_item(harbour, "open_work", "lanterns in the lane", by=elif_, at=noon)
    posting = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    Posting.objects.filter(pk=posting.pk).update(planned_end_on=posting.period.upper)
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    at = noon + 22 * DAY
    assert actions.open_due_handovers(by=SYSTEM, at=at).withdrawn == 0, "late, and to be finished"
    seen = Period(posting.period.lower, posting.period.upper)
    actions.undo_end(cast.elif_.reference, "harbour", seen=seen, reason="stays", by=clerk_of_records, at=at)
    assert Handover.objects.filter(reference=harbour).count() == 0
    assert [line.facts for line in lines("handover.withdrawn")] == [{"items": 1}]
    assert actions.open_due_handovers(by=SYSTEM, at=at + 40 * DAY).opened == 0


def test_an_end_undone_before_the_promised_day_leaves_the_handover_to_that_day(
    cast: Cast, noon: datetime, harbour: str, clerk_of_records: Actor
) -> None:
    posting = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    Posting.objects.filter(pk=posting.pk).update(
        period=(posting.period.lower, cast.on), planned_end_on=cast.on + 40 * DAY, ended_early_reason="leave"
    )
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    assert actions.open_due_handovers(by=SYSTEM, at=noon).moved == 1
    seen = Period(posting.period.lower, cast.on)
    actions.undo_end(cast.elif_.reference, "harbour", seen=seen, reason="stays", by=clerk_of_records, at=noon)
    actions.open_due_handovers(by=SYSTEM, at=noon)
    assert Handover.objects.get(reference=harbour).leaves_on == cast.on + 40 * DAY


def test_who_serves_on_for_two_weeks_after_the_day_they_promised_has_stayed(
    cast: Cast, noon: datetime, harbour: str
) -> None:
    promised = cast.on + 21 * DAY
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    until(cast.elif_.reference, None, promised)
    # Nobody set the end: until it is sure, what was written for the day is not lost.
    for days, withdrawn in ((0, 0), (13, 0), (14, 1), (15, 0)):
        at = noon + (promised - cast.on) + days * DAY
        assert actions.open_due_handovers(by=SYSTEM, at=at).withdrawn == withdrawn, days
