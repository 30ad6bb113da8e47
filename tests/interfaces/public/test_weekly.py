"""The weekly letter over HTTP: the same answer for every address, and nothing done by looking."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from byname.concerns import actions
from byname.concerns.models import Subscription
from byname.interfaces.public.views import weekly
from byname.ledger.models import Letter
from byname.vocabulary import PUBLIC
from tests.cast import Cast
from tests.interfaces.public.telling import headers_of

JOAN = "joan@home.example"
ASK = "/at/old-mill/weekly"


def asked(client: Client, email: str = JOAN, language: str = "en", path: str = ASK) -> tuple[int, str]:
    answer = client.post(path, {"email": email, "language": language})
    return answer.status_code, unescape(answer.content.decode())


def test_the_answer_is_the_same_whoever_has_the_letter_already(client: Client, cast: Cast) -> None:
    first = asked(client)
    again = asked(client)
    actions.confirm_weekly_letter(Subscription.objects.get().key, by=PUBLIC, at=timezone.now())
    assert (first[0], "Look into your mailbox" in first[1], "joan" in first[1]) == (200, True, False)
    assert first == again == asked(client) == asked(client, "somebody@else.example")


def test_what_is_wrong_is_said_with_what_was_typed(client: Client, cast: Cast) -> None:
    for email in ("", "joan@home", "joan home.example"):
        status, page = asked(client, email, "ur")
        assert (status, "This e-mail address is not complete" in page, f'value="{email}"' in page) == (422, True, True)
        assert '<option value="ur" lang="ur" selected>' in page
    assert (asked(client, path="/at/nowhere/weekly")[0], Subscription.objects.count()) == (404, 0)
    assert (client.get(ASK).status_code, client.get(ASK).headers["Location"]) == (303, "/at/old-mill/heard")


def test_the_letter_s_language_is_the_one_chosen_else_the_page_s(client: Client, cast: Cast) -> None:
    asked(client, "one@home.example", "ta")
    asked(client, "two@home.example", "xx", path=f"/ur{ASK}")
    assert list(Subscription.objects.order_by("pk").values_list("language", flat=True)) == ["ta", "ur"]


def test_looking_at_the_link_changes_nothing_and_its_button_confirms(client: Client, cast: Cast) -> None:
    asked(client)
    row = Subscription.objects.get()
    page = client.get(f"/weekly/{row.key}/")
    assert headers_of(page) == ("no-store", "noindex, nofollow, noarchive", "no-referrer")
    assert "Do you want the weekly letter?" in page.content.decode()
    client.get(f"/weekly/{row.key}/stop")
    assert Subscription.objects.get().confirmed_at is None
    for _ in range(2):
        assert "The weekly letter comes to you." in client.post(f"/weekly/{row.key}/").content.decode()
    assert Subscription.objects.get().confirmed_at is not None


def test_a_mail_program_s_one_press_ends_it_and_what_is_ended_stays_ended(client: Client, cast: Cast) -> None:
    asked(client)
    key = Subscription.objects.get().key
    client.post(f"/weekly/{key}/")
    assert "End the weekly letter?" in client.get(f"/weekly/{key}/stop").content.decode()
    assert Subscription.objects.count() == 1
    for _ in range(2):
        answer = client.post(f"/weekly/{key}/stop", {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "No weekly letter is sent to you." in answer.content.decode()) == (200, True)
    assert (Subscription.objects.count(), Letter.objects.count()) == (0, 0)
    for path in (f"/weekly/{key}/", f"/weekly/{key}/stop", "/weekly/unknown/"):
        for answer in (client.get(path), client.post(path)):
            assert (answer.status_code, "No weekly letter is sent to you." in answer.content.decode()) == (200, True)


def test_another_site_s_form_asks_for_nothing(client: Client, cast: Cast) -> None:
    for site in ("cross-site", "same-site"):
        answer = client.post(ASK, {"email": JOAN, "language": "en"}, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/at/old-mill/heard")
    assert (Subscription.objects.count(), Letter.objects.count()) == (0, 0)
    assert client.post(ASK, {"email": JOAN}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert Letter.objects.count() == 1


def test_too_many_from_one_place_wait(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(weekly.ASKED.most):
        assert asked(client, f"n{number}@home.example")[0] == 200
    assert asked(client, "another@home.example")[0] == 429
    assert Subscription.objects.count() == weekly.ASKED.most
