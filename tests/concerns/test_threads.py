"""Reading one concern: what the team sees, what the ledger says of their looking, and how the person is reached."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from byname.concerns import actions, queries, rules
from byname.ledger.models import LedgerLine
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS, TOLD

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_team_reads_what_was_told_and_how_far_they_may_reach_the_person_but_not_how(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    contact = rules.Contact("Rosalind", "r@home.example", "4165550199", "after five", never_visit=True)
    reference = told.raised(noon, contact=contact, under_18=True).reference
    told.joined(reference, noon)
    seen = queries.thread(reference, at=noon + HOUR, viewer=ana)
    assert (seen.told, seen.area, seen.area_name, seen.division, seen.language) == (
        TOLD,
        "old-mill",
        "Old Mill",
        "D1",
        "en",
    )
    assert (seen.reachable, seen.safe_hours, seen.never_visit, seen.under_18, seen.others) == (
        frozenset({"letter", "phone"}),
        "after five",
        True,
        True,
        1,
    )
    assert (seen.standing, seen.words_gone, seen.entries) == ("in time", False, ())
    assert "Rosalind" not in repr(seen)
    assert "r@home.example" not in repr(seen)


def test_the_team_is_told_who_of_them_wrote_and_whose_age_it_must_mind(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    link = told.joined(receipt.reference, noon)

    def seen() -> queries.Thread:
        return queries.thread(receipt.reference, at=noon, viewer=ana)

    assert (seen().under_18, seen().joiner_under_18) == (False, False)
    told.joined(receipt.reference, noon, under_18=True)
    assert (seen().under_18, seen().joiner_under_18) == (True, True)
    actions.write_again(receipt.link, "From who raised it.", by=PUBLIC, at=noon)
    actions.write_again(link, "From who joined.", by=PUBLIC, at=noon)
    actions.note(receipt.reference, "Inside.", by=ana, at=noon)
    actions.answer(receipt.reference, "To all.", by=ana, at=noon)
    assert [(entry.words, entry.joiner) for entry in seen().entries] == [
        ("From who raised it.", False),
        ("From who joined.", True),
        ("Inside.", False),
        ("To all.", False),
    ]
    young = told.raised(noon, under_18=True)
    told.joined(young.reference, noon, under_18=True)
    both = queries.thread(young.reference, at=noon, viewer=ana)
    assert (both.under_18, both.joiner_under_18) == (True, False)


def test_who_may_not_be_rung_cannot_be_reached_so(cast: Cast, noon: datetime, ana: Actor) -> None:
    quiet = rules.Contact(phone="4165550199", never_phone=True)
    assert queries.thread(told.raised(noon, contact=quiet).reference, at=noon, viewer=ana).reachable == frozenset()
    assert queries.thread(told.raised(noon, ANONYMOUS).reference, at=noon, viewer=ana).reachable == frozenset()


def test_reading_one_and_reading_the_contact_are_lines_the_overseer_reads(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    reference = told.raised(noon).reference
    queries.thread(reference, at=noon, viewer=ana)
    assert queries.contact_of_concern(reference, reason="", at=noon, viewer=ana) == told.SPOKEN
    queries.contact_of_concern(reference, reason="complaint", at=noon, viewer=sergeant)
    overseer = staff.acting(staff.account("overseer"))
    asked = people.Asked(cast.on, cast.on)
    found = people.looks(asked, viewer=overseer, at=noon, known=people.readers(viewer=overseer)).lines
    assert [(line.what, line.record, line.reason, line.outside, line.account_id) for line in reversed(found)] == [
        ("what a resident told", f"concern {reference}", "", False, ana.account_id),
        ("how to reach a resident", f"concern {reference}", "", False, ana.account_id),
        ("how to reach a resident", f"concern {reference}", "complaint", False, sergeant.account_id),
    ]


def test_a_sergeant_says_why_they_look_at_a_contact(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    reference = told.raised(noon).reference
    for reason in ("", "curiosity"):
        with pytest.raises(Refused, match="Say why you are looking"):
            queries.contact_of_concern(reference, reason=reason, at=noon, viewer=sergeant)
    assert told.lines("read.") == []
    assert "complaint" in people_rules.REASONS_TO_LOOK


def test_what_is_not_there_and_what_is_not_theirs_look_the_same(
    cast: Cast, noon: datetime, ana: Actor, ines: Actor
) -> None:
    reference = told.raised(noon).reference
    sentences = set()
    for asked, viewer in ((reference, ines), ("C-2222-2222-222", ana)):
        with pytest.raises(NotThere) as no:
            queries.thread(asked, at=noon, viewer=viewer)
        sentences.add(no.value.sentence)
    assert len(sentences) == 1
    assert LedgerLine.objects.filter(event__startswith="read.").count() == 0


def test_the_person_sees_that_their_answer_is_late_and_when_it_came(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    assert not queries.followed(receipt.link, at=noon + 3 * DAY, viewer=PUBLIC).overdue
    late = noon + 3 * DAY + HOUR
    assert queries.followed(receipt.link, at=late, viewer=PUBLIC).overdue
    actions.answer(receipt.reference, "At last.", by=ana, at=late)
    seen = queries.followed(receipt.link, at=late + DAY, viewer=PUBLIC)
    assert (seen.state, seen.answered_at, seen.overdue, seen.holder) == ("answered", late, True, "team")


def test_whom_to_turn_to_is_the_sergeant_by_name_if_one_is_shown_else_the_division(cast: Cast, noon: datetime) -> None:
    def told_of(division: str) -> tuple[str, str, str]:
        found = queries.whom_to_turn_to(division, on=cast.on, viewer=PUBLIC)
        return found.name, found.division_name, found.phone

    assert told_of("D2") == ("", "2 Division", "416-555-0102")
    staff.account("sergeant", divisions=["D2"], email="unlisted@service.example")
    staff.account("sergeant", divisions=["D2"], officer=cast.grace, email="hidden@service.example")
    assert told_of("D2") == ("", "2 Division", "416-555-0102")
    staff.account("sergeant", divisions=["D2"], officer=cast.elif_)
    assert told_of("D2") == ("Elif Erdem", "2 Division", "416-555-0102")
    assert told_of("D1") == ("", "1 Division", "416-555-0101")
    assert told_of("D9") == ("", "", "")
