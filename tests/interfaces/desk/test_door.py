"""The door of the desk: who is let in, how far, and what everybody else sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces import snapshot
from byname.interfaces.desk import door
from byname.safekeeping import sessions
from tests import staff
from tests.cast import Cast


def test_nobody_comes_in_without_signing_in_and_nothing_says_what_is_there(cast: Cast) -> None:
    there, not_there = Client().get("/desk/more/"), Client().get("/desk/no-such-page/")
    assert (there.status_code, there["Location"]) == (303, "/desk/sign-in/?next=%2Fdesk%2Fmore%2F")
    assert (not_there.status_code, not_there["Location"]) == (303, "/desk/sign-in/?next=%2Fdesk%2Fno-such-page%2F")


def test_who_has_no_second_factor_is_led_to_making_one(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator", second_factor=False))
    answer = client.get("/desk/more/")
    assert (answer.status_code, answer["Location"]) == (303, "/desk/own/sign-in/first/?next=%2Fdesk%2Fmore%2F")


def test_the_desk_is_kept_by_nobody(cast: Cast) -> None:
    answer = staff.at_the_desk(staff.account("coordinator")).get("/desk/")
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (
        200,
        "no-store",
        "noindex, nofollow",
    )


def test_who_left_the_service_is_out_at_once(cast: Cast) -> None:
    account = staff.account("coordinator")
    client = staff.at_the_desk(account)
    assert client.get("/desk/").status_code == 200
    account.is_active, account.left_at = False, timezone.now()
    account.save()
    assert client.get("/desk/").status_code == 303


def test_a_session_ends_when_idle_and_after_a_shift(cast: Cast) -> None:
    now = timezone.now().timestamp()
    told = []
    for began, seen in (
        (now - 60, now - 60),
        (now - 3600, now - settings.BYNAME_SESSION_IDLE_SECONDS - 1),
        (now - (door.LONGEST + timedelta(seconds=1)).total_seconds(), now - 10),
    ):
        client = staff.at_the_desk(staff.account("clerk", email=f"{seen}@service.example"))
        session = client.session
        session[sessions.BEGAN], session[sessions.SEEN] = began, seen
        session.save()
        told.append(client.get("/desk/").status_code)
    assert told == [200, 303, 303]


def test_residents_pages_never_touch_a_session(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    answer = client.get("/at/old-mill")
    assert (answer.status_code, "Set-Cookie" in answer, "Cookie" in answer.get("Vary", "")) == (200, False, True)
    assert not hasattr(answer.wsgi_request, "session")


def test_the_door_asks_for_the_session_the_account_and_of_an_officer_the_areas_and_nothing_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.forget()
    snapshot.city()
    monkeypatch.setattr(snapshot, "_polling", True)
    asked = []
    for client in (
        staff.at_the_desk(staff.account("coordinator")),
        staff.at_the_desk(staff.account("officer", officer=cast.ana)),
    ):
        client.get("/desk/more/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/more/").status_code == 200
        asked.append(len(queries))
    assert asked == [2, 3]


def test_a_session_that_names_no_giver_of_accounts_known_today_opens_nothing(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    session = client.session
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session.save()
    assert client.get("/desk/").status_code == 303


def test_who_loses_the_second_factor_is_led_to_making_one_at_the_next_page(cast: Cast) -> None:
    account = staff.account("coordinator")
    client = staff.at_the_desk(account)
    assert client.get("/desk/more/").status_code == 200
    Authenticator.objects.filter(user=account).update(type=Authenticator.Type.RECOVERY_CODES)
    assert client.get("/desk/more/")["Location"] == "/desk/own/sign-in/first/?next=%2Fdesk%2Fmore%2F"


def test_who_lost_the_last_of_their_roles_keeps_their_own_pages_and_is_told_why_there_is_no_more(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account())
    page = client.get("/desk/").content.decode()
    assert "Your account has no role, so there is nothing you can do here yet." in page
    assert "Your account has no role" not in staff.at_the_desk(staff.account("clerk")).get("/desk/").content.decode()
    told = {
        address: client.get(f"/desk/{address}").status_code
        for address in ("more/", "own/sign-in/", "own/readings/", "own/sign-out/", "areas/", "accounts/", "hide/")
    }
    assert told == {
        "more/": 200,
        "own/sign-in/": 200,
        "own/readings/": 200,
        "own/sign-out/": 200,
        "areas/": 404,
        "accounts/": 404,
        "hide/": 404,
    }
    assert client.post("/desk/own/sign-out/").status_code == 302
    assert client.get("/desk/").status_code == 303
