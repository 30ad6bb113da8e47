"""The demo teams' hours of two months: how long each officer was in the area, and what pulled them away."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from byname.interfaces.jobs.demo.city import DemoPosting

SHIFT_MINUTES: Final = 600
"""Four days of ten hours a week."""
PULLED_AWAY: Final = {
    "event": 34,
    "general_patrol": 30,
    "court": 13,
    "training": 12,
    "building": 6,
    "other": 5,
}
"""How often each reason pulls an officer away."""
PUBLISHED_ON_DAY: Final = 6
"""A month's hours are published on this day of the next."""


@dataclass(frozen=True, slots=True)
class DemoHours:
    """One officer's minutes of one kind on one day."""

    badge_number: str
    area: str
    on: date
    kind: str
    minutes: int


def published_month(today: date) -> date:
    """The first day of the last month whose hours are public on a day."""
    month = today.replace(day=1)
    for _ in range(1 if today.day >= PUBLISHED_ON_DAY else 2):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def hours(postings: Iterable[DemoPosting], *, seed: int, today: date) -> tuple[DemoHours, ...]:
    """Everybody's hours from the first day of the published month up to yesterday, by officer and day."""
    first = published_month(today)
    serving = [
        one for one in postings if one.role != "cover" and one.first < today and (one.last is None or one.last > first)
    ]
    return tuple(
        figure
        for one in sorted(serving, key=lambda one: (one.badge_number, one.first))
        for figure in _of(one, first, random.Random(f"hours {seed} {one.badge_number} {one.area}"), today)
    )


def _of(one: DemoPosting, first: date, chance: random.Random, today: date) -> Iterator[DemoHours]:
    away_share = chance.uniform(0.15, 0.30)
    week = chance.randrange(7)
    leave = first + timedelta(days=chance.randrange(120))
    # Some have not come to it yet.
    until = today - timedelta(days=chance.choices((0, 1, 3), (80, 15, 5))[0])
    for back in range((until - first).days):
        on = first + timedelta(days=back)
        working = (on.toordinal() + week) % 7 < 4 and not leave <= on < leave + timedelta(days=10)
        if not working or on < one.first or (one.last is not None and on >= one.last):
            continue
        away = 0
        if chance.random() < away_share * 2:
            away = chance.choice((120, 240, 300, 300, 420, SHIFT_MINUTES))
            kind = chance.choices(list(PULLED_AWAY), list(PULLED_AWAY.values()))[0]
            yield DemoHours(one.badge_number, one.area, on, kind, away)
        if away < SHIFT_MINUTES:
            yield DemoHours(one.badge_number, one.area, on, "present", SHIFT_MINUTES - away)
