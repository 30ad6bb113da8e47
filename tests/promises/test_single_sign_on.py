"""Single sign-on against a real provider of identities: whom it lets in, and whom it does not."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.config import environment
from byname.ledger.models import LedgerLine
from byname.people import actions as people
from byname.people.models import Account
from byname.vocabulary import operator
from tests import staff
from tests.config.ground import CHECKOUT, free_port
from tests.interfaces.desk.authenticator import app_code

BACK = "http://localhost/desk/sign-in/with/service/back/"
PEOPLE = {
    "noor": "noor@service.example",
    "unverified": "noor@service.example",
    "said": "noor@service.example",
    "stranger": "stranger@elsewhere.example",
    "capital": "Noor@Service.Example",
    "likeness": "noor@\u017fervice.example",
}


@dataclass(frozen=True)
class Provider:
    """A running provider, and what byname must be told of it."""

    port: int
    client: str
    secret: str

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}/o"

    def told(self, issuer: str = "") -> dict[str, Any]:
        """byname's setting, read from the environment as in production."""
        return environment.single_sign_on(
            {
                "BYNAME_OIDC_ISSUER": issuer or self.issuer,
                "BYNAME_OIDC_CLIENT_ID": self.client,
                "BYNAME_OIDC_CLIENT_SECRET": self.secret,
                "BYNAME_OIDC_NAME": "Sign in with Rivermouth ID",
            }
        )


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """A provider on this machine, with its own process and database."""
    made = Provider(free_port(), secrets.token_hex(8), secrets.token_hex(16))
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    about = {
        "DJANGO_SETTINGS_MODULE": "tests.promises.provider.settings",
        "PROVIDER_DATABASE": str(tmp_path_factory.mktemp("provider") / "provider.sqlite3"),
        "PROVIDER_KEY": key.decode(),
        "PROVIDER_ISSUER": made.issuer,
        "PYTHONPATH": f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}",
    }
    words = [str(made.port), made.client, made.secret, BACK, *(f"{name}={email}" for name, email in PEOPLE.items())]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.promises.provider", *words],
        cwd=CHECKOUT,
        env={**os.environ, **about},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield made
        process.terminate()


@pytest.fixture
def noor(db: None, settings: Settings, provider: Provider, tmp_path: Path) -> Account:
    """Somebody who was invited, with an app as the second factor; single sign-on is set."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.SOCIALACCOUNT_PROVIDERS = provider.told()
    return staff.account("coordinator", email="noor@service.example")


def browser() -> Client:
    return Client(headers={"Host": "localhost"})


def by_way_of(provider: Provider, client: Client, name: str, **asked: str) -> str:
    """Where the provider sends somebody back to who signs in there as `name`."""
    away = client.get("/desk/sign-in/with/service/", {"next": "/desk/more/"} | asked)
    assert away.status_code == 302
    address = away.headers["Location"]
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["nonce"][0]) >= 20
    assert (asked["redirect_uri"], sorted(asked["scope"][0].split())) == ([BACK], ["email", "openid", "profile"])
    with requests.Session() as there:
        there.get(f"http://localhost:{provider.port}/who/", params={"name": name}, timeout=10).raise_for_status()
        back = there.get(address, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    assert back.headers["Location"].startswith(BACK)
    return back.headers["Location"].removeprefix("http://localhost")


def test_who_was_invited_comes_in_with_byname_s_own_second_step(noor: Account, provider: Provider) -> None:
    client = browser()
    page = client.get("/desk/sign-in/").content.decode()
    assert "Sign in with Rivermouth ID" in page
    answer = client.get(by_way_of(provider, client, "noor"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/sign-in/second/")
    assert client.get("/desk/more/").status_code == 303
    answer = client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/more/")
    assert client.get("/desk/more/").status_code == 200
    line = LedgerLine.objects.get(event="account.signed_in")
    assert (line.actor_account_id, line.facts) == (noor.pk, {"ways": "single_sign_on+totp"})
    assert (SocialAccount.objects.count(), Account.objects.count()) == (0, 1)


def test_capitals_in_an_address_are_the_same_address(noor: Account, provider: Provider) -> None:
    client = browser()
    answer = client.get(by_way_of(provider, client, "capital"))
    assert answer.headers["Location"] == "/desk/sign-in/second/"


@pytest.mark.parametrize("name", ["unverified", "said", "stranger", "likeness"])
def test_an_address_that_is_not_verified_or_not_invited_opens_and_makes_nothing(
    noor: Account, provider: Provider, name: str
) -> None:
    client = browser()
    answer = client.get(by_way_of(provider, client, name))
    assert answer.headers["Location"] == "/desk/sign-in/not-known/"
    assert "That did not sign you in" in client.get("/desk/sign-in/not-known/").content.decode()
    assert client.get("/desk/").status_code == 303
    assert Account.objects.count() == 1


def test_of_what_a_caller_asks_only_a_page_of_the_desk_to_go_on_to_is_heard(noor: Account, provider: Provider) -> None:
    client = browser()
    theirs = {
        "client_id": "other",
        "redirect_uri": "https://evil.example/",
        "response_type": "token",
        "scope": "openid offline_access",
        "state": "theirs",
        "nonce": "theirs",
        "code_challenge": "theirs",
        "prompt": "none",
    }
    asked = {
        "next": "/desk/more/",
        "auth_params": urllib.parse.urlencode(theirs),
        "scope": "offline_access",
        "action": "reauthenticate",
        "process": "connect",
    }
    away = client.get("/desk/sign-in/with/service/", asked).headers["Location"]
    sent = urllib.parse.parse_qs(urllib.parse.urlsplit(away).query)
    plain = client.get("/desk/sign-in/with/service/").headers["Location"]
    assert sent.keys() == urllib.parse.parse_qs(urllib.parse.urlsplit(plain).query).keys()
    assert [sent[name] for name in ("client_id", "redirect_uri", "response_type")] == [
        [provider.client],
        [BACK],
        ["code"],
    ]
    assert sorted(sent["scope"][0].split()) == ["email", "openid", "profile"]
    assert [name for name in ("state", "nonce", "code_challenge") if sent[name] == ["theirs"]] == []
    for late, (more, leads) in enumerate(((asked, "/desk/more/"), ({"next": "https://evil.example/desk/"}, "/desk/"))):
        client = browser()
        answer = client.get(by_way_of(provider, client, "noor", **more))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/sign-in/second/")
        answer = client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET, late=late)})
        assert answer.headers["Location"] == leads


def test_an_account_that_ended_or_has_no_second_factor_is_not_opened(noor: Account, provider: Provider) -> None:
    people.reset_second_factor(noor.pk, by=operator("test"), at=timezone.now())
    client = browser()
    assert client.get(by_way_of(provider, client, "noor")).headers["Location"] == "/desk/sign-in/not-known/"
    people.end_account(noor.pk, by=operator("test"), at=timezone.now())
    client = browser()
    assert client.get(by_way_of(provider, client, "noor")).headers["Location"] == "/desk/sign-in/not-known/"


def test_a_provider_that_calls_itself_otherwise_is_not_believed(
    noor: Account, provider: Provider, settings: Settings
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = provider.told(f"http://127.0.0.1:{provider.port}/o")
    client = browser()
    answer = client.get(by_way_of(provider, client, "noor"))
    assert (answer.status_code, "That did not sign you in" in answer.content.decode()) == (401, True)
    assert client.get("/desk/").status_code == 303


def test_a_token_the_provider_signed_for_another_sign_in_opens_nothing(
    noor: Account, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = OAuth2Client.get_access_token
    caught: dict[str, Any] = {}

    def lost(*asked: Any, **about: Any) -> None:
        caught.update(fetch(*asked, **about))
        raise OAuth2Error("lost on the way, and never used")

    monkeypatch.setattr(OAuth2Client, "get_access_token", lost)
    client = browser()
    assert client.get(by_way_of(provider, client, "noor")).status_code == 401

    def put_in(*asked: Any, **about: Any) -> dict[str, Any]:
        return fetch(*asked, **about) | {"id_token": caught["id_token"]}

    monkeypatch.setattr(OAuth2Client, "get_access_token", put_in)
    client = browser()
    assert client.get(by_way_of(provider, client, "noor")).headers["Location"] == "/desk/sign-in/not-known/"
    monkeypatch.undo()
    client = browser()
    assert client.get(by_way_of(provider, client, "noor")).headers["Location"] == "/desk/sign-in/second/"


def test_a_way_back_that_nobody_set_out_on_is_refused(noor: Account, provider: Provider) -> None:
    client = browser()
    back = by_way_of(provider, client, "noor")
    stranger = browser()
    assert stranger.get(back).status_code == 401
    assert client.get(back.replace("state=", "state=x")).status_code == 401
    assert client.get(back).headers["Location"] == "/desk/sign-in/second/"
    assert client.get(back).status_code == 401


def test_a_provider_that_is_away_is_said_to_be(noor: Account, provider: Provider, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = provider.told(f"http://localhost:{free_port()}/o")
    for path in ("/desk/sign-in/with/service/", "/desk/sign-in/with/service/back/?code=x&state=y"):
        assert browser().get(path).status_code in (401, 503)
    assert browser().get("/desk/sign-in/with/service/").status_code == 503


def test_without_the_setting_there_is_no_such_way(noor: Account, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "Rivermouth ID" not in browser().get("/desk/sign-in/").content.decode()
    assert browser().get("/desk/sign-in/with/service/").status_code == 404
