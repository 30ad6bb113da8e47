"""Answering a concern: who may, what each answer does, who is told, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Message, Person
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.people import queries as people_queries
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def reference(cast: Cast, noon: datetime) -> str:
    """A concern in old-mill, raised at noon by somebody who gave an address."""
    return told.raised(noon).reference


def concern() -> Concern:
    return Concern.objects.get()


def letters() -> list[tuple[str, datetime]]:
    """The letters there are but the first, which confirmed the concern."""
    return list(Letter.objects.exclude(kind="concern_received").order_by("pk").values_list("kind", "due_at"))


def test_an_answer_is_somebodys_stops_the_clock_and_is_one_line_and_one_letter(
    reference: str, noon: datetime, ana: Actor
) -> None:
    at = noon + HOUR
    number = actions.answer(reference, "I will be there on Monday.\r\n", by=ana, at=at)
    message = Message.objects.get(pk=number)
    assert (message.kind, message.words, message.account_id, message.via) == (
        "answer",
        "I will be there on Monday.",
        ana.account_id,
        "web",
    )
    assert message.officer is not None
    assert (message.officer.reference, message.signed) == (ana.officer, "")
    row = concern()
    assert (row.state, row.answered_at, row.first_answered_at, row.stirred_at, row.due_at) == (
        "answered",
        at,
        at,
        at,
        noon + 3 * DAY,
    )
    assert told.lines("concern.answered") == [("concern.answered", reference)]
    assert LedgerLine.objects.get(event="concern.answered").facts == {}
    assert letters() == [("concern_news", at)]
    assert Person.objects.get().written_at == at


def test_the_first_answer_counts_and_a_later_one_changes_that_no_more(
    reference: str, noon: datetime, ana: Actor
) -> None:
    actions.answer(reference, "On Monday.", by=ana, at=noon + HOUR)
    actions.answer(reference, "On Tuesday after all.", working=True, by=ana, at=noon + DAY)
    actions.answer(reference, "It is done on Friday.", working=True, by=ana, at=noon + 2 * DAY)
    row = concern()
    assert (row.state, row.answered_at, row.first_answered_at) == ("working", noon + HOUR, noon + HOUR)


def test_one_letter_a_day_goes_and_tells_of_all_that_happened(reference: str, noon: datetime, ana: Actor) -> None:
    actions.answer(reference, "One.", by=ana, at=noon + HOUR)
    actions.answer(reference, "Two.", by=ana, at=noon + 2 * HOUR)
    actions.answer(reference, "Three.", by=ana, at=noon + 3 * HOUR)
    assert letters() == [("concern_news", noon + HOUR), ("concern_news", noon + HOUR + DAY)]
    actions.close(reference, "solved", "The sign stands.", by=ana, at=noon + 4 * HOUR)
    assert letters() == [("concern_news", noon + HOUR), ("concern_ended", noon + HOUR + DAY)]
    assert Letter.objects.get(message_id=Person.objects.get().letter).kind == "concern_ended"


def test_who_asked_for_every_letter_gets_every_letter(cast: Cast, noon: datetime, ana: Actor) -> None:
    reference = told.raised(noon, more_letters=True).reference
    for hours in (1, 2):
        actions.answer(reference, f"Answer {hours}.", by=ana, at=noon + hours * HOUR)
    assert letters() == [("concern_news", noon + HOUR), ("concern_news", noon + 2 * HOUR)]


def test_a_letter_holds_no_word_of_the_answer_but_for_who_asked_for_it(cast: Cast, noon: datetime, ana: Actor) -> None:
    plain, full = told.raised(noon).reference, told.raised(noon, words_in_letters=True).reference
    for reference in (plain, full):
        for number, words in enumerate(("First words.", "Second words.", "Third words."), start=1):
            actions.answer(reference, words, by=ana, at=noon + number * HOUR)
    sent = [letter.words for letter in Letter.objects.filter(kind="concern_news").order_by("pk")]
    assert ["words." in words for words in sent] == [False, False, True, True]
    assert '"said": "First words."' in sent[2]
    assert '"said": "Second words.\\n\\nThird words."' in sent[3]


def test_nobody_is_written_to_who_gave_no_address_or_wants_no_letters(cast: Cast, noon: datetime, ana: Actor) -> None:
    anonymous = told.raised(noon, ANONYMOUS).reference
    phone = told.raised(noon, contact=rules.Contact(phone="4165550199")).reference
    stopped = told.raised(noon)
    actions.stop_letters(stopped.link, by=PUBLIC, at=noon)
    for reference in (anonymous, phone, stopped.reference):
        actions.answer(reference, "I was there.", by=ana, at=noon + HOUR)
    assert letters() == []


def test_no_word_of_an_answer_goes_to_the_address_of_who_joined(reference: str, noon: datetime, ana: Actor) -> None:
    # As it may stand from before that was so.
    told.joined(reference, noon, words_in_letters=True)
    actions.answer(reference, "Rosalind, I come to 12 Millrace Lane at eight.", by=ana, at=noon + HOUR)
    sent = {each.recipient: each.words for each in Letter.objects.filter(kind="concern_news")}
    assert "Millrace" not in sent["joined-1@home.example"]


def test_everybody_who_joined_hears_how_it_ended(reference: str, noon: datetime, ana: Actor) -> None:
    told.joined(reference, noon)
    actions.close(reference, "not_for_police", "The city mends lamps.", by=ana, at=noon + HOUR)
    ended = Letter.objects.filter(kind="concern_ended").order_by("pk")
    assert [letter.recipient for letter in ended] == ["rosalind@home.example", "joined-1@home.example"]
    row = concern()
    assert (row.state, row.outcome, row.ended_at, row.answered_at) == (
        "closed",
        "not_for_police",
        noon + HOUR,
        noon + HOUR,
    )
    assert LedgerLine.objects.get(event="concern.closed").facts == {"outcome": "not_for_police"}
    with pytest.raises(Refused, match="This concern has ended"):
        actions.answer(reference, "One more thing.", by=ana, at=noon + 2 * HOUR)


def test_a_note_stays_inside_and_stops_no_clock(reference: str, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    actions.note(receipt.reference, "Ask the school first.", by=ana, at=noon + HOUR)
    row = Concern.objects.get(reference=receipt.reference)
    assert (row.state, row.answered_at, letters()) == ("received", None, [])
    assert told.lines("concern.noted") == [("concern.noted", receipt.reference)]
    assert queries.followed(receipt.link, at=noon + HOUR, viewer=PUBLIC).entries == ()
    seen = queries.thread(receipt.reference, at=noon + HOUR, viewer=ana)
    assert [(entry.kind, entry.words) for entry in seen.entries] == [("note", "Ask the school first.")]


def test_it_is_taken_by_somebody_who_serves_the_area_and_by_nobody_else(
    reference: str, noon: datetime, cast: Cast, ana: Actor
) -> None:
    actions.take(reference, cast.chidi.reference, on=cast.on, by=ana, at=noon)
    officer = concern().officer
    assert officer is not None
    assert officer.reference == cast.chidi.reference
    assert LedgerLine.objects.get(event="concern.taken").facts == {"officer": cast.chidi.reference}
    for other in (cast.ines.reference, cast.lena.reference, "O-NOBODY"):
        with pytest.raises(Refused, match="Choose somebody of the area's team"):
            actions.take(reference, other, on=cast.on, by=ana, at=noon)


def test_another_team_has_it_under_the_same_promise_and_the_first_sees_it_no_more(
    reference: str, noon: datetime, ana: Actor, ines: Actor
) -> None:
    actions.note(reference, "Not ours.", by=ana, at=noon)
    actions.pass_on(reference, "ring", "The stretch belongs to the ring: its team has it now.", by=ana, at=noon + HOUR)
    row = concern()
    assert (row.area.slug if row.area else "", row.division_code, row.state, row.answered_at, row.due_at) == (
        "ring",
        "D2",
        "received",
        None,
        noon + 3 * DAY,
    )
    assert letters() == [("concern_news", noon + HOUR)]
    assert LedgerLine.objects.get(event="concern.passed_on").facts == {"area": "ring"}
    with pytest.raises(NotThere):
        queries.thread(reference, at=noon, viewer=ana)
    assert len(queries.thread(reference, at=noon, viewer=ines).entries) == 2
    for area in ("ring", "nowhere"):
        with pytest.raises(Refused, match="Choose the area"):
            actions.pass_on(reference, area, "It is theirs.", by=ines, at=noon)


def test_what_had_no_team_yet_is_the_teams_once_one_takes_it(cast: Cast, noon: datetime) -> None:
    sergeant = staff.acting(staff.account("sergeant", divisions=["D2"]))
    nowhere = told.raised(noon, where=actions.Where("D2", "", 6)).reference
    past = told.raised(noon, to_sergeant=True, where=actions.Where("D2", "harbour", 5)).reference
    for reference in (nowhere, past):
        actions.pass_on(reference, "ring", "The ring's team has it now.", by=sergeant, at=noon)
    assert list(Concern.objects.order_by("pk").values_list("holder", flat=True)) == ["team", "sergeant"]


def test_it_is_handed_on_to_somebody_outside_who_is_named(reference: str, noon: datetime, ana: Actor) -> None:
    with pytest.raises(Refused, match="Choose whom it goes to"):
        actions.hand_on(reference, "the moon", "It is theirs.", by=ana, at=noon)
    actions.hand_on(reference, "city", "311 mends lamps; we told them today.", by=ana, at=noon + HOUR)
    row = concern()
    assert (row.state, row.ended_at, row.outcome, row.answered_at) == ("handed_on", noon + HOUR, "", noon + HOUR)
    assert letters() == [("concern_ended", noon + HOUR)]
    assert LedgerLine.objects.get(event="concern.handed_on").facts == {"to": "city"}


def test_a_sergeant_answers_by_their_own_name(reference: str, noon: datetime, sergeant: Actor) -> None:
    long = replace(sergeant, name="N" * 120)
    actions.answer(reference, "I have asked the team.", by=long, at=noon)
    assert (Message.objects.get().signed, Message.objects.get().officer) == ("N" * 120, None)


def test_an_officer_who_is_hidden_since_is_not_named_under_their_answer(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    receipt = told.raised(noon)
    actions.answer(receipt.reference, "I will be there on Monday.", by=ana, at=noon)
    actions.take(receipt.reference, cast.ana.reference, on=cast.on, by=ana, at=noon)
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert entry.officer == people_queries.public_officers([cast.ana.reference], viewer=PUBLIC)[cast.ana.reference]
    people.hide_officer(cast.ana.reference, by=ana, at=noon)
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert (entry.words, entry.officer, entry.signed) == ("I will be there on Monday.", None, "")
    seen = queries.thread(receipt.reference, at=noon, viewer=sergeant)
    assert (seen.officer, seen.entries[0].officer) == (None, None)


@pytest.mark.parametrize("who", ["ines", "coordinator", "public", "sergeant of D2", "ana with a conflict"])
def test_whoever_does_not_reach_it_finds_no_page_there(
    reference: str, noon: datetime, ana: Actor, ines: Actor, coordinator: Actor, cast: Cast, who: str
) -> None:
    conflict = people_queries.area_codes("old-mill", [4], viewer=PUBLIC)
    actor = {
        "ines": ines,
        "coordinator": coordinator,
        "public": PUBLIC,
        "sergeant of D2": staff.acting(staff.account("sergeant", divisions=["D2"])),
        "ana with a conflict": replace(ana, conflicts=conflict),
    }[who]
    for act in (
        lambda: actions.answer(reference, "Words.", by=actor, at=noon),
        lambda: actions.note(reference, "Words.", by=actor, at=noon),
        lambda: actions.take(reference, cast.ana.reference, on=cast.on, by=actor, at=noon),
        lambda: actions.pass_on(reference, "ring", "Words.", by=actor, at=noon),
        lambda: actions.hand_on(reference, "city", "Words.", by=actor, at=noon),
        lambda: actions.close(reference, "solved", "Words.", by=actor, at=noon),
        lambda: queries.thread(reference, at=noon, viewer=actor),
        lambda: queries.contact_of_concern(reference, reason="supervision", at=noon, viewer=actor),
    ):
        with pytest.raises(NotThere):
            act()
    assert (Message.objects.count(), told.lines(), told.lines("read.")) == (0, [("concern.raised", reference)], [])


def test_past_the_team_it_is_there_for_the_sergeant_and_not_for_the_team(
    cast: Cast, noon: datetime, ana: Actor, sergeant: Actor
) -> None:
    reference = told.raised(noon, to_sergeant=True).reference
    with pytest.raises(NotThere):
        actions.answer(reference, "Words.", by=ana, at=noon)
    with pytest.raises(NotThere):
        queries.thread(reference, at=noon, viewer=ana)
    actions.answer(reference, "I read this myself.", by=sergeant, at=noon)
    assert concern().state == "answered"


@pytest.mark.parametrize("broken", ["record", "write_letter"])
def test_where_one_statement_fails_nothing_of_the_answer_stands(
    reference: str, noon: datetime, ana: Actor, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(f"byname.ledger.actions.{broken}", fails)
    for act in (
        lambda: actions.answer(reference, "Words.", by=ana, at=noon),
        lambda: actions.close(reference, "solved", "Words.", by=ana, at=noon),
        lambda: actions.pass_on(reference, "ring", "Words.", by=ana, at=noon),
    ):
        with pytest.raises(DatabaseError):
            act()
    row = concern()
    assert (row.state, row.answered_at, row.area.slug if row.area else "") == ("received", None, "old-mill")
    assert (Message.objects.count(), letters()) == (0, [])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (" \u200b", "Write your answer."),
        ("x" * 4001, "longer than 4000 characters"),
        ("Thank you for telling us!", "This is the template as it stands"),
        ("Thank you for telling us!\n\nWe look at it.", "This is the template as it stands"),
        ("We look at it. We look at it.", "This is the template as it stands"),
    ],
)
def test_what_is_no_answer_is_refused(reference: str, noon: datetime, ana: Actor, words: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        actions.answer(reference, words, templates=["Thank you for telling us.", "We look at it."], by=ana, at=noon)
    assert (Message.objects.count(), concern().answered_at) == (0, None)


def test_no_template_as_it_stands_ends_a_concern_either(reference: str, noon: datetime, ana: Actor) -> None:
    template = "Thank you for telling us."
    for act, to in ((actions.close, "solved"), (actions.hand_on, "city"), (actions.pass_on, "ring")):
        with pytest.raises(Refused, match="This is the template as it stands"):
            act(reference, to, template, templates=[template], by=ana, at=noon)
    assert (Message.objects.count(), concern().state) == (0, "received")
    actions.close(reference, "solved", f"{template} The sign stands.", templates=[template], by=ana, at=noon)
    assert concern().state == "closed"


def test_an_answer_pressed_twice_is_one_answer_and_one_letter(reference: str, noon: datetime, ana: Actor) -> None:
    ten = timedelta(minutes=10)
    first = actions.answer(reference, "On Monday.", by=ana, at=noon)
    assert actions.answer(reference, "On Monday.\r\n", by=ana, at=noon + ten / 2) == first
    assert (Message.objects.count(), len(letters()), len(told.lines("concern.answered"))) == (1, 1, 1)
    # Another's, other words, one more thing said, and what comes later are answers of their own.
    mate = staff.acting(staff.account("officer"), areas=["old-mill"])
    actions.answer(reference, "On Monday.", by=mate, at=noon + ten / 2)
    actions.answer(reference, "On Tuesday.", by=ana, at=noon + ten / 2)
    actions.answer(reference, "On Monday.", working=True, by=ana, at=noon + ten / 2)
    assert (Message.objects.count(), concern().state) == (4, "working")
    actions.answer(reference, "On Monday.", by=ana, at=noon + 2 * ten)
    assert Message.objects.count() == 5


def test_the_same_answer_to_what_was_written_since_is_another(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon)
    actions.answer(receipt.reference, "Yes.", by=ana, at=noon)
    actions.write_again(receipt.link, "On Monday?", by=PUBLIC, at=noon)
    actions.answer(receipt.reference, "Yes.", by=ana, at=noon)
    assert list(Message.objects.order_by("pk").values_list("kind", flat=True)) == ["answer", "person", "answer"]


@pytest.mark.parametrize("way", ["closed", "handed_on"])
def test_an_ending_pressed_twice_is_one_ending(cast: Cast, noon: datetime, ana: Actor, way: str) -> None:
    receipt = told.raised(noon)

    def ends(words: str, at: datetime) -> None:
        if way == "closed":
            actions.close(receipt.reference, "not_solved", words, by=ana, at=at)
        else:
            actions.hand_on(receipt.reference, "city", words, by=ana, at=at)

    ends("The city mends the lamp.", noon)
    ends("The city mends the lamp.", noon + timedelta(minutes=1))
    assert (Message.objects.count(), len(letters()), len(told.lines(f"concern.{way}"))) == (1, 1, 1)
    assert (concern().state, concern().ended_at) == (way, noon)
    with pytest.raises(Refused):
        ends("Other words.", noon + timedelta(minutes=1))
    with pytest.raises(Refused):
        ends("The city mends the lamp.", noon + HOUR)
    # Opened again and ended again in the same words, it has ended twice.
    actions.say_how_it_went(
        receipt.link, answered="no", better="no", promise=told.PROMISE, by=PUBLIC, at=noon + timedelta(minutes=2)
    )
    ends("The city mends the lamp.", noon + timedelta(minutes=3))
    assert (Message.objects.count(), concern().ended_at) == (2, noon + timedelta(minutes=3))
