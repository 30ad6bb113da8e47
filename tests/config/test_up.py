"""`./byname up` as its operator meets it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import machine, metrics, up
from byname.config.database import Embedded
from byname.config.machine import Trouble
from tests.config.ground import (
    Running,
    byname,
    free_port,
    needs_root,
    needs_shared_python,
    processes_of,
    started,
    wait_until,
)

pytestmark = [pytest.mark.slow, needs_shared_python]


@pytest.fixture(scope="module")
def running(shared_home: Path) -> Iterator[Running]:
    with started(shared_home, "--empty") as program:
        yield program


def test_up_says_where_it_is_when_it_is_ready(running: Running) -> None:
    assert running.get("/readyz")[::2] == (200, "ready\n")
    assert running.get("/healthz")[::2] == (200, "alive\n")


def test_the_secrets_are_made_once_and_for_their_owner_only(running: Running) -> None:
    file = running.home / "secrets.env"
    assert file.stat().st_mode & 0o777 == 0o600
    names = {line.partition("=")[0] for line in file.read_text().splitlines() if "=" in line and line[0] != "#"}
    assert names == {
        "BYNAME_SECRET_KEY",
        "BYNAME_DATA_KEYS",
        "BYNAME_LEDGER_KEY",
        "BYNAME_METRICS_TOKEN",
        "BYNAME_DATABASE_OWNER_PASSWORD",
        "BYNAME_DATABASE_APP_PASSWORD",
    }


def test_the_web_server_knows_nothing_of_the_owner_of_the_tables(running: Running) -> None:
    owner = Embedded(running.home).addresses().owner
    password = owner.split(":")[2].split("@")[0].encode()
    web = [number for number, words in processes_of(running.home).items() if "byname.config.web" in words]
    assert len(web) == 3
    for number in web:
        assert password not in Path(f"/proc/{number}/environ").read_bytes()


def test_whoever_waits_for_a_page_comes_before_the_background_work(running: Running) -> None:
    def niceness(part: str) -> set[int]:
        found = set()
        for number in [number for number, words in processes_of(running.home).items() if part in words]:
            found.add(os.getpriority(os.PRIO_PROCESS, number))
            if (shared := Path(f"/proc/{number}/autogroup")).exists():
                found.add(int(shared.read_text().rpartition(" ")[2]))
        return found

    wait_until(lambda: niceness("byname.config.jobs") == {19})
    assert niceness("byname.config.web") == {0}


@needs_root
def test_as_root_nothing_that_answers_callers_runs_as_root(running: Running) -> None:
    users = {machine.PROGRAM_USER: "byname.config.web", machine.DATABASE_USER: "postgres"}
    before = processes_of(running.home)
    # What a library asks the system in passing (`file`, say) is gone a moment later, and answers nobody.
    time.sleep(1)
    for number, words in processes_of(running.home).items() & before.items():
        expected = next((machine.system_user(name) for name, part in users.items() if part in words), None)
        if "byname.config.jobs" in words:
            expected = machine.system_user(machine.PROGRAM_USER)
        if "byname.config.command" in words:
            continue
        assert expected is not None, words
        assert Path(f"/proc/{number}").stat().st_uid == expected.pw_uid


def test_the_ledger_may_only_be_added_to(running: Running) -> None:
    with psycopg.connect(Embedded(running.home).addresses().app, autocommit=True) as app:
        for forbidden in ("UPDATE byname_ledgerline SET event = 'x'", "DELETE FROM byname_ledgerline"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
        app.execute("SELECT count(*) FROM byname_ledgerline")


def test_another_command_attaches_to_the_running_database(running: Running) -> None:
    done = byname(["manage", "showmigrations", "byname", "--plan"], home=running.home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "[ ]" not in done.stdout
    assert running.get("/readyz")[0] == 200


def test_a_taken_port_is_told_at_once(running: Running, home: Path) -> None:
    began = time.monotonic()
    done = byname(["up", "--port", str(running.port)], home=home)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Port {running.port} is taken by another program. Choose another one: ./byname up --port {running.port + 1}\n",
    )
    assert time.monotonic() - began < 5
    assert not (home / "postgres").exists()


def test_a_second_start_on_one_home_is_refused_before_it_touches_anything(running: Running) -> None:
    figures = metrics.place(running.home)
    running.get("/a-page-that-counts")
    before = {path.name for path in figures.glob("*.db")}
    assert before
    told = (
        f"./byname up (process {running.process.pid}) runs on {running.home} already: stop it first, or choose another "
        "--home.\n"
    )
    done = byname(["up", "--port", str(free_port())], home=running.home)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    done = byname(["restore", str(running.home / "none.tar.gz"), "--replace"], home=running.home)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
    assert {path.name for path in figures.glob("*.db")} == before
    assert running.get("/readyz")[0] == 200


def test_help_needs_no_database_and_leaves_no_home(home: Path) -> None:
    for words in (["bring"], ["shell"], ["check"], ["test"], ["bench"], ["invite"], ["key"], ["keys"], ["doctor"]):
        done = byname([*words, "--help"], home=home / "none")
        assert (done.returncode, done.stdout.split()[:3]) == (0, ["usage:", "./byname", words[0]]), done.stderr
    assert byname(["manage", "migrate", "--help"], home=home / "none").stdout.startswith("usage: ")
    done = byname(["bring", "areas", "--template"], home=home / "none")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("slug,name,division,")
    assert list(home.iterdir()) == []


def test_a_file_that_is_not_there_makes_no_home(home: Path) -> None:
    for words in (
        ["areas", "none.csv"],
        ["neighbourhoods", "--edition", "2022", "--valid-from=2022-04-12", "none.csv"],
    ):
        done = byname(["bring", *words], home=home / "none")
        assert (done.returncode, done.stderr) == (1, "Not brought in. There is no file none.csv.\n")
    assert list(home.iterdir()) == []


def test_no_port_is_no_port(home: Path) -> None:
    done = byname(["up", "--port", "eighty"], home=home)
    assert done.returncode == 2
    assert done.stderr.endswith("argument --port: a port is a number from 1 to 65535\n")


def test_a_planted_address_is_in_no_log(running: Running) -> None:
    planted = "77 Plantedroad"
    quoted = planted.replace(" ", "%20")
    for path in (
        f"/?q={quoted}",
        f"/search?q={quoted}",
        f"/api/v1/team?address={quoted}",
        f"/{quoted}",
        "/?lat=43.651234",
    ):
        running.get(path, Referer=quoted, **{"User-Agent": quoted})
    running.said_to(f"POST /{quoted} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode())
    with psycopg.connect(Embedded(running.home).addresses().app) as app, pytest.raises(psycopg.Error):
        app.execute("SELECT %s::integer", [planted])
    time.sleep(0.6)
    logs = [path for path in running.home.rglob("*") if path.suffix in (".log", ".console", ".said") and path.is_file()]
    assert {path.name for path in logs} >= {"web.log", "server.log", "web.console", "up.said"}
    for path in logs:
        text = path.read_text(errors="replace")
        assert not [part for part in ("Plantedroad", "43.651234") if part in text], path


def test_a_database_the_operator_names_is_used_and_none_is_started(home: Path) -> None:
    done = byname(
        ["up", "--port", str(free_port())], home=home, variables={"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The database named by DATABASE_URL does not answer: ")
    assert done.stderr.endswith("Connection refused\n")
    assert done.stderr.count("\n") == 1
    assert not (home / "postgres").exists()


def test_background_work_that_ends_by_itself_comes_back_and_nobody_notices(running: Running) -> None:
    def workers() -> list[int]:
        return [number for number, words in processes_of(running.home).items() if "byname.config.jobs" in words]

    (before,) = workers()
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: workers() not in ([before], []))
    assert running.process.poll() is None
    assert running.get("/readyz")[0] == 200
    assert (running.home / "up.said").read_text().splitlines()[-1] == (
        "The background work had ended by itself; it is started again."
    )


def test_a_web_server_that_ends_again_and_again_is_trouble(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends() -> subprocess.Popen[bytes]:
        begun.append(1)
        child = subprocess.Popen(["false"])
        child.wait()
        return child

    begun: list[int] = []
    monkeypatch.setattr(up, "_LONGEST_PAUSE", 0.01)
    web = up.Part("web server", ends, vital=True)
    with pytest.raises(Trouble) as raised:
        up._watch([web], None, home)
    assert str(raised.value) == (
        f"The web server ended by itself 5 times in a row; everything is stopped. See {home}/log and {home}/*.console."
    )
    assert len(begun) == 5


def test_a_signal_in_the_middle_of_the_first_start_stops_it(home: Path) -> None:
    with (home / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "byname.config.command", "up", "--home", str(home), "--port", str(free_port())],
            env={name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BYNAME_"))},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        wait_until(lambda: "Bringing the tables up to date" in (home / "said").read_text())
        wait_until(lambda: [words for words in processes_of(home).values() if "manage migrate" in words])
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert (home / "said").read_text().splitlines()[1:] == ["Bringing the tables up to date …", "Stopped."]


def test_a_database_that_ends_by_itself_comes_back_and_the_pages_with_it(running: Running) -> None:
    server = [number for number, words in processes_of(running.home / "postgres").items() if " -D " in words]
    assert len(server) == 1
    os.kill(server[0], signal.SIGKILL)
    assert running.get("/healthz")[0] == 200
    wait_until(lambda: "started again" in (running.home / "up.said").read_text())
    wait_until(lambda: [running.get("/readyz")[0] for _ in range(6)] == [200] * 6)


def test_a_stop_ends_everything_in_order_and_a_killed_program_leaves_nothing(running: Running) -> None:
    home = running.home
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0
    assert (home / "up.said").read_text().splitlines()[-1] == "Stopped."
    assert processes_of(home) == {}
    assert "database system is shut down" in (home / "postgres/server.log").read_text().splitlines()[-1]
    with started(home, "--empty") as second:
        # Nothing had to be done again.
        assert (home / "up.said").read_text() == ""
        os.kill(second.process.pid, signal.SIGKILL)
        second.process.wait()
        wait_until(lambda: not processes_of(home), 20)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", second.port)) != 0
