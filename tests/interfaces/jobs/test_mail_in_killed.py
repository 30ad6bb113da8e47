"""The worker is killed while letters come in: what was said to be taken stands, and what comes again stands once."""

from __future__ import annotations

import random
import signal
import smtplib
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from byname.concerns.models import Message
from byname.ledger.models import LedgerLine
from tests.cast import Cast
from tests.concerns import told
from tests.config.ground import free_port, wait_until
from tests.interfaces.jobs.mail_in import DOMAIN, address, answered, greets, letter, worker
from tests.interfaces.jobs.post import mail_server
from tests.interfaces.test_workers import Line, line

pytestmark = pytest.mark.slow
__all__ = ["line"]
SOON = 60.0


@pytest.fixture(autouse=True)
def replies_at(settings: Settings) -> None:
    settings.BYNAME_REPLIES_AT = DOMAIN
    settings.BYNAME_REPLIES_LISTEN = ("127.0.0.1", free_port())


def port_of(settings: Settings) -> int:
    port: int = settings.BYNAME_REPLIES_LISTEN[1]
    wait_until(lambda: greets(port), SOON)
    return port


@pytest.mark.parametrize(
    ("step", "stand"),
    [("before the words are taken", 0), ("after the words, before they stand", 0), ("after the words stand", 1)],
)
def test_a_letter_outlives_the_death_of_the_worker(
    committed: Cast, settings: Settings, tmp_path: Path, step: str, stand: int
) -> None:
    receipt = told.raised(timezone.now())
    raw = letter(Message_ID="<1@home.example>").as_bytes()
    with mail_server() as post:
        with worker(tmp_path, to=post.port, step=step) as first:
            with pytest.raises((smtplib.SMTPException, OSError)):
                answered(port_of(settings), address(receipt.link), raw)
            assert first.wait(SOON) == -signal.SIGKILL
        assert Message.objects.count() == stand
        with worker(tmp_path, to=post.port):
            for _ in range(2):
                assert answered(port_of(settings), address(receipt.link), raw)[0] == 250
    assert [row.words for row in Message.objects.all()] == ["It was louder today."]
    assert LedgerLine.objects.filter(event="concern.written_to").count() == 1


def test_no_letter_is_said_to_be_taken_that_is_not_there_killed_twenty_times(
    committed: Cast, settings: Settings, tmp_path: Path
) -> None:
    drawn = random.Random(4)
    everybody = [address(told.raised(timezone.now()).link) for _ in range(20)]
    sent: set[tuple[int, int]] = set()
    taken: set[tuple[int, int]] = set()

    def send(person: int, number: int, port: int) -> None:
        sent.add((person, number))
        raw = letter(f"{person} {number}", Message_ID=f"<{number}@{person}.example>").as_bytes()
        if answered(port, everybody[person], raw)[0] == 250:
            taken.add((person, number))

    def until_it_dies(person: int, port: int) -> None:
        with suppress(smtplib.SMTPException, OSError):
            for number in range(1, 20):
                send(person, number, port)

    def standing() -> list[tuple[int, ...]]:
        return sorted(tuple(int(number) for number in row.words.split()) for row in Message.objects.all())

    with mail_server() as post:
        for person in range(20):
            with worker(tmp_path, to=post.port) as process:
                port = port_of(settings)
                send(person, 0, port)
                sending = threading.Thread(target=until_it_dies, args=(person, port))
                sending.start()
                time.sleep(drawn.uniform(0.0, 0.3))
                process.kill()
                sending.join(SOON)
            assert taken <= set(standing())
        assert 20 < len(taken) < len(sent)
        with worker(tmp_path, to=post.port):
            port = port_of(settings)
            for person, number in sorted(sent):
                send(person, number, port)
    assert standing() == sorted(sent) == sorted(taken)


def test_while_the_database_is_away_no_letter_is_said_to_be_taken(
    committed: Cast, settings: Settings, tmp_path: Path, line: Line
) -> None:
    receipt = told.raised(timezone.now())
    to, raw = address(receipt.link), letter(Message_ID="<1@home.example>").as_bytes()
    with mail_server() as post:
        with worker(tmp_path, to=post.port, database=line.port):
            port = port_of(settings)
            assert answered(port, to, letter("The first.").as_bytes())[0] == 250
            for away in (line.hold, line.cut):
                away()
                with suppress(smtplib.SMTPException, OSError):  # the worker itself may end of it, and comes back
                    assert answered(port, to, raw)[0] == 451
        line.mend()
        with worker(tmp_path, to=post.port, database=line.port):
            assert answered(port_of(settings), to, raw)[0] == 250
    assert [row.words for row in Message.objects.order_by("pk")] == ["The first.", "It was louder today."]


def test_the_door_stands_as_long_as_the_worker_and_a_taken_port_stops_no_work(
    committed: Cast, settings: Settings, tmp_path: Path
) -> None:
    receipt = told.raised(timezone.now())
    with mail_server() as post, mail_server() as other, worker(tmp_path, to=post.port) as process:
        port = port_of(settings)
        with worker(tmp_path, to=other.port, at=port):
            wait_until(lambda: len(post.taken) + len(other.taken) == 1, SOON)
            process.terminate()
            assert process.wait(SOON) == 0
            # The other worker's turn: it asks for the port again.
            assert answered(port_of(settings), address(receipt.link), letter().as_bytes())[0] == 250
    assert greets(port) is False
    assert Message.objects.count() == 1
