"""Words that leave byname, and words that are held: who is told, and what is said of a year."""

from __future__ import annotations

from byname.concerns.rules import leavings
from tests.spec.tables import refused, rule

_TOLD = refused("With this reason the person is told.")


@rule(
    "Words leave byname for a reason of this list, and the person is told unless that is forbidden or not safe.",
    columns=("reason", "is the person told?", "answer"),
    rows=[
        ("order", "no", "may be asked for"),
        ("danger", "no", "may be asked for"),
        ("child", "no", "may be asked for"),
        ("crime_report", "yes", "may be asked for"),
        ("crime_report", "no", _TOLD),
        ("asked", "no", _TOLD),
        ("intelligence", "yes", refused("Choose the reason from the list.")),
    ],
)
def test_why_words_may_leave(reason: str, told: str) -> str:
    leavings.refuse_leaving(reason, tell=told == "yes")
    return "may be asked for"


@rule(
    "Whoever asked that words leave byname never agrees to it themselves.",
    columns=("asked by account", "agrees", "answer"),
    rows=[
        (7, 8, "the words may leave"),
        (7, 7, refused("You asked for this yourself: another sergeant has to agree.")),
    ],
)
def test_who_agrees(asked: int, agrees: int) -> str:
    leavings.refuse_agreeing(agrees, asked_by=asked)
    return "the words may leave"


@rule(
    "How often words left byname is told each year, but not whether it was once or four times.",
    columns=("times in a year", "what is published"),
    rows=[(0, "0"), (1, "fewer than five"), (4, "fewer than five"), (5, "5"), (31, "31")],
)
def test_what_is_said_of_a_year(times: int) -> str:
    told = leavings.told_by_year(times)
    return "fewer than five" if told is None else str(told)
