"""Signing in: by passkey, by password and app, by recovery code; what is refused, and how it looks the same."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces.desk import attempts, door
from byname.interfaces.desk.views import signing
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.people.models import Account
from byname.safekeeping.limits import Limit, wait_for
from byname.safekeeping.models import StaffSession
from byname.vocabulary import operator
from tests import staff
from tests.cast import Cast
from tests.conftest import ROOT
from tests.interfaces.desk.authenticator import Passkey, app_code

PASSWORD = "seven herons over the mill"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


def browser() -> Client:
    """Somebody's browser at the site's own name."""
    return Client(headers={"Host": "localhost", "User-Agent": PHONE})


def somebody(*roles: str, **about: Any) -> Account:
    """An account that signs in with a password and an app."""
    account = staff.account(*(roles or ("coordinator",)), **about)
    account.set_password(PASSWORD)
    account.save()
    return account


def asked(page: Any) -> dict[str, Any]:
    """What a page asks of the browser's passkeys."""
    found = re.search(r'<script id="options" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found
    question: dict[str, Any] = json.loads(found.group(1))
    return question


def told(answer: Any) -> str:
    """The words of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def invited(client: Client, email: str = "noor@service.example", **about: Any) -> Account:
    """An account that has just taken up its invitation in this browser."""
    token = people.invite(email, roles=["coordinator"], name="Noor", by=operator("test"), at=timezone.now(), **about)
    assert client.post(f"/desk/sign-in/invitation/{token}/").status_code == 303
    return Account.objects.get(email=email)


def with_passkey(client: Client) -> Passkey:
    """The passkey just added in this browser as the first second factor."""
    passkey = Passkey()
    page = client.get("/desk/own/sign-in/first/")
    answer = client.post(
        "/desk/own/sign-in/first/", {"credential": passkey.create(asked(page)), "name": "Noor's phone"}
    )
    assert answer.status_code == 302, told(answer)
    return passkey


def come_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    """The answer to e-mail and password."""
    return client.post("/desk/sign-in/", {"login": email, "password": password})


def events() -> list[str]:
    return list(LedgerLine.objects.filter(event__startswith="account.").order_by("pk").values_list("event", flat=True))


def test_an_invitation_a_passkey_and_the_recovery_codes_lead_to_today(cast: Cast) -> None:
    client = browser()
    account = invited(client)
    assert client.get("/desk/").headers["Location"] == "/desk/own/sign-in/first/?next=%2Fdesk%2F"
    question = asked(client.get("/desk/own/sign-in/first/"))["publicKey"]
    assert question["authenticatorSelection"]["userVerification"] == "required"
    assert question["authenticatorSelection"]["residentKey"] == "required"
    with_passkey(client)
    codes = client.get("/desk/own/sign-in/codes/")
    shown = re.findall(r"<li>(\d{4} \d{4})</li>", codes.content.decode())
    assert (codes.status_code, len(shown)) == (200, 10)
    assert re.findall(r"<li>(\d{4} \d{4})</li>", client.get("/desk/own/sign-in/codes/").content.decode()) == []
    assert client.get("/desk/").status_code == 200
    assert events() == ["account.invited", "account.opened", "account.second_factor_added"]
    assert Letter.objects.filter(kind="sign_in.webauthn_added").count() == 1
    assert not account.has_usable_password()


def test_a_passkey_signs_in_by_itself(cast: Cast) -> None:
    first = browser()
    account = invited(first)
    passkey = with_passkey(first)
    client = browser()
    question = client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    assert question["publicKey"]["userVerification"] == "required"
    answer = client.post("/desk/sign-in/passkey/", {"credential": passkey.get(question), "next": "/desk/more/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/more/")
    assert client.get("/desk/more/").status_code == 200
    assert "account.signed_in" in events()
    session = StaffSession.objects.filter(account_id=account.pk).latest("began_at")
    assert session.device == "Chrome on Android"


@pytest.mark.parametrize("fault", ["another key", "another site", "not verified", "an old question", "nobody's"])
def test_a_passkey_that_is_not_theirs_or_does_not_know_its_person_opens_nothing(cast: Cast, fault: str) -> None:
    first = browser()
    invited(first)
    passkey = with_passkey(first)
    client = browser()
    question = client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    if fault == "another key":
        passkey.key = Passkey().key
    elif fault == "another site":
        passkey.origin = "https://elsewhere.example"
    elif fault == "not verified":
        passkey.verifies = False
    elif fault == "an old question":
        client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"})
    else:
        passkey.person = b"zzzzzz"
    answer = client.post("/desk/sign-in/passkey/", {"credential": passkey.get(question)})
    assert answer.status_code == 200
    assert "That did not match." in told(answer)
    assert client.get("/desk/").status_code == 303


def test_a_device_that_does_not_check_its_person_cannot_become_a_passkey(cast: Cast) -> None:
    client = browser()
    invited(client)
    passkey = Passkey(verifies=False)
    page = client.get("/desk/own/sign-in/first/")
    answer = client.post("/desk/own/sign-in/first/", {"credential": passkey.create(asked(page)), "name": "x"})
    assert (answer.status_code, Authenticator.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    "credential",
    ["", "null", "[]", "5", '"x"', "{}", '{"response": "x"}', '{"response": {"userHandle": 5}}', "[" * 5000,
     ('{"id": "é", "rawId": "%", "type": "public-key", "response": {"clientDataJSON": "e30", "signature": "",'
     ' "authenticatorData": "AAAA", "userHandle": "enp6enp6enp6enp6enp6eno"}, "clientExtensionResults": {}}'),
     ('{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject":'
     ' "oA"}, "clientExtensionResults": {}}')],
    ids=range(11),
)  # fmt: skip
def test_an_answer_no_browser_would_give_is_told_so(cast: Cast, credential: str) -> None:
    client = browser()
    client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"})
    assert client.post("/desk/sign-in/passkey/", {"credential": credential}).status_code == 200
    invited(client)
    client.get("/desk/own/sign-in/first/")
    assert client.post("/desk/own/sign-in/first/", {"credential": credential, "name": "x"}).status_code == 200


def test_password_and_app_sign_in_without_javascript_and_a_code_opens_once(cast: Cast) -> None:
    account = somebody()
    client = browser()
    answer = come_in(client, account.email)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/sign-in/second/")
    assert client.get("/desk/").status_code == 303
    code = app_code(staff.TOTP_SECRET)
    assert client.post("/desk/sign-in/second/", {"code": code}).headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    other = browser()
    come_in(other, account.email)
    again = other.post("/desk/sign-in/second/", {"code": f" {code[:3]} {code[3:]}"})
    assert (again.status_code, "That did not match." in told(again)) == (200, True)
    late = other.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET, late=1)})
    assert late.headers["Location"] == "/desk/"


def test_the_page_to_set_up_an_app_loaded_again_shows_the_same_secret_for_some_minutes(cast: Cast) -> None:
    client = browser()
    invited(client)
    shown = [re.findall(r'class="secret">(\w+)<', client.get("/desk/own/sign-in/app/").content.decode()) for _ in "ab"]
    assert shown[0] == shown[1]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(signing, "_SECRET_KEPT", 0)
        page = client.get("/desk/own/sign-in/app/").content.decode()
    assert re.findall(r'class="secret">(\w+)<', page) != shown[0]


def test_a_first_sign_in_by_password_and_app_is_set_up_in_one_step(cast: Cast) -> None:
    client = browser()
    account = invited(client)
    page = client.get("/desk/own/sign-in/app/")
    secret = re.search(r'class="secret">(\w+)<', page.content.decode())
    assert secret
    form = {"password1": PASSWORD, "password2": PASSWORD, "code": "000000"}
    assert client.post("/desk/own/sign-in/app/", form).status_code == 200
    account.refresh_from_db()
    assert (account.has_usable_password(), Authenticator.objects.count()) == (False, 0)
    form["code"] = app_code(secret.group(1))
    answer = client.post("/desk/own/sign-in/app/", form)
    assert answer.headers["Location"] == "/desk/own/sign-in/codes/"
    assert client.get("/desk/own/sign-in/codes/").status_code == 200
    assert client.get("/desk/").status_code == 200
    client = browser()
    come_in(client, account.email)
    answer = client.post("/desk/sign-in/second/", {"code": app_code(secret.group(1), late=-1)})
    assert answer.headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    "password",
    ["eleven sign", "password1234", "noor@service.example", "NoorNoorNoor", "123456789012", "Qwertyuiop-2026!",
     "dragondragon"],
)  # fmt: skip
def test_a_password_that_others_would_guess_is_refused(cast: Cast, password: str) -> None:
    client = browser()
    account = invited(client, email="noor@service.example")
    Account.objects.filter(pk=account.pk).update(name="Noor Noor Noor")
    page = client.get("/desk/own/sign-in/app/")
    secret = re.search(r'class="secret">(\w+)<', page.content.decode())
    assert secret
    form = {"password1": password, "password2": password, "code": app_code(secret.group(1))}
    answer = client.post("/desk/own/sign-in/app/", form)
    assert (answer.status_code, Authenticator.objects.count()) == (200, 0)


def test_a_recovery_code_opens_the_second_step_once(cast: Cast) -> None:
    client = browser()
    account = invited(client)
    with_passkey(client)
    account.refresh_from_db()
    account.set_password(PASSWORD)
    account.save()
    codes = Authenticator.objects.get(user=account, type="recovery_codes").wrap().get_unused_codes()
    told_to = []
    for code in (codes[0], codes[0], codes[1]):
        client = browser()
        come_in(client, account.email)
        told_to.append(client.post("/desk/sign-in/second/", {"code": code}).status_code)
    assert told_to == [302, 200, 302]


def test_wrong_words_unknown_addresses_and_locked_accounts_look_the_same_and_cost_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, locked = somebody(), somebody("clerk")
    unfinished = somebody("analyst", second_factor=False)
    passkey_only = staff.account("overseer")
    for _ in range(attempts.OF_ACCOUNT.most):
        Client(REMOTE_ADDR="192.0.2.9").post("/desk/sign-in/", {"login": locked.email, "password": "wrong"})
    hashed: list[str] = []
    real = hashers.Argon2PasswordHasher.encode
    verify = hashers.Argon2PasswordHasher.verify
    monkeypatch.setattr(
        hashers.Argon2PasswordHasher, "encode", lambda self, *a: hashed.append("encode") or real(self, *a)
    )
    monkeypatch.setattr(
        hashers.Argon2PasswordHasher, "verify", lambda self, *a: hashed.append("verify") or verify(self, *a)
    )
    seen = []
    for email, password in (
        (known.email, "wrong"),
        ("nobody@service.example", PASSWORD),
        (locked.email, PASSWORD),
        (locked.email, "wrong"),
        (unfinished.email, PASSWORD),
        (passkey_only.email, PASSWORD),
    ):
        hashed.clear()
        client = browser()
        answer = come_in(client, email, password)
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|value="[^"]*@[^"]*"', "", answer.content.decode())
        seen.append((answer.status_code, page, sorted(answer.headers), len(hashed)))
    assert {each[0] for each in seen} == {200}
    assert len({each[1] for each in seen}) == 1
    assert "That did not match." in seen[0][1]
    assert [each[3] for each in seen] == [1] * 6


def test_a_locked_account_opens_again_when_its_time_is_over_and_a_success_counts_nothing(cast: Cast) -> None:
    account = somebody()
    for _ in range(attempts.OF_ACCOUNT.most + 5):
        assert come_in(browser(), account.email).status_code == 302
    for _ in range(attempts.OF_ACCOUNT.most):
        come_in(browser(), account.email, "wrong")
    assert come_in(browser(), account.email).status_code == 200


def test_an_address_that_fails_too_often_is_held_up_and_locks_nobody_else_out(cast: Cast) -> None:
    account = somebody()
    there = {"REMOTE_ADDR": "192.0.2.77"}
    for number in range(attempts.OF_ADDRESS.most):
        Client(**there).post("/desk/sign-in/", {"login": f"{number}@service.example", "password": "wrong"})
    for _ in range(attempts.OF_ACCOUNT.most + 1):
        held = Client(**there).post("/desk/sign-in/", {"login": account.email, "password": PASSWORD})
        assert held.status_code == 200
    assert come_in(browser(), account.email).status_code == 302


def test_codes_of_the_second_step_cannot_be_tried_for_long(cast: Cast) -> None:
    account = somebody()
    for _ in range(attempts.OF_ACCOUNT.most):
        client = browser()
        come_in(client, account.email)
        assert client.post("/desk/sign-in/second/", {"code": "000000"}).status_code == 200
    client = browser()
    come_in(client, account.email)
    assert client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)}).status_code == 200


STATION = "192.0.2.77"
"""A network address that many share."""


def at_the_station() -> Client:
    """A browser behind that address."""
    return Client(headers={"Host": "localhost", "User-Agent": PHONE}, REMOTE_ADDR=STATION)


def inside_the_station(account: Account) -> Client:
    """A browser behind it in which somebody is signed in."""
    client = at_the_station()
    client.force_login(account, backend=staff.BACKEND)
    return client


def spent(*limits: Limit) -> None:
    """These limits are used up at the station."""
    for limit in limits:
        for _ in range(limit.most + 1):
            wait_for(limit, STATION, at=timezone.now())


def test_letters_asked_for_by_strangers_keep_nobody_behind_the_same_address_out(cast: Cast) -> None:
    account = somebody()
    inside = inside_the_station(account)
    for number in range(attempts.LETTERS_FROM.most + 1):
        at_the_station().post("/desk/sign-in/forgotten/", {"email": f"{number}@nowhere.example"})
    at_the_station().post("/desk/sign-in/forgotten/", {"email": account.email})
    assert Letter.objects.count() == 0
    assert come_in(at_the_station(), account.email).headers["Location"] == "/desk/sign-in/second/"
    again = {"password": PASSWORD, "next": "/desk/own/sign-in/passkeys/add/"}
    assert inside.post("/desk/own/sign-in/again/", again).status_code == 302
    token = people.invite(
        "noor@service.example", roles=["coordinator"], name="Noor", by=operator("test"), at=timezone.now()
    )
    assert at_the_station().get(f"/desk/sign-in/invitation/{token}/").status_code == 200


def test_wrong_passwords_of_strangers_keep_out_neither_passkeys_nor_invitations_nor_who_is_inside(cast: Cast) -> None:
    account = somebody()
    first = at_the_station()
    invited(first)
    passkey = with_passkey(first)
    inside, half = inside_the_station(account), at_the_station()
    come_in(half, account.email)
    for number in range(attempts.OF_ADDRESS.most + 1):
        come_in(at_the_station(), f"{number}@nowhere.example", "wrong")
    for _ in range(attempts.OF_ACCOUNT.most + 1):
        come_in(browser(), account.email, "wrong")
    assert come_in(at_the_station(), account.email).status_code == 200
    again = {"password": PASSWORD, "next": "/desk/own/sign-in/passkeys/add/"}
    assert inside.post("/desk/own/sign-in/again/", again).status_code == 302
    assert half.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)}).status_code == 302
    client = at_the_station()
    question = client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    assert client.post("/desk/sign-in/passkey/", {"credential": passkey.get(question)}).status_code == 302
    token = people.invite("mo@service.example", roles=["clerk"], name="Mo", by=operator("test"), at=timezone.now())
    assert at_the_station().get(f"/desk/sign-in/invitation/{token}/").status_code == 200


def test_nobody_else_uses_up_the_tries_of_who_is_signed_in_and_these_end_too(cast: Cast) -> None:
    account = somebody()
    inside = inside_the_station(account)
    spent(attempts.OF_ADDRESS, attempts.PASSKEYS, attempts.INVITATIONS, attempts.LETTERS_FROM)
    again = {"password": PASSWORD, "next": "/desk/own/sign-in/passkeys/add/"}
    for _ in range(attempts.OF_ACCOUNT.most - 1):
        assert inside.post("/desk/own/sign-in/again/", {**again, "password": "wrong"}).status_code == 200
    assert inside.post("/desk/own/sign-in/again/", again).status_code == 302
    inside.post("/desk/own/sign-in/again/", {**again, "password": "wrong"})
    assert inside.post("/desk/own/sign-in/again/", again).status_code == 200
    assert come_in(browser(), account.email).status_code == 302


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


def test_a_letter_s_link_leads_to_the_port_the_site_listens_on(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    account = somebody()
    settings.BYNAME_HOME, settings.BYNAME_PUBLIC_URL = tmp_path, ""
    (tmp_path / "serving.json").write_text('{"process": 1, "host": "127.0.0.1", "port": 8123, "data_keys": []}')
    Client(headers={"Host": "localhost:6666"}).post("/desk/sign-in/forgotten/", {"email": account.email})
    assert "http://localhost:8123/desk/sign-in/forgotten/" in json.loads(Letter.objects.get().words)["body"]


def test_a_forgotten_password_is_changed_by_letter_and_nothing_tells_who_has_an_account(cast: Cast) -> None:
    account = somebody()
    signed_in = staff.at_the_desk(account)
    pages = []
    for email in (account.email, "nobody@service.example"):
        answer = browser().post("/desk/sign-in/forgotten/", {"email": email})
        pages.append((answer.status_code, answer.headers["Location"]))
    assert len(set(pages)) == 1
    (letter,) = Letter.objects.all()
    words = json.loads(letter.words)
    link = re.search(r"http://localhost:\d+(/desk/sign-in/forgotten/\S+)", words["body"])
    assert (letter.recipient, bool(link)) == (account.email, True)
    assert link
    client = browser()
    away = client.get(link.group(1))
    assert away.status_code == 302
    new = "nine geese under the bridge"
    form = {"password1": new, "password2": new}
    done = client.post(away.headers["Location"], form)
    assert done.headers["Location"] == "/desk/sign-in/forgotten/done/"
    assert signed_in.get("/desk/").status_code == 303
    assert come_in(browser(), account.email).status_code == 200
    assert come_in(browser(), account.email, new).headers["Location"] == "/desk/sign-in/second/"
    assert Authenticator.objects.filter(user=account, type="totp").count() == 1
    assert browser().get(link.group(1)).status_code == 200
    assert list(Letter.objects.order_by("pk").values_list("kind", flat=True)) == [
        "sign_in.password_reset_key",
        "sign_in.password_reset",
    ]


def test_nobody_is_flooded_with_letters_about_a_forgotten_password(cast: Cast) -> None:
    account = somebody()
    for _ in range(attempts.LETTERS.most + 3):
        assert browser().post("/desk/sign-in/forgotten/", {"email": account.email}).status_code == 302
    assert Letter.objects.count() == attempts.LETTERS.most


def test_the_letter_about_a_forgotten_password_is_for_who_has_one(cast: Cast) -> None:
    staff.account("coordinator", email="with-app@service.example")
    somebody("clerk", email="not-set-up@service.example", second_factor=False)
    for email in ("with-app@service.example", "not-set-up@service.example"):
        browser().post("/desk/sign-in/forgotten/", {"email": email})
    assert list(Letter.objects.values_list("kind", flat=True)) == ["sign_in.no_password"]


def test_the_last_way_in_cannot_be_removed(cast: Cast) -> None:
    client = browser()
    account = invited(client)
    with_passkey(client)
    (passkey,) = Authenticator.objects.filter(user=account, type="webauthn")
    page = client.get(f"/desk/own/sign-in/passkeys/{passkey.pk}/remove/")
    assert "This is your last way in" in told(page)
    assert client.post(f"/desk/own/sign-in/passkeys/{passkey.pk}/remove/").status_code == 422
    client.post("/desk/own/sign-in/passkeys/add/", {"credential": _another(client), "name": "A key"})
    assert client.post(f"/desk/own/sign-in/passkeys/{passkey.pk}/remove/").status_code == 302
    (left,) = Authenticator.objects.filter(user=account, type="webauthn")
    assert client.post(f"/desk/own/sign-in/passkeys/{left.pk}/remove/").status_code == 422
    assert client.post(f"/desk/own/sign-in/passkeys/{left.pk}/name/", {"name": "Old key"}).status_code == 302
    assert "Old key" in told(client.get("/desk/own/sign-in/"))


def _another(client: Client) -> str:
    return Passkey().create(asked(client.get("/desk/own/sign-in/passkeys/add/")))


def test_an_app_that_is_the_last_way_in_stays(cast: Cast) -> None:
    account = somebody()
    client = browser()
    come_in(client, account.email)
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    client.post("/desk/own/sign-in/again/", {"password": PASSWORD})
    answer = client.post("/desk/own/sign-in/app/off/")
    assert (answer.status_code, Authenticator.objects.filter(type="totp").count()) == (200, 1)
    assert "last way in" in told(answer)


def test_dangerous_pages_ask_again_who_it_is_and_lead_back(cast: Cast) -> None:
    account = somebody()
    client = browser()
    come_in(client, account.email)
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    away = client.get("/desk/own/sign-in/passkeys/add/")
    assert away.headers["Location"] == "/desk/own/sign-in/again/code/?next=%2Fdesk%2Fown%2Fsign-in%2Fpasskeys%2Fadd%2F"
    assert client.post("/desk/own/sign-in/codes/new/").headers["Location"].startswith("/desk/own/sign-in/again/code/")
    page = client.get(away.headers["Location"])
    assert "Is it still you?" in told(page)
    wrong = client.post("/desk/own/sign-in/again/", {"password": "wrong", "next": "/desk/own/sign-in/passkeys/add/"})
    assert (wrong.status_code, "That did not match." in told(wrong)) == (200, True)
    right = client.post("/desk/own/sign-in/again/", {"password": PASSWORD, "next": "/desk/own/sign-in/passkeys/add/"})
    assert right.headers["Location"] == "/desk/own/sign-in/passkeys/add/"
    assert client.get("/desk/own/sign-in/passkeys/add/").status_code == 200


def test_a_changed_password_signs_out_everywhere_else_and_tells_the_person(cast: Cast) -> None:
    account = somebody()
    here, there = staff.at_the_desk(account), staff.at_the_desk(account)
    new = "nine geese under the bridge"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/desk/own/sign-in/password/", {**form, "oldpassword": "wrong"}).status_code == 200
    assert here.post("/desk/own/sign-in/password/", form).headers["Location"] == "/desk/own/sign-in/"
    assert (here.get("/desk/").status_code, there.get("/desk/").status_code) == (200, 303)
    (letter,) = Letter.objects.all()
    assert (letter.kind, "If this was not you" in letter.words) == ("sign_in.password_changed", True)


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


@pytest.mark.parametrize(
    "next_page",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/find", "javascript:alert(1)",
     "http://localhost/desk/", "/desk/\\..//x.example", "desk/more/"],
)  # fmt: skip
def test_nobody_is_led_elsewhere_after_signing_in(cast: Cast, next_page: str) -> None:
    account = somebody()
    client = browser()
    client.post("/desk/sign-in/", {"login": account.email, "password": PASSWORD, "next": next_page})
    answer = client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET), "next": next_page})
    assert answer.headers["Location"].startswith("/desk/")
    assert "x.example" not in answer.headers["Location"] or answer.headers["Location"].startswith("/desk/%5C")


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


def test_the_ledger_knows_how_somebody_signed_in_and_holds_no_address(cast: Cast) -> None:
    account = somebody()
    client = browser()
    come_in(client, account.email, "wrong")
    come_in(client, "nobody@service.example", "wrong")
    come_in(client, account.email)
    client.post("/desk/sign-in/second/", {"code": "000000"})
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    client.post("/desk/own/sign-out/")
    lines = LedgerLine.objects.filter(event__startswith="account.").order_by("pk")
    assert [(line.event, line.subject_id, line.actor_account_id, line.facts) for line in lines] == [
        ("account.sign_in_failed", str(account.pk), None, {}),
        ("account.sign_in_failed", "unknown", None, {}),
        ("account.second_factor_failed", str(account.pk), account.pk, {"kind": "totp"}),
        ("account.second_factor_used", str(account.pk), account.pk, {"kind": "totp", "again": False}),
        ("account.signed_in", str(account.pk), account.pk, {"ways": "password+totp"}),
        ("account.signed_out", str(account.pk), account.pk, {}),
    ]
    assert all("@" not in f"{line.facts}{line.actor_name}{line.subject_id}" for line in LedgerLine.objects.all())


def test_an_account_that_ended_opens_by_nothing(cast: Cast) -> None:
    first = browser()
    account = invited(first)
    passkey = with_passkey(first)
    account.refresh_from_db()
    account.set_password(PASSWORD)
    account.save()
    people.end_account(account.pk, by=operator("test"), at=timezone.now())
    assert first.get("/desk/").status_code == 303
    client = browser()
    question = client.get("/desk/sign-in/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    assert client.post("/desk/sign-in/passkey/", {"credential": passkey.get(question)}).status_code == 200
    assert come_in(client, account.email).status_code == 200
    assert client.get("/desk/").status_code == 303


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


@pytest.mark.slow
def test_how_long_a_wrong_password_takes_is_printed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    # Time is for people to read (pytest -s); that each costs one hash is held above.
    monkeypatch.setattr(attempts, "OF_ADDRESS", replace(attempts.OF_ADDRESS, most=1000))
    known, passkey_only = somebody(), staff.account("overseer")
    took: dict[str, list[float]] = {known.email: [], passkey_only.email: [], "nobody@service.example": []}
    for _ in range(20):
        for email in took:
            client = browser()
            began = time.perf_counter()
            come_in(client, email, "wrong")
            took[email].append(time.perf_counter() - began)
    sys.stdout.write(f"{ {email: f'{statistics.median(each) * 1000:.0f} ms' for email, each in took.items()} }\n")
    assert [len(each) for each in took.values()] == [20] * 3
