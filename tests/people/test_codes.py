"""The spoken code: six digits of one officer and one minute, opening once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from byname.ledger import queries as ledger
from byname.people import actions, queries, rules
from byname.people.models import SpokenCode
from byname.vocabulary import PUBLIC, SYSTEM, Actor

SECRET = b"12345678901234567890123456789012"


@pytest.mark.parametrize(
    ("step", "digits"),
    [(1, "119246"), (0x23523EC, "084774"), (0x23523ED, "062674"), (0x273EF07, "819424"), (0x3F940AA, "698825")],
)
def test_the_code_agrees_with_the_published_examples(step: int, digits: str) -> None:
    # RFC 6238, appendix B, SHA-256: the last six of its eight digits; a step is 30 seconds there, a minute here.
    assert rules.spoken_code(SECRET, step) == digits


def test_the_minute_begins_on_the_minute() -> None:
    noon = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert [rules.minute_of(noon + timedelta(seconds=s)) - rules.minute_of(noon) for s in (-1, 0, 59, 60)] == [
        -1,
        0,
        0,
        1,
    ]


@pytest.fixture
def two(db: None, noon: datetime, clerk_of_records: Actor) -> list[str]:
    """References of two officers."""
    rows = [rules.OfficerRow("1", "Ada", "One"), rules.OfficerRow("2", "Ben", "Two")]
    return list(actions.bring_officers(rows, by=clerk_of_records, at=noon).references.values())


def code_of(reference: str, at: datetime) -> str:
    code = queries.spoken_code_of(reference, rules.minute_of(at), viewer=SYSTEM)
    assert code is not None
    return code


def test_a_code_opens_its_officer_once(two: list[str], noon: datetime) -> None:
    ada, _ = two
    code = code_of(ada, noon)
    assert [actions.open_spoken_code(code, by=PUBLIC, at=noon) for _ in range(2)] == [ada, None]
    assert [line.event for line in ledger.lines_about("officer", ada, viewer=PUBLIC)] == ["officer.code_spoken"]


@pytest.mark.parametrize(
    ("seconds", "opens"), [(0, True), (59, True), (60, True), (119, True), (120, False), (-1, False)]
)
def test_a_code_opens_in_its_minute_and_the_next(two: list[str], noon: datetime, seconds: int, opens: bool) -> None:
    ada, _ = two
    found = actions.open_spoken_code(code_of(ada, noon), by=PUBLIC, at=noon + timedelta(seconds=seconds))
    assert found == (ada if opens else None)


def test_a_code_opens_only_among_those_it_is_asked_of(two: list[str], noon: datetime) -> None:
    ada, ben = two
    code = code_of(ada, noon)
    asked = [actions.open_spoken_code(code, by=PUBLIC, at=noon, among=among) for among in ([], [ben], [ben, ada])]
    assert asked == [None, None, ada]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12 456", "abcdef", "１２３４５６", "12345\0"])
def test_what_is_no_code_opens_nothing(two: list[str], noon: datetime, code: str) -> None:
    assert actions.open_spoken_code(code, by=PUBLIC, at=noon) is None


def test_two_officers_who_happen_to_share_a_code_open_nothing(
    two: list[str], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "spoken_code", lambda secret, minute: f"{minute % 1_000_000:06d}")
    assert actions.open_spoken_code(code_of(two[0], noon), by=PUBLIC, at=noon) is None


def test_who_is_hidden_speaks_no_code(two: list[str], noon: datetime, clerk_of_records: Actor) -> None:
    ada, _ = two
    code = code_of(ada, noon)
    actions.hide_officer(ada, by=clerk_of_records, at=noon)
    assert queries.spoken_code_of(ada, rules.minute_of(noon), viewer=SYSTEM) is None
    assert actions.open_spoken_code(code, by=PUBLIC, at=noon) is None


def test_used_codes_are_forgotten_when_they_can_no_longer_open(two: list[str], noon: datetime) -> None:
    ada, _ = two
    for minutes in (0, 5, 30):
        at = noon + timedelta(minutes=minutes)
        actions.open_spoken_code(code_of(ada, at), by=PUBLIC, at=at)
    assert list(SpokenCode.objects.values_list("minute", flat=True)) == [rules.minute_of(noon) + 30]


def test_codes_change_each_minute_and_differ_between_officers(two: list[str], noon: datetime) -> None:
    codes = [code_of(reference, noon + timedelta(minutes=step)) for reference in two for step in range(50)]
    # Of a hundred codes out of a million two may be the same by chance, hardly ever three pairs.
    assert len(set(codes)) >= 97
