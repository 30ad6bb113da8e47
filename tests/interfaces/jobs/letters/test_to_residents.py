"""Letters to residents: in their language, telling no stranger what they are about, and stopped by one press."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.test import Client
from django.utils import timezone, translation
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.models import Person
from byname.concerns.rules import mail
from byname.interfaces.jobs import letters
from byname.interfaces.jobs.deliver import Deliverer
from byname.interfaces.jobs.letters import residents
from byname.ledger.actions import Outgoing
from byname.ledger.models import Letter
from byname.vocabulary import PUBLIC, SYSTEM, Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.interfaces.jobs.post import Post

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SITE = "https://heard.example.org"
ABOUT = ("police", "officer", "concern", "crime", "traffic", "old-mill", "Old Mill", "Rivermouth", "race", "Rosalind")


def message_of(letter: Letter) -> EmailMessage:
    """The message a letter of the outbox travels in."""
    outgoing = Outgoing(letter.pk, letter.message_id, letter.kind, letter.recipient, json.loads(letter.words), 0)
    return letters.message_of(outgoing, sender="no-reply@service.example", at=letter.due_at)


def text_of(letter: Letter) -> str:
    return str(message_of(letter).get_content())


def test_one_arrives_and_says_that_there_is_something_and_where(cast: Cast, ana: Actor, post: Post) -> None:
    at = timezone.now() - HOUR
    receipt = told.raised(at)
    actions.answer(receipt.reference, "I was there this morning.", by=ana, at=at)
    assert Deliverer().round() == 2
    received, news = post.taken
    assert [message["Subject"] for message in post.taken] == ["We have your message", "There is an answer for you"]
    assert (news["From"], news["To"]) == ("no-reply@service.example", "rosalind@home.example")
    assert news.get_content().replace("\r\n", "\n") == (
        "Hello,\n\n"
        "There is an answer for you.\n\n"
        f"Your reference is {receipt.reference}.\n\n"
        f"Read and write on your own page:\n{SITE}/c/{receipt.link}/\n\n"
        "Keep this letter to yourself: whoever has this link can read your page.\n\n"
        "Do you want no more letters like this? Open this page and press the button:\n"
        f"{SITE}/c/{receipt.link}/letters\n"
    )
    assert str(received["Message-ID"]) != str(news["Message-ID"])


def test_no_letter_tells_what_it_is_about(cast: Cast, noon: datetime, ana: Actor) -> None:
    first, second = told.raised(noon), told.raised(noon, language="fr")
    actions.answer(first.reference, "Secret words about a race.", by=ana, at=noon)
    actions.close(second.reference, "solved", "Secret words about a race.", by=ana, at=noon)
    third = told.raised(noon)
    hurt = mail.read_mail(b"From: a@b.example\n\nSomeone is being stabbed in the race right now.", most_bytes=1000)
    key = mail.reply_key(rules.link_digest(third.link))
    actions.take_mail(key, hurt, mail_id="1", by=PUBLIC, at=noon)
    fourth = told.raised(noon)
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1"]))
    actions.hold_concern(fourth.reference, "claim", tell=True, by=sergeant, at=noon)
    actions.tell_overdue(by=SYSTEM, at=noon + 4 * DAY)
    found = {letter.kind: message_of(letter) for letter in Letter.objects.order_by("pk")}
    assert set(found) == set(letters.TO_RESIDENTS)
    for kind, message in found.items():
        seen = f"{message['Subject']} {message['From']}"
        whole = f"{seen} {message.get_content()}"
        assert [word for word in ABOUT if word.lower() in seen.lower()] == []
        assert [word for word in (*ABOUT, "Secret") if word.lower() in whole.lower()] == [], kind
        assert third.pin not in whole


def test_mail_programs_are_told_how_to_stop_them_by_one_press(cast: Cast, noon: datetime, post: Post) -> None:
    receipt = told.raised(timezone.now())
    Deliverer().round()
    (message,) = post.taken
    assert message["List-Unsubscribe"] == f"<{SITE}/c/{receipt.link}/letters>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{SITE}/c/{receipt.link}/letters>\r\n".encode() in post.raw[0]


def test_the_one_press_works_from_a_mail_program_and_looking_stops_nothing(cast: Cast, noon: datetime) -> None:
    told.raised(noon)
    message = message_of(Letter.objects.get())
    stops = str(message["List-Unsubscribe"]).removeprefix(f"<{SITE}").removesuffix(">")
    reads = f"/c/{Person.objects.get().link}/"
    assert f"{SITE}{reads}\n" in str(message.get_content())
    # As a mail program does it: no cookie, no page of ours before it, nothing that says where it comes from.
    scanner = Client(enforce_csrf_checks=True)
    for path in (stops, reads):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert Person.objects.get().stopped_at is None
    assert scanner.post(stops, {"List-Unsubscribe": "One-Click"}).status_code in (200, 303)
    assert Person.objects.get().stopped_at is not None
    assert Letter.objects.count() == 0


def test_a_long_address_stays_whole_in_the_header(cast: Cast, noon: datetime, settings: Settings, post: Post) -> None:
    settings.BYNAME_PUBLIC_URL = f"https://{'neighbourhood-officers.' * 4}example.org"
    receipt = told.raised(timezone.now())
    Deliverer().round()
    whole = f"List-Unsubscribe: <{settings.BYNAME_PUBLIC_URL}/c/{receipt.link}/letters>\r\n"
    assert whole.encode() in post.raw[0]


def test_letters_to_staff_offer_no_such_thing() -> None:
    words = {"subject": "A passkey was added", "body": "Hello.\n"}
    message = letters.message_of(
        Outgoing(1, "<1@service.example>", "plain", "ana@service.example", words, 0),
        sender="no-reply@service.example",
        at=timezone.now(),
    )
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (None, None)


def test_who_asked_for_it_reads_the_answer_in_the_letter(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon, words_in_letters=True)
    actions.answer(receipt.reference, "I was there.\nمیں وہاں تھا۔", by=ana, at=noon)
    assert "This is what was written to you:\n\nI was there.\nمیں وہاں تھا۔\n\n" in text_of(
        Letter.objects.get(kind="concern_news")
    )


def test_nothing_an_officer_writes_becomes_a_header_or_fills_a_gap(cast: Cast, noon: datetime, ana: Actor) -> None:
    receipt = told.raised(noon, words_in_letters=True)
    actions.answer(receipt.reference, "{reference} {nobody}\r\nBcc: x@x.example", by=ana, at=noon)
    message = message_of(Letter.objects.get(kind="concern_news"))
    assert message["Bcc"] is None
    assert "{reference} {nobody}\nBcc: x@x.example" in str(message.get_content())


def test_a_broken_promise_names_the_sergeant_by_name_if_one_is_shown_else_the_divisions_number(
    cast: Cast, noon: datetime
) -> None:
    told.raised(noon)
    actions.tell_overdue(by=SYSTEM, at=noon + 4 * DAY)
    letter = Letter.objects.get(kind="concern_overdue")
    assert "You can turn to the sergeant of this team: 416-555-0101." in text_of(letter)
    staff.account("sergeant", divisions=["D1"], officer=cast.elif_)
    assert "You can turn to Elif Erdem, the sergeant of this team: 416-555-0101." in text_of(letter)


def test_every_letter_to_somebody_under_18_names_the_sergeant_and_a_grown_up(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon, under_18=True, more_letters=True)
    actions.answer(receipt.reference, "I was there.", by=ana, at=noon)
    actions.close(receipt.reference, "solved", "Done.", by=ana, at=noon)
    found = [text_of(letter) for letter in Letter.objects.order_by("pk")]
    assert len(found) == 3
    for text in found:
        assert "You can turn to the sergeant of this team: 416-555-0101." in text
        assert "You can also show this letter to a grown-up you trust." in text


@pytest.mark.parametrize(
    ("language", "prefix"),
    [
        ("en", ""),
        ("zh-hans", "/zh-hans"),
        ("zh_Hant", "/zh-hant"),
        *((code, f"/{code}") for code in ("fr", "pt", "ta", "ur", "es", "tl")),
        ("xx", ""),
        ("", ""),
    ],
)
def test_a_letter_can_be_written_in_every_language_and_leads_to_the_page_in_it(
    cast: Cast, noon: datetime, language: str, prefix: str
) -> None:
    words = rules.letter_words(
        "C-7K3M-9QXT-4B8", "link", language, division="D1", overdue=True, under_18=True, said="میں"
    )
    for kind in letters.TO_RESIDENTS:
        message = letters.message_of(
            Outgoing(1, "<1@service.example>", kind, "r@home.example", words, 0),
            sender="no-reply@service.example",
            at=noon,
        )
        text = str(message.get_content())
        assert f"{SITE}{prefix}/c/link/\n" in text
        assert ("C-7K3M-9QXT-4B8" in text, "416-555-0101" in text, "{" in text) == (True, True, False)
        assert str(message["Subject"])
    assert translation.get_language() == "en"


def test_a_letter_without_its_link_is_not_sent() -> None:
    with pytest.raises(letters.Unwritable):
        residents.text_to_resident("concern_news", {"reference": "C-7K3M-9QXT-4B8"}, on=date(2026, 11, 23))
