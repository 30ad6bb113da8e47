"""A restore that is ended, at whatever moment and in whatever way, has replaced everything or nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from byname.config import archive, backup, command, doctor, machine, program, restore, secrets, settling, up
from byname.config.database import Embedded
from byname.config.machine import Trouble
from tests.config.ground import CHECKOUT, needs_shared_python, wait_until

pytestmark = [pytest.mark.slow, needs_shared_python]

_ROWS = 60_000
_STANDS = (
    "Stopped. The backup stands in the place of what was there. What follows it is not done, and ./byname up does that "
    "before it serves anybody."
)
_DONE = f"{_ROWS} rows of 1 tables came back; every count is the backup's."


def _fill(address: str) -> None:
    with psycopg.connect(address) as owner:
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
        owner.execute("CREATE TABLE keepsake (id serial PRIMARY KEY, word text UNIQUE)")
        owner.execute("INSERT INTO keepsake (word) SELECT 'É ' || n FROM generate_series(1, %s) AS n", [_ROWS])


def _rows(address: str) -> int:
    with psycopg.connect(address) as owner:
        ((count,),) = owner.execute("SELECT count(*) FROM keepsake")
        return int(count)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def outside(shared_home: Path) -> Iterator[str]:
    """The address of a database no restore starts or stops."""
    server = Embedded(shared_home, for_tests=True)
    yield server.start().owner
    server.stop()


def _psql_of(process: int) -> int | None:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (folder / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        if name == "psql" and int(rest.split()[1]) == process:
            return int(folder.name)
    return None


def _ended(home: Path, file: Path, how: signal.Signals, after: float, **variables: str) -> tuple[int, str]:
    """A restore in a process of its own that hears the signal so many seconds after psql was there; psql is gone.

    Its exit code and its last line.
    """
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), **variables}
    words = [sys.executable, "-m", "byname.config.command", "restore", str(file), "--replace", "--home", str(home)]
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while (writing := _psql_of(process.pid)) is None:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    time.sleep(after)
    process.send_signal(how)
    said = process.communicate(timeout=30)[1].decode().splitlines()
    wait_until(lambda: not Path(f"/proc/{writing}").exists())
    return process.returncode, said[-1]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("after", [0.05, 0.4])
def test_an_ended_restore_of_a_database_elsewhere_has_replaced_everything_or_nothing(
    outside: str, home: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals, after: float
) -> None:
    monkeypatch.setenv("DATABASE_URL", outside)
    _fill(outside)
    file = home / "all.tar.gz"
    backup.back_up(home, file)
    with psycopg.connect(outside) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 7")
    _ended(home, file, how, after)
    assert _rows(outside) in (7, _ROWS)
    restore.restore(home, file, replace=True)
    assert _rows(outside) == _ROWS


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0, 0.1, 0.2])
def test_whoever_ends_a_restore_is_told_what_stands(
    outside: str, home: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals, after: float
) -> None:
    monkeypatch.setenv("DATABASE_URL", outside)
    _fill(outside)
    file = home / "all.tar.gz"
    backup.back_up(home, file)
    with psycopg.connect(outside) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 7")
    code, said = _ended(home, file, how, after)
    # On a quick machine it may have come to its end, and be ended on its way out.
    stands = {"Stopped. Nothing was changed: the database holds what it held before.": 7, _STANDS: _ROWS, _DONE: _ROWS}
    assert _rows(outside) == stands[said]
    assert code == 130 or said == _DONE


def test_whoever_ends_a_restore_while_its_data_is_made_to_stand_is_told_so(
    outside: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", outside)
    _fill(outside)
    file = home / "all.tar.gz"
    backup.back_up(home, file)
    bring = restore._bring

    def ended(*words: Any) -> None:
        bring(*words)
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "_bring", ended)
    with pytest.raises(KeyboardInterrupt):
        restore.restore(home, file, replace=True)
    assert capsys.readouterr().err.splitlines()[-1] == _STANDS


def test_a_restore_killed_before_its_data_stood_leaves_no_word_that_one_was_done(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.prepare(home)
    server = Embedded(home)
    addresses = server.start()

    def events() -> list[tuple[Any, ...]]:
        with psycopg.connect(addresses.app) as app:
            return app.execute("SELECT event, facts->>'backup_of' FROM byname_ledgerline").fetchall()

    def killed(*_words: Any) -> None:
        raise _Killed

    try:
        up.bring_up_to_date(home, addresses, empty=True)
        first, second = home / "first.tar.gz", home / "second.tar.gz"
        for file in (first, second):
            assert backup.back_up(home, file) == 0
            time.sleep(1.1)  # their manifests say when, to the second
        before = events()
        with monkeypatch.context() as patched:
            patched.setattr(restore, "_bring", killed)
            with pytest.raises(_Killed):
                restore.restore(home, first, replace=True)
        assert up.to_replay(home).exists()
        up.bring_up_to_date(home, addresses, empty=True)
        assert events() == before
        assert not up.to_replay(home).exists()

        # One whose data stood, and another one over it that was killed before its own did: the first is what is told.
        with monkeypatch.context() as patched:
            patched.setattr(settling, "settle", killed)
            with pytest.raises(_Killed):
                restore.restore(home, first, replace=True)
        with monkeypatch.context() as patched:
            patched.setattr(restore, "_bring", killed)
            with pytest.raises(_Killed):
                restore.restore(home, second, replace=True)
        up.bring_up_to_date(home, addresses, empty=True)
        assert events() == [*before, ("house.restored", _made_at(first))]
    finally:
        server.stop()


def test_a_restore_killed_before_what_was_taken_back_is_done_again_is_finished_by_the_next_start_only(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in secrets.FOR_THE_PROGRAM:
        monkeypatch.delenv(name, raising=False)
    program.prepare(home)
    server = Embedded(home)
    addresses = server.start()

    def killed(*_words: Any) -> None:
        raise _Killed

    try:
        up.bring_up_to_date(home, addresses, empty=True)
        file = home / "all.tar.gz"
        assert backup.back_up(home, file) == 0
        with monkeypatch.context() as patched:
            patched.setattr(up, "hold_back_again", killed)
            with pytest.raises(_Killed):
                restore.restore(home, file, replace=True)
        kept = (home / "secrets.env").read_text()
        for words in (["ledger", "verify"], ["manage", "migrate"], ["backup", str(home)], ["keys", "rotate"]):
            capsys.readouterr()
            assert command.main([*words, "--home", str(home)]) == 1, words
            assert capsys.readouterr().err.splitlines()[-1].endswith("Until then nothing else may use it."), words
        assert (home / "secrets.env").read_text() == kept, "no key was exchanged"
        assert sorted(home.glob("*.tar.gz")) == [file]
        assert ("wrong", "restore") in [(finding.state, finding.about) for finding in doctor.examine(home)]
        for _twice in range(2):
            up.bring_up_to_date(home, addresses, empty=True)
        assert command.main(["ledger", "verify", "--home", str(home)]) == 0
        assert [finding for finding in doctor.examine(home) if finding.about == "restore"] == []
        with psycopg.connect(addresses.app) as app:
            told = app.execute("SELECT facts->>'backup_of' FROM byname_ledgerline WHERE event = 'house.restored'")
            assert told.fetchall() == [(_made_at(file),)]
    finally:
        server.stop()


class _Killed(Exception):
    """It ended here, and tidied nothing up."""


def _made_at(file: Path) -> str:
    with archive.parts(file, []) as parts:
        return str(next(json.loads(opened.read())["made_at"] for name, opened in parts if name == backup.MANIFEST))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_an_ended_restore_of_its_own_database_has_replaced_everything_or_nothing(
    home: Path, how: signal.Signals
) -> None:
    server = Embedded(home)
    address = server.start().owner
    _fill(address)
    file = home / "all.tar.gz"
    backup.back_up(home, file)
    with psycopg.connect(address) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 7")
    server.stop()
    _ended(home, file, how, 0.05)
    try:
        assert _rows(server.start().owner) in (7, _ROWS)
    finally:
        server.stop()


def test_a_feeder_that_fails_leaves_everything_as_it_was(
    outside: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", outside)
    _fill(outside)
    file = home / "all.tar.gz"
    backup.back_up(home, file)
    with psycopg.connect(outside) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 7")

    begun: list[subprocess.Popen[bytes]] = []

    class Told(backup.Tool):
        def __enter__(self) -> backup.Tool:
            begun.append(self._process)
            return self

    def broken(script: Iterable[bytes]) -> Iterator[bytes]:
        for number, line in enumerate(script):
            if number == _ROWS // 2:
                begun[-1].kill()
            yield line

    monkeypatch.setattr(restore, "_fit_for_older", broken)
    monkeypatch.setattr(settling, "script", lambda _owed: pytest.fail("the last word was written"))
    monkeypatch.setattr(restore, "Tool", Told)
    with pytest.raises(Trouble):
        restore.restore(home, file, replace=True)
    assert _rows(outside) == 7


def test_a_restore_ended_after_its_data_stood_is_settled_by_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program.prepare(home)
    server = Embedded(home)
    addresses = server.start()
    try:
        up.bring_up_to_date(home, addresses, empty=True)
        with psycopg.connect(addresses.owner) as owner:
            owner.execute(
                "INSERT INTO byname_staffsession (session_key, session_data, expire_date, device)"
                " VALUES ('a', 'b', now() + interval '1 hour', '')"
            )
            owner.execute(
                "INSERT INTO byname_invitation (token_digest, email, name, roles, divisions, invited_at, expires_at)"
                " VALUES ('\\x01', 'a', '', '{officer}', '{}', now(), now() + interval '3 days')"
            )
            for name in ("sent", "waits", "since"):
                owner.execute(
                    "INSERT INTO byname_letter (message_id, kind, recipient, words, created_at, due_at, first_due_at,"
                    " attempts, problem) VALUES (%s, 'plain', '', '', now(), now(), now(), 0, '')",
                    [name],
                )
            owner.execute("INSERT INTO byname_publicversion VALUES ('everything', 4)")
        file = home / "all.tar.gz"
        assert backup.back_up(home, file) == 0
        with psycopg.connect(addresses.owner) as owner:
            owner.execute("UPDATE byname_letter SET delivered_at = now() WHERE message_id = 'sent'")
            owner.execute("DELETE FROM byname_letter WHERE message_id = 'since'")
            owner.execute("UPDATE byname_publicversion SET version = 90")

        def ended(_addresses: object) -> None:
            raise KeyboardInterrupt

        for _twice in range(2):  # the second one is ended likewise, and knows what the first one knew
            with monkeypatch.context() as patched:
                patched.setattr(settling, "settle", ended)
                with pytest.raises(KeyboardInterrupt):
                    restore.restore(home, file, replace=True)
        assert command.main(["ledger", "verify", "--home", str(home)]) == 1
        assert capsys.readouterr().err.splitlines()[-1] == (
            "A backup was brought back into this database, and what follows it was not done: start byname on the home "
            "it was restored from (./byname up), or restore again. Until then nothing else may use it."
        )
        up.bring_up_to_date(home, addresses, empty=True)
        with psycopg.connect(addresses.app) as app:
            sessions = app.execute("SELECT count(*) FROM byname_staffsession").fetchone()
            invitations = app.execute("SELECT withdrawn_at IS NOT NULL FROM byname_invitation").fetchall()
            letters = app.execute(
                "SELECT message_id, delivered_at IS NOT NULL, given_up_at IS NOT NULL FROM byname_letter ORDER BY 1"
            ).fetchall()
            ((version,),) = app.execute("SELECT version FROM byname_publicversion")
            assert app.execute("SELECT to_regclass('byname_unsettled')").fetchone() == (None,)
    finally:
        server.stop()
    assert sessions == (0,)
    assert invitations == [(True,)]
    assert letters == [("sent", True, False), ("since", False, True), ("waits", False, False)]
    assert version > 90
    assert not up.to_replay(home).exists()


def test_the_ends_a_process_is_told_of_are_one_and_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(name) for name in machine.ENDINGS]
    with machine.interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(name) for name in machine.ENDINGS] == before
