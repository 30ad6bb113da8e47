"""Keys are exchanged while byname serves, also when that is killed; a demonstration's never face the public."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet

from byname.config import command, program, rotation, secrets, up
from byname.config.database import Addresses, Embedded
from byname.config.machine import Trouble
from tests.config.ground import CHECKOUT, byname, free_port, needs_shared_python, started

_MANY = 4000


def _filled(addresses: Addresses, key: str) -> None:
    """Officers with a sealed value each, under this key."""
    seal = Fernet(key)
    with psycopg.connect(addresses.owner) as owner:
        for number in range(_MANY):
            owner.execute(
                "INSERT INTO byname_officer (reference, given_name, family_name, shown_as, pronunciation, rank,"
                " badge_number, badge_shown, languages, skills, words, phone, email, photo_token, photo_formats,"
                " lives_in) VALUES (%s, 'Ana', 'Moreira', 'full', '', 'Constable', %s, true, '{}', '{}', '', '', '',"
                " '', '{}', %s)",
                (f"O-{number}", str(number), seal.encrypt(str(number).encode()).decode()),
            )


def _keys_fitting(addresses: Addresses, *keys: str) -> list[int]:
    """How many values each key opens."""
    with psycopg.connect(addresses.owner) as owner:
        tokens = [row[0].encode() for row in owner.execute("SELECT lives_in FROM byname_officer ORDER BY id")]
    counts = []
    for key in keys:
        fitting = 0
        for token in tokens:
            try:
                Fernet(key).decrypt(token)
                fitting += 1
            except Exception:  # noqa: BLE001  # any other key's token
                continue
        counts.append(fitting)
    return counts


def _data_keys(home: Path) -> list[str]:
    return secrets.kept_in(home)["BYNAME_DATA_KEYS"].split(",")


@pytest.fixture(params=["embedded", "outside"])
def sealed(
    request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Path, Addresses]]:
    """A home whose database, its own or an operator's, is full of sealed values."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", *secrets.FOR_THE_PROGRAM):
        monkeypatch.delenv(name, raising=False)
    program.prepare(home)
    place = home if request.param == "embedded" else home / "elsewhere"
    server = Embedded(place)
    addresses = server.start()
    if request.param == "outside":
        for name, value in addresses.variables().items():
            monkeypatch.setenv(name, value)
    try:
        up.bring_up_to_date(home, addresses, empty=True, serving=False)
        _filled(addresses, _data_keys(home)[0])
        yield home, addresses
    finally:
        server.stop()


@pytest.mark.slow
@needs_shared_python
def test_an_exchange_that_is_killed_loses_nothing_and_goes_on(sealed: tuple[Path, Addresses]) -> None:
    home, addresses = sealed
    (old,) = _data_keys(home)
    environment = {**os.environ, "BYNAME_HOME": str(home), "PYTHONPATH": str(CHECKOUT / "src")}
    words = [sys.executable, "-m", "byname.config.command", "keys", "rotate", "--home", str(home)]
    exchange = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    assert exchange.stderr
    for line in exchange.stderr:
        if line.startswith("byname_officer.lives_in"):
            break
    exchange.send_signal(signal.SIGKILL)
    exchange.wait(20)
    new, kept = _data_keys(home)
    assert kept == old
    under_new, under_old = _keys_fitting(addresses, new, old)
    assert under_new > 0
    assert under_new + under_old == _MANY

    assert rotation.rotate(home) == 0
    assert _data_keys(home) == [new, old], "a second exchange goes on with the first one's key"
    assert _keys_fitting(addresses, new, old) == [_MANY, 0]
    assert rotation.finish(home) == 0
    assert _data_keys(home) == [new]
    assert rotation.finish(home) == 0, "whoever was stopped before the digests were coded anew goes on"
    assert _data_keys(home) == [new]


def test_a_key_in_the_environment_is_the_operators_to_change(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYNAME_DATA_KEYS", Fernet.generate_key().decode())
    with pytest.raises(Trouble, match="stands in the environment, so byname cannot change it"):
        rotation.rotate(home)


def test_a_pair_for_backups_is_said_once_and_kept_nowhere(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["keys", "backup", "--home", str(home)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert (said[-1][:16], said[1].partition(": ")[2][:4]) == ("AGE-SECRET-KEY-1", "age1")
    assert list(home.iterdir()) == []


@pytest.mark.slow
@needs_shared_python
def test_a_running_byname_must_know_the_key_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in secrets.FOR_THE_PROGRAM:
        monkeypatch.delenv(name, raising=False)
    with started(home, "--empty") as running:
        asked = byname(["keys", "rotate"], home=home)
        assert asked.returncode == 1
        assert asked.stderr.splitlines()[-1] == (
            "byname runs without the new key. Restart it (Ctrl-C, then ./byname up), then the same command again: it "
            "goes on serving meanwhile."
        )
        first = _data_keys(home)
        assert len(first) == 2
    with started(home, "--empty") as running:
        done = byname(["keys", "rotate"], home=home)
        assert done.returncode == 0, done.stderr
        done = byname(["keys", "rotate", "--finish"], home=home)
        assert done.returncode == 0, done.stderr
        assert running.get("/readyz")[0] == 200
    assert _data_keys(home) == first[:1]


@pytest.mark.slow
@needs_shared_python
def test_a_demonstrations_secrets_never_face_the_public(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in secrets.FOR_THE_PROGRAM:
        monkeypatch.delenv(name, raising=False)
    for name, variables in (("trial", {}), ("public", {"BYNAME_PUBLIC_URL": "https://officers.example.org"})):
        place = home / name
        place.mkdir()
        secrets.kept_in(place, {}, demo=not variables)
        assert secrets.is_for_demo(place) == (not variables)
    place = home / "trial"
    before = secrets.kept_in(place, {})
    public = {"BYNAME_PUBLIC_URL": "https://officers.example.org"}
    refused = byname(["up", "--port", str(free_port())], home=place, variables=public)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"The secrets in {place}/secrets.env were made for a demonstration, and BYNAME_PUBLIC_URL says that this is "
        "for the public. ./byname keys production makes real ones.\n"
    )
    assert not (place / "postgres").exists()
    done = byname(["keys", "production"], home=place)
    assert done.returncode == 0, done.stderr
    after = secrets.kept_in(place, {})
    assert not secrets.is_for_demo(place)
    assert {name for name in before if before[name] == after[name]} == set()
    again = byname(["keys", "production"], home=place)
    assert again.stderr == (
        f"The secrets in {place}/secrets.env were not made for a demonstration: nothing was changed.\n"
    )


@pytest.mark.slow
@needs_shared_python
def test_a_demonstration_with_data_gets_real_secrets_and_loses_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", *secrets.FOR_THE_PROGRAM):
        monkeypatch.delenv(name, raising=False)
    before = secrets.kept_in(home, demo=True)
    program.prepare(home)
    server = Embedded(home)
    addresses = server.start()
    try:
        up.bring_up_to_date(home, addresses, empty=True, serving=False)
        _filled(addresses, before["BYNAME_DATA_KEYS"])
    finally:
        server.stop()
    assert rotation.production(home) == 0
    after = secrets.kept_in(home)
    assert {name for name in before if before[name] == after[name]} == set()
    addresses = server.start()
    try:
        assert _keys_fitting(addresses, after["BYNAME_DATA_KEYS"]) == [_MANY]
    finally:
        server.stop()


def test_who_finishes_is_told_to_finish_once_more_after_the_restart_which_makes_digests_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BYNAME_DATA_KEYS", raising=False)
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    secrets.kept_in(home, {})
    secrets.put(home, {"BYNAME_DATA_KEYS": f"{new},{old}"})
    done: list[str] = []
    monkeypatch.setattr(rotation, "_run", lambda _home, act: done.append(act))
    assert rotation.finish(home) == 0
    written = capsys.readouterr()
    said = " ".join((written.out + written.err).split())
    assert "restart byname at once, then ./byname keys rotate --finish once more" in said
    assert (_data_keys(home), done) == ([new], ["reseal", "recode"])
    assert rotation.finish(home) == 0
    assert done == ["reseal", "recode", "recode"]
