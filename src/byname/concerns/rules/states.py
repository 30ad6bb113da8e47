"""What a concern is at each moment, what may be done to it then, and who has it: a table a resident could read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from byname.vocabulary import Refused

State = Literal["received", "answered", "working", "in_problem", "handed_on", "closed", "reopened"]
STATES: Final[tuple[State, ...]] = (
    "received",
    "answered",
    "working",
    "in_problem",
    "handed_on",
    "closed",
    "reopened",
)

# What becomes of a concern in each state; a dot: that cannot be done then.
# fmt: off
_TABLE: Final = """
act          | received   answered   working    in_problem handed_on closed   reopened
answer       | answered   answered   working    in_problem handed_on .        answered
work         | working    working    .          .          .         .        working
join_problem | in_problem in_problem in_problem .          .         .        in_problem
leave_problem| .          .          .          working    .         .        .
pass_on      | received   answered   answered   .          .         .        reopened
hand_on      | handed_on  handed_on  handed_on  .          .         .        handed_on
close        | closed     closed     closed     closed     .         .        closed
say_unsolved | .          .          .          .          reopened  reopened .
"""
# fmt: on

ACTS: Final[Mapping[str, str]] = {
    "answer": "an officer answers",
    "work": "an officer says that it is being worked on",
    "join_problem": "it becomes part of a problem",
    "leave_problem": "it is taken out of a problem",
    "pass_on": "another team of the service takes it",
    "hand_on": "it goes to somebody outside the service, who is named",
    "close": "it ends, with a reason in words",
    "say_unsolved": "the person says that it is not solved",
}
"""Each act in words, for people."""

MEANINGS: Final[Mapping[State, str]] = {
    "received": "It is here. Nobody has answered yet.",
    "answered": "An officer has answered.",
    "working": "An officer is working on it.",
    "in_problem": "It is part of a problem the team works on with others.",
    "handed_on": "It went to somebody else, who was named.",
    "closed": "It has ended, with a reason.",
    "reopened": "The person said that it is not solved.",
}
"""Each state in words, for people."""

OUTCOMES: Final[Mapping[str, str]] = {
    "solved": "Solved",
    "not_solved": "Not solved, and why",
    "nothing_we_can_do": "Nothing we can do, and why",
    "not_for_police": "Not for the police, and who it is for",
}
"""How a concern may end; each but the first needs words that say why, or who."""

UNSOLVED_WITHIN: Final = timedelta(days=30)
"""So long after it ended a person's "no" opens it again."""
REOPENED_AT_MOST: Final = 2
"""The first time the team has it again, the second time the sergeant."""


def _read(text: str) -> dict[str, dict[str, str]]:
    head, *rows = (line.replace("|", " ").split() for line in text.strip().splitlines())
    return {act: dict(zip(head[1:], cells, strict=True)) for act, *cells in rows}


TABLE: Final = _read(_TABLE)


def after(state: str, act: str) -> str:
    """What a concern is after an act; Refused where that cannot be done to one in this state.

    Raises KeyError for an act or state the table does not have: that is a bug.
    """
    becomes = TABLE[act][state]
    if becomes == ".":
        raise Refused(_CANNOT[state], code="not-now")
    return becomes


_CANNOT: Final[Mapping[str, str]] = {
    "received": "Nobody has answered yet. Answer first.",
    "answered": "That cannot be done to a concern that was answered.",
    "working": "This concern is being worked on already.",
    "in_problem": "This concern is part of a problem. Take it out of the problem first.",
    "handed_on": "This concern was handed on to somebody else.",
    "closed": "This concern has ended. Only the person who raised it can open it again.",
    "reopened": "That cannot be done to a concern that was opened again.",
}


def refuse_outcome(outcome: str, words: str) -> None:
    """Nothing, or Refused: an outcome from the list, with words for the person."""
    if outcome not in OUTCOMES:
        raise Refused("Choose how it ended.", code="no-outcome", field="outcome")
    if not words.strip():
        raise Refused("Say in your own words how it ended: everybody who raised it reads this.", field="words")


@dataclass(frozen=True, slots=True)
class Unsolved:
    """What a person's "no" does: whether it opens the concern again, and for whom."""

    reopens: bool
    holder: Literal["team", "sergeant"]


def unsolved(times_reopened: int, *, ended_at: datetime, at: datetime) -> Unsolved:
    """What happens when a person says that a concern is not solved.

    Within 30 days it is opened again: the first time for the team, the second for the sergeant. After that it is
    counted, and the person is told whom to turn to.
    """
    reopens = times_reopened < REOPENED_AT_MOST and at < ended_at + UNSOLVED_WITHIN
    return Unsolved(reopens, "team" if times_reopened == 0 else "sergeant")
