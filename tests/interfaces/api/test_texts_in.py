"""Texts that come in: only what the provider signed is taken, danger is met at once, and no number stands anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.models import Message, Person
from byname.interfaces import snapshot
from byname.interfaces.api import texts_in
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import ServiceProfile
from byname.vocabulary import PUBLIC, Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN, Telephone

SITE = "https://heard.example.org"
PHONE = "+14165550199"
GUN = "He has a gun and is shooting right now"
Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.BYNAME_PUBLIC_URL = SITE
    settings.BYNAME_TEXTS = Telephone(port=1).service


@pytest.fixture
def send(client: Client, cast: Cast) -> Send:
    """Hands a text over as Twilio does."""

    def sent(words: str, number: str = PHONE, *, sid: str = "SM" + "1" * 32, token: str = TOKEN, **more: str) -> Any:
        form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "To": SENDER, "Body": words, "NumMedia": "0"}
        form |= more
        signature = texts_in.signature_of(token, f"{SITE}/texts/in", {name: [form[name]] for name in form})
        return client.post("/texts/in", form, headers={"X-Twilio-Signature": signature})

    return sent


@pytest.fixture
def rosa(cast: Cast) -> actions.Receipt:
    """Somebody with a confirmed phone and one open concern, who is written to in Urdu."""
    return confirmed("ur")


def confirmed(language: str = "en", name: str = "") -> actions.Receipt:
    at = timezone.now()
    contact = rules.Contact(name=name, phone="416 555 0199", by_text=True)
    receipt = told.raised(at, contact=contact, language=language)
    actions.send_code(receipt.link, by=PUBLIC, at=at)
    code = rules.code_sent(Person.objects.get(link_digest=rules.link_digest(receipt.link)).phone_code)
    actions.confirm_phone(receipt.link, code, by=PUBLIC, at=at)
    return receipt


def change_line(key: str, **changes: Any) -> None:
    """One line of the service is another from now on."""
    profile = ServiceProfile.objects.get().profile
    for line in profile["lines"]:
        if line["key"] == key:
            line |= changes
    ServiceProfile.objects.update(profile=profile)
    snapshot.forget()


def said(answer: Any) -> str:
    """The text that goes back; empty where none does."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "Response"
    messages = [each.text or "" for each in root]
    assert [each.tag for each in root] == ["Message"] * len(messages)
    assert len(messages) < 2
    return messages[0] if messages else ""


# -- the signature ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "address", "fields", "signature"),
    [
        # The examples of Twilio's documentation, as it was and as it is.
        (
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            {
                "CallSid": "CA1234567890ABCDE",
                "Caller": "+12349013030",
                "Digits": "1234",
                "From": "+12349013030",
                "To": "+18005551212",
            },
            "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
        ),
        (
            "12345",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            {
                "CallSid": "CA1234567890ABCDE",
                "Caller": "+14158675309",
                "Digits": "1234",
                "From": "+14158675309",
                "To": "+18005551212",
            },
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
    ],
)
def test_a_form_is_signed_as_the_provider_says(
    token: str, address: str, fields: dict[str, str], signature: str
) -> None:
    assert texts_in.signature_of(token, address, {name: [fields[name]] for name in reversed(fields)}) == signature


def test_a_value_said_twice_is_signed_once_and_in_order() -> None:
    once = texts_in.signature_of(TOKEN, SITE, {"a": ["1", "2"]})
    assert texts_in.signature_of(TOKEN, SITE, {"a": ["2", "1", "2"]}) == once


def test_what_nobody_signed_or_somebody_else_did_is_refused_and_nothing_is_taken(
    send: Send, client: Client, rosa: actions.Receipt
) -> None:
    assert send("Hello", token="another").status_code == 403
    for signature in ("", "x", "é", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="):
        form = {"From": PHONE, "Body": "Hello", "MessageSid": "SM1" * 9}
        answer = client.post("/texts/in", form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403
    assert client.post("/texts/in", {"From": PHONE, "Body": "kill me now"}).status_code == 403
    assert Message.objects.count() == 0


def test_a_changed_form_is_not_the_one_that_was_signed(client: Client, rosa: actions.Receipt) -> None:
    form = {"From": PHONE, "Body": "Hello", "MessageSid": "SM" + "1" * 32}
    signature = texts_in.signature_of(TOKEN, f"{SITE}/texts/in", {name: [form[name]] for name in form})
    for changed in ({"Body": "Hello!"}, {"From": "+14165550188"}, {"NumMedia": "1"}):
        answer = client.post("/texts/in", form | changed, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403
    assert client.post("/texts/in", form, headers={"X-Twilio-Signature": signature}).status_code == 200


@pytest.mark.parametrize("address", [f"{SITE}:443/texts/in", f"{SITE}/texts/in"])
def test_the_usual_port_may_stand_in_what_was_signed_or_not(
    client: Client, rosa: actions.Receipt, address: str
) -> None:
    form = {"From": PHONE, "Body": "Hello", "MessageSid": "SM" + "1" * 32}
    signature = texts_in.signature_of(TOKEN, address, {name: [form[name]] for name in form})
    assert client.post("/texts/in", form, headers={"X-Twilio-Signature": signature}).status_code == 200


def test_it_is_handed_over_by_post_where_a_provider_is_set(client: Client, cast: Cast, settings: Settings) -> None:
    for method in (client.get, client.put, client.delete):
        answer = method("/texts/in")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    settings.BYNAME_TEXTS = None
    assert (client.get("/texts/in").status_code, client.post("/texts/in").status_code) == (404, 404)


# -- what becomes of it ----------------------------------------------------------------------------------------------


def test_a_text_joins_the_thread_and_is_answered_by_nothing(send: Send, rosa: actions.Receipt) -> None:
    assert said(send("They raced again today.")) == ""
    assert said(send("They raced again today.")) == ""  # handed over twice
    message = Message.objects.get()
    assert (message.concern.reference, message.via, message.words) == (
        rosa.reference,
        "text",
        "They raced again today.",
    )


def test_danger_is_met_at_once_in_their_language_and_in_english(send: Send, rosa: actions.Receipt) -> None:
    change_line("emergency", facts={"text_needs_registration": True})
    text = said(send("someone is being stabbed right now"))
    assert "In danger, or is someone hurt? Call 911 now." in text
    assert any("\u0600" <= sign <= "\u06ff" for sign in text)
    assert "Texting 911 works only for people" in text
    assert "Nobody is reading this now." in text
    assert Message.objects.get().words == "someone is being stabbed right now"
    # However often.
    assert "Call 911 now." in said(send("someone is being stabbed right now", sid="SM" + "2" * 32))


def test_an_unknown_number_is_met_with_the_same_and_else_told_once_a_day_where_to_call(send: Send, cast: Cast) -> None:
    for _ in range(2):
        assert "Call 911 now." in said(send("someone is being stabbed right now"))
    line = next(each for each in ServiceProfile.objects.get().profile["lines"] if each["key"] == "non_emergency")
    assert said(send("Hello?")) == f"Nobody can read your text here. Call {line['shown']}."
    assert said(send("Hello?")) == ""
    assert said(send("Hello?", "+14165550188")) != ""
    assert Message.objects.count() == 0


def test_with_several_open_they_are_led_to_their_page_each_time(send: Send, cast: Cast) -> None:
    confirmed()
    latest = confirmed()
    for _ in range(3):
        assert said(send("It is still so.")) == f"Read and write on your own page:\n{SITE}/c/{latest.link}/"
    assert Message.objects.count() == 0


def test_who_writes_after_it_ended_is_led_to_their_page_each_time(
    send: Send, rosa: actions.Receipt, cast: Cast
) -> None:
    ana: Actor = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    actions.close(rosa.reference, "solved", "Done.", by=ana, at=timezone.now())
    for _ in range(3):
        assert f"{SITE}/ur/c/{rosa.link}/" in said(send("It is as bad as before."))
    assert "Call 911 now." in said(send(GUN))
    assert [each.words for each in Message.objects.filter(kind="person")] == [GUN]


def test_a_machine_that_answers_whatever_it_is_told_is_told_sixty_times_an_hour(
    send: Send, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)  # or an hour might begin between two of them
    confirmed()
    confirmed()
    answers = [said(send("I am driving.")) for _ in range(61)]
    assert [bool(each) for each in answers] == [*[True] * 60, False]


def test_a_phone_that_two_people_confirmed_is_sent_no_link_and_danger_is_for_the_team(
    send: Send, client: Client, cast: Cast
) -> None:
    theirs = [confirmed(name="Rosalind"), confirmed("ur", name="Ransome")]
    line = next(each for each in ServiceProfile.objects.get().profile["lines"] if each["key"] == "non_emergency")
    for _ in range(2):
        assert said(send("It is still so.")) == f"Nobody can read your text here. Call {line['shown']}."
    text = said(send(GUN, sid="SM" + "2" * 32))
    assert "Call 911 now." in text
    assert ("/c/" in text, any("\u0600" <= sign <= "\u06ff" for sign in text)) == (False, False)
    assert [each.words for each in Message.objects.all()] == [GUN]
    for receipt in theirs:
        assert "has a gun" not in client.get(f"/c/{receipt.link}/").content.decode()
    desk = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    page = desk.get(f"/desk/concerns/{Message.objects.get().concern.reference}/").content.decode()
    assert (GUN in page, "several people share" in page) == (True, True)


@pytest.mark.parametrize("case", ["kept", "unknown", "lapsed", "too long", "no number"])
def test_where_somebody_reads_at_all_hours_it_is_still_said_that_nobody_reads_what_was_not_kept(
    send: Send, rosa: actions.Receipt, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    at_all_hours = replace(snapshot.hearing(), read_at_all_hours=True)
    monkeypatch.setattr(snapshot, "hearing", lambda: at_all_hours)
    if case == "lapsed":
        Person.objects.update(phone_confirmed_at=timezone.now() - timedelta(days=60))
    words = f"{GUN}. {'Cars race. ' * 400}" if case == "too long" else GUN
    number = {"unknown": "+14165550188", "no number": "Anonymous"}.get(case, PHONE)
    text = said(send(words, number))
    assert "Call 911 now." in text
    assert (text.count("Nobody is reading this now."), Message.objects.count()) == (
        (0, 1) if case == "kept" else (1, 0)
    )


@pytest.mark.parametrize("words", ["STOP", "arrêt", "停止"])
def test_stop_is_obeyed_and_answered_by_nothing(send: Send, rosa: actions.Receipt, words: str) -> None:
    assert said(send(words)) == ""
    assert (Person.objects.get().stopped_at is not None, Message.objects.count()) == (True, 0)


def test_pictures_are_counted_and_not_fetched(send: Send, rosa: actions.Receipt) -> None:
    assert said(send("Look.", NumMedia="2", MediaUrl0="https://api.example.org/1")) == ""
    assert Message.objects.get().left_out == 2


@pytest.mark.parametrize("number", ["", "Anonymous", "266696687", "+1", "12345"])
def test_whoever_has_no_number_is_known_to_nobody_and_danger_is_met_all_the_same(
    send: Send, rosa: actions.Receipt, number: str
) -> None:
    assert said(send("Hello", number)) == ""
    assert "Call 911 now." in said(send("someone is being stabbed right now", number))
    assert Message.objects.count() == 0


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=400), number=st.one_of(st.just(PHONE), st.text(max_size=20)), sid=st.text(max_size=40))
def test_whatever_comes_signed_is_answered(
    send: Send, rosa: actions.Receipt, words: str, number: str, sid: str
) -> None:
    answer = send(words, number, sid=sid)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        said(answer)


def test_words_that_could_be_markup_are_none(send: Send, cast: Cast) -> None:
    change_line("non_emergency", shown="<Dial>1</Dial> & more")
    assert said(send("Hello?")) == "Nobody can read your text here. Call <Dial>1</Dial> & more."


# -- while a part is away --------------------------------------------------------------------------------------------


def test_while_the_database_is_away_the_provider_tries_again_and_danger_is_met(
    send: Send, rosa: actions.Receipt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the connection was lost at +14165550199")

    with monkeypatch.context() as patched, caplog.at_level(logging.INFO):
        patched.setattr(actions, "take_text", away)
        answer = send("They raced again today.")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        text = said(send("someone is being stabbed right now"))
        assert "Call 911 now." in text
        assert "Nobody is reading this now." in text
    assert "5550199" not in caplog.text
    assert said(send("They raced again today.")) == ""
    assert [message.words for message in Message.objects.all()] == ["They raced again today."]


def test_no_number_stands_in_the_ledger_the_log_or_an_open_column(
    send: Send, rosa: actions.Receipt, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send("They raced again today.")
        send("Hello", "+14165550188")
        send("STOP")
    assert [word for word in ("5550199", "5550188", "raced") if word in caplog.text] == []
    rows = [str(line.__dict__) for line in LedgerLine.objects.all()]
    assert [row for row in rows if "5550199" in row or "5550188" in row] == []
    assert Letter.objects.filter(way="mail").count() == 0


def test_a_thread_by_text_is_answered_by_an_officer(send: Send, rosa: actions.Receipt, cast: Cast) -> None:
    ana: Actor = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    send("They raced again today.")
    at = timezone.now() + timedelta(minutes=1)
    actions.answer(rosa.reference, "I was there.", by=ana, at=at)
    letter = Letter.objects.get(kind="concern_news")
    assert (letter.way, letter.recipient) == ("text", PHONE)
