"""Joining a published concern over HTTP: nothing that must be answered, one receipt however often it is pressed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.concerns import actions, rules
from byname.concerns.actions.joining import WITH_ADDRESS
from byname.concerns.models import Concern, Person, Wording
from byname.interfaces.public.views import joining, sending
from byname.ledger.models import Letter
from tests import staff
from tests.cast import IN_OLD_TOWN, Cast
from tests.concerns import told, wordings
from tests.interfaces.public.telling import Teller, headers_of

HERE = {"lat": 43.615, "lon": -79.495}
"""12 Millrace Lane."""


@pytest.fixture
def reference(cast: Cast) -> str:
    at = timezone.now()
    receipt = told.raised(at)
    wordings.published(receipt.reference, at, **HERE)
    return receipt.reference


def number_of(page: str) -> str:
    found = re.search(r'name="number" value="([\w-]{22})"', page)
    assert found
    return found[1]


def joins(client: Client, reference: str, **answers: Any) -> Teller:
    """The page after the button, as a browser sends what stands in the form."""
    path = f"/join/{reference}"
    number = answers.pop("number", "") or number_of(client.get(path).content.decode())
    return Teller(client).take(client.post(path, {"number": number, **answers}))


def test_who_joins_with_nothing_told_has_a_receipt_with_name_face_link_and_pin(client: Client, reference: str) -> None:
    page = Teller(client).take(client.get(f"/join/{reference}"))
    assert (page.asks, page.shown.headers["Cache-Control"], wordings.SPEEDING in page.text) == (
        "This troubles me too",
        "no-store",
        True,
    )
    assert Person.objects.count() == 1
    receipt = joins(client, reference)
    assert receipt.asks == "Constable Ana Albuquerque has your concern."
    assert ("Portrait of Ana Albuquerque" in receipt.text, reference in receipt.text, len(receipt.pin)) == (
        True,
        True,
        7,
    )
    row = Person.objects.get(raised=False)
    assert (row.contact, row.language, row.under_18) == ("", "en", False)
    followed = client.get(receipt.link)
    assert headers_of(followed) == ("no-store", "noindex, nofollow, noarchive", "no-referrer")
    text = followed.content.decode()
    assert [words in text for words in (wordings.SPEEDING, told.WORDS, "has been removed", "Rosalind")] == [
        True,
        False,
        False,
        False,
    ]
    assert max(len(each.encode()) for each in (page.text, receipt.text, text)) < 50_000


def test_the_same_form_sent_twice_is_one_person_and_one_receipt(client: Client, reference: str) -> None:
    number = number_of(client.get(f"/join/{reference}").content.decode())
    one, two = (joins(client, reference, number=number, email="joan@home.example") for _ in range(2))
    assert (one.link, one.pin, one.status) == (two.link, two.pin, two.status)
    assert "This was sent before" in two.text
    assert (Person.objects.count(), Wording.objects.get().joined) == (2, 2)
    assert [each.recipient for each in Letter.objects.order_by("pk")] == [told.SPOKEN.email, "joan@home.example"]


def test_a_contact_is_taken_as_in_raising_and_what_is_wrong_is_said_with_nothing_lost(
    client: Client, reference: str
) -> None:
    wrong = joins(client, reference, email="joan@home", name="Joan", never_visit="1", under_18="1")
    assert (wrong.status, "This e-mail address is not complete" in wrong.text, 'value="joan@home"' in wrong.text) == (
        422,
        True,
        True,
    )
    assert Person.objects.count() == 1
    joins(
        client,
        reference,
        number=number_of(wrong.text),
        name="Joan",
        phone="416 555 0177",
        language="ur",
        never_visit="1",
        under_18="1",
        words_in_letters="1",
    )
    row = Person.objects.get(raised=False)
    assert rules.contact_of(row.contact) == rules.Contact(name="Joan", phone="416 555 0177", never_visit=True)
    # No word of an answer goes to an address nobody confirmed, whatever the form says.
    assert (row.language, row.under_18, row.words_in_letters, row.more_letters) == ("ur", True, False, False)
    assert 'name="words_in_letters"' not in client.get(f"/join/{reference}").content.decode()


def test_danger_is_met_first_and_what_was_written_is_not_lost(client: Client, reference: str) -> None:
    words = "There is a man with a knife right now"
    met = joins(client, reference, safe_hours=words, email="joan@home.example")
    assert (met.asks, 'href="tel:911"' in met.text, f'value="{words}"' in met.text) == ("Call 911 now", True, True)
    assert Person.objects.count() == 1
    seen = re.findall(r'name="seen" value="(\w+)"', met.text)
    done = joins(client, reference, number=number_of(met.text), safe_hours=words, email="joan@home.example", seen=seen)
    assert (done.status, Person.objects.count(), 'href="tel:911"' in done.text) == (200, 2, True)


def test_what_has_ended_is_not_joined_but_may_be_told_anew(client: Client, reference: str, cast: Cast) -> None:
    number = number_of(client.get(f"/join/{reference}").content.decode())
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    actions.close(reference, "solved", "The sign stands.", by=ana, at=timezone.now())
    Wording.objects.update(state="closed")
    for page in (Teller(client).take(client.get(f"/join/{reference}")), joins(client, reference, number=number)):
        assert ("This has ended." in page.text, 'href="/raise/?area=old-mill"' in page.text, "<form" in page.text) == (
            True,
            True,
            False,
        )
    assert f'href="/join/{reference}"' not in client.get("/at/old-mill/heard").content.decode()
    assert Person.objects.count() == 1


def test_another_site_s_form_joins_nothing(client: Client, reference: str) -> None:
    for site in ("cross-site", "same-site"):
        answer = client.post(
            f"/join/{reference}", {"number": "A" * 22, "email": "joan@home.example"}, headers={"Sec-Fetch-Site": site}
        )
        assert (answer.status_code, "A" * 22 in answer.content.decode()) == (200, False)
    assert Person.objects.count() == 1


def test_thirty_in_an_hour_from_one_place_then_it_waits_with_everything_kept(
    client: Client, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if they were thirty concerns: of one network few join the same one.
    monkeypatch.setattr("byname.concerns.actions.joining.WITH_ADDRESS", replace(WITH_ADDRESS, most=30))
    for number in range(sending.RAISED.most):
        assert joins(client, reference, email=f"joan{number}@home.example").status == 200
    held = joins(client, reference, name="Joan", email="joan@home.example")
    assert (held.status, int(held.shown.headers["Retry-After"]) > 0, 'value="Joan"' in held.text) == (429, True, True)
    assert Person.objects.filter(raised=False).count() == sending.RAISED.most


def test_three_a_day_without_an_address_join_one_concern_from_one_place(
    client: Client, reference: str, cast: Cast
) -> None:
    first = number_of(client.get(f"/join/{reference}").content.decode())
    one = joins(client, reference, number=first)
    assert [joins(client, reference, phone="416 555 0177").status for _ in range(2)] == [200, 200]
    over = joins(client, reference)
    assert (over.status, "asked very often from here" in over.text, over.shown.headers["Retry-After"]) == (
        429,
        True,
        "86400",
    )
    assert (Person.objects.filter(raised=False).count(), Wording.objects.get().joined) == (3, 4)
    # Whoever did join finds the receipt, whoever gives an address joins, and so does another place and elsewhere.
    assert joins(client, reference, number=first).link == one.link
    assert joins(client, reference, email="joan@home.example").status == 200
    assert joins(Client(REMOTE_ADDR="192.0.2.7"), reference).status == 200
    other = told.raised(timezone.now()).reference
    wordings.published(other, timezone.now(), **HERE)
    assert joins(client, other).status == 200


def test_who_joined_answers_how_it_ended_and_is_promised_nothing_by_it(
    client: Client, reference: str, cast: Cast
) -> None:
    link = joins(client, reference).link
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    actions.close(reference, "solved", "The sign stands.", by=ana, at=timezone.now())
    promised = "If you say no within 30 days"
    raiser = f"/c/{Person.objects.get(raised=True).link}/"
    for page, opens in ((link, False), (raiser, True)):
        assert (promised in client.get(page).content.decode()) is opens
    assert client.post(link, {"act": "judge", "answered": "no", "better": "no"}).status_code == 303
    text = client.get(link).content.decode()
    assert ("You can still change your answer." in text, "You said that it is not solved" in text) == (True, False)
    assert Concern.objects.get().state == "closed"
    client.post(raiser, {"act": "judge", "answered": "no", "better": "no"})
    assert [words in client.get(link).content.decode() for words in ("It is open again.", "You said that")] == [
        True,
        False,
    ]
    assert "You said that it is not solved. It is open again." in client.get(raiser).content.decode()


def test_while_the_database_is_away_nothing_is_lost_and_nothing_acknowledged(
    client: Client, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    number = number_of(client.get(f"/join/{reference}").content.decode())
    with monkeypatch.context() as patch:
        patch.setattr(joining.actions, "join_concern", away)
        page = joins(client, reference, number=number, name="Joan", email="joan@home.example")
    assert (page.status, page.shown.headers["Retry-After"], "We are away" in page.text) == (503, "5", True)
    assert ('value="Joan"' in page.text, number_of(page.text) == number, "PIN" in page.text) == (True, True, False)
    assert joins(client, reference, number=number, name="Joan", email="joan@home.example").status == 200


WILD = st.text(st.characters(codec="utf-8"), max_size=300)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys("number name email phone language safe_hours under_18 seen who spot".split(), WILD),
    )
)
def test_whatever_a_stranger_sends_is_joined_or_answered_clearly_and_never_half(
    client: Client, reference: str, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]
) -> None:
    monkeypatch.setattr(joining.proof, "asked", lambda *_, **__: None)
    monkeypatch.setattr(joining, "caller", lambda _request: "")
    before = Person.objects.count()
    answer = client.post(f"/join/{reference}", answers)
    after = Person.objects.count()
    assert answer.status_code in (200, 422)
    assert after - before == int(
        "raise/receipt.html" in {each.name.removeprefix("public/") for each in answer.templates}
    )
    assert Wording.objects.get().joined == after
    for row in Person.objects.filter(raised=False):
        assert row.language in dict(told_languages())
        assert rules.contact_of(row.contact).is_empty or rules.reachable(rules.contact_of(row.contact)) | {"phone"}


def told_languages() -> list[tuple[str, str]]:
    return [(code, code) for code in ("en", "fr", "zh-hans", "zh-hant", "pt", "ta", "ur", "es", "tl")]


# Offered on the way to raising one


def at_the_category(client: Client, **place: str) -> Teller:
    teller = Teller(client).begin("?area=old-mill")
    if place:
        return teller.press("", **place)
    return teller.press("whole", area="old-mill")


def test_what_is_known_nearby_is_offered_between_the_category_and_the_words(client: Client, reference: str) -> None:
    teller = at_the_category(client, lat="43.6152", lon="-79.4952").press("next", category="traffic")
    assert (teller.asks, wordings.SPEEDING in teller.text, f'href="/join/{reference}"' in teller.text) == (
        "Is it one of these?",
        True,
        True,
    )
    assert teller.press("words").asks == "What happens there?"
    assert teller.press("back").asks == "What is it about?"
    assert teller.press("next", category="traffic").asks == "Is it one of these?"
    assert teller.press("what").asks == "What is it about?"
    assert Concern.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "place", "offered"),
    [
        ({}, {}, True),
        ({"lat": None, "lon": None}, {"lat": "43.6152", "lon": "-79.4952"}, True),
        ({"lat": 43.6150 + 399 / 111_195}, {"lat": "43.6150", "lon": "-79.4950"}, True),
        ({"lat": 43.6150 + 402 / 111_195}, {"lat": "43.6150", "lon": "-79.4950"}, False),
        ({"state": "closed"}, {}, False),
        ({"state": "handed_on"}, {}, False),
        ({"state": "reopened"}, {}, True),
        ({"withdrawn_at": timezone.now()}, {}, False),
        ({"category": "noise"}, {}, False),
        ({"month_on": "2019-01-01"}, {}, False),
    ],
)
def test_only_what_is_public_open_recent_near_and_alike_is_offered(
    client: Client, reference: str, changes: dict[str, Any], place: dict[str, str], offered: bool
) -> None:
    Wording.objects.update(**changes)
    teller = at_the_category(client, **place).press("next", category="traffic")
    assert (teller.asks == "Is it one of these?") is offered
    assert (wordings.SPEEDING in teller.text) is offered


def test_nothing_unpublished_is_hinted_at_and_another_area_s_is_not_offered(client: Client, cast: Cast) -> None:
    at = timezone.now()
    for _ in range(3):
        told.raised(at)
    assert at_the_category(client).press("next", category="traffic").asks == "What happens there?"
    receipt = told.raised(at, where=actions.Where("D2", "ring", 3))
    wordings.published(receipt.reference, at, lat=IN_OLD_TOWN.lat, lon=IN_OLD_TOWN.lon)
    assert at_the_category(client).press("next", category="traffic").asks == "What happens there?"


def test_while_the_database_is_away_the_way_to_raising_goes_on(
    client: Client, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    teller = at_the_category(client)
    with monkeypatch.context() as patch:
        patch.setattr("byname.interfaces.public.views.known.concerns.may_be_joined", away)
        assert teller.press("next", category="traffic").asks == "What happens there?"


def test_a_joining_handed_in_again_after_half_an_hour_shows_no_link_and_no_pin(
    client: Client, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = number_of(client.get(f"/join/{reference}").content.decode())
    first = joins(client, reference, number=number)
    later = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr(joining.timezone, "now", lambda: later)
    again = joins(client, reference, number=number)
    assert (again.status, again.asks, reference in again.text) == (200, "Your receipt", True)
    assert (first.link in again.text, first.pin in again.text) == (False, False)
