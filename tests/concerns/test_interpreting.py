"""Interpreters: what waits for them, who may do it, what they see of it, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Message, Person, Translation
from byname.interfaces.jobs.translation_server import Translator
from byname.ledger.models import LedgerLine
from byname.people import queries as people
from byname.people.models import Officer
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.wordings import published

HOUR = timedelta(hours=1)
URDU = "ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔"
MORE_URDU = "رات کو پارک میں بہت شور ہوتا ہے۔"
TAMIL = "ஒவ்வொரு காலையும் பள்ளிக்கு முன்னால் வண்டிகள் மிக வேகமாகப் போகின்றன."
ENGLISH = "Every morning cars drive very fast past the school."
IN_URDU = replace(told.RAISED, told=rules.Told(what=URDU, help=MORE_URDU), place_kind="area", language="ur")


@pytest.fixture
def interpreter(cast: Cast) -> Actor:
    return staff.acting(staff.account("interpreter"))


@pytest.fixture
def machine(settings: Settings) -> None:
    """One that translates is set up, and away."""
    settings.BYNAME_TRANSLATOR = Translator("http://127.0.0.1:1")


@pytest.fixture
def receipt(cast: Cast, noon: datetime) -> actions.Receipt:
    """A concern in Urdu, in an area whose team does not read it."""
    return told.raised(noon, IN_URDU)


def speaks(officer: str, *languages: str) -> None:
    Officer.objects.filter(reference=officer).update(languages=list(languages))


def waiting(viewer: Actor, at: datetime) -> list[tuple[str, tuple[str, ...]]]:
    return [(each.reference, each.languages) for each in queries.waiting_texts(at=at, viewer=viewer)]


@pytest.mark.parametrize(
    ("words", "read", "to_sergeant", "language", "waits"),
    [
        (URDU, {"en"}, False, "ur", True),
        (URDU, {"en", "ur"}, False, "ur", False),
        # The team that reads it does not have it.
        (URDU, {"en", "ur"}, True, "ur", True),
        (told.WORDS, {"en"}, False, "en", False),
        ("Help!", {"en"}, False, "", False),
    ],
)
def test_a_concern_waits_for_an_interpreter_where_its_team_does_not_read_it(
    cast: Cast, noon: datetime, words: str, read: set[str], to_sergeant: bool, language: str, waits: bool
) -> None:
    how = replace(told.RAISED, told=rules.Told(what=words), place_kind="area", to_sergeant=to_sergeant)
    told.raised(noon, how, replace(told.OLD_MILL, read_here=frozenset(read)))
    row = Concern.objects.get()
    assert (row.written_in, row.needs_interpreter) == (language, waits)


def test_what_is_written_later_waits_by_itself(receipt: actions.Receipt, noon: datetime, interpreter: Actor) -> None:
    actions.write_again(receipt.link, TAMIL, by=PUBLIC, at=noon + HOUR)
    actions.write_again(receipt.link, "Thank you, that was quick of you.", by=PUBLIC, at=noon + HOUR)
    assert list(Message.objects.order_by("pk").values_list("language", "wanted_in")) == [("ta", "en"), ("en", "")]
    assert waiting(interpreter, noon) == [(receipt.reference, ("ur", "ta"))]


def test_a_message_the_team_reads_does_not_wait(cast: Cast, noon: datetime, interpreter: Actor) -> None:
    receipt = told.raised(noon)
    actions.write_again(receipt.link, TAMIL, read_here=frozenset({"en", "ta"}), by=PUBLIC, at=noon + HOUR)
    assert waiting(interpreter, noon) == []


def test_the_queue_stands_by_danger_and_then_by_the_clock_of_the_answer(
    cast: Cast, noon: datetime, interpreter: Actor
) -> None:
    later = told.raised(noon + HOUR, IN_URDU).reference
    sooner = told.raised(noon, IN_URDU).reference
    latest = told.raised(noon + 2 * HOUR, IN_URDU).reference
    Concern.objects.filter(reference=latest).update(danger="home")
    found = queries.waiting_texts(at=noon + 100 * HOUR, viewer=interpreter)
    assert [each.reference for each in found] == [latest, sooner, later]
    assert {each.standing for each in found} == {"overdue"}


def test_one_language_at_a_time(receipt: actions.Receipt, noon: datetime, interpreter: Actor) -> None:
    tamil = told.raised(noon, replace(IN_URDU, told=rules.Told(what=TAMIL))).reference
    asked = queries.waiting_texts(at=noon, language="ta", viewer=interpreter)
    assert [each.reference for each in asked] == [tamil]


def test_an_interpreter_sees_the_words_alone_and_that_is_on_the_ledger(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor
) -> None:
    seen = queries.to_interpret(receipt.reference, at=noon, viewer=interpreter)
    (text,) = seen.texts
    assert (text.kind, text.words, text.help, text.source, text.target) == ("raised", URDU, MORE_URDU, "ur", "en")
    for secret in (told.SPOKEN.name, told.SPOKEN.email, told.SPOKEN.phone, "Millrace", "43.6", "old-mill", "D1"):
        assert secret not in repr(seen)
    line = LedgerLine.objects.get(event="read.to_interpret")
    assert (line.subject_id, line.facts) == (receipt.reference, {"outside": False})


def test_an_interpreter_reaches_nothing_else_of_it(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor
) -> None:
    reference = receipt.reference
    for refused in (
        lambda: queries.thread(reference, at=noon, viewer=interpreter),
        lambda: queries.contact_of_concern(reference, reason="audit", at=noon, viewer=interpreter),
        lambda: queries.inbox(queries.Asked(), page=1, at=noon, viewer=interpreter),
        lambda: actions.answer(reference, "We were there.", by=interpreter, at=noon),
        lambda: actions.note(reference, "A note.", by=interpreter, at=noon),
        lambda: actions.ask_interpreter(reference, 0, "ur", by=interpreter, at=noon),
        lambda: actions.ask_machine(reference, 0, by=interpreter, at=noon),
        lambda: actions.close(reference, "solved", "Done.", by=interpreter, at=noon),
    ):
        with pytest.raises(NotThere):
            refused()


def test_once_every_text_is_done_nothing_of_it_opens_any_more(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor, ana: Actor
) -> None:
    number = actions.write_again(receipt.link, TAMIL, by=PUBLIC, at=noon)
    assert number is not None
    assert not actions.interpret(receipt.reference, 0, ENGLISH, by=interpreter, at=noon + HOUR)
    assert actions.interpret(receipt.reference, number, "Cars go very fast.", by=interpreter, at=noon + HOUR)
    assert waiting(interpreter, noon) == []
    with pytest.raises(NotThere):
        queries.to_interpret(receipt.reference, at=noon, viewer=interpreter)
    with pytest.raises(NotThere):
        actions.interpret(receipt.reference, 0, "Something else.", by=interpreter, at=noon)
    seen = queries.thread(receipt.reference, at=noon, viewer=ana)
    assert (seen.told.what, seen.needs_interpreter) == (URDU, False)
    assert [(each.language, each.words, each.made_by) for each in seen.translations] == [("en", ENGLISH, "interpreter")]
    (entry,) = seen.entries
    assert (entry.words, entry.language, [each.words for each in entry.translations]) == (
        TAMIL,
        "ta",
        ["Cars go very fast."],
    )
    assert told.lines("concern.interpreted") == [("concern.interpreted", receipt.reference)] * 2
    facts = LedgerLine.objects.filter(event="concern.interpreted").order_by("pk").first()
    assert facts is not None
    assert facts.facts == {"from": "ur", "to": "en", "text": 0}


def test_what_an_interpreter_wrote_stands_sealed(receipt: actions.Receipt, noon: datetime, interpreter: Actor) -> None:
    actions.interpret(receipt.reference, 0, ENGLISH, by=interpreter, at=noon)
    (stored,) = Translation.objects.extra(select={"raw": "words"}).values_list("raw", flat=True)
    assert ENGLISH not in stored
    assert Translation.objects.get().words == ENGLISH


@pytest.mark.parametrize(("words", "code"), [("", "no-words"), (" \u200b\n", "no-words"), ("x" * 10_001, "too-long")])
def test_empty_and_endless_words_are_refused(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor, words: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.interpret(receipt.reference, 0, words, by=interpreter, at=noon)
    assert refused.value.code == code


def test_an_officer_of_the_area_puts_into_english_what_stands_in_their_own_entry(
    cast: Cast, receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    speaks(cast.ana.reference, "en", "ta")
    assert waiting(ana, noon) == []
    with pytest.raises(Refused) as refused:
        actions.interpret(receipt.reference, 0, ENGLISH, by=ana, at=noon)
    assert refused.value.code == "not-read"
    speaks(cast.ana.reference, "en", "ur")
    assert waiting(ana, noon) == [(receipt.reference, ("ur",))]
    assert actions.interpret(receipt.reference, 0, ENGLISH, by=ana, at=noon)


def test_an_officer_elsewhere_or_with_a_conflict_and_whoever_answers_for_the_division_do_not(
    cast: Cast, receipt: actions.Receipt, noon: datetime, ines: Actor, ana: Actor, sergeant: Actor
) -> None:
    speaks(cast.ines.reference, "ur")
    speaks(cast.ana.reference, "ur")
    conflicted = replace(ana, conflicts=people.area_codes("old-mill", [4], viewer=PUBLIC))
    for viewer in (ines, conflicted, sergeant, PUBLIC):
        with pytest.raises(NotThere):
            queries.to_interpret(receipt.reference, at=noon, viewer=viewer)
        with pytest.raises(NotThere):
            actions.interpret(receipt.reference, 0, ENGLISH, by=viewer, at=noon)
    assert waiting(ines, noon) == waiting(conflicted, noon) == []


def test_what_went_past_the_team_does_not_wait_for_its_officers(
    cast: Cast, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    speaks(cast.ana.reference, "ur")
    reference = told.raised(noon, IN_URDU, to_sergeant=True).reference
    assert waiting(ana, noon) == []
    assert waiting(interpreter, noon) == [(reference, ("ur",))]


def test_an_answer_is_put_into_the_person_s_language_and_stands_above_the_english(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    number = actions.answer(receipt.reference, "We will come and look on Monday morning.", by=ana, at=noon)
    actions.ask_interpreter(receipt.reference, number, "ur", by=ana, at=noon)
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert (entry.words, entry.translations) == ("We will come and look on Monday morning.", ())
    texts = queries.to_interpret(receipt.reference, at=noon, viewer=interpreter).texts
    assert [(each.kind, each.source, each.target) for each in texts] == [("raised", "ur", "en"), ("answer", "en", "ur")]
    actions.interpret(receipt.reference, number, "ہم پیر کی صبح آئیں گے۔", by=interpreter, at=noon)
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert [each.words for each in entry.translations] == ["ہم پیر کی صبح آئیں گے۔"]
    assert entry.words == "We will come and look on Monday morning."


def test_whoever_joined_in_another_language_is_shown_the_english(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    link = told.joined(receipt.reference, noon, language="ta")
    number = actions.answer(receipt.reference, "We will come.", phrases=["thank-you"], by=ana, at=noon + HOUR)
    (entry,) = queries.followed(link, at=noon, viewer=PUBLIC).entries
    assert (entry.number, entry.translations) == (number, ())


def test_an_interpreter_is_asked_for_what_nobody_recognised(
    cast: Cast, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    words = "Har subah school ke saamne gaariyan bohot tez chalti hain."
    receipt = told.raised(noon, replace(IN_URDU, told=rules.Told(what=words)))
    assert Concern.objects.get().written_in == ""
    actions.ask_interpreter(receipt.reference, 0, "ur", by=ana, at=noon)
    assert waiting(interpreter, noon) == [(receipt.reference, ("ur",))]
    assert LedgerLine.objects.get(event="concern.interpreter_asked").facts == {"language": "ur", "text": 0}


def test_nobody_is_asked_for_a_note_another_concern_s_entry_or_a_language_without_a_name(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    note = actions.note(receipt.reference, "Stays inside.", by=ana, at=noon)
    other = told.raised(noon, IN_URDU)
    elsewhere = actions.write_again(other.link, TAMIL, by=PUBLIC, at=noon)
    assert elsewhere is not None
    for text in (note, elsewhere, 2**40):
        with pytest.raises(NotThere):
            actions.ask_interpreter(receipt.reference, text, "ur", by=ana, at=noon)
        with pytest.raises(NotThere):
            actions.ask_machine(receipt.reference, text, by=ana, at=noon)
    for language in ("", "en", "xx", "ur' OR 1=1"):
        with pytest.raises(Refused):
            actions.ask_interpreter(receipt.reference, 0, language, by=ana, at=noon)


def test_sentences_of_the_phrase_book_stand_beside_the_officer_s_own_words_in_both_languages(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    number = actions.answer(receipt.reference, "I come on Monday.", phrases=["thank-you"], by=ana, at=noon)
    assert Message.objects.get(pk=number).words == "I come on Monday.\n\nThank you for telling us."
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert [(each.language, each.words, each.made_by) for each in entry.translations] == [
        ("ur", "ہمیں بتانے کا شکریہ۔", "phrases")
    ]


def test_sentences_alone_are_no_answer_and_english_needs_none(
    receipt: actions.Receipt, noon: datetime, ana: Actor
) -> None:
    with pytest.raises(Refused):
        actions.answer(receipt.reference, " ", phrases=["thank-you"], by=ana, at=noon)
    english = told.raised(noon).reference
    with pytest.raises(Refused):
        actions.answer(english, "I come on Monday.", phrases=["thank-you"], by=ana, at=noon)
    assert Message.objects.count() == Translation.objects.count() == 0


BEATEN = "My husband beats me every night in the house, and the children are afraid."


def test_danger_that_only_an_interpreter_could_read_counts_from_then_on(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    Concern.objects.update(danger="now")
    actions.interpret(receipt.reference, 0, BEATEN, by=interpreter, at=noon)
    assert Concern.objects.get().danger == "now home"
    assert queries.waiting_for(at=noon, viewer=ana).danger == 1


def test_of_an_answer_put_into_another_language_no_danger_is_read(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    number = actions.answer(receipt.reference, "Call 911 if somebody beats you.", by=ana, at=noon)
    actions.ask_interpreter(receipt.reference, number, "ur", by=ana, at=noon)
    actions.interpret(receipt.reference, number, BEATEN, by=interpreter, at=noon)
    assert Concern.objects.get().danger == ""


@pytest.mark.parametrize("joined", [False, True])
def test_violence_at_home_that_an_interpreter_brings_to_light_takes_the_place_away_in_the_night(
    cast: Cast, noon: datetime, interpreter: Actor, joined: bool
) -> None:
    receipt = told.raised(noon, replace(told.RAISED, told=replace(told.TOLD, what=URDU, help="")))
    published(receipt.reference, noon)
    if joined:
        actions.write_again(told.joined(receipt.reference, noon), told.WORDS, by=PUBLIC, at=noon)
    actions.interpret(receipt.reference, 0, BEATEN, by=interpreter, at=noon)
    assert actions.take_places_away(by=SYSTEM, at=noon + 12 * HOUR) == 1
    assert [(each.near, each.lat) for each in queries.published(viewer=PUBLIC)] == [("", None)]


def test_the_english_of_what_somebody_who_joined_wrote_takes_no_place_away(
    cast: Cast, noon: datetime, interpreter: Actor
) -> None:
    receipt = told.raised(noon)
    published(receipt.reference, noon)
    number = actions.write_again(told.joined(receipt.reference, noon), URDU, by=PUBLIC, at=noon)
    assert number is not None
    actions.interpret(receipt.reference, number, BEATEN, by=interpreter, at=noon)
    assert Concern.objects.get().danger == "home"
    assert actions.take_places_away(by=SYSTEM, at=noon + 12 * HOUR) == 0
    # Whoever raised it erases their words: what is left is told by the English too.
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert Concern.objects.get().danger == "home"


def test_danger_a_machine_puts_into_english_counts_too(
    receipt: actions.Receipt, noon: datetime, ana: Actor, machine: None
) -> None:
    actions.ask_machine(receipt.reference, 0, by=ana, at=noon)
    (asked,) = queries.texts_for_a_machine(9, viewer=SYSTEM)
    assert actions.take_machine_words(asked.number, BEATEN, by=SYSTEM, at=noon)
    assert Concern.objects.get().danger == "home"
    # What comes too late changes nothing.
    Concern.objects.update(danger="")
    assert not actions.take_machine_words(asked.number, BEATEN, by=SYSTEM, at=noon)
    assert Concern.objects.get().danger == ""


def test_no_machine_is_asked_where_none_is_set_up(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    with pytest.raises(Refused, match="No machine that translates is set up here"):
        actions.ask_machine(receipt.reference, 0, by=ana, at=noon)
    assert Translation.objects.count() == 0


def test_a_machine_s_words_are_for_the_team_alone_and_give_way_to_a_person_s(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor, machine: None
) -> None:
    actions.ask_machine(receipt.reference, 0, by=ana, at=noon)
    (asked,) = queries.texts_for_a_machine(9, viewer=SYSTEM)
    assert (asked.words, asked.source, asked.target) == (f"{URDU}\n\n{MORE_URDU}", "ur", "en")
    assert actions.take_machine_words(asked.number, "Every morning cars.", by=SYSTEM, at=noon)
    (made,) = queries.thread(receipt.reference, at=noon, viewer=ana).translations
    assert (made.words, made.made_by) == ("Every morning cars.", "machine")
    # It still waits: no machine's words are anybody's answer, nor an interpreter's.
    assert waiting(interpreter, noon) == [(receipt.reference, ("ur",))]
    actions.interpret(receipt.reference, 0, ENGLISH, by=interpreter, at=noon)
    assert not actions.take_machine_words(asked.number, "Too late.", by=SYSTEM, at=noon)
    (made,) = queries.thread(receipt.reference, at=noon, viewer=ana).translations
    assert (made.words, made.made_by) == (ENGLISH, "interpreter")
    with pytest.raises(Refused):
        actions.ask_machine(receipt.reference, 0, by=ana, at=noon)


def test_no_machine_s_words_reach_the_person(receipt: actions.Receipt, noon: datetime, ana: Actor) -> None:
    number = actions.answer(receipt.reference, "We will come.", by=ana, at=noon)
    with pytest.raises(NotThere):
        actions.ask_machine(receipt.reference, number, by=ana, at=noon)
    concern = Concern.objects.get()
    Translation.objects.create(
        concern=concern, message_id=number, language="ur", words="ہم آئیں گے", made_by="machine", made_at=noon
    )
    (entry,) = queries.followed(receipt.link, at=noon, viewer=PUBLIC).entries
    assert entry.translations == ()


def test_a_machine_that_fails_is_asked_four_times_and_again_when_somebody_asks(
    receipt: actions.Receipt, noon: datetime, ana: Actor, machine: None
) -> None:
    actions.ask_machine(receipt.reference, 0, by=ana, at=noon)
    for _ in range(rules.MOST_TRIES):
        (asked,) = queries.texts_for_a_machine(9, viewer=SYSTEM)
        assert not actions.take_machine_words(asked.number, "  ", by=SYSTEM, at=noon)
    assert queries.texts_for_a_machine(9, viewer=SYSTEM) == ()
    (made,) = queries.thread(receipt.reference, at=noon, viewer=ana).translations
    assert (made.words, made.failed) == ("", True)
    actions.ask_machine(receipt.reference, 0, by=ana, at=noon)
    assert len(queries.texts_for_a_machine(9, viewer=SYSTEM)) == 1


def test_with_somebody_s_words_go_their_translations_and_nothing_waits_any_more(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    actions.interpret(receipt.reference, 0, ENGLISH, by=interpreter, at=noon)
    actions.write_again(receipt.link, TAMIL, by=PUBLIC, at=noon)
    actions.answer(receipt.reference, "We will come.", phrases=["thank-you"], by=ana, at=noon)
    assert Translation.objects.count() == 2
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert Translation.objects.count() == 0
    assert waiting(interpreter, noon) == []


def test_what_was_raised_does_not_wait_once_it_was_removed(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor
) -> None:
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert waiting(interpreter, noon) == []


def test_translations_are_forgotten_with_the_words_a_year_after_the_end(
    receipt: actions.Receipt, noon: datetime, ana: Actor, interpreter: Actor
) -> None:
    actions.interpret(receipt.reference, 0, ENGLISH, by=interpreter, at=noon)
    actions.close(receipt.reference, "solved", "The sign stands.", by=ana, at=noon)
    assert actions.forget_old_words(by=SYSTEM, at=noon + rules.WORDS_KEPT_FOR) == 1
    assert Translation.objects.count() == 0
    assert Person.objects.get().contact == ""


@pytest.mark.parametrize(("before", "after", "waits"), [({"en", "ur"}, {"en"}, True), ({"en"}, {"en", "ur"}, False)])
def test_who_takes_a_concern_over_is_asked_what_they_read(
    cast: Cast, noon: datetime, interpreter: Actor, ana: Actor, before: set[str], after: set[str], waits: bool
) -> None:
    receipt = told.raised(noon, IN_URDU, replace(told.OLD_MILL, read_here=frozenset(before)))
    actions.write_again(receipt.link, MORE_URDU, read_here=frozenset(before), by=PUBLIC, at=noon)
    number = Message.objects.get().pk
    actions.pass_on(receipt.reference, "ring", "It is theirs.", read_here=frozenset(after), by=ana, at=noon + HOUR)
    assert Concern.objects.get().needs_interpreter is waits
    assert Message.objects.get(pk=number).wanted_in == ("en" if waits else "")
    assert waiting(interpreter, noon) == ([(receipt.reference, ("ur",))] if waits else [])


def test_what_was_put_into_english_does_not_wait_for_the_next_team(
    receipt: actions.Receipt, noon: datetime, interpreter: Actor, ana: Actor
) -> None:
    actions.write_again(receipt.link, MORE_URDU, by=PUBLIC, at=noon)
    number = Message.objects.get().pk
    for text in (0, number):
        actions.interpret(receipt.reference, text, ENGLISH, by=interpreter, at=noon)
    answered = actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    actions.ask_interpreter(receipt.reference, answered, "ur", by=ana, at=noon)
    actions.pass_on(receipt.reference, "ring", "It is theirs.", by=ana, at=noon + HOUR)
    assert Concern.objects.get().needs_interpreter is False
    assert list(Message.objects.exclude(wanted_in="").values_list("pk", "wanted_in")) == [(answered, "ur")]


def test_the_sergeant_who_is_given_a_concern_reads_what_an_interpreter_wrote(
    cast: Cast, noon: datetime, interpreter: Actor, ana: Actor
) -> None:
    receipt = told.raised(noon, IN_URDU, replace(told.OLD_MILL, read_here=frozenset({"en", "ur"})))
    actions.write_again(receipt.link, MORE_URDU, read_here=frozenset({"en", "ur"}), by=PUBLIC, at=noon)
    seen = []
    for turn in (1, 2):
        actions.close(receipt.reference, "solved", f"Done {turn}.", by=ana, at=noon + turn * HOUR)
        taken = actions.say_how_it_went(
            receipt.link, answered="no", better="", promise=told.PROMISE, by=PUBLIC, at=noon + turn * HOUR
        )
        seen.append((taken.holder, waiting(interpreter, noon)))
    assert seen == [("team", []), ("sergeant", [(receipt.reference, ("ur",))])]
    assert Message.objects.filter(kind="person").get().wanted_in == "en"
