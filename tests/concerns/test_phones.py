"""A phone is texted once its number was confirmed, within safe hours; what comes in from it finds its concern."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django
from pytest_django import Settings

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Message, Person
from byname.ledger.models import LedgerLine, Letter
from byname.safekeeping.models import KeptValue
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
PHONE = "+14165550199"
GUN = "He has a gun and is shooting right now"
TEXTED = rules.Contact(name="Rosalind Quennell", phone="416 555 0199", by_text=True)


def code_of(link: str) -> str:
    return rules.code_sent(Person.objects.get(link_digest=rules.link_digest(link)).phone_code)


def confirmed(at: datetime, contact: rules.Contact = TEXTED, **changes: Any) -> actions.Receipt:
    """Somebody with a confirmed phone."""
    receipt = told.raised(at, contact=contact, **changes)
    actions.send_code(receipt.link, by=PUBLIC, at=at)
    actions.confirm_phone(receipt.link, code_of(receipt.link), by=PUBLIC, at=at)
    Letter.objects.filter(kind="phone_code").delete()
    return receipt


def take(words: str, at: datetime, number: str = PHONE, text_id: str = "SM1", left_out: int = 0) -> actions.TextTaken:
    return actions.take_text(
        number, words, text_id=text_id, left_out=left_out, read_by=lambda area: frozenset({"en"}), by=PUBLIC, at=at
    )


# -- the code --------------------------------------------------------------------------------------------------------


def test_a_code_goes_to_the_number_and_confirms_it(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, contact=TEXTED)
    before = queries.phone_of(receipt.link, at=noon, viewer=PUBLIC)
    assert (before.wanted, before.standing, before.code_waits) == (True, "unconfirmed", False)
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    letter = Letter.objects.get()
    code = code_of(receipt.link)
    assert (letter.way, letter.kind, letter.recipient, letter.due_at) == ("text", "phone_code", PHONE, noon)
    assert (len(code), code.isdigit(), f'"code": "{code}"' in letter.words) == (6, True, True)
    assert queries.phone_of(receipt.link, at=noon, viewer=PUBLIC).code_waits
    actions.confirm_phone(receipt.link, f" {code[:3]} {code[3:]} ", by=PUBLIC, at=noon + 29 * MINUTE)
    person = Person.objects.get()
    assert (person.phone_confirmed_at, person.phone_code, person.phone_code_at) == (noon + 29 * MINUTE, "", None)
    assert len(bytes(person.phone_digest or b"")) == 32
    assert PHONE[2:].encode() not in bytes(person.phone_digest or b"")
    assert [line[0] for line in told.lines()][1:] == ["concern.code_sent", "concern.phone_confirmed"]
    assert not any("555" in str(line.facts) for line in LedgerLine.objects.all())
    with pytest.raises(Refused) as used:
        actions.confirm_phone(receipt.link, code, by=PUBLIC, at=noon + 29 * MINUTE)
    assert used.value.code == "old-code"


def test_a_code_lives_half_an_hour_and_the_next_one_ends_it(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, contact=TEXTED)
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    first = code_of(receipt.link)
    with pytest.raises(Refused) as late:
        actions.confirm_phone(receipt.link, first, by=PUBLIC, at=noon + 30 * MINUTE)
    assert late.value.code == "old-code"
    actions.send_code(receipt.link, by=PUBLIC, at=noon + MINUTE)
    assert Letter.objects.count() == 1  # the first had not gone yet, and never will
    second = code_of(receipt.link)
    if first != second:
        with pytest.raises(Refused) as other:
            actions.confirm_phone(receipt.link, first, by=PUBLIC, at=noon + MINUTE)
        assert other.value.code == "code"
    actions.confirm_phone(receipt.link, second, by=PUBLIC, at=noon + MINUTE)


def test_after_ten_wrong_codes_not_even_the_right_one_is_taken_until_tomorrow(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, contact=TEXTED)
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    code = code_of(receipt.link)
    wrong = "000000" if code != "000000" else "000001"
    found = []
    for given in (*[wrong] * 10, code):
        with pytest.raises(Refused) as refused:
            actions.confirm_phone(receipt.link, given, by=PUBLIC, at=noon)
        found.append(refused.value.code)
    assert found == [*["code"] * 10, "too-many-tries"]
    assert Person.objects.get().phone_confirmed_at is None


def test_nobody_is_bothered_with_more_than_five_codes_a_day(cast: Cast, noon: datetime) -> None:
    first = told.raised(noon, contact=TEXTED)
    for _ in range(3):
        actions.send_code(first.link, by=PUBLIC, at=noon)
    second = told.raised(noon, contact=replace(TEXTED, phone="+1 416-555-0199"))
    for _ in range(2):
        actions.send_code(second.link, by=PUBLIC, at=noon)
    with pytest.raises(Refused) as refused:
        actions.send_code(second.link, by=PUBLIC, at=noon)
    assert refused.value.code == "too-many-codes"
    actions.send_code(second.link, by=PUBLIC, at=noon + DAY)


@pytest.mark.parametrize(
    "contact",
    [
        replace(TEXTED, by_text=False),
        replace(TEXTED, never_phone=True),
        replace(TEXTED, email="r@home.example"),
        replace(TEXTED, phone="555 0199"),
        replace(TEXTED, phone="+44 20 7946 0018"),
        replace(TEXTED, phone="011 882 13000000"),
        replace(TEXTED, phone="1 900 555 0123"),
        replace(TEXTED, phone="416 976 0123"),
        rules.Contact(),
    ],
)
def test_no_code_goes_to_whoever_did_not_ask_to_be_texted(cast: Cast, noon: datetime, contact: rules.Contact) -> None:
    receipt = told.raised(noon, contact=contact)
    Letter.objects.all().delete()
    with pytest.raises(Refused) as refused:
        actions.send_code(receipt.link, by=PUBLIC, at=noon)
    assert (refused.value.code, Letter.objects.count()) == ("no-phone", 0)


def test_a_link_that_opens_nothing_sends_and_confirms_nothing(cast: Cast, noon: datetime) -> None:
    with pytest.raises(NotThere):
        actions.send_code("nobody", by=PUBLIC, at=noon)
    with pytest.raises(NotThere):
        actions.confirm_phone("nobody", "123456", by=PUBLIC, at=noon)
    with pytest.raises(NotThere):
        queries.phone_of("nobody", at=noon, viewer=PUBLIC)


# -- what goes out ---------------------------------------------------------------------------------------------------


def test_an_answer_is_told_by_text_without_a_word_of_it(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = confirmed(noon, words_in_letters=True)
    actions.answer(receipt.reference, "I was there this morning.", by=ana, at=noon + HOUR)
    letter = Letter.objects.get()
    assert (letter.way, letter.kind, letter.recipient, letter.due_at) == ("text", "concern_news", PHONE, noon + HOUR)
    assert ("morning" in letter.words, receipt.link in letter.words) == (False, True)


def test_nothing_goes_to_a_number_nobody_confirmed_or_not_lately(cast: Cast, noon: datetime, ana: Actor) -> None:
    unconfirmed = told.raised(noon, contact=TEXTED)
    actions.answer(unconfirmed.reference, "I was there.", by=ana, at=noon + HOUR)
    lapsed = confirmed(noon)
    actions.answer(lapsed.reference, "I was there.", by=ana, at=noon + 60 * DAY)
    assert Letter.objects.count() == 0
    assert queries.followed(lapsed.link, at=noon + 60 * DAY, viewer=PUBLIC).phone == "lapsed"
    actions.send_code(lapsed.link, by=PUBLIC, at=noon + 60 * DAY)
    actions.confirm_phone(lapsed.link, code_of(lapsed.link), by=PUBLIC, at=noon + 60 * DAY)
    actions.answer(lapsed.reference, "I was there again.", by=ana, at=noon + 61 * DAY)
    assert Letter.objects.filter(kind="concern_news", way="text").count() == 1


def test_a_text_waits_for_the_safe_hours_and_one_goes_a_day(cast: Cast, noon: datetime, ana: Actor) -> None:
    # Noon in the tests is noon in Toronto, on a Monday.
    receipt = confirmed(noon, replace(TEXTED, safe_hours="weekdays until noon"))
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    tomorrow_at_eight = noon + 20 * HOUR
    assert Letter.objects.get().due_at == tomorrow_at_eight
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon + HOUR)
    letter = Letter.objects.get()
    assert (letter.kind, letter.due_at) == ("concern_ended", tomorrow_at_eight)


def test_whoever_has_an_address_gets_a_letter_and_no_text(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = confirmed(noon)
    both = replace(TEXTED, email="r@home.example")
    actions.change_contact(receipt.link, receipt.pin, both, "en", by=PUBLIC, at=noon)
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    assert list(Letter.objects.values_list("way", flat=True)) == ["mail"]


def test_another_number_is_confirmed_anew_and_what_was_under_way_is_taken_back(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = confirmed(noon, replace(TEXTED, safe_hours="weekdays until noon"))
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    assert Letter.objects.count() == 2
    same = replace(TEXTED, phone="(416) 555-0199")
    actions.change_contact(receipt.link, receipt.pin, same, "fr", by=PUBLIC, at=noon)
    assert (Person.objects.get().phone_confirmed_at, Letter.objects.count()) == (noon, 2)
    other = replace(TEXTED, phone="416 555 0188")
    actions.change_contact(receipt.link, receipt.pin, other, "fr", by=PUBLIC, at=noon)
    person = Person.objects.get()
    assert (person.phone_confirmed_at, person.phone_digest, person.phone_code) == (None, None, "")
    assert Letter.objects.count() == 0
    mailed = replace(other, email="r@home.example")
    actions.change_contact(receipt.link, receipt.pin, mailed, "fr", by=PUBLIC, at=noon)
    assert take("Is anybody there?", noon).became == "unknown"


def test_what_waits_for_a_phone_goes_by_mail_once_there_is_an_address(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = confirmed(noon, replace(TEXTED, safe_hours="weekdays until noon"))
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    mailed = replace(TEXTED, email="r@home.example")
    actions.change_contact(receipt.link, receipt.pin, mailed, "en", by=PUBLIC, at=noon)
    letter = Letter.objects.get()
    assert (letter.way, letter.recipient, letter.kind) == ("mail", "r@home.example", "concern_news")


@pytest.mark.parametrize("way", ["erased", "forgotten", "stopped"])
def test_nothing_of_a_phone_outlives_its_person(cast: Cast, noon: datetime, ana: Actor, way: str) -> None:
    receipt = confirmed(noon, replace(TEXTED, safe_hours="weekdays until noon"))
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon)
    assert Letter.objects.count() == 2
    if way == "erased":
        actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    elif way == "forgotten":
        actions.forget_old_words(by=SYSTEM, at=noon + 367 * DAY)
    else:
        actions.stop_letters(receipt.link, by=PUBLIC, at=noon)
    person = Person.objects.get()
    gone = (person.phone_confirmed_at, person.phone_digest, person.phone_code, person.phone_code_at)
    assert (gone == (None, None, "", None)) is (way != "stopped")
    assert Letter.objects.count() == 0


# -- what comes in ---------------------------------------------------------------------------------------------------


def test_a_text_joins_the_thread_of_the_one_open_concern(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = confirmed(noon, language="ur")
    ended = confirmed(noon)
    actions.close(ended.reference, "solved", "Done.", by=ana, at=noon)
    assert queries.thread(receipt.reference, at=noon, viewer=ana).reachable == {"phone", "text"}
    taken = take("They raced again today.", noon + HOUR, left_out=2)
    assert (taken.became, taken.danger, taken.language) == ("joined", None, "ur")
    message = Message.objects.get(kind="person")
    assert (message.concern.reference, message.via, message.words, message.left_out) == (
        receipt.reference,
        "text",
        "They raced again today.",
        2,
    )
    # Handed over twice, it is one entry.
    assert take("They raced again today.", noon + HOUR).became == "joined"
    assert Message.objects.filter(kind="person").count() == 1
    assert take("They raced again today.", noon + HOUR, text_id="SM2").became == "joined"
    assert Message.objects.filter(kind="person").count() == 2


def test_where_several_are_open_nobody_guesses_but_danger_is_not_lost(cast: Cast, noon: datetime) -> None:
    confirmed(noon)
    latest = confirmed(noon + HOUR)
    assert take("It is still so.", noon + 2 * HOUR).became == "on_their_page"
    assert Message.objects.count() == 0
    taken = take("He has a gun and is shooting right now", noon + 2 * HOUR)
    assert (taken.became, taken.danger and taken.danger.first) == ("joined", "now")
    assert Message.objects.get().concern.reference == latest.reference
    assert Concern.objects.get(reference=latest.reference).danger == "now"


def test_words_of_danger_join_also_where_all_has_ended_and_an_open_one_comes_first(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    first, last = confirmed(noon), confirmed(noon)
    for receipt, at in ((first, noon + HOUR), (last, noon + 2 * HOUR)):
        actions.close(receipt.reference, "solved", "Done.", by=ana, at=at)
    assert take("It is as bad as before.", noon + 3 * HOUR).became == "on_their_page"
    taken = take(GUN, noon + 3 * HOUR)
    assert (taken.became, taken.link) == ("joined", last.link)
    assert [each.concern.reference for each in Message.objects.filter(kind="person")] == [last.reference]
    ended = Concern.objects.get(reference=last.reference)
    assert (ended.danger, ended.state, ended.stirred_at) == ("now", "closed", noon + 3 * HOUR)
    still_open = confirmed(noon + 3 * HOUR)
    actions.write_again(last.link, "Once more.", by=PUBLIC, at=noon + 4 * HOUR)
    assert take(GUN, noon + 5 * HOUR, text_id="SM2").link == still_open.link


def test_words_of_danger_join_however_many_texts_came_before(cast: Cast, noon: datetime) -> None:
    confirmed(noon)
    for number in range(60):
        assert take("Again.", noon, text_id=f"SM{number}").became == "joined"
    assert take("Again.", noon, text_id="SM60").became == "on_their_page"
    assert take(GUN, noon, text_id="SM61").became == "joined"
    assert Message.objects.count() == 61


@pytest.mark.parametrize(
    ("other", "became"),
    [
        (replace(TEXTED, name=" rosalind  QUENNELL"), "on_their_page"),
        (replace(TEXTED, phone="+1 416-555-0199", safe_hours="9-17"), "on_their_page"),
        (replace(TEXTED, name="Ransome Quennell"), "shared"),
        (replace(TEXTED, name=""), "shared"),
    ],
)
def test_a_number_that_two_people_confirmed_opens_the_page_of_neither(
    cast: Cast, noon: datetime, other: rules.Contact, became: str
) -> None:
    confirmed(noon)
    latest = confirmed(noon + HOUR, other)
    taken = take("It is still so.", noon + 2 * HOUR)
    opened = ("en", latest.link) if became == "on_their_page" else ("", "")
    assert (taken.became, taken.language, taken.link) == (became, *opened)
    assert Message.objects.count() == 0


def test_what_comes_from_a_shared_phone_joins_no_thread_also_where_one_alone_is_open(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    ended = confirmed(noon, replace(TEXTED, name="Ransome Quennell"))
    confirmed(noon)
    actions.close(ended.reference, "solved", "Done.", by=ana, at=noon)
    assert take("It is still so.", noon + HOUR) == actions.TextTaken("shared", None)
    assert Message.objects.filter(kind="person").count() == 0
    # Once the other's number has lapsed it is one person's.
    Person.objects.filter(concern__reference=ended.reference).update(phone_confirmed_at=noon - 60 * DAY)
    assert take("It is still so.", noon + HOUR).became == "joined"


def test_danger_from_a_shared_phone_is_read_by_the_team_and_on_nobodys_page(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    other = confirmed(noon, replace(TEXTED, name="Ransome Quennell"))
    latest = confirmed(noon + HOUR)
    taken = take(GUN, noon + 2 * HOUR)
    assert (taken.became, taken.language, taken.link) == ("joined", "", "")
    assert taken.danger == rules.Danger(("now",))
    assert take(GUN, noon + 2 * HOUR).became == "joined"  # handed over twice
    (entry,) = queries.thread(latest.reference, at=noon + 3 * HOUR, viewer=ana).entries
    assert (entry.kind, entry.words, entry.via, entry.nobodys) == ("person", GUN, "text", True)
    for receipt in (other, latest):
        assert queries.followed(receipt.link, at=noon + 3 * HOUR, viewer=PUBLIC).entries == ()
        assert GUN not in str(actions.take_out(receipt.link, receipt.pin, by=PUBLIC, at=noon + 3 * HOUR))
    assert Concern.objects.get(reference=latest.reference).danger == "now"
    actions.write_again(latest.link, "Please come.", by=PUBLIC, at=noon + 3 * HOUR)
    own = queries.thread(latest.reference, at=noon + 3 * HOUR, viewer=ana).entries[-1]
    assert (own.words, own.nobodys) == ("Please come.", False)


@pytest.mark.parametrize("words", ["", " \u200b ", "x" * 4001])
def test_what_says_nothing_or_too_much_joins_no_thread(cast: Cast, noon: datetime, words: str) -> None:
    confirmed(noon)
    assert (take(words, noon).became, Message.objects.count()) == ("on_their_page", 0)


def test_a_number_nobody_confirmed_or_not_lately_is_unknown(cast: Cast, noon: datetime) -> None:
    told.raised(noon, contact=TEXTED)
    confirmed(noon, replace(TEXTED, phone="416 555 0188"))
    assert take("Hello", noon) == actions.TextTaken("unknown", None)
    assert take("Hello", noon + 60 * DAY, "+14165550188").became == "unknown"
    danger = take("He is going to kill me right now", noon).danger
    assert danger is not None
    assert (danger.first, Message.objects.count()) == ("now", 0)


def test_stop_ends_all_letters_to_the_number_also_where_it_has_lapsed(cast: Cast, noon: datetime, ana: Actor) -> None:
    first, second, other = confirmed(noon), confirmed(noon), confirmed(noon, replace(TEXTED, phone="416 555 0188"))
    assert take("Arrêt", noon + 61 * DAY) == actions.TextTaken("stopped", None)
    stopped = set(Person.objects.filter(stopped_at__isnull=False).values_list("concern__reference", flat=True))
    assert stopped == {first.reference, second.reference}
    for receipt in (first, other):
        actions.answer(receipt.reference, "I was there.", by=ana, at=noon + HOUR)
    assert [letter.recipient for letter in Letter.objects.all()] == ["+14165550188"]
    assert (Message.objects.filter(kind="person").count(), take("STOP", noon).became) == (0, "stopped")


def test_whoever_confirms_again_after_a_stop_is_texted_again(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = confirmed(noon)
    take("STOP", noon)
    assert queries.phone_of(receipt.link, at=noon, viewer=PUBLIC).stopped
    actions.send_code(receipt.link, by=PUBLIC, at=noon)
    actions.confirm_phone(receipt.link, code_of(receipt.link), by=PUBLIC, at=noon)
    assert not queries.phone_of(receipt.link, at=noon, viewer=PUBLIC).stopped
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon + HOUR)
    assert Letter.objects.filter(kind="concern_news").count() == 1


def test_a_number_is_still_known_after_the_keys_were_exchanged(cast: Cast, noon: datetime, settings: Settings) -> None:
    confirmed(noon)
    old, new = django.BYNAME_DATA_KEYS[-1], Fernet.generate_key().decode()
    assert actions.recode_phones(by=SYSTEM, at=noon) == 0
    settings.BYNAME_DATA_KEYS = [new, old]
    assert (take("One", noon).became, actions.recode_phones(by=SYSTEM, at=noon)) == ("joined", 0)
    person = Person.objects.get()
    Person.objects.filter(pk=person.pk).update(
        contact=person.contact, link=person.link, pin=person.pin, phone_code=person.phone_code
    )
    Concern.objects.update(told=Concern.objects.get().told)
    Message.objects.update(words=Message.objects.get().words)
    settings.BYNAME_DATA_KEYS = [new]
    assert take("Two", noon, text_id="SM2").became == "unknown"
    assert actions.recode_phones(by=SYSTEM, at=noon) == 1
    assert take("Two", noon, text_id="SM2").became == "joined"
    assert actions.recode_phones(by=SYSTEM, at=noon) == 0
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    assert actions.recode_phones(by=SYSTEM, at=noon) == 0  # nothing opens it: it stays as it is


def test_a_phone_stays_known_when_its_person_also_gave_an_address(cast: Cast, noon: datetime) -> None:
    receipt = confirmed(noon)
    with_mail = replace(TEXTED, email="r@home.example")
    actions.change_contact(receipt.link, receipt.pin, with_mail, "en", by=PUBLIC, at=noon)
    assert take("One", noon).became == "joined"
    assert actions.recode_phones(by=SYSTEM, at=noon) == 0
    assert take("Two", noon, text_id="SM2").became == "joined"
    take("STOP", noon)
    assert Person.objects.get().stopped_at == noon


def test_between_the_last_exchange_of_keys_and_the_restart_a_phone_is_known(
    cast: Cast, noon: datetime, settings: Settings
) -> None:
    old, new, other = django.BYNAME_DATA_KEYS[-1], Fernet.generate_key().decode(), "+14165550188"
    serving = [new, old]
    settings.BYNAME_DATA_KEYS = serving
    receipt = confirmed(noon)
    settings.BYNAME_DATA_KEYS = [new]
    assert actions.recode_phones(by=SYSTEM, at=noon) == 1
    # The server has not heard of it yet.
    settings.BYNAME_DATA_KEYS = serving
    assert take("One", noon).became == "joined"
    confirmed(noon, replace(TEXTED, phone="416 555 0188"))
    take("STOP", noon)
    assert Person.objects.get(concern__reference=receipt.reference).stopped_at == noon
    # Restarted, and finished once more.
    settings.BYNAME_DATA_KEYS = [new]
    assert take("Two", noon, other, text_id="SM2").became == "unknown"
    assert actions.recode_phones(by=SYSTEM, at=noon) == 1
    assert take("Two", noon, other, text_id="SM2").became == "joined"


def test_no_more_codes_go_to_whoever_was_only_sent_codes_and_asked_for_none(cast: Cast, noon: datetime) -> None:
    mine, theirs = told.raised(noon, contact=TEXTED), told.raised(noon, contact=replace(TEXTED, phone="416 555 0188"))
    actions.send_code(mine.link, by=PUBLIC, at=noon)
    assert take("STOP", noon).became == "stopped"
    later = noon + 59 * DAY
    with pytest.raises(Refused) as refused:
        actions.send_code(mine.link, by=PUBLIC, at=later)
    for _ in range(5):
        actions.send_code(theirs.link, by=PUBLIC, at=later)
    with pytest.raises(Refused) as asked_too_often:
        actions.send_code(theirs.link, by=PUBLIC, at=later)
    said = [(each.value.code, each.value.sentence) for each in (refused, asked_too_often)]
    assert said[0] == said[1]
    assert not KeptValue.objects.filter(key__contains="555").exists()
    actions.send_code(mine.link, by=PUBLIC, at=noon + 60 * DAY)
