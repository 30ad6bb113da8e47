"""What a sign-in leaves in a browser: its session, its cookies, its form's token, and how these end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from byname.interfaces.desk import door
from byname.ledger.models import Letter
from byname.safekeeping.limits import Limit
from byname.safekeeping.models import StaffSession
from tests import staff
from tests.cast import Cast
from tests.conftest import ROOT
from tests.interfaces.desk.authenticator import app_code
from tests.interfaces.desk.sign_in import PASSWORD, browser, come_in, events, somebody, told


@pytest.mark.parametrize("how", ["changed", "by letter"])
def test_a_sign_in_that_stands_at_its_second_step_ends_with_the_password_it_began_with(cast: Cast, how: str) -> None:
    account = somebody()
    thief, owner = browser(), staff.at_the_desk(account)
    assert come_in(thief, account.email).headers["Location"] == "/desk/sign-in/second/"
    assert thief.get("/desk/sign-in/second/").status_code == 200
    new = "nine geese under the bridge"
    form = {"password1": new, "password2": new}
    if how == "changed":
        assert owner.post("/desk/own/sign-in/password/", {"oldpassword": PASSWORD, **form}).status_code == 302
    else:
        browser().post("/desk/sign-in/forgotten/", {"email": account.email})
        link = re.search(r"http://\S+?(/desk/sign-in/forgotten/\S+)", json.loads(Letter.objects.get().words)["body"])
        assert link
        client = browser()
        client.post(client.get(link.group(1)).headers["Location"], form)
    answer = thief.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/sign-in/")
    assert thief.get("/desk/").status_code == 303
    assert thief.get("/desk/sign-in/second/").headers["Location"] == "/desk/sign-in/"
    assert come_in(thief, account.email, new).headers["Location"] == "/desk/sign-in/second/"
    assert thief.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)}).status_code == 302


def test_i_see_where_i_am_signed_in_and_end_it(cast: Cast) -> None:
    account = somebody()
    here, there = staff.at_the_desk(account), staff.at_the_desk(account)
    for client in (here, there):
        assert client.get("/desk/").status_code == 200
    page = here.get("/desk/own/sign-in/")
    keys = re.findall(r'name="key" value="(\w+)"', page.content.decode())
    assert (len(keys), "This one" in told(page)) == (1, True)
    stranger = staff.at_the_desk(staff.account("clerk"))
    stranger.post("/desk/own/sign-in/browsers/", {"key": keys[0]})
    assert there.get("/desk/").status_code == 200
    assert here.post("/desk/own/sign-in/browsers/", {"key": keys[0]}).status_code == 303
    assert (here.get("/desk/").status_code, there.get("/desk/").status_code) == (200, 303)
    another = staff.at_the_desk(account)
    here.post("/desk/own/sign-in/browsers/")
    assert (here.get("/desk/").status_code, another.get("/desk/").status_code) == (200, 303)


def test_the_session_gets_a_new_key_at_each_step_up_and_its_cookie_is_closed(cast: Cast) -> None:
    account = somebody()
    client = browser()
    # The passkey's question begins a session; the page alone does not.
    client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    come_in(client, account.email)
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/desk/")
    stolen = browser()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = before
    assert stolen.get("/desk/").status_code == 303


def test_signing_out_takes_a_form_and_ends_the_session(cast: Cast) -> None:
    account = somebody()
    client = staff.at_the_desk(account)
    assert client.get("/desk/own/sign-out/").status_code == 200
    assert client.get("/desk/").status_code == 200
    assert client.post("/desk/own/sign-out/").headers["Location"] == "/desk/sign-in/"
    assert (client.get("/desk/").status_code, StaffSession.objects.filter(account_id=account.pk).count()) == (303, 0)
    assert "account.signed_out" in events()


def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    account = somebody()
    client = Client(enforce_csrf_checks=True, headers={"Host": "localhost"})
    assert come_in(client, account.email).status_code == 403


def test_a_form_is_taken_with_its_token_and_the_token_changes_at_the_sign_in(cast: Cast) -> None:
    account = somebody()
    client = Client(enforce_csrf_checks=True, headers={"Host": "localhost"})

    def token(page: Any) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
        assert found
        return found.group(1)

    first = token(client.get("/desk/sign-in/"))
    cookie = client.cookies["desk-form"]
    before = cookie.value
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == ("/desk/", True, "Lax")
    form = {"login": account.email, "password": PASSWORD, "csrfmiddlewaretoken": first}
    assert client.post("/desk/sign-in/", form)["Location"].startswith("/desk/sign-in/second/")
    second = {"code": app_code(staff.TOTP_SECRET), "csrfmiddlewaretoken": token(client.get("/desk/sign-in/second/"))}
    assert client.post("/desk/sign-in/second/", second).status_code == 302
    assert client.cookies["desk-form"].value != before
    assert client.post("/desk/own/sign-out/", {"csrfmiddlewaretoken": first}).status_code == 403


def test_a_look_at_the_pages_before_the_sign_in_leaves_nothing(cast: Cast) -> None:
    for path in ("", "forgotten/", "invitation/nobodys/", "second/", "closed/", "not-known/", "forgotten/x-y/"):
        client = browser()
        client.get(f"/desk/sign-in/{path}")
        assert (path, StaffSession.objects.count(), "desk" in client.cookies) == (path, 0, False)


def test_a_session_without_an_account_ends_after_a_quarter_of_an_hour(cast: Cast) -> None:
    account, client = somebody(), browser()
    come_in(client, account.email)
    session = StaffSession.objects.get()
    left = (session.expire_date - timezone.now()).total_seconds()
    assert (session.account_id, 14 * 60 < left <= 15 * 60) == (None, True)
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    session = StaffSession.objects.get()
    left = (session.expire_date - timezone.now()).total_seconds()
    assert (session.account_id, left > 11 * 60 * 60) == (account.pk, True)


def test_one_address_begins_so_many_sessions_without_signing_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "UNSIGNED", Limit("unsigned-session", 2, 24 * 60 * 60))
    first = browser()
    asked_by = [first, browser(), browser(), first]
    answers = [client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"}) for client in asked_by]
    # Who has a session already goes on with it.
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert StaffSession.objects.count() == 2
    assert browser().get("/desk/sign-in/").status_code == 200


def test_a_key_that_is_none_ends_no_session(cast: Cast) -> None:
    client = staff.at_the_desk(somebody())
    for key in ("\0", "é" * 40, "f" * 39, "F" * 40, "f" * 40 + "\n"):
        assert client.post("/desk/own/sign-in/browsers/", {"key": key}).status_code == 303
    assert StaffSession.objects.count() == 1


def test_behind_tls_the_cookie_goes_over_tls_only() -> None:
    names = (
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_NAME",
        "CSRF_COOKIE_SECURE",
    )
    asked = ", ".join(f"s.{name}" for name in names)
    said = subprocess.run(
        [sys.executable, "-c", f"from byname.config import settings as s; print({asked})"],
        env={**os.environ, "BYNAME_PUBLIC_URL": "https://desk.example", "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert said.split() == ["__Secure-desk", "True", "True", "__Secure-desk-form", "True"]
