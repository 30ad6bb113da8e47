"""The embedded PostgreSQL survives what happens to machines, and says in one sentence what it cannot survive."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import database, machine, rights
from byname.config.database import Embedded
from byname.config.machine import Trouble
from tests.config.ground import CHECKOUT, needs_root, processes_of, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() == 0 and os.environ.get("BYNAME_PG_BIN") is not None,
        reason="BYNAME_PG_BIN is set: these tests choose the programs themselves",
    ),
]
_HOLD = """
import sys, time
from pathlib import Path
from byname.config.database import Embedded
Embedded(Path(sys.argv[1]), for_tests=True).start()
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def made_once(shared_home: Path) -> Path:
    server = Embedded(shared_home, for_tests=True)
    server.start()
    server.stop()
    return server.data


@pytest.fixture
def embedded(home: Path, made_once: Path) -> Iterator[Embedded]:
    """A server that has run before: a copy of one made for all tests of this file, which takes a tenth of the time."""
    server = Embedded(home, for_tests=True)
    server.place.mkdir()
    subprocess.run(["cp", "-a", made_once, server.data], check=True)
    yield server
    server.stop()


@pytest.fixture
def empty(home: Path) -> Iterator[Embedded]:
    """A server whose data directory was never made."""
    server = Embedded(home, for_tests=True)
    yield server
    server.stop()


def _holder(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "src")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "started\n"
    return process


def _rows(address: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as connection:
        return connection.execute(question).fetchall()


def _sentence(raised: pytest.ExceptionInfo[Trouble]) -> str:
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_started_server_answers_to_both_roles_and_to_no_network(embedded: Embedded) -> None:
    addresses = embedded.start()
    try:
        assert _rows(addresses.app, "SELECT current_user::text") == [("byname_app",)]
        assert _rows(addresses.owner, "SELECT current_user::text") == [("byname_owner",)]
        assert _rows(addresses.app, "SHOW listen_addresses") == [("",)]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(re.sub(r":\w+@", ":wrong@", addresses.app))
        program_user = machine.system_user(machine.PROGRAM_USER)
        if program_user is not None:  # run by root: the users of the web server and of PostgreSQL are others
            as_superuser = re.sub(r"//byname_app:\w+@", "//postgres:guess@", addresses.app)
            tried = subprocess.run(
                [database.programs() / "psql", as_superuser, "-c", "SELECT 1"],
                user=program_user.pw_uid,
                group=program_user.pw_gid,
                extra_groups=[],
                capture_output=True,
                text=True,
            )
            assert 'Peer authentication failed for user "postgres"' in tried.stderr
    finally:
        embedded.stop()
    assert processes_of(embedded.place) == {}


def test_the_app_may_add_to_the_ledger_and_never_change_it(embedded: Embedded) -> None:
    addresses = embedded.start()
    try:
        with psycopg.connect(addresses.owner) as owner:
            owner.execute("CREATE TABLE ledger (id serial PRIMARY KEY, word text)")
            owner.execute("CREATE TABLE plain (id serial PRIMARY KEY, word text)")
            owner.execute(
                "CREATE FUNCTION byname_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no'; END $$"
            )
            owner.execute(
                "CREATE TRIGGER t BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW "
                "EXECUTE FUNCTION byname_ledger_only_grows()"
            )
        rights.grant(addresses)
        with psycopg.connect(addresses.owner) as owner:
            owner.execute("CREATE TABLE later (id serial PRIMARY KEY, word text)")
        with psycopg.connect(addresses.app, autocommit=True) as app:
            for table in ("ledger", "plain", "later"):
                app.execute(f"INSERT INTO {table} (word) VALUES ('a')")
            app.execute("UPDATE plain SET word = 'b'")
            app.execute("DELETE FROM later")
            for forbidden in (
                "UPDATE ledger SET word = 'b'",
                "DELETE FROM ledger",
                "TRUNCATE ledger",
                "DROP TABLE plain",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden)
            assert app.execute("SELECT word FROM ledger").fetchall() == [("a",)]
    finally:
        embedded.stop()


def test_a_second_process_attaches_and_leaves_the_server_running(home: Path, embedded: Embedded) -> None:
    first = _holder(home)
    try:
        addresses = embedded.start()
        assert not embedded.owned
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
        embedded.stop()
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
    finally:
        first.kill()
        first.communicate()


def test_a_killed_owner_leaves_no_server_and_the_next_start_finds_every_row(home: Path, embedded: Embedded) -> None:
    first = _holder(home)
    with psycopg.connect(Embedded(home).addresses().owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    wait_until(lambda: not processes_of(embedded.place))
    addresses = embedded.start()
    try:
        assert _rows(addresses.owner, "SELECT count(*) FROM kept") == [(1000,)]
    finally:
        embedded.stop()


def test_a_killed_owner_is_followed_at_once(home: Path, embedded: Embedded) -> None:
    first = _holder(home)
    os.kill(first.pid, signal.SIGKILL)
    addresses = embedded.start()  # while the orphan is still going down
    try:
        assert embedded.owned
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
    finally:
        embedded.stop()
        first.communicate()


def test_who_attached_takes_the_server_over_when_its_owner_ends(home: Path, embedded: Embedded) -> None:
    holder = _holder(home)
    addresses = embedded.start()
    assert (embedded.owned, embedded.keep()) == (False, "")
    holder.terminate()
    holder.wait()
    wait_until(lambda: embedded.keep() != "")
    assert (embedded.owned, embedded.keep()) == (True, "")
    assert _rows(addresses.app, "SELECT 1") == [(1,)]
    with psycopg.connect(addresses.app) as _still_open:
        assert embedded.server is not None
        os.kill(embedded.server.pid, signal.SIGKILL)
        embedded.server.wait()
    assert embedded.keep() == "The database had ended by itself and was started again."


@pytest.mark.parametrize("number", [1, os.getpid(), 999_999_999], ids=["init", "a-living-process", "nobody"])
def test_a_number_left_behind_and_used_again_does_not_stop_the_start(embedded: Embedded, number: int) -> None:
    embedded.start()
    embedded.stop()
    (embedded.data / "postmaster.pid").write_text(f"{number}\n{embedded.data}\n0\n5432\n{embedded.place}\n\n")
    addresses = embedded.start()
    try:
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
    finally:
        embedded.stop()


def test_half_a_data_directory_never_counts(empty: Embedded) -> None:
    half = empty.place / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    addresses = empty.start()
    try:
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
        assert not half.exists()
    finally:
        empty.stop()


def test_data_of_another_major_version_is_told_with_the_way_out(empty: Embedded) -> None:
    empty.data.mkdir(parents=True)
    (empty.data / "PG_VERSION").write_text("13\n")
    major = database.major_version(database.programs())
    with pytest.raises(Trouble) as raised:
        empty.start()
    assert _sentence(raised) == (
        f"The data in {empty.data} was made by PostgreSQL 13, and this is PostgreSQL {major}: write it out with the "
        f"older one (BYNAME_PG_BIN=/usr/lib/postgresql/13/bin ./byname backup FILE), move {empty.data} away, then "
        "./byname restore FILE."
    )


@pytest.mark.parametrize("broken", ["PG_VERSION", "global/pg_control", "pg_wal"])
def test_a_damaged_data_directory_is_told_in_one_sentence(embedded: Embedded, broken: str) -> None:
    embedded.start()
    embedded.stop()
    victim = embedded.data / broken
    shutil.rmtree(victim) if victim.is_dir() else victim.unlink()
    with pytest.raises(Trouble) as raised:
        embedded.start()
    assert re.fullmatch(
        rf"The database in {embedded.data} cannot be used \(.+\)\. Move that directory away and bring a backup back: "
        r"\./byname restore FILE",
        _sentence(raised),
    )
    assert processes_of(embedded.place) == {}


@needs_root
def test_a_full_disk_is_told_and_what_was_half_made_is_gone(home: Path) -> None:
    small = home / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "tmpfs", small], check=False).returncode:
        pytest.skip("this container may not mount a small disk")
    try:
        with pytest.raises(Trouble) as raised:
            Embedded(small, for_tests=True).start()
        assert _sentence(raised) == "The disk that holds the database is full: make room, then start again."
        assert not (small / "postgres" / "data.new").exists()
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_missing_library_is_told_with_its_package(
    empty: Embedded, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = home / "programs"
    programs.mkdir()
    fake = programs / "postgres"
    fake.write_text(
        "#!/bin/sh\necho 'postgres: error while loading shared libraries: libz.so.1: cannot open shared object file:"
        " No such file or directory' >&2\nexit 127\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("BYNAME_PG_BIN", str(programs))
    with pytest.raises(Trouble) as raised:
        empty.start()
    assert _sentence(raised) == (
        "PostgreSQL cannot run: the library libz.so.1 is missing on this machine. Debian, Ubuntu: "
        "sudo apt install zlib1g"
    )


def test_a_wrong_directory_of_programs_is_told(empty: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_PG_BIN", "/nowhere/bin")
    with pytest.raises(Trouble) as raised:
        empty.start()
    assert _sentence(raised) == "BYNAME_PG_BIN names /nowhere/bin, and there is no PostgreSQL server there."


def test_a_long_path_gets_a_short_socket(home: Path) -> None:
    embedded = Embedded(home / ("long-name-" * 9), for_tests=True)
    addresses = embedded.start()
    try:
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
        assert not (embedded.place / "socket").exists()
    finally:
        embedded.stop()


def test_a_socket_directory_of_somebody_else_is_not_used(home: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    embedded = Embedded(home, for_tests=True)
    taken = embedded.place / "socket"
    taken.mkdir(parents=True)
    os.chown(taken, 12345, 12345)
    with pytest.raises(Trouble) as raised:
        embedded.start()
    assert _sentence(raised) == (
        f"{taken} belongs to the user 12345, so byname does not use it. Run byname as 12345, or choose another --home."
    )


@needs_root
def test_as_root_the_server_runs_as_its_own_user_and_only_its_directories_are_given_away(
    home: Path, embedded: Embedded
) -> None:
    embedded.start()
    try:
        owner = machine.system_user(machine.DATABASE_USER)
        assert owner is not None
        running = processes_of(embedded.place)
        assert running
        assert {Path(f"/proc/{number}").stat().st_uid for number in running} == {owner.pw_uid}
        given = {path.relative_to(home).as_posix() for path in home.glob("*/*") if path.stat().st_uid == owner.pw_uid}
        assert given == {"postgres/data", "postgres/socket"}
        assert home.stat().st_uid == 0
    finally:
        embedded.stop()


@needs_root
def test_programs_other_users_cannot_read_are_copied_beside_the_data(
    home: Path, embedded: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = database.programs().parent
    closed = home / "closed"
    shutil.copytree(original, closed / original.parent.name / original.name, symlinks=True)
    libraries = original.parent.with_name(f"{original.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    monkeypatch.setenv("BYNAME_PG_BIN", str(closed / original.parent.name / original.name / "bin"))
    addresses = embedded.start()
    try:
        assert _rows(addresses.app, "SELECT 1") == [(1,)]
        assert str(embedded.place / "software") in next(iter(processes_of(embedded.data).values()))
    finally:
        embedded.stop()


@needs_root
def test_a_home_other_users_may_not_enter_is_told(home: Path) -> None:
    home.chmod(0o700)
    with pytest.raises(Trouble) as raised:
        Embedded(home / "inside", for_tests=True).start()
    assert _sentence(raised) == (
        f"PostgreSQL never runs as root, and other users may not enter {home}. Choose a --home elsewhere, "
        "such as /srv/byname."
    )


def test_an_operators_database_that_does_not_answer_is_told() -> None:
    with pytest.raises(Trouble) as raised:
        database.refuse_older_server("postgresql://nobody@127.0.0.1:1/none")
    assert re.fullmatch(r"The database named by DATABASE_URL does not answer: .+", _sentence(raised))
    with pytest.raises(Trouble) as raised:
        database.refuse_older_server("mysql and more")
    assert _sentence(raised) == (
        "DATABASE_URL is not a database address; it looks like postgresql://user:password@host:5432/byname"
    )
