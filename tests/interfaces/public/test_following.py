"""The private page of a concern: looking changes nothing, the PIN guards what the link alone must not do."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from byname.concerns import actions, rules
from byname.concerns.models import Concern, Message, Person, Wording
from byname.ledger.models import LedgerLine
from byname.vocabulary import Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import wordings
from tests.interfaces.public.telling import Teller, headers_of

CLOSED = ("no-store", "noindex, nofollow, noarchive", "no-referrer")


@pytest.fixture
def told(client: Client, cast: Cast) -> Teller:
    """Somebody with a receipt in hand, who gave an e-mail address."""
    return Teller(client).sends(who="reach", email="rosa@home.example", language="en", never_phone="1")


@pytest.fixture
def ana(cast: Cast) -> Actor:
    """Leads old-mill."""
    return staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])


def _page(client: Client, link: str) -> str:
    answer = client.get(link)
    assert (answer.status_code, headers_of(answer)) == (200, CLOSED)
    assert len(answer.content) < 50_000
    return str(answer.content.decode())


def test_the_page_says_where_it_stands_who_has_it_and_when_it_is_answered(client: Client, told: Teller) -> None:
    page = _page(client, told.link)
    for words in (
        "It is with the officers. Nobody has answered yet.",
        "Constable Ana Albuquerque has your concern.",
        "You get an answer from a person by",
        "Cars race past the crossing at the mill.",
        "The answers will stand here.",
    ):
        assert words in page
    assert ("rosa@home.example" in page, told.pin in page, told.pin.replace(" ", "") in page) == (False, False, False)


def test_looking_changes_nothing(client: Client, told: Teller) -> None:
    lines = LedgerLine.objects.count()
    for address in ("", "letters", "mine"):
        for query in ("", "?act=write&words=x", "?act=judge&answered=no", "?act=remove&sure=1&pin=000000"):
            assert client.get(told.link + address + query).status_code == 200
            assert client.head(told.link + address + query).status_code == 200
    assert (LedgerLine.objects.count(), Message.objects.count()) == (lines, 0)
    assert Person.objects.get().stopped_at is None


def test_an_answer_is_signed_with_a_face_and_a_note_stays_inside(client: Client, told: Teller, ana: Actor) -> None:
    reference, at = Concern.objects.get().reference, timezone.now()
    actions.answer(reference, "I stood there this morning.", by=ana, at=at)
    actions.note(reference, "Ask the school about the crossing guard.", by=ana, at=at)
    page = _page(client, told.link)
    assert ("An officer has answered." in page, "I stood there this morning." in page) == (True, True)
    assert page.count("Portrait of Ana Albuquerque") == 2
    assert "crossing guard" not in page


def test_people_write_again(client: Client, told: Teller) -> None:
    answer = client.post(told.link, {"act": "write", "words": "It goes on.\u202e\x00"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{told.link}#last")
    assert Message.objects.get().words == "It goes on."
    assert "It goes on." in _page(client, told.link)


@pytest.mark.parametrize(("words", "said"), [(" ", "Write something first."), ("wide " * 1000, "4000 letters")])
def test_what_cannot_be_sent_stays_in_the_box(words: str, said: str, client: Client, told: Teller) -> None:
    answer = client.post(told.link, {"act": "write", "words": words})
    page = answer.content.decode()
    assert (answer.status_code, said in page, words.strip() in page) == (422, True, True)
    assert Message.objects.count() == 0
    assert client.post(told.link, {"act": "write", "words": "a" * 10_000_000}).status_code == 413


def test_danger_in_a_message_is_met_first_and_then_it_is_sent(client: Client, told: Teller) -> None:
    words = "There is a man with a knife right now"
    answer = client.post(told.link, {"act": "write", "words": words})
    page = answer.content.decode()
    assert (answer.status_code, Teller(client).take(answer).asks, Message.objects.count()) == (200, "Call 911 now", 0)
    assert f'name="words" value="{words}"' in page
    assert client.post(told.link, {"act": "write", "words": words, "seen": "now"}).status_code == 303
    assert (Message.objects.get().words, Concern.objects.get().danger) == (words, "now")


def test_no_opens_it_again_for_the_team_then_for_the_sergeant_then_says_whom_to_turn_to(
    client: Client, told: Teller, ana: Actor
) -> None:
    reference, sergeant = Concern.objects.get().reference, staff.acting(staff.account("sergeant", divisions=["D1"]))
    assert 'name="answered"' not in _page(client, told.link)
    for number, (closer, holder) in enumerate(((ana, "team"), (ana, "sergeant"), (sergeant, "sergeant"))):
        actions.close(reference, "not_solved", "The city puts up a sign.", by=closer, at=timezone.now())
        page = _page(client, told.link)
        assert ("Did this answer you?" in page, "It ended: not solved." in page) == (True, True)
        answer = client.post(told.link, {"act": "judge", "answered": "partly", "better": "no"})
        assert (answer.status_code, answer.headers["Location"]) == (303, told.link)
        row = Concern.objects.get()
        assert (row.state, row.holder) == ("reopened" if number < 2 else "closed", holder)
    page = _page(client, told.link)
    assert ("It cannot be opened again here" in page, 'href="tel:416-555-0101"' in page) == (True, True)
    assert 'name="better" value="no" checked' in page


def test_a_verdict_is_one_of_three_and_only_when_it_ended(client: Client, told: Teller, ana: Actor) -> None:
    early = client.post(told.link, {"act": "judge", "answered": "no"})
    assert (early.status_code, "This concern has not ended yet." in early.content.decode()) == (422, True)
    actions.close(Concern.objects.get().reference, "solved", "The sign stands.", by=ana, at=timezone.now())
    for said in ({}, {"answered": "maybe"}, {"answered": "yes", "better": "x"}):
        answer = client.post(told.link, {"act": "judge", **said})
        assert (answer.status_code, "Choose yes, partly or no." in answer.content.decode()) == (422, True)


def test_letters_stop_by_one_press_and_never_by_looking(client: Client, told: Teller) -> None:
    assert "Stop the letters" in _page(client, told.link)
    assert "Stop the letters?" in _page(client, f"{told.link}letters")
    # As a mail program sends it (RFC 8058).
    answer = client.post(f"{told.link}letters", {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "No letters are sent to you." in answer.content.decode()) == (200, True)
    assert Person.objects.get().stopped_at is not None
    assert "Stop the letters" not in _page(client, told.link)


def test_how_to_be_reached_is_shown_and_changed_with_the_pin_only(client: Client, told: Teller) -> None:
    mine = f"{told.link}mine"
    assert "rosa@home.example" not in _page(client, mine)
    wrong = client.post(mine, {"act": "open", "pin": "000000" if told.pin != "000 000" else "000001"})
    assert (wrong.status_code, "This PIN is not right." in wrong.content.decode()) == (422, True)
    assert "rosa@home.example" not in wrong.content.decode()
    opened = client.post(mine, {"act": "open", "pin": told.pin})
    page = opened.content.decode()
    assert (opened.status_code, 'value="rosa@home.example"' in page, headers_of(opened)) == (200, True, CLOSED)
    assert 'name="never_phone" value="1" checked' in page
    bad = client.post(mine, {"act": "change", "pin": told.pin, "email": "rosa@\r\nBcc: x@home.example"})
    assert (bad.status_code, "not complete" in bad.content.decode()) == (422, True)
    given = {"phone": "416 555 0123", "safe_hours": "until noon", "language": "fr", "never_visit": "1"}
    assert "It is changed." in client.post(mine, {"act": "change", "pin": told.pin, **given}).content.decode()
    person = Person.objects.get()
    contact = rules.Contact(phone="416 555 0123", safe_hours="until noon", never_visit=True)
    assert (rules.contact_of(person.contact), person.language) == (contact, "fr")
    client.post(mine, {"act": "change", "pin": told.pin, "language": "en"})
    assert Person.objects.get().contact == ""


def test_everything_is_taken_along_as_a_file(client: Client, told: Teller, ana: Actor) -> None:
    reference, at = Concern.objects.get().reference, timezone.now()
    actions.answer(reference, "I stood there this morning.", by=ana, at=at)
    actions.note(reference, "Stays inside.", by=ana, at=at)
    client.post(told.link, {"act": "write", "words": "Thank you."})
    answer = client.post(f"{told.link}mine", {"act": "file", "pin": told.pin})
    assert (answer.headers["Content-Type"], headers_of(answer)) == ("application/json; charset=utf-8", CLOSED)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{reference}.json"'
    kept = json.loads(answer.content)
    assert (kept["reference"], kept["told"]["what"], kept["contact"]) == (
        reference,
        "Cars race past the crossing at the mill.",
        {"email": "rosa@home.example", "never_phone": True},
    )
    assert [(each["from"], each["words"]) for each in kept["messages"]] == [
        ("Ana Albuquerque", "I stood there this morning."),
        ("you", "Thank you."),
    ]
    line = LedgerLine.objects.filter(event="concern.taken_out").get()
    assert (line.subject_id, client.post(f"{told.link}mine", {"act": "file"}).status_code) == (reference, 422)


def test_everything_is_removed_when_asked_twice_and_the_link_leads_nowhere(client: Client, told: Teller) -> None:
    mine = f"{told.link}mine"
    asked = client.post(mine, {"act": "remove", "pin": told.pin})
    assert ("Remove everything you wrote?" in asked.content.decode(), Concern.objects.get().told != "") == (True, True)
    gone = client.post(mine, {"act": "remove", "sure": "1", "pin": told.pin})
    assert (gone.status_code, "It is removed" in gone.content.decode()) == (200, True)
    assert (Concern.objects.get().told, Person.objects.get().contact) == ("", "")
    unknown = "/c/" + "A" * 24 + "/"
    for address in ("", "letters", "mine"):
        answers = [client.get(link + address) for link in (told.link, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content.replace(told.link.encode(), unknown.encode()) == answers[1].content


def test_a_legal_hold_is_said(client: Client, told: Teller) -> None:
    Concern.objects.update(held=True)
    answer = client.post(f"{told.link}mine", {"act": "remove", "sure": "1", "pin": told.pin})
    assert (answer.status_code, "the law asks the service to keep it" in answer.content.decode()) == (422, True)


def test_ten_wrong_pins_and_no_more_is_tried_that_day(client: Client, told: Teller) -> None:
    wrong = "000000" if told.pin != "000 000" else "000001"
    said = [client.post(f"{told.link}mine", {"act": "open", "pin": wrong}).content.decode() for _ in range(11)]
    assert ["Too many wrong PINs." in page for page in said] == [False] * 10 + [True]
    assert "Too many wrong PINs." in client.post(f"{told.link}mine", {"pin": told.pin}).content.decode()


def test_a_late_answer_says_so(client: Client, told: Teller) -> None:
    past = timezone.now() - timedelta(days=5)
    Concern.objects.update(promised_at=past, due_at=past + timedelta(days=3))
    assert "The answer is late" in _page(client, told.link)


def test_who_raised_it_reads_what_was_published_of_it_and_that_it_stays(client: Client, told: Teller) -> None:
    sure = "stays public"
    before = client.post(f"{told.link}mine", {"act": "remove", "pin": told.pin}).content.decode()
    assert (wordings.SPEEDING in _page(client, told.link), sure in before) == (False, False)
    reference = Concern.objects.get().reference
    wordings.published(reference, timezone.now(), category="noise")
    page = _page(client, told.link)
    line = page.partition('class="heard one"')[2].partition("</div>")[0]
    assert (wordings.SPEEDING in line, f'href="/at/old-mill/heard#{reference}"' in line, "Noise" in line) == (
        True,
        True,
        True,
    )
    asked = client.post(f"{told.link}mine", {"act": "remove", "pin": told.pin}).content.decode()
    assert sure in asked
    Wording.objects.update(withdrawn_at=timezone.now())
    assert wordings.SPEEDING not in _page(client, told.link)


def test_danger_in_the_safe_hours_is_met_before_they_are_changed(client: Client, told: Teller) -> None:
    words = "There is a man with a knife right now"
    change = {"act": "change", "pin": told.pin, "safe_hours": words, "email": "new@home.example", "language": "en"}
    met = client.post(f"{told.link}mine", change)
    page = met.content.decode()
    assert (met.status_code, 'role="alert"' in page, f'value="{words}"' in page, "It is changed." in page) == (
        200,
        True,
        True,
        False,
    )
    assert rules.contact_of(Person.objects.get().contact).safe_hours == ""
    wrong = client.post(f"{told.link}mine", change | {"pin": "1"}).content.decode()
    assert ('role="alert"' in wrong, 'href="tel:911"' in wrong, "This PIN is not right" in wrong) == (True, True, True)
    seen = re.findall(r'name="seen" value="(\w+)"', page)
    assert "It is changed." in client.post(f"{told.link}mine", change | {"seen": seen}).content.decode()
    assert rules.contact_of(Person.objects.get().contact).safe_hours == words


def test_a_message_pressed_twice_stands_once(client: Client, told: Teller) -> None:
    answers = [client.post(told.link, {"act": "write", "words": "It goes on."}).status_code for _ in range(2)]
    assert (answers, Message.objects.count()) == ([303, 303], 1)
