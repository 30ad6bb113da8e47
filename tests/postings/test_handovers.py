"""Handovers as they come and go: how they open, what becomes of them when the promised day moves, and when they end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from byname.ledger.models import LedgerLine, Letter
from byname.postings import actions, queries, rules
from byname.postings.models import Handover, HandoverItem, Posting, Proposal
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Period, Refused
from tests import staff
from tests.cast import Cast

DAY = timedelta(days=1)


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
