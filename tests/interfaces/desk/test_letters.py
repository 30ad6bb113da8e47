"""Letters on the desk: how they fare, never to whom; and the demo's own page, at this machine alone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces import snapshot
from byname.interfaces.desk.views import letters
from byname.interfaces.jobs import texts
from byname.ledger import actions
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import ServiceProfile
from byname.vocabulary import SYSTEM
from tests import staff
from tests.cast import Cast

WORDS = {"subject": "You are invited", "body": "Open https://desk.example/x/ now.\n\n<script>alert(1)</script>\n"}


def _letter(kind: str = "sign_in.invitation", *, given_up: bool = False, hours_ago: float = 0) -> int:
    at = timezone.now() - timedelta(hours=hours_ago)
    with transaction.atomic():
        name = actions.write_letter(kind, to="ana@service.example", words=WORDS, by=SYSTEM, at=at)
    letter = Letter.objects.get(message_id=name)
    if given_up:
        problem = "The mail server does not take this recipient."
        Letter.objects.filter(pk=letter.pk).update(given_up_at=timezone.now(), problem=problem)
    return letter.pk


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("administrator"))


def test_the_page_says_how_letters_fare_and_never_to_whom(administrator: Client, settings: Settings) -> None:
    settings.BYNAME_MAIL_SERVER = None
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": False})
    snapshot.forget()
    number = _letter(given_up=True)
    _letter("posting_adopted", hours_ago=2)
    page = administrator.get("/desk/letters/").content.decode()
    assert [word for word in ("ana@", "You are invited", "Open https") if word in page] == []
    assert "About signing in" in page
    assert "The mail server does not take this recipient." in page
    assert f'action="/desk/letters/{number}/again/"' in page
    assert "BYNAME_SMTP_URL" in page


def test_a_letter_is_tried_again_or_let_go(administrator: Client) -> None:
    first, second = _letter(given_up=True), _letter(given_up=True)
    answers = [
        administrator.post(f"/desk/letters/{first}/again/"),
        administrator.post(f"/desk/letters/{second}/let-go/"),
        administrator.post(f"/desk/letters/{second}/again/"),
        administrator.get(f"/desk/letters/{first}/again/"),
    ]
    assert [answer.status_code for answer in answers] == [303, 303, 404, 405]
    assert list(Letter.objects.values_list("pk", "given_up_at", "attempts")) == [(first, None, 0)]
    events = list(LedgerLine.objects.order_by("id").values_list("event", "actor_kind"))[-2:]
    assert events == [("letter.tried_again", "account"), ("letter.let_go", "account")]


@pytest.mark.parametrize("role", ["officer", "sergeant", "coordinator", "analyst", "overseer", "clerk"])
def test_nobody_else_sees_them(cast: Cast, role: str) -> None:
    client = staff.at_the_desk(staff.account(role))
    number = _letter(given_up=True)
    told = [
        client.get("/desk/letters/").status_code,
        client.post(f"/desk/letters/{number}/again/").status_code,
        client.post(f"/desk/letters/{number}/let-go/").status_code,
    ]
    assert (told, Letter.objects.get().given_up_at is None) == ([404, 404, 404], False)


def test_today_tells_of_letters_given_up_and_of_letters_that_wait_too_long(cast: Cast) -> None:
    viewer = staff.acting(staff.account("administrator"))
    on = snapshot.today()
    _letter(hours_ago=0.9)
    assert list(letters.waiting(viewer, on)) == []
    _letter(hours_ago=1.1)
    _letter(given_up=True)
    _letter(given_up=True)
    assert [matter.title for matter in letters.waiting(viewer, on)] == [
        "2 letters could not be sent",
        "Letters are waiting",
    ]
    assert list(letters.waiting(staff.acting(staff.account("coordinator")), on)) == []


# -- the demo --------------------------------------------------------------------------------------------------------


@pytest.fixture
def demo(cast: Cast, settings: Settings, tmp_path: Path) -> Client:
    """A demo without a mail server, where one letter has landed."""
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": True})
    snapshot.forget()
    settings.BYNAME_MAIL_SERVER = None
    settings.BYNAME_HOME = tmp_path
    settings.BYNAME_PUBLIC_URL = ""
    settings.BYNAME_LISTEN = "127.0.0.1"
    (tmp_path / "letters").mkdir()
    head = "Subject: You are invited\r\nTo: ana@service.example\r\nDate: Mon, 23 Nov 2026 12:00:00 -0500\r\n"
    kind = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    (tmp_path / "letters" / "20261123-170000-000001.eml").write_text(head + kind + WORDS["body"])
    (tmp_path / "secret.eml").write_text("no")
    return Client()


def test_in_the_demo_letters_are_read_at_this_machine(demo: Client) -> None:
    listed, one = demo.get("/demo/letters"), demo.get("/demo/letters/20261123-170000-000001")
    assert "You are invited" in listed.content.decode()
    text = one.content.decode()
    assert '<a href="https://desk.example/x/" rel="nofollow">' in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert (one["Cache-Control"], one["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert [demo.get(f"/demo/letters/{name}").status_code for name in ("x", "secret", "..%2Fsecret")] == [404] * 3


def test_in_the_demo_texts_are_read_beside_them(demo: Client) -> None:
    texts.Local().send("+14165550199", "There is an answer for you\nhttps://desk.example/c/x/", once="<1@localhost>")
    listed = demo.get("/demo/letters").content.decode()
    assert ("Text message" in listed, "To +14165550199" in listed) == (True, True)
    (name,) = {*re.findall(r'href="/demo/letters/([^"]+)"', listed)} - {"20261123-170000-000001"}
    assert '<a href="https://desk.example/c/x/" rel="nofollow">' in demo.get(f"/demo/letters/{name}").content.decode()


@pytest.mark.parametrize(
    ("name", "value", "asked"),
    [
        ("BYNAME_LISTEN", "0.0.0.0", {"REMOTE_ADDR": "192.0.2.7"}),
        ("BYNAME_LISTEN", "0.0.0.0", {"REMOTE_ADDR": ""}),
        ("BYNAME_LISTEN", "127.0.0.1", {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}),
        ("BYNAME_LISTEN", "127.0.0.1", {"HTTP_FORWARDED": "for=192.0.2.7"}),
        ("BYNAME_PUBLIC_URL", "https://officers.example.org", {}),
        ("BYNAME_MAIL_SERVER", object(), {}),
    ],
)
def test_everywhere_else_there_is_no_such_page(
    demo: Client, settings: Settings, name: str, value: object, asked: dict[str, str]
) -> None:
    setattr(settings, name, value)
    addresses = ("/demo/letters", "/demo/letters/20261123-170000-000001")
    assert [demo.get(address, **asked).status_code for address in addresses] == [404, 404]  # type: ignore[arg-type]


def test_outside_the_demo_there_is_no_such_page(demo: Client) -> None:
    ServiceProfile.objects.update(profile=ServiceProfile.objects.get().profile | {"demo": False})
    snapshot.forget()
    assert demo.get("/demo/letters").status_code == 404


def test_in_the_demo_a_letter_that_can_be_answered_says_where_to(demo: Client, tmp_path: Path) -> None:
    address = f"reply+{'a' * 32}.{'b' * 16}@replies.localhost"
    head = f"Subject: There is an answer\r\nTo: r@home.example\r\nReply-To: {address}\r\n\r\nHello.\r\n"
    (tmp_path / "letters" / "20261123-170000-000002.eml").write_text(head)
    with_one = demo.get("/demo/letters/20261123-170000-000002").content.decode()
    without = demo.get("/demo/letters/20261123-170000-000001").content.decode()
    assert (f"An answer to it goes to {address}" in with_one, "An answer to it" in without) == (True, False)
