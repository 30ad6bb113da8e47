"""The worker is killed while it hands over a text: none is lost, and one is doubled in one moment alone."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from byname.ledger import actions
from byname.ledger.models import Letter
from byname.vocabulary import SYSTEM
from tests.config.ground import wait_until
from tests.interfaces.jobs.post import mail_server
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN, Telephone, telephone
from tests.interfaces.jobs.test_delivery_killed import SOON, worker
from tests.ledger.conftest import emptied_after

pytestmark = pytest.mark.slow
PHONE = "+14165550199"


@pytest.fixture
def outbox(trial_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The outbox outside any transaction of the test, so that a worker sees it."""
    with django_db_blocker.unblock(), emptied_after():
        yield


@pytest.mark.parametrize(
    ("step", "arrived"),
    [
        ("before taking the letter", 1),
        # Twilio knows no name for a text: one that was taken and not noted goes once more.
        ("after the yes, before the note", 2),
        ("after the note, before it stands", 2),
        ("after the note stands", 1),
    ],
)
def test_no_text_is_lost_where_the_worker_dies(
    outbox: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, arrived: int
) -> None:
    with telephone(Telephone()) as phone, mail_server() as post:
        for name, value in {
            "BYNAME_TEXTS": "twilio",
            "BYNAME_TEXTS_ACCOUNT": ACCOUNT,
            "BYNAME_TEXTS_TOKEN": TOKEN,
            "BYNAME_TEXTS_FROM": SENDER,
            "BYNAME_TEXTS_URL": phone.service.address,
            "BYNAME_PUBLIC_URL": "https://heard.example.org",
        }.items():
            monkeypatch.setenv(name, value)
        with transaction.atomic():
            words = {"link": "link", "language": "en"}
            actions.write_letter("concern_news", way="text", to=PHONE, words=words, by=SYSTEM, at=timezone.now())
        with worker(tmp_path, post.port, step) as first:
            assert first.wait(SOON) == -signal.SIGKILL
        with worker(tmp_path, post.port):
            wait_until(lambda: Letter.objects.filter(delivered_at__isnull=False).exists(), SOON)
        text = {"To": PHONE, "From": SENDER, "Body": "There is an answer for you\nhttps://heard.example.org/c/link/"}
        assert phone.taken == [text] * arrived
