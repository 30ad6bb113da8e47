"""The mail server and the key of the ledger as the environment names them, and what is said where they are wrong."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from byname.config import environment
from byname.interfaces.jobs.mail_server import MailServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", None),
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, "starttls")),
        (
            "smtp://by%40name:s%3Acr%2Ft%20%401@mail.example.org:2525/",
            MailServer("mail.example.org", 2525, "starttls", "by@name", "s:cr/t @1"),
        ),
        ("smtps://u:p@mail.example.org", MailServer("mail.example.org", 465, "implicit", "u", "p")),
        ("smtp://localhost:25?tls=off", MailServer("localhost", 25, "off")),
        ("smtp://u:p@127.0.0.1:25?tls=off", MailServer("127.0.0.1", 25, "off", "u", "p")),
        ("smtp://[::1]:25?tls=off", MailServer("::1", 25, "off")),
    ],
)
def test_a_mail_server_is_one_address(url: str, server: MailServer | None) -> None:
    assert environment.mail_server({"BYNAME_SMTP_URL": url}) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org:587",
        "http://mail.example.org",
        "smtp://",
        "smtp://mail.example.org:0",
        "smtp://mail.example.org:99999",
        "smtp://mail.example.org/inbox",
        "smtp://mail.example.org?tls=on",
        "smtps://mail.example.org?tls=off",
        "smtp://secret:word@[::1",
    ],
)
def test_a_wrong_mail_server_is_one_sentence_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BYNAME_SMTP_URL is no address of a mail server") as raised:
        environment.mail_server({"BYNAME_SMTP_URL": url})
    assert "word" not in str(raised.value).replace("password", "")


def test_a_password_never_travels_in_the_clear() -> None:
    with pytest.raises(ImproperlyConfigured, match="would send a password in the clear"):
        environment.mail_server({"BYNAME_SMTP_URL": "smtp://u:p@mail.example.org?tls=off"})
    assert "p4ss" not in repr(environment.mail_server({"BYNAME_SMTP_URL": "smtp://u:p4ss@mail.example.org"}))


def test_letters_come_from_one_plain_address() -> None:
    assert environment.mail_from({}) == "byname@localhost"
    assert environment.mail_from({"BYNAME_MAIL_FROM": "no-reply@police.example.org"}) == "no-reply@police.example.org"
    for wrong in ("no-reply", "Police <no-reply@example.org>", "a@b\nBcc: c@d", "a@b,c@d", "a@b_c"):
        with pytest.raises(ImproperlyConfigured, match="BYNAME_MAIL_FROM"):
            environment.mail_from({"BYNAME_MAIL_FROM": wrong})
    with pytest.raises(ImproperlyConfigured, match="BYNAME_MAIL_FROM is not set"):
        environment.mail_from({"BYNAME_SMTP_URL": "smtp://mail.example.org"})


def test_a_ledger_key_is_long_and_never_said() -> None:
    assert (environment.ledger_key({}), environment.ledger_key({"BYNAME_LEDGER_KEY": "k" * 32})) == (b"", b"k" * 32)
    with pytest.raises(ImproperlyConfigured, match="BYNAME_LEDGER_KEY is too short") as raised:
        environment.ledger_key({"BYNAME_LEDGER_KEY": "sesame"})
    assert "sesame" not in str(raised.value)


def test_all_of_it_is_refused_before_anything_starts() -> None:
    for wrong in ({"BYNAME_SMTP_URL": "x"}, {"BYNAME_MAIL_FROM": "x"}, {"BYNAME_LEDGER_KEY": "x"}):
        with pytest.raises(ImproperlyConfigured):
            environment.refuse_wrong(wrong)


def test_letters_are_sent_only_where_their_links_have_an_address() -> None:
    sends = {"BYNAME_SMTP_URL": "smtp://mail.example.org", "BYNAME_MAIL_FROM": "no-reply@example.org"}
    with pytest.raises(ImproperlyConfigured, match=r"^BYNAME_PUBLIC_URL is not set: letters to staff hold links"):
        environment.refuse_wrong(sends)
    environment.refuse_wrong(sends | {"BYNAME_PUBLIC_URL": "https://officers.example.org"})
