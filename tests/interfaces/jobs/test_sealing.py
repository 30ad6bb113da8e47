"""The notes of the ledger outside the database, and what the operator is told by `./byname ledger`."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces.jobs import heads, seal
from byname.ledger import actions, queries
from byname.ledger.models import LedgerLine, LedgerRemark
from byname.vocabulary import SYSTEM, Actor
from tests.ledger.conftest import GROWING, KEY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.BYNAME_LEDGER_KEY = KEY
    settings.BYNAME_HOME = tmp_path
    return tmp_path / "ledger"


def _line(event: str = "officer.changed") -> int:
    with transaction.atomic():
        return actions.record(event, subject=("officer", "O-1"), by=SYSTEM, at=timezone.now())


def _as_owner(statement: str) -> None:
    with connection.cursor() as cursor:
        for table in GROWING:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def _said(*words: str) -> tuple[int, list[str]]:
    out, code = StringIO(), 0
    try:
        call_command("ledger", *words, stdout=out, stderr=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue().splitlines()


def test_each_seal_is_noted_outside_the_database_for_its_owner_alone(home: Path) -> None:
    _line()
    assert (seal.seal_what_waits(), seal.seal_what_waits()) == (1, 0)
    head = queries.head(viewer=SYSTEM)
    assert (heads.newest(home), heads.noted(home)) == (head, {"head": head})
    assert (home / "head").stat().st_mode & 0o137 == 0
    assert [path.name for path in home.iterdir()] == ["head"]


def test_a_backlog_is_sealed_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byname.ledger.actions.sealing._AT_ONCE", 10)
    monkeypatch.setattr(
        "byname.ledger.actions.sealing._LINES",
        actions.sealing._LINES.replace("LIMIT 10000", "LIMIT 10"),  # type: ignore[attr-defined]
    )
    for _ in range(25):
        _line()
    assert seal.seal_what_waits() == 25
    found = queries.verification({}, viewer=SYSTEM)
    assert (found.seals, found.lines, found.faults, found.unsealed.lines) == (3, 25, (), 0)


def test_a_day_is_noted_once_and_never_written_over(home: Path) -> None:
    assert seal.note_the_day(date(2026, 11, 23)) is False  # nothing is sealed
    _line()
    seal.seal_what_waits()
    first = queries.head(viewer=SYSTEM)
    assert [seal.note_the_day(date(2026, 11, 23)) for _ in range(2)] == [True, False]
    _line()
    seal.seal_what_waits()
    assert seal.note_the_day(date(2026, 11, 24)) is True
    assert heads.noted(home) == {
        "head": queries.head(viewer=SYSTEM),
        "2026-11-23": first,
        "2026-11-24": queries.head(viewer=SYSTEM),
    }


def test_a_noted_seal_the_database_lost_is_kept_as_a_witness(home: Path) -> None:
    _line()
    seal.seal_what_waits()
    lost = queries.head(viewer=SYSTEM)
    _as_owner("DELETE FROM byname_ledgerseal")
    _line()
    seal.seal_what_waits()
    kept = heads.noted(home)
    assert (len(kept), lost in kept.values(), kept["head"]) == (2, True, queries.head(viewer=SYSTEM))
    assert LedgerLine.objects.latest("id").event == "ledger.seal_missing"
    (fault,) = queries.verification(kept, viewer=SYSTEM).faults
    assert fault.startswith("Seal 1 is not the one before-2")


def test_what_was_taken_back_is_on_the_disk_before_its_seal_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _line()
    number = _line("officer.hidden")
    at = LedgerLine.objects.get(pk=number).at

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(heads, "note_taken_back", full)
    with pytest.raises(OSError, match="No space"):
        seal.seal_what_waits()
    assert queries.unsealed(viewer=SYSTEM).lines == 2
    monkeypatch.undo()
    assert seal.seal_what_waits() == 2
    (line,) = (home / heads.TAKEN_BACK).read_text().splitlines()
    assert json.loads(line) == {
        "number": number,
        "at": at.isoformat(),
        "event": "officer.hidden",
        "subject": ["officer", "O-1"],
    }


def test_the_operator_is_told_that_nothing_is_wrong_and_what_is_not_sealed(home: Path) -> None:
    assert _said("head") == (0, ["Nothing is sealed yet."])
    _line()
    seal.seal_what_waits()
    number = _line()
    since = timezone.localtime(LedgerLine.objects.get(pk=number).written_at)
    head = queries.head(viewer=SYSTEM)
    assert head is not None
    assert _said("head") == (0, [f"1 {head.seal} {head.sealed_at.isoformat()}"])
    assert _said("verify") == (
        0,
        [
            "1 sealed lines under 1 seals were read, and compared with 1 note outside the database.",
            f"1 line is not sealed yet, the oldest since {since:%Y-%m-%d %H:%M:%S}.",
            "Nothing is wrong.",
        ],
    )
    (home / "head").unlink()
    assert _said("verify")[1][1] == (
        "No note outside the database was found: if the end was cut off, nobody could tell."
    )


def test_the_operator_is_told_what_is_wrong(home: Path, tmp_path: Path, settings: Settings) -> None:
    numbers = [_line() for _ in range(3)]
    seal.seal_what_waits()
    elsewhere = tmp_path / "usb"
    heads.note_for_the_day(elsewhere, queries.head(viewer=SYSTEM), date(2026, 11, 23))  # type: ignore[arg-type]
    assert _said("verify", "--heads", str(elsewhere))[0] == 0
    assert _said("verify", "--heads", str(elsewhere / "heads"))[0] == 0
    _as_owner(f"DELETE FROM byname_ledgerline WHERE id = {numbers[1]}")
    code, said = _said("verify")
    assert (code, said[0]) == (1, f"WRONG: Line {numbers[1]} is missing: sealed, and not there any more.")
    (home / "head").write_text("what is this")
    assert _said("verify") == (1, [f"{home / 'head'} is no note of a seal."])
    (home / "head").unlink()
    assert _said("verify", "--heads", str(tmp_path / "nowhere")) == (1, [f"There is no folder {tmp_path / 'nowhere'}."])
    settings.BYNAME_LEDGER_KEY = b""
    assert _said("verify") == (1, ["BYNAME_LEDGER_KEY is not set: without the key nobody can tell."])


def test_a_remark_stands_sealed_beside_its_line_and_goes_when_its_time_is_over(
    noon: datetime, clerk_of_records: Actor
) -> None:
    with transaction.atomic():
        number = actions.record(
            "posting.ended",
            subject=("posting", 7),
            by=clerk_of_records,
            at=noon,
            remark="Moved to be near her mother",
            remark_until=noon + timedelta(days=90),
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM byname_ledgerremark")
        assert "mother" not in cursor.fetchone()[0]
    assert LedgerRemark.objects.get().line_id == number
    seal.seal_what_waits()
    told = [actions.forget_remarks(by=SYSTEM, at=noon + timedelta(days=day)) for day in (89, 90)]
    assert (told, LedgerRemark.objects.count()) == ([0, 1], 0)
    assert queries.verification({}, viewer=SYSTEM).faults == ()
