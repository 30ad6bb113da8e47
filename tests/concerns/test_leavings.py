"""Words that leave byname: never by one person, never twice, never unrecorded; and words a legal hold keeps."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Hold, Leaving, Message
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests import staff
from tests.cast import Cast
from tests.concerns import told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def receipt(cast: Cast, noon: datetime) -> actions.Receipt:
    return told.raised(noon)


@pytest.fixture
def other_sergeant(cast: Cast) -> Actor:
    return staff.acting(staff.account("sergeant", divisions=["D1"], email="second@service.example"))


def asked(receipt: actions.Receipt, by: Actor, at: datetime, **changes: Any) -> int:
    given = {"with_contact": False, "with_photos": False, "tell": True} | changes
    return actions.ask_to_leave(receipt.reference, "order", by=by, at=at, **given)


def stands(number: int, at: datetime, viewer: Actor) -> str:
    return queries.leaving(number, at=at, viewer=viewer).stands


def test_words_leave_by_two_people_once_with_a_line_for_each_step(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    actions.note(receipt.reference, "Stays inside.", by=ana, at=noon)
    actions.answer(receipt.reference, "I will be there.", by=ana, at=noon)
    number = asked(receipt, ana, noon)
    assert stands(number, noon, ana) == "asked"
    with pytest.raises(Refused):
        actions.take_leaving(number, by=ana, at=noon)
    actions.agree_to_leaving(number, by=sergeant, at=noon + HOUR)
    left = actions.take_leaving(number, by=ana, at=noon + DAY)
    assert (left.told.what, left.contact, left.pictures) == (told.WORDS, None, ())
    assert [words for _, _, words in left.entries] == ["I will be there."]
    assert "Stays inside" not in json.dumps(left.kept())
    assert stands(number, noon + DAY, ana) == "taken"
    with pytest.raises(Refused):
        actions.take_leaving(number, by=ana, at=noon + DAY)
    assert list(
        LedgerLine.objects.filter(event__startswith="leaving.").order_by("pk").values_list("event", "reason_code")
    ) == [("leaving.asked", "order"), ("leaving.agreed", "order"), ("leaving.taken", "order")]


def test_nobody_agrees_to_what_they_asked_for_themselves(
    receipt: actions.Receipt, noon: datetime, sergeant: Actor, other_sergeant: Actor
) -> None:
    number = asked(receipt, sergeant, noon)
    with pytest.raises(Refused) as no:
        actions.agree_to_leaving(number, by=sergeant, at=noon)
    assert no.value.code == "second-person"
    assert stands(number, noon, sergeant) == "asked"
    actions.agree_to_leaving(number, by=other_sergeant, at=noon)
    assert stands(number, noon, sergeant) == "agreed"


def test_an_officer_cannot_agree_and_another_division_sees_nothing(
    receipt: actions.Receipt, noon: datetime, ana: Actor, ines: Actor, sergeant: Actor, cast: Cast
) -> None:
    number = asked(receipt, sergeant, noon)
    far = staff.acting(staff.account("sergeant", divisions=["D2"], email="far@service.example"))
    for somebody in (ana, ines, far, staff.acting(staff.account("coordinator")), PUBLIC):
        with pytest.raises(NotThere):
            actions.agree_to_leaving(number, by=somebody, at=noon)
    for somebody in (ines, far):
        with pytest.raises(NotThere):
            asked(receipt, somebody, noon)
        assert queries.leavings(at=noon, viewer=somebody) == ()
    with pytest.raises(NotThere):
        queries.leavings(at=noon, viewer=PUBLIC)


def test_only_whoever_asked_takes_the_words_and_only_within_seven_days(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    number = asked(receipt, ana, noon)
    actions.agree_to_leaving(number, by=sergeant, at=noon)
    with pytest.raises(NotThere):
        actions.take_leaving(number, by=sergeant, at=noon)
    with pytest.raises(Refused):
        actions.take_leaving(number, by=ana, at=noon + 7 * DAY)
    assert stands(number, noon + 7 * DAY, ana) == "over"
    assert asked(receipt, ana, noon + 7 * DAY) > number


def test_what_was_declined_stays(receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    number = asked(receipt, ana, noon)
    with pytest.raises(Refused):
        asked(receipt, sergeant, noon)
    actions.decline_leaving(number, by=sergeant, at=noon)
    for act in (actions.agree_to_leaving, actions.decline_leaving):
        with pytest.raises(Refused):
            act(number, by=sergeant, at=noon)
    with pytest.raises(Refused):
        actions.take_leaving(number, by=ana, at=noon)


def test_contact_and_other_peoples_words_stay_unless_asked_for(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    joined = told.joined(receipt.reference, noon)
    actions.write_again(joined, "What the neighbour saw.", by=PUBLIC, at=noon)
    number = asked(receipt, ana, noon, with_contact=True)
    actions.agree_to_leaving(number, by=sergeant, at=noon)
    left = actions.take_leaving(number, by=ana, at=noon)
    assert left.contact == told.SPOKEN
    assert left.entries == ()


def test_whoever_raised_it_is_told_where_that_is_allowed_and_nobody_else(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    told.joined(receipt.reference, noon)
    for tell, letters in ((False, 0), (True, 1)):
        number = asked(receipt, ana, noon, tell=tell)
        actions.agree_to_leaving(number, by=sergeant, at=noon)
        actions.take_leaving(number, by=ana, at=noon)
        assert Letter.objects.filter(kind="concern_change").count() == letters
        seen = queries.followed(receipt.link, at=noon, viewer=PUBLIC)
        assert seen.left_at == (noon,) * letters


@pytest.mark.parametrize("reason", [code for code, each in rules.LEAVING.items() if not each.may_stay_untold])
def test_some_reasons_leave_nobody_untold(receipt: actions.Receipt, noon: datetime, ana: Actor, reason: str) -> None:
    with pytest.raises(Refused) as no:
        actions.ask_to_leave(
            receipt.reference, reason, with_contact=False, with_photos=False, tell=False, by=ana, at=noon
        )
    assert no.value.field == "tell"
    assert not Leaving.objects.exists()


def test_a_year_tells_how_often_words_left_but_not_one_to_four_times(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    shown = []
    for times in range(6):
        shown.append(queries.leavings_of(2026, viewer=PUBLIC))
        one = told.raised(noon + times * HOUR)
        number = asked(one, ana, noon)
        actions.agree_to_leaving(number, by=sergeant, at=noon)
        actions.take_leaving(number, by=ana, at=noon)
    assert shown == [0, None, None, None, None, 5]
    assert queries.leavings_of(2025, viewer=PUBLIC) == 0


def test_a_hold_keeps_the_words_from_the_clock_and_from_the_person_until_it_ends(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    actions.close(receipt.reference, "solved", "It is mended.", by=ana, at=noon)
    actions.hold_concern(receipt.reference, "claim", file_number="CV-26-0001", tell=True, by=sergeant, at=noon)
    later = noon + 400 * DAY
    assert actions.forget_old_words(by=SYSTEM, at=later) == 0
    assert queries.followed(receipt.link, at=noon, viewer=PUBLIC).held
    with pytest.raises(Refused) as no:
        actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert no.value.code == "legal-hold"
    (held,) = queries.holds(at=later, viewer=sergeant)
    assert (held.reference, held.file_number, held.to_review) == (receipt.reference, "CV-26-0001", True)
    actions.end_hold(receipt.reference, by=sergeant, at=later)
    assert actions.forget_old_words(by=SYSTEM, at=later) == 1
    assert Concern.objects.get().told == ""
    assert Message.objects.count() == 0
    assert queries.holds(at=later, viewer=sergeant) == ()


@pytest.mark.parametrize(
    ("file_number", "stands"),
    [
        ("", True),
        ("CV-26-0001", True),
        ("2026/117 b.", True),
        ("Nº é 7", True),
        ("9" * 40, True),
        ("9" * 41, False),
        ("Rosalind, tenant", False),
        ("a_b", False),
        ("<b>7</b>", False),
        ("7\n8", False),
        ("7\n", False),
        ("7\u200b8", False),
        ("call 555@home", False),
    ],
)
def test_a_file_number_is_letters_digits_and_three_signs(file_number: str, stands: bool) -> None:
    if stands:
        rules.refuse_hold("claim", file_number, tell=True)
        return
    with pytest.raises(Refused) as no:
        rules.refuse_hold("claim", file_number, tell=True)
    assert (no.value.sentence, no.value.field) == (
        "A file number has at most 40 signs: letters, digits, blanks and - / . only.",
        "file_number",
    )


def test_a_hold_is_no_officers_and_no_other_divisions(
    receipt: actions.Receipt, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    far = staff.acting(staff.account("sergeant", divisions=["D2"], email="far@service.example"))
    for somebody in (ana, far, staff.acting(staff.account("coordinator")), PUBLIC):
        with pytest.raises(NotThere):
            actions.hold_concern(receipt.reference, "claim", tell=True, by=somebody, at=noon)
    actions.hold_concern(receipt.reference, "court_order", tell=False, by=sergeant, at=noon)
    for act in (
        lambda: actions.hold_concern(receipt.reference, "claim", tell=True, by=sergeant, at=noon),
        lambda: actions.hold_concern(receipt.reference, "no such reason", tell=True, by=sergeant, at=noon),
        lambda: actions.hold_concern(receipt.reference, "claim", file_number="9" * 41, tell=True, by=sergeant, at=noon),
    ):
        with pytest.raises(Refused):
            act()
    assert Hold.objects.count() == 1
    assert Letter.objects.filter(kind="concern_change").count() == 0
    assert not queries.followed(receipt.link, at=noon, viewer=PUBLIC).held
    assert queries.holds(at=noon, viewer=far) == ()
    (seen,) = queries.holds(at=noon, viewer=staff.acting(staff.account("overseer")))
    assert seen.reference == receipt.reference


def test_each_list_is_one_question_however_long_it_is(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    for _ in range(3):
        raised = told.raised(noon)
        asked(raised, ana, noon)
        actions.hold_concern(raised.reference, "claim", tell=True, by=sergeant, at=noon)
        for read in (queries.leavings, queries.holds):
            with CaptureQueriesContext(connection) as caught:
                assert read(at=noon, viewer=sergeant)
            assert len(caught) == 1
            assert '"boundary"' not in caught[0]["sql"]
