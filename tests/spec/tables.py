"""Rules written as tables: examples on the left, the answer on the right; run as tests, printed as docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from byname.vocabulary import Refused

ATTRIBUTE = "rule_table"


@dataclass(frozen=True)
class RuleTable:
    """One rule: its sentence, what each column is called, and its examples, the answer last."""

    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def refused(sentence: str) -> Refused:
    """The answer of a rule that says no, in the words the person is given."""
    return Refused(sentence)


def rule(sentence: str, *, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Callable[..., Any]:
    """Makes a function from example to answer into one test for each row of a table.

    The function takes the columns but the last, in order, and returns the answer that stands in the last.

        @rule(
            "A promised term ends on the same day of the year it began.",
            columns=("began on", "years", "promised until"),
            rows=[(date(2024, 3, 1), 4, date(2028, 3, 1))],
        )
        def test_the_end_of_a_term(began_on: date, years: int) -> date:
            return rules.term_ends_on(began_on, years)
    """
    table = RuleTable(sentence, tuple(columns), tuple(rows))
    if not table.rows or any(len(row) != len(table.columns) for row in table.rows):
        raise ValueError(f"Each row of a rule has one value for each of {table.columns}.")

    def make_test(answer: Callable[..., Any]) -> Callable[..., None]:
        @pytest.mark.parametrize("row", table.rows, ids=[shown(row) for row in table.rows])
        def test(row: tuple[Any, ...]) -> None:
            *example, wanted = row
            if isinstance(wanted, Refused):
                with pytest.raises(Refused) as no:
                    answer(*example)
                assert no.value.sentence == wanted.sentence
            else:
                assert answer(*example) == wanted

        test.__name__ = answer.__name__
        test.__doc__ = sentence
        setattr(test, ATTRIBUTE, table)
        made: Callable[..., None] = test
        return made

    return make_test


def shown(value: object) -> str:
    """A value as a reader of the table sees it."""
    if isinstance(value, Refused):
        return f"no: “{value.sentence}”"
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list | set | frozenset):
        parts = sorted(map(shown, value)) if isinstance(value, set | frozenset) else map(shown, value)
        return ", ".join(parts) or "none"
    return str(value)
