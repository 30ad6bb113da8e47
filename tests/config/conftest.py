"""Places for the tests of processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.config.ground import Running, web_server


@contextmanager
def _open_place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="byname-test-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home that other users can enter (pytest's own are closed to them)."""
    with _open_place() as place:
        yield place


@pytest.fixture(scope="module")
def shared_home() -> Iterator[Path]:
    """One home for the tests of a module."""
    with _open_place() as place:
        yield place


@pytest.fixture(scope="module")
def web(shared_home: Path) -> Iterator[Running]:
    """A web server with the stand-in behind it, which takes bodies of ten thousand bytes."""
    with web_server(shared_home, BYNAME_BODY_CAP="10000") as running:
        yield running
