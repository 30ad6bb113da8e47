"""docs/rules.md says what the tables of tests/spec say."""

from __future__ import annotations

import pytest

from byname.vocabulary import Refused
from tests.spec.render import PAGE, page, section
from tests.spec.tables import ATTRIBUTE, refused, rule


def test_the_rules_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: var/env/bin/python -m tests.spec.render"


@rule("One more.", columns=("number", "next"), rows=[(1, 2), (3, refused("Three | has <none>."))])
def ask(number: int) -> int:
    if number == 3:
        raise Refused("Three | has <none>.")
    return number + 1


def test_a_table_is_printed_as_its_examples_and_answers() -> None:
    assert section(getattr(ask, ATTRIBUTE)) == (
        "**One more.**\n\n| number | next |\n| --- | --- |\n| 1 | 2 |\n| 3 | no: “Three \\| has &lt;none>.” |\n"
    )


@pytest.mark.parametrize("row", [(1, 3), (3, 4), (3, refused("Another sentence.")), (1, refused("One has none."))])
def test_a_wrong_answer_in_a_table_fails_its_test(row: tuple[object, ...]) -> None:
    with pytest.raises((AssertionError, Refused, pytest.fail.Exception)):
        ask(row)
