"""Bringing the tables up to date: one at a time, and nobody waits long behind it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import program
from byname.config.database import Addresses, Embedded
from tests.config.ground import CHECKOUT, needs_shared_python, wait_until

pytestmark = [pytest.mark.slow, needs_shared_python]


@pytest.fixture
def empty(home: Path) -> Iterator[tuple[Path, Addresses]]:
    """An empty database in a home."""
    server = Embedded(home, for_tests=True)
    try:
        yield home, server.start()
    finally:
        server.stop()


def _migrating(home: Path, addresses: Addresses, *words: str) -> subprocess.Popen[str]:
    variables = program.variables(home, addresses, owner=True) | {"PYTHONPATH": str(CHECKOUT / "src")}
    return subprocess.Popen(
        [sys.executable, "-m", "byname.config.manage", "migrate", "--no-input", "--skip-checks", *words],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _waits_for_the_turn(addresses: Addresses) -> bool:
    with psycopg.connect(addresses.owner) as asking:
        row = asking.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone()
        return row is not None and row[0] == 1


def test_of_two_at_once_one_waits_and_then_finds_nothing_to_do(empty: tuple[Path, Addresses]) -> None:
    home, addresses = empty
    both = [_migrating(home, addresses) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    first, second = sorted(said, key=len, reverse=True)
    assert first.count("Applying byname.0001_first_light... OK") == 1
    assert second.splitlines()[-1] == "  No migrations to apply."


def test_whoever_has_the_turn_is_waited_for(empty: tuple[Path, Addresses]) -> None:
    home, addresses = empty
    with psycopg.connect(addresses.owner, autocommit=True) as holding:
        holding.execute("SELECT pg_advisory_lock(%s)", [0x62796E61])
        waiting = _migrating(home, addresses, "--plan")
        wait_until(lambda: _waits_for_the_turn(addresses), within=30)
        assert waiting.poll() is None
    assert waiting.communicate(timeout=60)[0].startswith("Planned operations:")
    assert waiting.returncode == 0


def test_a_table_in_use_is_waited_for_in_short_turns_and_others_are_let_past(empty: tuple[Path, Addresses]) -> None:
    home, addresses = empty
    done = _migrating(home, addresses, "byname", "0002")
    assert (done.communicate(timeout=120), done.returncode)[1] == 0
    with psycopg.connect(addresses.owner) as reading, psycopg.connect(addresses.owner) as other:
        reading.execute("SELECT count(*) FROM byname_account")  # and its transaction stays open
        began = time.monotonic()
        process = _migrating(home, addresses)
        assert process.stdout
        for line in process.stdout:
            if line.startswith("A table is in use; trying again, 11 more times"):
                break
        assert time.monotonic() - began < 30
        # Between two tries the table is free for everybody else.
        other.execute("SET lock_timeout = '10s'")
        other.execute("SELECT count(*) FROM byname_account")
        other.rollback()
        reading.rollback()
        rest = process.stdout.read()
    assert process.wait(60) == 0, rest
    assert "Applying byname.0003_trusted_hands... OK" in rest
