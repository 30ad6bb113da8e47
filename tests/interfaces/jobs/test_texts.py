"""Texts go by the provider's own rules, one sentence and a link, and neither they nor the mail wait for the other."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.models import Person
from byname.interfaces.jobs import letters, texts
from byname.interfaces.jobs.deliver import Deliverer, Texter
from byname.interfaces.jobs.letters import Unwritable
from byname.interfaces.jobs.mail_server import MailServer
from byname.interfaces.texting import TextCarrier, carrier
from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import ServiceProfile
from byname.vocabulary import PUBLIC, SYSTEM, Actor, Refused
from tests import cast as city
from tests.cast import Cast
from tests.concerns import told
from tests.config.ground import free_port
from tests.interfaces.jobs.certificates import certificate
from tests.interfaces.jobs.post import Post, deaf_server, mail_server
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN, Telephone, telephone

SITE = "https://heard.example.org"
PHONE = "+14165550199"
LINK = "abcdefghijklmnopqrstuvwx"
WORDS = {"reference": "C-7K3M-9QXT-4B8", "link": LINK, "language": "en"}
ABOUT = ("police", "officer", "concern", "crime", "traffic", "old mill", "old-mill", "rivermouth", "race", "rosalind")


@pytest.fixture(autouse=True)
def sender(settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_PUBLIC_URL = SITE
    settings.BYNAME_MAIL_FROM = "no-reply@service.example"
    settings.BYNAME_HOME = tmp_path


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


@pytest.fixture
def phone(settings: Settings, db: None) -> Iterator[Telephone]:
    with telephone() as running:
        settings.BYNAME_TEXTS = running.service
        yield running


def written(to: str = PHONE, kind: str = "concern_news", **changes: str) -> int:
    """One text in the outbox; its number."""
    with transaction.atomic():
        name = ledger.write_letter(kind, way="text", to=to, words=WORDS | changes, by=SYSTEM, at=timezone.now())
    return Letter.objects.get(message_id=name).pk


def mailed() -> int:
    with transaction.atomic():
        name = ledger.write_letter("concern_news", to="r@home.example", words=WORDS, by=SYSTEM, at=timezone.now())
    return Letter.objects.get(message_id=name).pk


def state_of(number: int) -> tuple[int, str, bool, bool]:
    row = Letter.objects.get(pk=number)
    return row.attempts, row.problem, row.delivered_at is not None, row.given_up_at is not None


# -- the provider ----------------------------------------------------------------------------------------------------


def test_a_text_arrives_once_as_the_provider_wants_it_and_then_only_that_it_was_sent_is_known(phone: Telephone) -> None:
    number = written()
    assert (Texter().round(), Texter().round()) == (1, 0)
    body = f"There is an answer for you\n{SITE}/c/{LINK}/"
    assert phone.taken == [{"To": PHONE, "From": SENDER, "Body": body}]
    row = Letter.objects.get(pk=number)
    assert (row.way, row.recipient, row.words, row.delivered_at is not None) == ("text", "", "", True)


def test_a_group_of_numbers_is_named_as_one(phone: Telephone, settings: Settings) -> None:
    group = "MG" + "0b" * 16
    settings.BYNAME_TEXTS = TextCarrier("twilio", ACCOUNT, TOKEN, group, phone.service.address)
    written()
    assert Texter().round() == 1
    assert phone.taken[0].keys() == {"To", "MessagingServiceSid", "Body"}
    assert phone.taken[0]["MessagingServiceSid"] == group


@given(words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300))
def test_whatever_is_written_arrives_as_it_is(words: str) -> None:
    assert PROVIDER.send(PHONE, words, once="<1>") is None
    assert HEARD.taken.pop() == {"To": PHONE, "From": SENDER, "Body": words}
    assert HEARD.taken == []


HEARD = Telephone()
PROVIDER = texts.Twilio(HEARD.service)


@pytest.fixture(autouse=True, scope="module")
def heard() -> Iterator[None]:
    global PROVIDER
    with telephone(HEARD):
        PROVIDER = texts.Twilio(HEARD.service)
        yield


@pytest.mark.parametrize(
    ("status", "code", "sentence", "final", "unwanted"),
    [
        (400, 21610, "Whoever has the number wants no texts.", True, True),
        (400, 21614, "The number takes no texts.", True, False),
        (400, 21211, "The provider knows no such number.", True, False),
        (403, 21408, "The provider sends no texts to that country.", True, False),
        (400, 99999, "The provider does not take this text.", True, False),
        (400, 21606, "The provider does not take our sender (BYNAME_TEXTS_FROM).", False, False),
        (500, 20500, "The provider cannot send this text now.", False, False),
        (503, 0, "The provider cannot send this text now.", False, False),
    ],
)
def test_what_the_provider_refuses_is_final_or_not(
    status: int, code: int, sentence: str, final: bool, unwanted: bool
) -> None:
    HEARD.answers = {PHONE: (status, code)}
    try:
        assert PROVIDER.send(PHONE, "x", once="<1>") == texts.Failed(sentence, final, unwanted)
    finally:
        HEARD.answers = {}


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (429, 20429, "The provider takes no more texts for the moment."),
        (401, 20003, "The provider refuses the account or the token."),
        (404, 20404, "The provider refuses the account or the token."),
        (307, 0, "Where BYNAME_TEXTS_URL leads nobody takes texts."),
    ],
)
def test_what_would_befall_every_text_counts_against_none(status: int, code: int, why: str, phone: Telephone) -> None:
    phone.answers = {PHONE: (status, code)}
    first, second = written(), written("+14165550188")
    texter = Texter()
    assert (texter.round(), texter.round()) == (0, 0)  # it is left in peace for a few seconds
    assert (state_of(first), state_of(second)) == ((0, why, False, False), (0, "", False, False))
    assert phone.taken == []
    phone.answers = {}
    assert Texter().round() == 2


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"code": "21610"}', b'{"code": null}', b"\xff\xfe", b'{"code": 1' + b" " * 70000]
)
def test_an_answer_that_cannot_be_read_is_taken_by_its_status(body: bytes) -> None:
    try:
        HEARD.raw = {PHONE: (400, body)}
        assert PROVIDER.send(PHONE, "x", once="<1>") == texts.Failed(
            "The provider does not take this text.", final=True
        )
        HEARD.raw = {PHONE: (201, body)}
        assert PROVIDER.send(PHONE, "x", once="<1>") is None
    finally:
        HEARD.raw = {}


def test_a_provider_nobody_reaches_or_vouches_for_is_away_and_no_token_is_sent_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = texts.Twilio(TextCarrier("twilio", ACCOUNT, TOKEN, SENDER, f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(texts.Away, match=r"^The provider cannot be reached\.$"):
        nowhere.send(PHONE, "x", once="<1>")
    public, context = certificate(tmp_path)
    with telephone(context=context) as phone:
        with pytest.raises(texts.Away, match=r"^The provider's certificate cannot be trusted\.$"):
            texts.Twilio(phone.service).send(PHONE, "x", once="<1>")
        assert phone.taken == []
        trusting = ssl.create_default_context(cafile=public)
        monkeypatch.setattr("byname.interfaces.jobs.texts.twilio.ssl.create_default_context", lambda: trusting)
        assert texts.Twilio(phone.service).send(PHONE, "x", once="<1>") is None
        assert phone.taken == [{"To": PHONE, "From": SENDER, "Body": "x"}]


def test_no_sentence_and_no_name_holds_the_token() -> None:
    assert TOKEN not in repr(HEARD.service)


# -- the outbox ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    ["", "416 555 0199", "4165550199", "+04165550199", "+1416555019912345", "+1 416", "+1416555019\n", "a@b.example"],
)
def test_a_text_goes_to_one_whole_number(to: str) -> None:
    with pytest.raises(Refused, match="That is no whole phone number"):
        ledger_rules.letter_number(to)


def test_a_text_the_provider_puts_off_is_tried_again_and_holds_up_nobody(phone: Telephone) -> None:
    phone.answers = {PHONE: (500, 20500)}
    later, now = written(), written("+14165550188")
    before = timezone.now()
    assert Texter().round() == 1
    assert state_of(later) == (1, "The provider cannot send this text now.", False, False)
    assert timedelta(seconds=50) < Letter.objects.get(pk=later).due_at - before < timedelta(seconds=70)
    assert state_of(now)[2]


def test_a_number_that_takes_no_texts_is_given_up_at_once_with_a_line_that_names_nobody(phone: Telephone) -> None:
    phone.answers = {PHONE: (400, 21614)}
    number = written()
    assert Texter().round() == 0
    assert state_of(number) == (1, "The number takes no texts.", False, True)
    line = LedgerLine.objects.get()
    assert (line.event, line.facts) == ("letter.given_up", {"kind": "concern_news", "attempts": 1})


def test_the_mail_server_away_holds_no_text_back_and_a_provider_away_no_letter(
    phone: Telephone, settings: Settings
) -> None:
    with deaf_server() as port:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", port, "off")
        letter, text = mailed(), written()
        assert Texter().round() == 1
        assert (state_of(letter)[2], state_of(text)[2]) == (False, True)
    settings.BYNAME_TEXTS = TextCarrier("twilio", ACCOUNT, TOKEN, SENDER, f"http://127.0.0.1:{free_port()}")
    post = Post()
    with mail_server(post) as running:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", running.port, "off")
        waits = written()
        assert (Texter().round(), Deliverer().round()) == (0, 1)
        assert (state_of(letter)[2], state_of(waits)) == (True, (0, "The provider cannot be reached.", False, False))


def test_while_a_letter_is_under_way_a_text_can_be_taken_and_no_second_letter(phone: Telephone) -> None:
    mailed()
    written()
    with transaction.atomic():
        taken = [ledger.take_letter(way=way, by=SYSTEM, at=timezone.now()) for way in ("mail", "text")]
        assert [letter.to if letter else "" for letter in taken] == ["r@home.example", PHONE]


def test_without_a_provider_texts_wait_and_nothing_is_lost(db: None, settings: Settings) -> None:
    settings.BYNAME_TEXTS = None
    number = written()
    assert (Texter().round(), state_of(number)) == (0, (0, "", False, False))


def test_what_cannot_be_read_or_written_holds_up_nobody(phone: Telephone) -> None:
    linkless = written()
    Letter.objects.filter(pk=linkless).update(words=json.dumps({"language": "en"}))
    unknown = written(kind="no_such_kind")
    whole = written()
    assert Texter().round() == 1
    assert [state_of(number)[1:3] for number in (linkless, unknown, whole)] == [
        ("The text concern_news has not all its words.", False),
        ("The text no_such_kind has not all its words.", False),
        ("", True),
    ]


def test_in_the_demo_a_text_lands_beside_the_letters(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_TEXTS = None
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": True})
    written(language="ur")
    assert Texter().round() == 1
    (file,) = (tmp_path / "letters").glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (message["Subject"], message["X-Phone"]) == ("Text message", PHONE)
    assert f"{SITE}/ur/c/{LINK}/" in message.get_content()


def test_only_the_demo_has_a_provider_nobody_chose() -> None:
    chosen = TextCarrier("twilio", ACCOUNT, TOKEN, SENDER)
    assert [carrier(chosen, demo=demo) for demo in (True, False)] == [chosen, chosen]
    assert (carrier(None, demo=True), carrier(None, demo=False)) == (TextCarrier("local"), None)


# -- what a text says ------------------------------------------------------------------------------------------------


def _kinds() -> list[str]:
    return [kind for kind in letters.TO_RESIDENTS if kind.startswith("concern_") and kind != "concern_danger"]


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl", "xx", ""])
def test_a_text_is_short_neutral_and_leads_to_the_page_in_its_language(language: str) -> None:
    for kind in _kinds():
        text = texts.words_of_text(kind, WORDS | {"language": language, "said": "A secret.", "division": "D1"})
        assert [word for word in (*ABOUT, "secret", "C-7K3M") if word.lower() in text.lower().replace(SITE, "")] == []
        assert text.count("\n") == 1
        prefix = "" if language in ("en", "xx", "") else f"/{language}"
        assert text.endswith(f"\n{SITE}{prefix}/c/{LINK}/")
        assert texts.parts_of(text) <= (1 if language in ("en", "tl") else 2)


def test_whoever_is_under_18_is_told_of_a_grown_up() -> None:
    text = texts.words_of_text("concern_news", WORDS | {"under_18": "yes"})
    assert text.endswith("\nYou can also show this letter to a grown-up you trust.")
    assert texts.parts_of(text) == 1


def test_a_code_says_what_it_is_for_how_long_and_how_to_stop() -> None:
    text = texts.words_of_text(texts.CODE, {"code": "012345", "language": "en"})
    assert text == "Your code: 012345. It works for half an hour. Answer STOP for no more texts."
    with pytest.raises(Unwritable):
        texts.words_of_text(texts.CODE, {"language": "en"})


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ä" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_is_counted_in_parts_as_telephone_companies_do(text: str, parts: int) -> None:
    assert texts.parts_of(text) == parts


# -- the whole round -------------------------------------------------------------------------------------------------


def test_a_code_an_answer_and_a_stop_the_provider_heard_of(phone: Telephone, cast: Cast) -> None:
    at = timezone.now()
    receipt = told.raised(at, contact=rules.Contact(phone="416 555 0199", by_text=True))
    assert (Letter.objects.count(), Texter().round()) == (0, 0)
    actions.send_code(receipt.link, by=PUBLIC, at=at)
    assert Texter().round() == 1
    code = phone.taken[0]["Body"].removeprefix("Your code: ")[:6]
    actions.confirm_phone(receipt.link, code, by=PUBLIC, at=at)
    actions.tell_overdue(by=SYSTEM, at=at + timedelta(days=20))
    Letter.objects.filter(delivered_at__isnull=True).update(due_at=at)
    phone.answers = {PHONE: (400, 21610)}
    assert Texter().round() == 0
    # It was given up, and then let go with everything else that was to reach them.
    assert LedgerLine.objects.get(event="letter.given_up").facts == {"kind": "concern_overdue", "attempts": 1}
    assert Letter.objects.filter(delivered_at__isnull=True).count() == 0
    assert Person.objects.get().stopped_at is not None
    assert LedgerLine.objects.filter(event="concern.letters_stopped").count() == 1
