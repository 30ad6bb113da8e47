"""Letters that can be answered: where to, below which line, and how they hold together and come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.fernet import Fernet
from django.utils import timezone
from pytest_django import Settings

from byname.concerns import actions, rules
from byname.concerns.rules import mail
from byname.interfaces import reviewed
from byname.interfaces.jobs import letters
from byname.interfaces.jobs.deliver import Deliverer
from byname.interfaces.jobs.letters import replies
from byname.interfaces.jobs.mail_in import taking
from byname.interfaces.jobs.mail_server import MailServer
from byname.ledger.actions import Outgoing
from byname.places.models import ServiceProfile
from byname.vocabulary import Actor
from tests.cast import Cast
from tests.concerns import told
from tests.interfaces.jobs.post import Post, mail_server

DOMAIN = "replies.service.example"
HOUR = timedelta(hours=1)
HELPLINE = (
    "If it is safe to call, a helpline can talk with you about what to do next. Calls can show on a phone bill and "
    "pages in a browser's history."
)
SUICIDE = ["Thoughts of suicide: call or text", "988"]


@pytest.fixture(autouse=True)
def answerable(settings: Settings) -> None:
    settings.BYNAME_REPLIES_AT = DOMAIN


def written(kind: str, **words: str) -> tuple[bytes, str]:
    """A letter to a resident as it travels, and its text."""
    filled = {"reference": "C-7K3M-9QXT-4B8", "link": "link"} | words
    message = letters.message_of(
        Outgoing(1, "<1@service.example>", kind, "r@home.example", filled, 0),
        sender="no-reply@service.example",
        at=timezone.now(),
    )
    return message.as_bytes(), str(message.get_content())


def test_all_letters_to_one_person_say_where_to_answer_and_belong_together(cast: Cast, ana: Actor, post: Post) -> None:
    at = timezone.now() - HOUR
    receipt, other = told.raised(at, more_letters=True), told.raised(at)
    actions.answer(receipt.reference, "I was there this morning.", by=ana, at=at)
    assert Deliverer().round() == 3
    first, others, second = post.taken
    assert (first["Reply-To"], first["References"]) == (second["Reply-To"], second["References"])
    assert {str(each["In-Reply-To"]) for each in (first, second)} == {str(first["References"])}
    assert str(others["References"]) != str(first["References"])
    for message, link in ((first, receipt.link), (others, other.link)):
        key = mail.concern_of(str(message["Reply-To"]), replies.secrets())
        assert key == mail.reply_key(rules.link_digest(link))
        assert str(message["Reply-To"]).endswith(f"@{DOMAIN}")
        assert message.get_content().splitlines()[0] == "##- To answer, write above this line -##"
        # The link opens the page, and is told in the letter alone.
        assert link not in "".join(str(value) for name, value in message.items() if name != "List-Unsubscribe")


class Seeing(Post):
    """Keeps besides from whom each letter came, by its envelope."""

    async def handle_MAIL(  # noqa: N802  # the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.to.append(f"from {address}")
        return "250 OK"


def test_a_letter_that_does_not_arrive_comes_back_to_the_same_address(cast: Cast, settings: Settings) -> None:
    told.raised(timezone.now() - HOUR)
    with mail_server(Seeing()) as seeing:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", seeing.port, "off")
        assert Deliverer().round() == 1
    assert seeing.to == [f"from {seeing.taken[0]['Reply-To']}", "rosalind@home.example"]


def test_where_no_letters_come_in_none_says_so(cast: Cast, settings: Settings, post: Post) -> None:
    settings.BYNAME_REPLIES_AT = ""
    told.raised(timezone.now() - HOUR)
    Deliverer().round()
    (message,) = post.taken
    assert (message["Reply-To"], "##-" in message.get_content()) == (None, False)
    assert message["References"] is not None


def test_letters_to_staff_are_not_answered() -> None:
    raw, text = written("plain", subject="A passkey was added", body="Hello.\n")
    message = message_from_bytes(raw, policy=default)
    assert (message["Reply-To"], message["References"], text) == (None, None, "Hello.\n")


def test_a_long_domain_stays_one_address(settings: Settings) -> None:
    settings.BYNAME_REPLIES_AT = ".".join(["a-rather-long-name-for-a-part"] * 5 + ["example"])
    raw, _text = written("concern_news")
    address = replies.reply_address_of("link")
    assert f"Reply-To: {address}\r\n".encode() in raw


def test_what_is_written_above_the_line_of_a_letter_of_ours_is_all_that_is_new(cast: Cast) -> None:
    for language in ("en", "fr", "ur", "zh-hans", "ta"):
        _raw, text = written("concern_news", language=language, said="An answer.\n\nWith a second part.")
        quoted = "\n".join(f"> {line}" for line in text.splitlines())
        for below in (quoted, text):
            raw = f"From: r@home.example\nContent-Type: text/plain; charset=utf-8\n\nMy new words.\n\n{below}".encode()
            assert mail.read_mail(raw, most_bytes=100_000).text == "My new words."


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ("now", ["In danger, or is someone hurt? Call 911 now."]),
        (
            "home",
            [
                "In danger? Call 911 now.",
                HELPLINE,
            ],
        ),
        ("crisis", ["In danger? Call 911 now.", *SUICIDE]),
        ("now crisis", ["In danger, or is someone hurt? Call 911 now.", *SUICIDE]),
    ],
)
def test_danger_is_met_before_anything_else_is_said(cast: Cast, kinds: str, said: list[str]) -> None:
    _raw, text = written("concern_danger", danger=kinds)
    paragraphs = text.replace("\r\n", "\n").split("\n\n")
    assert paragraphs[1 : 1 + len(said)] == said
    assert paragraphs[1 + len(said)] == "Nobody is reading this now."
    assert paragraphs[2 + len(said) : 4 + len(said)] == ["Hello,", "We have what you told us."]


def test_the_numbers_are_the_services_own_and_the_original_stands_beside(cast: Cast) -> None:
    ServiceProfile.objects.update(
        profile=ServiceProfile.objects.get().profile
        | {
            "lines": [
                {"key": key, "number": number, "shown": number, "answers_in": "many", "facts": {}}
                for key, number in (("emergency", "112"), ("violence_at_home", "555-0110"), ("suicide_crisis", "988"))
            ]
        }
    )
    _raw, text = written("concern_danger", danger="now home crisis", language="fr")
    assert reviewed.is_approved("x", "y", "fr") is False
    assert "112" in text.split("\n")[2]
    assert "In danger, or is someone hurt? Call 112 now." in text
    assert [number in text for number in ("555-0110", "988")] == [True, True]
    assert "Bonjour" in text


def test_an_address_is_known_as_long_as_its_data_key_is_listed(cast: Cast, noon: datetime, settings: Settings) -> None:
    older, newer = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.BYNAME_DATA_KEYS = [older]
    receipt = told.raised(noon)
    before = replies.reply_address_of(receipt.link)
    settings.BYNAME_DATA_KEYS = [newer, older]
    after = replies.reply_address_of(receipt.link)
    assert before != after
    assert [taking.answer_to_recipient(each) for each in (before, after)] == ["", ""]
    settings.BYNAME_DATA_KEYS = [newer]
    assert taking.answer_to_recipient(before) == f"{taking.NOBODY}. In danger? Call 911 now."
