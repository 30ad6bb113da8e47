"""A backup holds every row, says so, and comes back whole or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import archive as archive_keys
from byname.config import backup, program, restore, secrets, up
from byname.config.database import Embedded
from byname.config.machine import Trouble
from tests.config.ground import needs_root, needs_shared_python

pytestmark = [pytest.mark.slow, needs_shared_python]


@pytest.fixture
def full(shared_home: Path) -> Iterator[Embedded]:
    """A running database with a thousand rows of a table of its own."""
    server = Embedded(shared_home, for_tests=True)
    addresses = server.start()
    with psycopg.connect(addresses.owner) as owner:
        owner.execute("DROP TABLE IF EXISTS keepsake")
        owner.execute("CREATE TABLE keepsake (id serial PRIMARY KEY, word text UNIQUE)")
        owner.execute("INSERT INTO keepsake (word) SELECT 'É ' || n FROM generate_series(1, 1000) AS n")
    yield server
    server.stop()


def test_every_row_comes_back_and_only_into_an_empty_database(
    full: Embedded, shared_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BYNAME_TIME_ZONE", "America/Toronto")
    monkeypatch.setenv("BYNAME_DATA_KEYS", "a-secret-that-must-stay")
    monkeypatch.setenv("BYNAME_LEDGER_KEY", "a-key-of-the-ledger-that-must-stay")
    file = home / "all.tar.gz"
    assert backup.back_up(shared_home, file) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["database.dump.00001", "manifest.json"]
        manifest = json.loads((archive.extractfile("manifest.json") or pytest.fail("no manifest")).read())
    assert manifest["rows"] == {"keepsake": 1000}
    assert manifest["settings"]["BYNAME_TIME_ZONE"] == "America/Toronto"
    assert "must-stay" not in json.dumps(manifest)

    with pytest.raises(Trouble) as raised:
        backup.back_up(shared_home, file)
    assert str(raised.value) == f"{file} exists already: name another file."
    with pytest.raises(Trouble) as raised:
        restore.restore(shared_home, file, replace=False)
    assert str(raised.value) == (
        f"The database holds 1 tables already. To put the backup in their place: ./byname restore {file} --replace"
    )

    other = home / "other"
    other.mkdir()
    assert restore.restore(other, file, replace=False) == 0
    assert capsys.readouterr().err.endswith("1000 rows of 1 tables came back; every count is the backup's.\n")
    back = Embedded(other, for_tests=True)
    try:
        with psycopg.connect(back.start().app) as app:
            assert app.execute("SELECT count(*), min(word), max(id) FROM keepsake").fetchone() == (1000, "É 1", 1000)
            app.execute("INSERT INTO keepsake (word) VALUES ('the next')")
            assert app.execute("SELECT max(id) FROM keepsake").fetchone() == (1001,)
    finally:
        back.stop()

    with psycopg.connect(full.addresses().owner) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 10")
        owner.execute("CREATE TABLE newer (id int)")
    assert restore.restore(shared_home, file, replace=True) == 0
    with psycopg.connect(full.addresses().owner) as owner:
        assert owner.execute("SELECT count(*) FROM keepsake").fetchone() == (1000,)
        assert owner.execute("SELECT to_regclass('newer')").fetchone() == (None,)


@needs_root
def test_a_file_the_user_byname_may_not_read_is_named_with_that_user(home: Path) -> None:
    closed = home / "closed"
    closed.write_text("x")
    closed.chmod(0o600)
    said = subprocess.run(
        [sys.executable, "-c", _AS_BYNAME, str(closed)], capture_output=True, text=True, check=True, cwd="/"
    )
    sentence = f"{closed} cannot be read by the user byname (Permission denied). Nothing was changed."
    assert said.stdout.splitlines() == [sentence] * 3


_AS_BYNAME = """
import os, pathlib, sys
from byname.config import archive, machine, restore
user = machine.system_user("byname")
os.setgroups([])
os.setresgid(*[user.pw_gid] * 3)
os.setresuid(*[user.pw_uid] * 3)
for read in (archive.identities, archive.is_encrypted, restore._lines_of):
    try:
        read(pathlib.Path(sys.argv[1]))
    except machine.Trouble as said:
        print(said)
"""


@pytest.mark.parametrize("harm", ["cut", "changed", "other", "none"])
def test_a_damaged_backup_changes_nothing(
    full: Embedded, shared_home: Path, home: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    file = home / "all.tar.gz"
    if harm != "none":
        backup.back_up(shared_home, file)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
    elif harm == "other":
        file.write_bytes(b"no archive")
    elif harm == "changed":
        with tarfile.open(file) as archive:
            archive.extractall(home / "out")
        dump = home / "out/database.dump.00001"
        dump.write_bytes(dump.read_bytes() + b"x")
        with tarfile.open(file, "w:gz") as archive:
            for name in ("database.dump.00001", "manifest.json"):
                archive.add(home / "out" / name, name)
    with psycopg.connect(full.addresses().owner) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 7")
    with pytest.raises(Trouble) as raised:
        restore.restore(shared_home, file, replace=True)
    assert (
        str(raised.value)
        == {
            "cut": f"{file} is not a whole backup of byname: nothing was changed.",
            "other": f"{file} is not a whole backup of byname: nothing was changed.",
            "changed": f"{file} is damaged: its checksum is not the one written with it. Nothing was changed.",
            "none": f"There is no file {file}.",
        }[harm]
    )
    with psycopg.connect(full.addresses().owner) as owner:
        assert owner.execute("SELECT count(*) FROM keepsake").fetchone() == (7,)


def test_a_backup_of_the_first_format_still_comes_back(
    full: Embedded, shared_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    file, old = home / "all.tar.gz", home / "old.tar.gz"
    backup.back_up(shared_home, file)
    with tarfile.open(file) as archive:
        archive.extractall(home / "out")
    with tarfile.open(old, "w:gz") as archive:
        archive.add(home / "out/manifest.json", "manifest.json")
        archive.add(home / "out/database.dump.00001", "database.dump")
    assert restore.restore(shared_home, old, replace=True) == 0


def test_an_encrypted_backup_opens_with_its_own_key_only(
    full: Embedded, shared_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    (own, public), (other, _) = archive_keys.new_keys(), archive_keys.new_keys()
    for name, key in (("own", own), ("other", other), ("none", "# nothing"), ("odd", "AGE-SECRET-KEY-1X")):
        (home / name).write_text(f"# the key for backups\n{key}\n")
    monkeypatch.setenv("BYNAME_BACKUP_KEY", public)
    file = home / "all.tar.gz.age"
    backup.back_up(shared_home, file)
    assert "É 1".encode() not in file.read_bytes()
    for given, told in (
        (None, "This backup is encrypted: name the file that holds its key, ./byname restore FILE --identity KEYFILE"),
        ("other", f"{file} is encrypted to another key than the one given: nothing was changed."),
        ("none", f"{home}/none holds no key."),
        ("odd", f"{home}/odd is no key file for backups: its key begins with AGE-SECRET-KEY-1."),
    ):
        with pytest.raises(Trouble) as raised:
            restore.restore(shared_home, file, replace=True, identity=home / given if given else None)
        assert str(raised.value) == told
    with psycopg.connect(full.addresses().owner) as owner:
        owner.execute("DELETE FROM keepsake WHERE id > 10")
    assert restore.restore(shared_home, file, replace=True, identity=home / "own") == 0
    with psycopg.connect(full.addresses().owner) as owner:
        assert owner.execute("SELECT count(*) FROM keepsake").fetchone() == (1000,)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(Trouble) as raised:
        restore.restore(shared_home, file, replace=True, identity=home / "own")
    assert str(raised.value) == f"{file} is not a whole backup of byname: nothing was changed."
    with pytest.raises(Trouble) as raised:
        backup.back_up(shared_home, home / "x", to="age1nothing")
    assert str(raised.value).startswith("That is no public key for backups: it begins with age1.")


def test_a_directory_of_backups_keeps_the_newest_and_nothing_else_is_removed(
    full: Embedded, shared_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    old = ["byname-2026-01-01-0300.tar.gz", "byname-2026-01-02-030000.tar.gz.age", "byname-notes.txt", "other.tar.gz"]
    for name in old:
        (home / name).write_text("x")
    monkeypatch.setenv("BYNAME_BACKUP_DIR", str(home))
    assert backup.back_up(shared_home, None, keep=2) == 0
    left = sorted(path.name for path in home.iterdir())
    assert left[0] == old[1]
    assert left[2:] == old[2:]
    assert backup.newest(home) == home / left[1]


@pytest.mark.parametrize("manifest", ["no json", "[]", '{"format": 1}', "\ud83d"])
def test_a_backup_with_a_manifest_nobody_wrote_is_told_in_one_sentence(home: Path, manifest: str) -> None:
    (home / "manifest.json").write_bytes(manifest.encode(errors="surrogatepass"))
    (home / "database.dump").write_bytes(b"x")
    file = home / "odd.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for name in ("manifest.json", "database.dump"):
            archive.add(home / name, name)
    with pytest.raises(Trouble) as raised:
        restore.restore(home / "other", file, replace=True)
    assert str(raised.value) == f"{file} is not a whole backup of byname: nothing was changed."


def test_a_backup_made_with_other_keys_is_refused_with_the_remedy(
    full: Embedded, shared_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BYNAME_DATA_KEYS", "BYNAME_LEDGER_KEY"):
        monkeypatch.delenv(name, raising=False)
    file, other = home / "all.tar.gz", home / "other"
    backup.back_up(shared_home, file)
    with pytest.raises(Trouble) as raised:
        restore.restore(other, file, replace=True)
    assert str(raised.value) == (
        "This backup was made with other keys: what is stored encrypted in it could not be read here, or its ledger "
        "not be verified. Put the BYNAME_DATA_KEYS and BYNAME_LEDGER_KEY lines of that installation's secrets.env into "
        f"{other}/secrets.env, then restore. Nothing was changed. (If those keys are lost: the same command with "
        "--other-keys.)"
    )
    assert not (other / "postgres").exists()
    key = secrets.kept_in(shared_home)["BYNAME_DATA_KEYS"]
    monkeypatch.setenv("BYNAME_DATA_KEYS", f"{secrets.kept_in(other)['BYNAME_DATA_KEYS']},{key}")
    monkeypatch.setenv("BYNAME_LEDGER_KEY", secrets.kept_in(shared_home)["BYNAME_LEDGER_KEY"])
    assert restore.restore(other, file, replace=False) == 0
    monkeypatch.delenv("BYNAME_DATA_KEYS")
    monkeypatch.delenv("BYNAME_LEDGER_KEY")
    assert restore.restore(other, file, replace=True, other_keys=True) == 0


def test_nobody_is_shown_again_who_was_hidden_after_the_backup(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    program.prepare(home)
    server = Embedded(home)
    addresses = server.start()
    try:
        up.bring_up_to_date(home, addresses, empty=True)
        with psycopg.connect(addresses.owner) as owner:
            for number in range(3):
                owner.execute(
                    "INSERT INTO byname_officer (reference, given_name, family_name, shown_as, pronunciation, rank,"
                    " badge_number, badge_shown, languages, skills, words, phone, email, photo_consented_on,"
                    " photo_token, photo_formats, lives_in) VALUES (%s, 'Ana', 'Moreira', 'full', '', 'Constable', %s,"
                    " true, '{}', '{}', '', '', '', '2026-01-01', '', '{}', '')",
                    (f"O-22222{number}", str(8120 + number)),
                )
            owner.execute("INSERT INTO byname_publicversion VALUES ('everything', 4)")
        file = home / "all.tar.gz"
        assert backup.back_up(home, file) == 0
        assert program.manage(home, addresses, ["officer", "hide", "8120"]) == 0
        assert program.manage(home, addresses, ["officer", "withdraw-photo", "8121"]) == 0
        with psycopg.connect(addresses.owner) as owner:
            owner.execute("UPDATE byname_publicversion SET version = 90 WHERE subject = 'everything'")

        assert restore.restore(home, file, replace=True) == 0

        with psycopg.connect(addresses.owner) as owner:
            shown = owner.execute(
                "SELECT badge_number, hidden_at IS NOT NULL, photo_withdrawn_on IS NOT NULL"
                " FROM byname_officer ORDER BY 1"
            ).fetchall()
            events = owner.execute("SELECT event FROM byname_ledgerline ORDER BY id").fetchall()
            ((version,),) = owner.execute("SELECT version FROM byname_publicversion WHERE subject = 'everything'")
    finally:
        server.stop()
    assert shown == [("8120", True, False), ("8121", False, True), ("8122", False, False)]
    assert events == [("officer.hidden",), ("officer.photo_withdrawn",), ("house.restored",)]
    assert version > 90, "pages held from before the restore are not taken for those of after"
    assert "every count is the backup's" in capsys.readouterr().err
