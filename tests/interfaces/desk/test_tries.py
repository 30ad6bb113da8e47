"""Guessing at the sign-in: it looks the same whoever is guessed at, it ends, and it keeps nobody else out."""

from __future__ import annotations

import re
import statistics
import sys
import time
from dataclasses import replace

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from byname.interfaces.desk import attempts
from byname.ledger.models import Letter
from byname.people import actions as people
from byname.people.models import Account
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import operator
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.authenticator import app_code
from tests.interfaces.desk.sign_in import PASSWORD, PHONE, browser, come_in, invited, somebody, with_passkey


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


def test_nobody_is_flooded_with_letters_about_a_forgotten_password(cast: Cast) -> None:
    account = somebody()
    for _ in range(attempts.LETTERS.most + 3):
        assert browser().post("/desk/sign-in/forgotten/", {"email": account.email}).status_code == 302
    assert Letter.objects.count() == attempts.LETTERS.most


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
