"""Signing in: by passkey, by password and app, by recovery code; how somebody keeps their ways in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces.desk.views import signing
from byname.ledger.models import LedgerLine, Letter
from byname.people import actions as people
from byname.people.models import Account
from byname.safekeeping.models import StaffSession
from byname.vocabulary import operator
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.authenticator import Passkey, app_code
from tests.interfaces.desk.sign_in import (
    PASSWORD,
    asked,
    browser,
    come_in,
    events,
    invited,
    somebody,
    told,
    with_passkey,
)


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
