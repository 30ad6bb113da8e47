"""Decisions about reading: what counts as reading, how much of it is usual, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Final

from byname.vocabulary import Refused, refuse_unlikely

LOOKED_AT: Final[Mapping[str, str]] = {
    "read.officer": "an officer's entry",
    "read.register": "a list of officers",
    "read.home": "that an officer lives in an area",
    "read.calendar": "the calendar whole, as a table or a file",
    "read.end_reason": "why a posting ended early",
    "read.hours": "an officer's hours",
    "read.handover": "a handover's checklist",
    "read.concern": "what a resident told",
    "read.concerns_list": "a list of concerns, as a file",
    "read.contact": "how to reach a resident",
    "read.to_interpret": "what a resident told, to put it into another language",
    "read.everything_kept": "all that is kept about one member of staff",
    "read.readings": "who looked at what",
}
"""Every event of the ledger that is a look at something sensitive, in words."""

MANY_RECORDS: Final = 20
"""Below this many records in a day, nothing is many."""
TIMES_USUAL: Final = 3
"""More than this many times what somebody usually looks at in a day is unusual."""
USUAL_OVER: Final = timedelta(days=60)
"""What is usual is learned from this long before the day in question."""
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
"""The hours, by the service's clock, between which a look stands out."""
HOURS_COME_WITHIN: Final = timedelta(days=3)
"""So long after a day its hours may still be missing because nobody has recorded them yet."""


@dataclass(frozen=True, slots=True)
class DayOfReading:
    """What one person looked at on one day."""

    on: date
    lookings: int
    records: int
    """How many different records."""
    outside: int = 0
    """How many looks at what lies outside their own areas or divisions."""
    at_night: int = 0
    usual: float | None = None
    """How many records a day they looked at before; None where they looked at nothing, or nothing is many today."""
    off_duty: bool = False
    """Whether they record hours, and have none on this day."""


def refuse_days(first: date, last: date) -> None:
    """Nothing, or Refused: it is asked for days byname knows, in their order."""
    refuse_unlikely(first, "first")
    refuse_unlikely(last, "last")
    if last < first:
        raise Refused("Choose a day that is not before the first one.", code="days", field="last")


def usual(earlier: Sequence[int]) -> float | None:
    """How many records a day are usual: the median of the earlier days with any; None where there were none."""
    return float(median(earlier)) if earlier else None


def off_duty(on: date, on_duty: frozenset[date] | None, today: date) -> bool:
    """Whether somebody was off duty on a day: they record hours (None: they do not), and none came in for it."""
    return bool(on_duty) and on_duty is not None and on not in on_duty and on + HOURS_COME_WITHIN <= today


def what_stands_out(day: DayOfReading) -> tuple[str, ...]:
    """Why a day of reading stands out, in sentences; none where it does not.

    That something stands out is a question to ask, never a finding.
    """
    why = []
    if day.records >= MANY_RECORDS and day.records > TIMES_USUAL * (day.usual or 0):
        before = f"{day.usual:g} a day is usual for them" if day.usual is not None else "they had looked at none before"
        why.append(f"Many records: {day.records}, where {before}.")
    if day.outside:
        why.append(f"Outside their own areas and divisions: {_times(day.outside)}.")
    if day.at_night:
        why.append(f"At night, between {NIGHT_BEGINS:02}:00 and {NIGHT_ENDS:02}:00: {_times(day.at_night)}.")
    if day.off_duty:
        why.append("Off duty: no hours are recorded for that day.")
    return tuple(why)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
