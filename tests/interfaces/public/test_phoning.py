"""Confirming a phone, page by page as without JavaScript: looking sends nothing, and the number is never shown."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.models import Person
from byname.interfaces import snapshot
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import ServiceProfile
from byname.vocabulary import PUBLIC, Actor
from tests import staff
from tests.cast import Cast
from tests.interfaces.jobs.telephone import Telephone
from tests.interfaces.public.telling import Teller, headers_of

CLOSED = ("no-store", "noindex, nofollow, noarchive", "no-referrer")
GIVEN = {"who": "reach", "phone": "416 555 0199", "by_text": "1", "language": "en"}


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.BYNAME_TEXTS = Telephone(port=1).service


@pytest.fixture
def told(client: Client, cast: Cast) -> Teller:
    """Somebody with a receipt in hand, who asked for texts."""
    return Teller(client).sends(**GIVEN)


def page(client: Client, link: str) -> str:
    answer = client.get(f"{link}phone")
    assert (answer.status_code, headers_of(answer)) == (200, CLOSED)
    assert len(answer.content) < 50_000
    assert [number for number in (b"555 0199", b"5550199", b"555-0199") if number in answer.content] == []
    return str(answer.content.decode())


def code() -> str:
    return rules.code_sent(Person.objects.get().phone_code)


def test_from_the_receipt_to_a_confirmed_number(client: Client, told: Teller) -> None:
    assert "Confirm your phone number" in told.text
    assert f'href="{told.link}phone"' in told.text
    assert "Before the first text goes to your number, confirm that it is yours." in page(client, told.link)
    assert Letter.objects.count() == 0
    answer = client.post(f"{told.link}phone", {"act": "send"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{told.link}phone")
    shown = page(client, told.link)
    assert "A code is on its way to the number you gave." in shown
    assert re.search(r'name="code" inputmode="numeric" autocomplete="one-time-code"', shown)
    assert code() not in shown
    wrong = client.post(f"{told.link}phone", {"act": "confirm", "code": "x"})
    assert wrong.status_code == 422
    assert "This code is not right. It stands in the text we sent you." in wrong.content.decode()
    assert client.post(f"{told.link}phone", {"act": "confirm", "code": code()}).status_code == 303
    shown = page(client, told.link)
    assert "Your number is confirmed. A text tells you when there is an answer." in shown
    assert ("Text me a code" in shown, 'name="code"' in shown) == (False, False)
    assert "Texts to your phone" in client.get(told.link).content.decode()


def test_looking_sends_nothing_and_confirms_nothing(client: Client, told: Teller) -> None:
    lines = LedgerLine.objects.count()
    for query in ("", "?act=send", "?act=confirm&code=123456"):
        assert client.get(f"{told.link}phone{query}").status_code == 200
        assert client.head(f"{told.link}phone{query}").status_code == 200
    assert (Letter.objects.count(), LedgerLine.objects.count()) == (0, lines)
    assert client.put(f"{told.link}phone").status_code == 405


def test_the_hours_are_said_before_anybody_decides(client: Client, cast: Cast) -> None:
    plain = Teller(client).sends(**GIVEN)
    assert "Texts go to you between 08:00 and 21:00 only." in page(client, plain.link)
    read = Teller(client).sends(**GIVEN, safe_hours="weekdays until noon", number="b" * 22)
    assert "Texts go to you only in the hours you told us are safe." in page(client, read.link)
    unread = Teller(client).sends(**GIVEN, safe_hours="ask my sister", number="c" * 22)
    assert "Texts go to you between 08:00 and 21:00 only." in page(client, unread.link)


def test_after_a_stop_the_page_says_so_and_offers_to_begin_again(client: Client, told: Teller) -> None:
    actions.stop_letters(told.link.strip("/").rpartition("/")[2], by=PUBLIC, at=Person.objects.get().joined_at)
    shown = page(client, told.link)
    assert "You asked for no more texts. Confirm your number again if you want them." in shown
    assert "Text me a code" in shown


@pytest.mark.parametrize("changes", [{"by_text": ""}, {"never_phone": "1"}, {"email": "rosa@home.example"}])
def test_who_did_not_ask_for_texts_is_offered_none(client: Client, cast: Cast, changes: dict[str, str]) -> None:
    told = Teller(client).sends(**GIVEN | changes)
    assert f"{told.link}phone" not in told.text
    assert f"{told.link}phone" not in client.get(told.link).content.decode()
    assert "No texts go to you:" in page(client, told.link)
    refused = client.post(f"{told.link}phone", {"act": "send"})
    assert refused.status_code == 422
    assert Letter.objects.filter(way="text").count() == 0


def test_without_a_provider_nobody_is_asked_and_there_is_no_such_page(
    client: Client, told: Teller, settings: Settings
) -> None:
    settings.BYNAME_TEXTS = None
    # The demo has one of its own.
    assert client.get(f"{told.link}phone").status_code == 200
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": False})
    snapshot.forget()
    assert client.get(f"{told.link}phone").status_code == 404
    assert f"{told.link}phone" not in client.get(told.link).content.decode()
    with_pin = client.post(f"{told.link}mine", {"act": "open", "pin": told.pin}).content.decode()
    assert 'name="by_text"' not in with_pin
    settings.BYNAME_TEXTS = Telephone(port=1).service
    with_pin = client.post(f"{told.link}mine", {"act": "open", "pin": told.pin}).content.decode()
    assert 'name="by_text" value="1" checked' in with_pin


def test_a_link_that_opens_nothing_has_no_phone(client: Client, cast: Cast) -> None:
    assert client.get("/c/nobody/phone").status_code == 404
    assert client.post("/c/nobody/phone", {"act": "send"}).status_code == 404


def test_with_the_pin_somebody_asks_for_texts_or_for_none_any_more(client: Client, told: Teller) -> None:
    client.post(f"{told.link}mine", {"act": "change", "pin": told.pin, "phone": "416 555 0199", "language": "en"})
    assert not rules.contact_of(Person.objects.get().contact).by_text
    given = {"act": "change", "pin": told.pin, "phone": "416 555 0199", "by_text": "1", "language": "fr"}
    client.post(f"{told.link}mine", given)
    assert rules.contact_of(Person.objects.get().contact).by_text


def test_an_answer_after_sixty_days_waits_for_a_number_confirmed_again(
    client: Client, told: Teller, cast: Cast
) -> None:
    ana: Actor = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    person = Person.objects.get()
    long_ago = person.joined_at - rules.CONFIRMED_FOR
    Person.objects.update(phone_confirmed_at=long_ago)
    assert "You confirmed your number more than 60 days ago." in page(client, told.link)
    assert "Confirm your phone number" in client.get(told.link).content.decode()
    reference = LedgerLine.objects.filter(event="concern.raised").latest("pk").subject_id
    actions.answer(reference, "I was there.", by=ana, at=person.joined_at)
    assert Letter.objects.count() == 0
