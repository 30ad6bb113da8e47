"""The weekly letter: which week it tells of."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from byname.concerns.rules import subscribing
from tests.spec.tables import rule

TORONTO = ZoneInfo("America/Toronto")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


@rule(
    "A week ends on Thursday at four in the afternoon, by the clock of the service, also where clocks change.",
    columns=("now", "the week that ended last"),
    rows=[
        (local("2026-11-26 15:59"), "2026-11-19 16:00"),
        (local("2026-11-26 16:00"), "2026-11-26 16:00"),
        (local("2026-12-02 23:00"), "2026-11-26 16:00"),
        (local("2026-03-10 09:00"), "2026-03-05 16:00"),
        (local("2026-03-12 16:00"), "2026-03-12 16:00"),
        (local("2026-11-05 15:59"), "2026-10-29 16:00"),
    ],
)
def test_the_week_that_ended_last(now: datetime) -> str:
    ended = subscribing.week_ended_at(now.astimezone(UTC), TORONTO)
    return f"{ended.astimezone(TORONTO):%Y-%m-%d %H:%M}"
