"""Sealed lines: nothing is missed, and whoever changes, removes or puts in a line is found, the owner too."""

from __future__ import annotations

from datetime import datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import Settings

from byname.ledger import actions, queries, rules
from byname.ledger.models import LedgerLine, LedgerSeal
from byname.ledger.rules import gathered, ranges_of, text_of, without
from byname.vocabulary import SYSTEM, Actor, Refused
from tests.ledger.conftest import GROWING

A_LINE = """
    INSERT INTO byname_ledgerline (at, event, actor_kind, actor_name, subject_kind, subject_id, reason_code, facts)
    VALUES (now(), 'officer.seen', 'operator', 'test', 'officer', 'O-1', '', '{}') RETURNING id
"""


def _lines(many: int, by: Actor, at: datetime, event: str = "officer.changed") -> list[int]:
    with transaction.atomic():
        return [
            actions.record(event, subject=("officer", "O-7K3M9Q"), by=by, at=at, facts={"step": step})
            for step in range(many)
        ]


def _sealed(at: datetime) -> actions.Sealed:
    sealed = actions.seal(by=SYSTEM, at=at)
    assert sealed is not None
    return sealed


def _found(**heads: queries.Head) -> tuple[str, ...]:
    return queries.verification(heads, viewer=SYSTEM).faults


def _as_owner(*statements: str) -> None:
    """What the database's owner can do, triggers off."""
    with connection.cursor() as cursor:
        for table in GROWING:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in GROWING:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def sealed(committed_ledger: None, noon: datetime, clerk_of_records: Actor) -> list[int]:
    """Twelve lines under three seals of four, and one line nobody sealed yet."""
    numbers = []
    for step in range(3):
        numbers += _lines(4, clerk_of_records, noon)
        _sealed(noon + timedelta(seconds=2 * step))
    return numbers + _lines(1, clerk_of_records, noon)


def test_a_seal_covers_every_line_that_has_none_and_then_nothing_waits(
    committed_ledger: None, noon: datetime, clerk_of_records: Actor
) -> None:
    first, *_, last = _lines(5, clerk_of_records, noon)
    sealed = _sealed(noon)
    row = LedgerSeal.objects.get()
    assert (sealed.lines, sealed.head.number, row.covers, row.gaps) == (5, 1, f"{{[{first},{last + 1})}}", "{}")
    assert actions.seal(by=SYSTEM, at=noon) is None
    assert queries.head(viewer=SYSTEM) == sealed.head


def test_a_whole_ledger_is_found_whole_and_what_is_not_sealed_yet_is_counted(sealed: list[int], noon: datetime) -> None:
    found = queries.verification({"head": queries.head(viewer=SYSTEM)}, viewer=SYSTEM)  # type: ignore[dict-item]
    written_at = LedgerLine.objects.get(pk=sealed[-1]).written_at
    assert (found.seals, found.lines, found.faults, found.compared) == (3, 12, (), ("head",))
    assert found.unsealed == queries.Unsealed(1, written_at)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            ["UPDATE byname_ledgerline SET event = 'officer.seen' WHERE id = {6}"],
            ["Of lines {4} to {7} at least one was changed (seal 2)."],
        ),
        (
            ["UPDATE byname_ledgerline SET facts = '{{\"step\": 9}}' WHERE id = {0}"],
            ["Of lines {0} to {3} at least one was changed (seal 1)."],
        ),
        (
            ["UPDATE byname_ledgerline SET actor_account_id = 7 WHERE id = {9}"],
            ["Of lines {8} to {11} at least one was changed (seal 3)."],
        ),
        (
            ["UPDATE byname_ledgerline SET at = at + interval '1 microsecond' WHERE id = {9}"],
            ["Of lines {8} to {11} at least one was changed (seal 3)."],
        ),
        (["DELETE FROM byname_ledgerline WHERE id = {5}"], ["Line {5} is missing: sealed, and not there any more."]),
        (
            ["DELETE FROM byname_ledgerline WHERE id BETWEEN {6} AND {9}"],
            ["Lines {6} to {9} are missing: sealed, and not there any more."],
        ),
        (
            ["UPDATE byname_ledgerline SET id = {0} - 1 WHERE id = {12}"],
            ["Line {before} is there without a seal, below the newest sealed one: put in afterwards."],
        ),
        (
            [
                "DELETE FROM byname_ledgerline WHERE id = {5}",
                A_LINE.replace("(at,", "(id, at,").replace("(now()", "({5}, now()").replace("{}", "{{}}"),
            ],
            ["Of lines {4} to {7} at least one was changed (seal 2)."],
        ),
        (
            ["DELETE FROM byname_ledgerseal WHERE number = 2"],
            [
                "Seal 2 is missing.",
                "Lines {4} to {7} are there without a seal, below the newest sealed one: put in afterwards.",
            ],
        ),
        (
            ["UPDATE byname_ledgerseal SET sealed_at = now() WHERE number = 2"],
            ["Seal 2 does not fit: it or the seal before it was changed or made anew."],
        ),
        (
            ["UPDATE byname_ledgerseal SET seal = sha256('made anew') WHERE number = 2"],
            [
                "Seal 2 does not fit: it or the seal before it was changed or made anew.",
                "Seal 3 does not fit: it or the seal before it was changed or made anew.",
            ],
        ),
        (
            ["DELETE FROM byname_ledgerseal WHERE number = 3", "DELETE FROM byname_ledgerline WHERE id >= {8}"],
            ["The end is cut off: head knows seal 3, and the database ends at seal 2."],
        ),
        (
            ["TRUNCATE byname_ledgerseal", "TRUNCATE byname_ledgerline"],
            ["The end is cut off: head knows seal 3, and the database ends at seal 0."],
        ),
    ],
)
def test_whoever_meddles_is_found_and_the_numbers_are_named(
    changes: list[str], faults: list[str], sealed: list[int]
) -> None:
    head = queries.head(viewer=SYSTEM)
    assert head is not None
    assert _found(head=head) == ()
    _as_owner(*(change.format(*sealed) for change in changes))
    assert _found(head=head) == tuple(fault.format(*sealed, before=sealed[0] - 1) for fault in faults)


def test_a_line_changed_together_with_its_seal_is_found_too(sealed: list[int]) -> None:
    """The digest can be made by anybody who can read the lines; the seal over it cannot."""
    _as_owner(
        f"UPDATE byname_ledgerline SET reason_code = 'other' WHERE id = {sealed[10]}",
        "UPDATE byname_ledgerseal SET digest = sha256('fitting') WHERE number = 3",
    )
    assert _found()[0] == "Seal 3 does not fit: it or the seal before it was changed or made anew."


def test_a_tail_made_anew_by_the_sealer_itself_does_not_fit_the_notes_outside(
    sealed: list[int], noon: datetime, clerk_of_records: Actor
) -> None:
    head = queries.head(viewer=SYSTEM)
    assert head is not None
    _as_owner(
        "DELETE FROM byname_ledgerseal WHERE number = 3", f"DELETE FROM byname_ledgerline WHERE id >= {sealed[8]}"
    )
    _lines(4, clerk_of_records, noon)
    _sealed(noon)
    assert _found() == ()
    assert _found(monday=head) == ("Seal 3 is not the one monday knows: it was made anew, or is gone.",)


def test_an_act_that_commits_late_is_sealed_by_the_next_seal(
    second: psycopg.Connection, noon: datetime, clerk_of_records: Actor
) -> None:
    (late,) = second.execute(A_LINE).fetchone() or (0,)
    (early,) = _lines(1, clerk_of_records, noon)
    assert early == late + 1
    assert _sealed(noon).lines == 1
    assert LedgerSeal.objects.get(number=1).gaps.endswith(f"{late + 1})}}")
    _lines(1, clerk_of_records, noon)
    assert _sealed(noon).lines == 1
    assert queries.unsealed(viewer=SYSTEM).lines == 0
    second.commit()
    assert queries.unsealed(viewer=SYSTEM).lines == 1
    assert _sealed(noon).lines == 1
    row = LedgerSeal.objects.get(number=3)
    assert (row.covers, row.highest) == (f"{{[{late},{late + 1})}}", early + 1)
    found = queries.verification({}, viewer=SYSTEM)
    assert (found.seals, found.lines, found.faults, found.unsealed.lines) == (3, 3, (), 0)
    _as_owner(f"UPDATE byname_ledgerline SET event = 'officer.hidden' WHERE id = {late}")
    assert _found() == (f"Line {late} was changed (seal 3).",)


def test_a_gap_is_closed_once_nobody_can_fill_it_and_what_is_put_in_then_is_found(
    second: psycopg.Connection, noon: datetime, clerk_of_records: Actor
) -> None:
    _lines(1, clerk_of_records, noon)
    _sealed(noon)
    (failed,) = second.execute(A_LINE).fetchone() or (0,)
    second.rollback()
    _lines(1, clerk_of_records, noon)
    _sealed(noon)
    # Somebody else who writes on for long: their numbers may still come.
    second.execute(A_LINE)
    _lines(1, clerk_of_records, noon)
    _sealed(noon)
    assert LedgerSeal.objects.get(number=3).gaps == f"{{[{failed},{failed + 1}),[{failed + 2},{failed + 3})}}"
    second.rollback()
    _lines(1, clerk_of_records, noon)
    _sealed(noon)
    assert LedgerSeal.objects.get(number=4).gaps == "{}"
    assert _found() == ()
    _as_owner(f"UPDATE byname_ledgerline SET id = {failed} WHERE id = (SELECT max(id) FROM byname_ledgerline)")
    assert _found() == (
        f"Line {failed} is there without a seal, below the newest sealed one: put in afterwards.",
        f"Line {failed + 4} is missing: sealed, and not there any more.",
    )


def test_only_one_seals_at_a_time(second: psycopg.Connection, noon: datetime, clerk_of_records: Actor) -> None:
    _lines(1, clerk_of_records, noon)
    second.execute("SELECT pg_advisory_xact_lock(%s)", [0x62797365616C])
    assert actions.seal(by=SYSTEM, at=noon) is None
    second.rollback()
    assert _sealed(noon).lines == 1


def test_what_was_taken_back_from_the_public_is_told_apart(
    committed_ledger: None, noon: datetime, clerk_of_records: Actor
) -> None:
    _lines(1, clerk_of_records, noon)
    (number,) = _lines(1, clerk_of_records, noon, "officer.hidden")
    assert _sealed(noon).taken_back == (actions.TakenBack(number, noon, "officer.hidden", "officer:O-7K3M9Q", {}),)


def test_what_was_taken_from_an_account_is_told_with_how_much_and_no_more(
    committed_ledger: None, noon: datetime, clerk_of_records: Actor
) -> None:
    facts: dict[str, rules.Fact] = {"roles": ["clerk"], "divisions": ['D"\\\t1'], "officer": "", "roles_before": ["x"]}
    with transaction.atomic():
        actions.record("account.changed", subject=("account", 7), by=clerk_of_records, at=noon, facts=facts)
        actions.record("account.ended", subject=("account", 7), by=clerk_of_records, at=noon, facts={"sessions": 2})
    changed, ended = _sealed(noon).taken_back
    assert (changed.event, changed.subject, changed.facts) == (
        "account.changed", "account:7", {"roles": ["clerk"], "divisions": ['D"\\\t1'], "officer": ""}
    )  # fmt: skip
    assert ended.facts == {}


def test_another_key_and_no_key_are_told_apart_from_meddling(sealed: list[int], settings: Settings) -> None:
    settings.BYNAME_LEDGER_KEY = b"another key, thirty-two bytes or more of it"
    with pytest.raises(Refused, match="None of the seals was made with this BYNAME_LEDGER_KEY"):
        _found()
    settings.BYNAME_LEDGER_KEY = b""
    with pytest.raises(Refused, match="BYNAME_LEDGER_KEY is not set"):
        _found()
    with pytest.raises(Refused, match="cannot be sealed"):
        actions.seal(by=SYSTEM, at=LedgerLine.objects.latest("id").at)


def test_many_seals_are_read_in_parts(
    committed_ledger: None, noon: datetime, clerk_of_records: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byname.ledger.queries.sealing._SEALS_AT_ONCE", 2)
    numbers = []
    for _ in range(5):
        numbers += _lines(2, clerk_of_records, noon)
        _sealed(noon)
    found = queries.verification({}, viewer=SYSTEM)
    assert (found.seals, found.lines, found.faults) == (5, 10, ())
    _as_owner(f"DELETE FROM byname_ledgerline WHERE id IN ({numbers[0]}, {numbers[5]}, {numbers[9]})")
    missing = "Line {} is missing: sealed, and not there any more."
    assert _found() == tuple(missing.format(numbers[place]) for place in (0, 5, 9))


@pytest.mark.parametrize(
    ("numbers", "text"), [([], "{}"), ([3], "{[3,4)}"), ([1, 2, 3, 7, 9, 10], "{[1,4),[7,8),[9,11)}")]
)
def test_ranges_are_written_as_the_database_writes_them(numbers: list[int], text: str) -> None:
    assert (text_of(gathered(numbers)), ranges_of(text)) == (text, gathered(numbers))
    with pytest.raises(ValueError, match="no ranges"):
        ranges_of(text + "]")


def test_ranges_taken_out_of_ranges_agree_with_sets() -> None:
    universe = range(1, 9)
    for one in range(1 << 8):
        for other in (0, 1, 37, 85, 129, 170, 255):
            first = {number for number in universe if one >> (number - 1) & 1}
            second = {number for number in universe if other >> (number - 1) & 1}
            assert without(gathered(sorted(first)), gathered(sorted(second))) == gathered(sorted(first - second))
