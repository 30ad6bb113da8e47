"""Somebody of the service at the sign-in: their browser, their passkey, and what the pages ask and say."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from django.test import Client
from django.utils import timezone

from byname.ledger.models import LedgerLine
from byname.people import actions as people
from byname.people.models import Account
from byname.vocabulary import operator
from tests import staff
from tests.interfaces.desk.authenticator import Passkey

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
