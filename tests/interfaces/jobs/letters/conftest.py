"""The city at noon, an officer of the mill, and a mail server that takes what is written to residents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from byname.interfaces.jobs.mail_server import MailServer
from byname.vocabulary import Actor
from tests import cast as city
from tests import staff
from tests.cast import Cast
from tests.interfaces.jobs.post import Post, mail_server


@pytest.fixture(autouse=True)
def sender(settings: Settings, tmp_path: Path) -> None:
    settings.BYNAME_MAIL_FROM = "no-reply@service.example"
    settings.BYNAME_PUBLIC_URL = "https://heard.example.org"
    settings.BYNAME_HOME = tmp_path


@pytest.fixture
def cast(db: None, noon: datetime, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place at noon on 23 November 2026."""
    return city.build(by=clerk_of_records, at=noon)


@pytest.fixture
def ana(cast: Cast) -> Actor:
    return staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with mail_server() as running:
        settings.BYNAME_MAIL_SERVER = MailServer("127.0.0.1", running.port, "off")
        yield running
