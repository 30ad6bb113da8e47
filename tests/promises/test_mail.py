"""Mail both ways through a real Postfix: out to a mailbox, back in by LMTP or SMTP, and what becomes of the rest."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.concerns.models import Message, Person
from byname.ledger.models import LedgerLine
from tests.cast import Cast
from tests.concerns import told
from tests.config.ground import free_port, wait_until
from tests.interfaces.jobs.mail_in import DOMAIN, address, greets, letter, worker
from tests.interfaces.jobs.post import Post, mail_server
from tests.interfaces.jobs.test_mail_round import ANSWER, SAID, entries_at_the_desk, whole_round
from tests.promises import postfix
from tests.promises.postfix import Relay, relaying

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(postfix.MISSING), reason=postfix.MISSING)]
SOON = 60.0


@pytest.fixture(autouse=True)
def replies_at(settings: Settings) -> None:
    settings.BYNAME_REPLIES_AT = DOMAIN
    settings.BYNAME_REPLIES_LISTEN = ("127.0.0.1", free_port())


@contextmanager
def all_of_it(settings: Settings, folder: Path, way: str = "lmtp") -> Iterator[tuple[Post, Relay, Callable[[], None]]]:
    """Mailboxes, a Postfix before them and before the door, and the start of a worker that ends with the block."""
    door: int = settings.BYNAME_REPLIES_LISTEN[1]
    (folder / "relay").mkdir()
    (folder / "home").mkdir()
    with mail_server() as post, relaying(folder / "relay", DOMAIN, door=door, mailboxes=post.port, way=way) as relay:
        working = worker(folder / "home", to=relay.port)

        def begin() -> None:
            working.__enter__()
            wait_until(lambda: greets(door), SOON)

        try:
            yield post, relay, begin
        finally:
            working.__exit__(None, None, None)


def posted(relay: Relay, to: str, message: EmailMessage, sender: str = "rosa@home.example") -> None:
    """A letter as somebody's own mail server hands it over."""
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=60) as line:
        line.sendmail(sender, [to], message.as_bytes())


@pytest.mark.parametrize("way", ["lmtp", "smtp"])
def test_a_letter_goes_out_and_its_answer_comes_in(
    committed: Cast, settings: Settings, tmp_path: Path, way: str
) -> None:
    with all_of_it(settings, tmp_path, way) as (post, relay, begin):
        begin()
        link, desk = whole_round(committed, post, lambda to, reply: posted(relay, to, reply))
        wait_until(lambda: relay.log().count(f"postfix/{way}[") >= 2 and relay.is_empty(), SOON)
        assert entries_at_the_desk(desk)[-2:] == [ANSWER, re.sub(r"\s+", " ", SAID)]
        assert Client().get(link).content.decode().count("The lamp is out as well") == 1
        assert Message.objects.filter(via="mail").count() == 1


def test_a_letter_to_nobody_is_refused_before_it_is_read(committed: Cast, settings: Settings, tmp_path: Path) -> None:
    to = address(told.raised(timezone.now()).link)
    forged = f"{to.split('.')[0]}.{'a' * 16}@{DOMAIN}"
    with all_of_it(settings, tmp_path) as (post, relay, begin):
        begin()
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            posted(relay, forged, letter())
        assert refused.value.recipients[forged][0] == 550
        posted(relay, to, letter())
        wait_until(lambda: Message.objects.count() == 1, SOON)
        wait_until(relay.is_empty, SOON)
    # The receipt alone: nobody was sent a bounce.
    assert [str(message["Subject"]) for message in post.taken] == ["We have your message"]


def test_what_comes_while_the_worker_is_away_waits_and_then_stands_once(
    committed: Cast, settings: Settings, tmp_path: Path
) -> None:
    to = address(told.raised(timezone.now()).link)
    with all_of_it(settings, tmp_path) as (_post, relay, begin):
        # Known already to the relay as an address that takes letters, as it would be after the first one.
        main = relay.folder / "config" / "main.cf"
        main.write_text(main.read_text().replace("reject_unverified_recipient", "permit"))
        postfix.reload(relay)
        for number in range(3):
            posted(relay, to, letter(f"Number {number}.", Message_ID=f"<{number}@home.example>"))
        wait_until(lambda: relay.log().count("status=deferred") >= 3, SOON)
        assert Message.objects.count() == 0
        begin()
        wait_until(relay.is_empty, SOON)
    assert sorted(row.words for row in Message.objects.all()) == ["Number 0.", "Number 1.", "Number 2."]


def test_what_is_not_taken_comes_back_to_its_writer_with_the_reason(
    committed: Cast, settings: Settings, tmp_path: Path
) -> None:
    to = address(told.raised(timezone.now()).link)
    with all_of_it(settings, tmp_path) as (post, relay, begin):
        begin()
        posted(relay, to, letter("It goes on.\n" * 2500))
        wait_until(lambda: len(post.taken) == 2, SOON)
        assert post.to[-1] == "rosa@home.example"
        returned = post.raw[-1].decode(errors="replace")
    assert "longer than 20000 characters" in " ".join(returned.split())
    assert "Call 911 now." in " ".join(returned.split())
    assert Message.objects.count() == 0


def test_a_letter_of_ours_that_comes_back_is_told_to_the_team(
    committed: Cast, settings: Settings, tmp_path: Path
) -> None:
    told.raised(timezone.now())
    with all_of_it(settings, tmp_path) as (post, relay, begin):
        post.answers["rosalind@home.example"] = "550 5.1.1 No such mailbox"
        begin()
        wait_until(lambda: Person.objects.filter(letters_return_at__isnull=False).exists(), SOON)
        wait_until(relay.is_empty, SOON)
    assert list(LedgerLine.objects.filter(event="mail.automatic").values_list("facts", flat=True)) == [
        {"kind": "bounce"}
    ]
    assert (Message.objects.count(), post.taken) == (0, [])
