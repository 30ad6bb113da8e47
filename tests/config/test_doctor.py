"""The doctor says in plain words what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import doctor, machine, secrets, up
from byname.config.database import Embedded
from byname.config.doctor import Finding
from tests.config.ground import CHECKOUT, Running, byname, needs_shared_python, processes_of, started

_PUBLIC = "https://officers.invalid"


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine's."""
    for name in os.environ:
        if name.startswith(("BYNAME_", "DATABASE_")):
            monkeypatch.delenv(name)


def _found(home: Path, about: str) -> list[tuple[str, str]]:
    return [(finding.state, finding.says) for finding in doctor.examine(home) if finding.about == about]


def test_an_empty_home_is_told_from_a_running_one(bare: None, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.doctor(home, as_json=False) == 1
    said = capsys.readouterr().out
    assert "WRONG   database: it does not answer: there is none yet\n        Is byname running? ./byname up\n" in said
    assert "WRONG   web server: byname does not run on this home\n" in said
    assert said.endswith("\n2 things are wrong, 6 to look at.\n")
    assert not (home / "postgres").exists(), "it starts nothing"


def test_where_the_guide_installed_it_the_doctor_names_the_commands_of_the_guide(
    bare: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[str]:
        return [finding.do for finding in doctor.examine(home) if finding.about in ("database", "web server")]

    put = home / "byname"
    monkeypatch.setattr(machine, "_IN_THE_WAY", put)
    assert told() == ["Is byname running? ./byname up", "./byname up"]
    put.write_text("#!/bin/sh\nexec /opt/another/byname\n")
    assert machine.called() == "./byname"
    text = (CHECKOUT / "deploy" / "byname-command").read_text().replace("/opt/byname/byname", str(CHECKOUT / "byname"))
    put.write_text(text)
    assert (machine.called(), machine.restart()) == ("byname", "systemctl restart byname")
    assert told() == ["Is byname running? systemctl start byname", "systemctl start byname"]


def test_no_sentence_of_the_doctor_holds_a_name_of_the_command_that_may_be_another() -> None:
    modules = sorted(Path(doctor.__file__).parent.glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8").partition('"""\n')[2] for path in modules)
    assert len(modules) == 6
    assert "./byname" not in text
    assert re.findall(r"systemctl (?:re)?start byname\b(?!-)", text) == []


def test_a_setting_that_cannot_be_used_is_named(bare: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_WORKERS", "none")
    assert _found(home, "settings") == [("wrong", "BYNAME_WORKERS is 'none'; it is a whole number from 1 to 64.")]
    monkeypatch.setenv("BYNAME_WORKERS", "3")
    assert _found(home, "settings") == [("ok", "every value can be used")]


def test_texts_that_are_set_by_half_are_named(bare: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _found(home, "texts") == []
    monkeypatch.setenv("BYNAME_TEXTS", "twilio")
    monkeypatch.setenv("BYNAME_TEXTS_ACCOUNT", "AC" + "0a" * 16)
    monkeypatch.setenv("BYNAME_TEXTS_FROM", "+14165550100")
    assert _found(home, "settings") == [("wrong", "BYNAME_TEXTS=twilio needs BYNAME_TEXTS_TOKEN as well.")]
    monkeypatch.setenv("BYNAME_TEXTS_TOKEN", "nobodys")
    monkeypatch.setenv("BYNAME_PUBLIC_URL", _PUBLIC)
    assert _found(home, "settings") == [("ok", "every value can be used")]
    assert _found(home, "texts") == [("look", "a provider is set; no text was sent yet")]


@pytest.mark.parametrize(
    ("address", "hosts", "about", "expected"),
    [
        ("http://officers.invalid", "officers.invalid", "public address", "wrong"),
        (_PUBLIC, "localhost", "public address", "wrong"),
        (_PUBLIC, "officers.invalid", "proxy", "look"),
        (_PUBLIC, "officers.invalid", "certificate", "look"),
        ("", "localhost", "public address", "look"),
    ],
)
def test_what_residents_see_is_looked_at(
    address: str, hosts: str, about: str, expected: str, bare: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYNAME_PUBLIC_URL", address)
    monkeypatch.setenv("BYNAME_HOSTS", hosts)
    assert [state for state, _ in _found(home, about)] == [expected]


def test_secrets_others_can_read_or_a_demonstration_made_are_wrong(
    bare: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [state for state, _ in _found(home, "secrets")] == ["look"]
    secrets.kept_in(home, demo=True)
    assert [state for state, _ in _found(home, "secrets")] == ["ok"]
    (home / "secrets.env").chmod(0o640)
    assert _found(home, "secrets") == [("wrong", f"others can read {home}/secrets.env")]
    (home / "secrets.env").chmod(0o600)
    monkeypatch.setenv("BYNAME_PUBLIC_URL", _PUBLIC)
    assert _found(home, "secrets")[1:] == [("wrong", "they were made for a demonstration")]


def test_the_age_of_the_newest_backup_is_told(bare: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home / "backups"
    monkeypatch.setenv("BYNAME_BACKUP_DIR", str(place))
    place.mkdir()
    assert _found(home, "backups") == [("wrong", f"there is none in {place}")]
    made = place / "byname-2026-11-20-030000.tar.gz"
    made.write_bytes(b"x" * 4096)
    for hours, expected in ((1, "ok"), (30, "look"), (80, "wrong")):
        os.utime(made, (time.time() - hours * 3600,) * 2)
        assert _found(home, "backups")[0][0] == expected
    assert _found(home, "backups")[0][1] == "the newest is 3 days old (4 kB)"
    assert _found(home, "backups")[1] == ("look", "they are not encrypted")
    (place / "byname-2026-11-22-030000.tar.gz.age").write_bytes(b"x")
    assert _found(home, "backups") == [("ok", "the newest is 0 seconds old (0 kB)")]


@pytest.fixture(scope="module")
def running(shared_home: Path) -> Iterator[Running]:
    with started(shared_home, "--empty") as program:
        yield program


def _until(home: Path, about: str, expected: str, within: float = 45) -> Finding:
    until = time.monotonic() + within
    while True:
        found = next(finding for finding in doctor.examine(home) if finding.about == about)
        if found.state == expected or time.monotonic() > until:
            assert found.state == expected, found
            return found
        time.sleep(0.5)


@pytest.mark.slow
@needs_shared_python
def test_a_running_installation_is_well(bare: None, running: Running) -> None:
    home = running.home
    assert up.serving(home) is not None
    _until(home, "background work", "ok")
    found = byname(["doctor", "--json"], home=home)
    assert found.returncode == 0, found.stdout
    told = [Finding(**entry) for entry in json.loads(found.stdout)]
    assert {finding.about for finding in told if finding.state == "ok"} >= {
        "background work", "clock", "database", "disk", "ledger", "secrets", "settings", "tables", "web server",
    }  # fmt: skip


@pytest.mark.slow
@needs_shared_python
def test_letters_nobody_sends_are_wrong(bare: None, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_SMTP_URL", "smtp://localhost:9?tls=off")
    monkeypatch.setenv("BYNAME_MAIL_FROM", "a@example.org")
    with psycopg.connect(Embedded(running.home).addresses().owner) as owner:
        assert _until(running.home, "mail", "look").says == "a server is set; no letter was sent yet"
        owner.execute(
            "INSERT INTO byname_letter (message_id, kind, recipient, words, created_at, due_at, first_due_at, attempts,"
            " problem) SELECT 'm' || hours, 'plain', '', '', now() - interval '9 hours',"
            " now() + interval '1 day', now() - make_interval(hours => hours), 0, '' FROM (VALUES (2)) AS t (hours)"
        )
        owner.commit()
        assert _until(running.home, "mail", "look").says == "a letter has waited for 2 hours"
        owner.execute("UPDATE byname_letter SET first_due_at = now() - interval '7 hours'")
        owner.commit()
        assert _until(running.home, "mail", "wrong").says == "a letter has waited for 7 hours"
        owner.execute("UPDATE byname_letter SET delivered_at = now()")
        owner.commit()
        assert _until(running.home, "mail", "ok").says.startswith("the last letter left ")


@pytest.mark.slow
@needs_shared_python
def test_lines_nobody_seals_are_wrong_until_they_are_sealed(bare: None, running: Running) -> None:
    _until(running.home, "background work", "ok")
    working = [number for number, words in processes_of(running.home).items() if "byname.config.jobs" in words]
    for number in working:
        os.kill(number, signal.SIGSTOP)
    try:
        with psycopg.connect(Embedded(running.home).addresses().owner) as owner:
            owner.execute(
                "INSERT INTO byname_ledgerline (at, written_at, event, actor_kind, actor_name, subject_kind,"
                " subject_id, reason_code, facts) VALUES (now(), now() - interval '5 minutes', 'a.b', 'system',"
                " '', 'x', 'y', '', '{}')"
            )
        assert _until(running.home, "ledger", "wrong").says == "1 line is not sealed, the oldest for 5 minutes"
    finally:
        for number in working:
            os.kill(number, signal.SIGCONT)
    assert _until(running.home, "ledger", "ok").says == "every line is sealed"


@pytest.mark.slow
@needs_shared_python
def test_what_the_background_work_has_not_come_to_yet_is_no_fault_while_byname_began_just_now(
    bare: None, running: Running
) -> None:
    _until(running.home, "background work", "ok")
    working = [number for number, words in processes_of(running.home).items() if "byname.config.jobs" in words]
    for number in working:
        os.kill(number, signal.SIGSTOP)
    place = up.where_file(running.home)
    before = place.stat()
    try:
        with psycopg.connect(Embedded(running.home).addresses().owner, autocommit=True) as owner:
            owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '9 minutes'")
            owner.execute(
                "INSERT INTO byname_ledgerline (at, written_at, event, actor_kind, actor_name, subject_kind,"
                " subject_id, reason_code, facts) VALUES (now(), now() - interval '9 minutes', 'a.b', 'system',"
                " '', 'x', 'z', '', '{}')"
            )
            for ago, state in ((60, "wrong"), (0, "look")):
                os.utime(place, (time.time() - ago,) * 2)
                found = [finding for about in ("background work", "ledger") for finding in _found(running.home, about)]
                assert [one for one, _ in found] == [state, state], found
            assert found[1][1] == "1 line is not sealed yet: byname began just now"
    finally:
        os.utime(place, (before.st_atime, before.st_mtime))
        for number in working:
            os.kill(number, signal.SIGCONT)
    assert _until(running.home, "ledger", "ok").says == "every line is sealed"


@pytest.mark.slow
@needs_shared_python
def test_a_guard_that_is_off_and_a_sealed_line_that_was_changed_are_wrong(bare: None, running: Running) -> None:
    with psycopg.connect(Embedded(running.home).addresses().owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO byname_ledgerline (at, written_at, event, actor_kind, actor_name, subject_kind, subject_id,"
            " reason_code, facts) VALUES (now(), now(), 'house.restored', 'system', '', 'house', 'x', '', '{}')"
        )
        time.sleep(3)
        assert _until(running.home, "ledger", "ok").says == "every line is sealed"
        (number,) = owner.execute("SELECT max(number) FROM byname_ledgerseal").fetchone() or (0,)
        assert _found(running.home, "ledger") == [("ok", "every line is sealed")]
        owner.execute("ALTER TABLE byname_ledgerline DISABLE TRIGGER ledger_rows_stay")
        changing = "UPDATE byname_ledgerline SET subject_id = %s WHERE id = (SELECT max(id) FROM byname_ledgerline)"
        try:
            owner.execute(changing, ["y"])
            assert _found(running.home, "ledger")[1:] == [
                ("wrong", "1 of the 4 guards that let it only grow are off"),
                ("wrong", f"lines under seal {number} were changed or taken away"),
            ]
            owner.execute(changing, ["x"])
        finally:
            owner.execute("ALTER TABLE byname_ledgerline ENABLE ALWAYS TRIGGER ledger_rows_stay")
        assert _found(running.home, "ledger") == [("ok", "every line is sealed")]
        owner.execute("ALTER TABLE byname_ledgerseal DISABLE TRIGGER seal_rows_stay")
        try:
            owner.execute(
                "UPDATE byname_ledgerseal SET sealed_at = sealed_at + interval '1 s' WHERE number = %s", [number]
            )
            assert ("wrong", f"seal {number} does not fit") in _found(running.home, "ledger")
            owner.execute(
                "UPDATE byname_ledgerseal SET sealed_at = sealed_at - interval '1 s' WHERE number = %s", [number]
            )
        finally:
            owner.execute("ALTER TABLE byname_ledgerseal ENABLE ALWAYS TRIGGER seal_rows_stay")


@pytest.mark.slow
@needs_shared_python
def test_a_role_that_may_change_the_ledger_and_a_change_not_made_are_wrong(bare: None, running: Running) -> None:
    with psycopg.connect(Embedded(running.home).addresses().owner, autocommit=True) as owner:
        owner.execute("GRANT UPDATE ON byname_ledgerline TO byname_app")
        owner.execute("UPDATE django_migrations SET name = 'x' WHERE app = 'byname' AND name LIKE '0004%'")
        try:
            assert _found(running.home, "database roles") == [
                ("wrong", "the role that serves pages may change the ledger")
            ]
            assert _found(running.home, "tables") == [("wrong", "1 changes are not made yet")]
        finally:
            owner.execute("REVOKE UPDATE ON byname_ledgerline FROM byname_app")
            owner.execute("UPDATE django_migrations SET name = '0004_seals_only_grow' WHERE name = 'x'")
