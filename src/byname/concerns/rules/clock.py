"""The promise of an answer: when it falls due by the service's calendar, when it comes near, when it is broken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from byname.vocabulary import Refused

PROMISED_HOURS: Final = 72
"""Hours to a human answer, where the service says nothing else."""
NEAR: Final = 3
"""An answer comes near when one part in so many of the promised hours is left."""

Standing = Literal["in time", "near", "overdue"]


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon a service promises a human answer, and which days count.

    `open_days` are weekdays, Monday is 0; `closed_on` are holidays. A day counts whole or not at all, by local time.
    """

    zone: ZoneInfo
    hours: int = PROMISED_HOURS
    open_days: frozenset[int] = field(default_factory=lambda: frozenset(range(7)))
    closed_on: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if not 1 <= self.hours <= 24 * 30:
            raise Refused("An answer is promised within 1 to 720 hours.", code="promise", field="hours")
        if not self.open_days or not self.open_days <= frozenset(range(7)):
            raise Refused("At least one day of the week counts.", code="promise", field="open_days")

    def counts(self, day: date) -> bool:
        """Whether the hours of a day count."""
        return day.weekday() in self.open_days and day not in self.closed_on


def due_at(raised_at: datetime, promise: Promise) -> datetime:
    """When an answer falls due: so many hours of the days that count, as clocks run, after `raised_at` (UTC).

    A day of 23 or 25 hours counts as many. Gives up after two years of days that do not count: Refused.
    """
    left = timedelta(hours=promise.hours)
    moment = raised_at.astimezone(UTC)
    day = moment.astimezone(promise.zone).date()
    for _ in range(731):
        ends = datetime.combine(day + timedelta(days=1), time(), promise.zone).astimezone(UTC)
        if promise.counts(day):
            if moment + left <= ends:
                return moment + left
            left -= ends - moment
        moment = ends
        day += timedelta(days=1)
    raise Refused("The service's calendar has no days that count.", code="promise", field="closed_on")


def standing(raised_at: datetime, due: datetime, answered_at: datetime | None, at: datetime) -> Standing:
    """Whether the promise is kept, comes near or is broken, as it looks `at` a moment."""
    if (answered_at or at) > due:
        return "overdue"
    if answered_at is None and due - at <= (due - raised_at) / NEAR:
        return "near"
    return "in time"
