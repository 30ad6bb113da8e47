"""The worker is killed at every step: no letter is lost, none is doubled but in one moment, no line stays unsealed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from byname.interfaces.jobs import heads
from byname.ledger import actions, queries
from byname.ledger.models import LedgerLine, LedgerSeal, Letter
from byname.vocabulary import SYSTEM
from tests.config.ground import CHECKOUT, wait_until
from tests.interfaces.jobs.post import Post, deaf_server, mail_server
from tests.ledger.conftest import KEY, emptied_after

pytestmark = pytest.mark.slow
WORDS = {"subject": "Your posting ends", "body": "Hello.\n"}
SOON = 60.0


@pytest.fixture
def open_ledger(trial_database: None, django_db_blocker: DjangoDbBlocker, settings: Settings) -> Iterator[None]:
    """The outbox and the ledger outside any transaction of the test, so that a worker sees them."""
    settings.BYNAME_LEDGER_KEY = KEY
    settings.BYNAME_MAIL_FROM = "no-reply@service.example"
    with django_db_blocker.unblock(), emptied_after():
        yield


@contextmanager
def worker(home: Path, port: int, step: str = "none") -> Iterator[subprocess.Popen[bytes]]:
    """A worker process that delivers to this port."""
    known = connection.settings_dict
    place = f"{known['HOST']}:{known['PORT']}" if not known["HOST"].startswith("/") else ""
    host = f"?host={known['HOST']}" if known["HOST"].startswith("/") else ""
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}{host}",
        "DJANGO_SETTINGS_MODULE": "byname.config.settings",
        "PYTHONPATH": f"{CHECKOUT / 'src'}{os.pathsep}{CHECKOUT}",
        "BYNAME_HOME": str(home),
        "BYNAME_LEDGER_KEY": KEY.decode(),
        "BYNAME_LOG": str(home / "jobs.log"),
        "BYNAME_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=off",
        "BYNAME_MAIL_FROM": "no-reply@service.example",
    }
    process = subprocess.Popen([sys.executable, "-m", "tests.interfaces.jobs.dying_worker", step], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _written(to: str = "ana@service.example") -> str:
    with transaction.atomic():
        return actions.write_letter("plain", to=to, words=WORDS, by=SYSTEM, at=timezone.now())


def _line(event: str = "officer.changed") -> int:
    with transaction.atomic():
        return actions.record(event, subject=("officer", "O-1"), by=SYSTEM, at=timezone.now())


def _killed(process: subprocess.Popen[bytes]) -> None:
    assert process.wait(SOON) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("step", "arrived"),
    [
        ("before taking the letter", 1),
        ("after taking it", 1),
        ("after the yes, before the note", 2),
        ("after the note, before it stands", 2),
        ("after the note stands", 1),
    ],
)
def test_a_letter_outlives_the_death_of_the_worker(open_ledger: None, tmp_path: Path, step: str, arrived: int) -> None:
    name = _written()
    with mail_server() as post:
        with worker(tmp_path, post.port, step) as first:
            _killed(first)
        with worker(tmp_path, post.port):
            wait_until(lambda: Letter.objects.filter(delivered_at__isnull=False).exists(), SOON)
            time.sleep(3)  # a round more: nothing is sent again
    assert [message["Message-ID"] for message in post.taken] == [name] * arrived
    assert list(Letter.objects.values_list("recipient", "words", "given_up_at")) == [("", "", None)]


@pytest.mark.parametrize(
    ("moment", "kept", "arrived"),
    [("on_greeting", True, 1), ("on_data", False, 1), ("on_data", True, 2)],
)
def test_a_letter_outlives_a_death_in_the_middle_of_the_conversation(
    open_ledger: None, tmp_path: Path, moment: str, kept: bool, arrived: int
) -> None:
    """The server had all of the letter and could not say yes: whether it keeps it is the server's to choose."""
    name = _written()
    post = Post()
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> str:
        setattr(post, moment, None)
        started[0].kill()
        started[0].wait(10)
        return "" if kept else "451 nobody is there any more"

    setattr(post, moment, kill)
    with mail_server(post):
        with worker(tmp_path, post.port) as first:
            started.append(first)
            _killed(first)
        with worker(tmp_path, post.port):
            wait_until(lambda: Letter.objects.filter(delivered_at__isnull=False).exists(), SOON)
    assert [message["Message-ID"] for message in post.taken] == [name] * arrived


@pytest.mark.parametrize(
    "step",
    ["before the seal is written", "before the seal stands", "before the head is noted", "after the head is noted"],
)
def test_no_line_stays_unsealed_where_the_sealer_dies(open_ledger: None, tmp_path: Path, step: str) -> None:
    numbers = [_line(), _line("officer.hidden"), _line()]
    with mail_server() as post:
        with worker(tmp_path, post.port, step) as first:
            _killed(first)
        numbers.append(_line("officer.hidden"))
        with worker(tmp_path, post.port):
            wait_until(lambda: queries.unsealed(viewer=SYSTEM).lines == 0, SOON)
            head = queries.head(viewer=SYSTEM)
            wait_until(lambda: heads.newest(tmp_path / "ledger") == head, SOON)
    found = queries.verification(heads.noted(tmp_path / "ledger"), viewer=SYSTEM)
    assert (found.lines, found.faults, found.compared[-1]) == (4, (), "head")
    noted = (tmp_path / "ledger" / heads.TAKEN_BACK).read_text().splitlines()
    assert {json.loads(line)["number"] for line in noted} == {numbers[1], numbers[3]}


def test_a_mail_server_that_never_answers_does_not_delay_sealing(open_ledger: None, tmp_path: Path) -> None:
    for number in range(20):
        _written(f"{number}@service.example")
    with deaf_server() as port, worker(tmp_path, port):
        _line()
        wait_until(LedgerSeal.objects.exists, SOON)
        for _ in range(30):
            _line()
            time.sleep(0.5)
        wait_until(lambda: queries.unsealed(viewer=SYSTEM).lines == 0, SOON)
    sealed_at = dict(LedgerSeal.objects.values_list("highest", "sealed_at"))
    waits = [
        min(moment for highest, moment in sealed_at.items() if highest >= line.pk) - line.written_at
        for line in LedgerLine.objects.order_by("id")[1:]
    ]
    assert max(waits) < timedelta(seconds=5)
    assert (Letter.objects.filter(delivered_at__isnull=True).count(), LedgerLine.objects.count()) == (20, 31)


def test_what_a_killed_worker_was_doing_is_taken_up_by_the_next(open_ledger: None, tmp_path: Path) -> None:
    _written()

    def doing() -> list[tuple[int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'deliver' ORDER BY id"
            )
            return list(cursor.fetchall())

    with deaf_server() as port, worker(tmp_path, port) as first:
        wait_until(doing, SOON)
        first.kill()
        first.wait(10)
    left = doing()
    assert len(left) == 1
    with mail_server() as post, worker(tmp_path, post.port):
        wait_until(lambda: len(post.taken) == 1, SOON)
        wait_until(lambda: left[0] not in doing(), SOON)
