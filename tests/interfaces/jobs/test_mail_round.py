"""The whole round: told by page, answered at the desk, a letter, an answer by letter, and what both of them see."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from byname.concerns.models import Concern
from tests import staff
from tests.cast import Cast
from tests.config.ground import free_port, wait_until
from tests.interfaces.jobs.mail_in import DOMAIN, answered, greets, worker
from tests.interfaces.jobs.post import Post, mail_server
from tests.interfaces.public.telling import Teller

pytestmark = pytest.mark.slow
SOON = 60.0
ANSWER = "I stood at the crossing this morning and saw it."
SAID = "Thank you. At eight it is worst.\n\nThe lamp is out as well — شکریہ."


@pytest.fixture(autouse=True)
def replies_at(settings: Settings) -> None:
    settings.BYNAME_REPLIES_AT = DOMAIN
    settings.BYNAME_REPLIES_LISTEN = ("127.0.0.1", free_port())


def reply_to(message: EmailMessage, words: str) -> EmailMessage:
    """What a mail program makes of pressing "Reply": the words above, the letter quoted below."""
    reply = EmailMessage()
    reply["From"] = "Rosa <rosa@home.example>"
    reply["To"] = str(message["Reply-To"])
    reply["Subject"] = f"Re: {message['Subject']}"
    reply["Message-ID"] = "<reply-1@home.example>"
    reply["In-Reply-To"] = str(message["Message-ID"])
    quoted = "\n".join(f"> {line}" for line in message.get_content().splitlines())
    reply.set_content(f"{words}\n\nOn Mon, 23 Nov 2026 at 10:05 <no-reply@service.example> wrote:\n{quoted}\n")
    return reply


def whole_round(cast: Cast, post: Post, send: object) -> tuple[str, Client]:
    """Told, answered, written to and answered by letter; the private page's path, and the officer's browser."""
    teller = Teller(Client()).sends(who="reach", email="rosa@home.example", language="en")
    assert teller.status == 200, teller.asks
    wait_until(lambda: len(post.taken) == 1, SOON)
    reference = Concern.objects.get().reference
    desk = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    page = f"/desk/concerns/{reference}/"
    assert desk.post(f"{page}answer/", {"words": ANSWER}).status_code == 303
    # One letter a day is more than the first: that one is the receipt, and did not count.
    wait_until(lambda: len(post.taken) == 2, SOON)
    news = post.taken[1]
    assert (str(news["Subject"]), ANSWER in news.get_content()) == ("There is an answer for you", False)
    assert str(news["References"]) == str(post.taken[0]["References"])
    assert callable(send)
    for _ in range(2):
        send(str(news["Reply-To"]), reply_to(news, SAID))
    return teller.link, desk


def entries_at_the_desk(desk: Client) -> list[str]:
    """What the thread at the desk says, entry by entry."""
    shown = desk.get(f"/desk/concerns/{Concern.objects.get().reference}/").content.decode()
    return [
        re.sub(r"\s+", " ", each).strip() for each in re.findall(r'<p class="said"[^>]*>(.*?)</p>', shown, re.DOTALL)
    ]


def test_a_letter_is_answered_by_letter(committed: Cast, settings: Settings, tmp_path: Path) -> None:
    with mail_server() as post, worker(tmp_path, to=post.port):
        port: int = settings.BYNAME_REPLIES_LISTEN[1]
        wait_until(lambda: greets(port), SOON)

        def send(to: str, reply: EmailMessage) -> None:
            assert answered(port, to, reply.as_bytes())[0] == 250

        link, desk = whole_round(committed, post, send)
        assert entries_at_the_desk(desk)[-2:] == [ANSWER, re.sub(r"\s+", " ", SAID)]
        mine = Client().get(link).content.decode()
        assert mine.count("The lamp is out as well") == 1
        shown = desk.get(f"/desk/concerns/{Concern.objects.get().reference}/").content.decode()
        assert ("By mail." in shown, "from another address" in shown) == (True, False)
