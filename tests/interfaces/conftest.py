"""The city and its cast behind the doors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from byname.vocabulary import Actor
from tests import cast as city
from tests.cast import Cast
from tests.emptied import empty_tables


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pages name static files as they lie in the sources: nothing need be collected first."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.STATIC_ROOT = Path(tmp_path_factory.getbasetemp()) / "static"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


@pytest.fixture
def cast(db: None, clerk_of_records: Actor) -> Cast:
    """The city with everybody in their place today."""
    return city.build(by=clerk_of_records, at=timezone.now())


@pytest.fixture
def addresses(cast: Cast, clerk_of_records: Actor) -> None:
    """The city's addresses."""
    city.build_addresses(by=clerk_of_records, at=timezone.now())


@pytest.fixture
def committed(trial_database: None, django_db_blocker: DjangoDbBlocker, clerk_of_records: Actor) -> Iterator[Cast]:
    """The city and its addresses really committed, so that other processes see them; emptied after."""
    with django_db_blocker.unblock():
        try:
            cast = city.build(by=clerk_of_records, at=timezone.now())
            city.build_addresses(by=clerk_of_records, at=timezone.now())
            yield cast
        finally:
            empty_tables()
