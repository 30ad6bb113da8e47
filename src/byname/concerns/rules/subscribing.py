"""When an area's weekly letter is due, and how long somebody has to confirm that they want it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CONFIRMED_WITHIN: Final = timedelta(days=7)
"""An address nobody confirmed is forgotten after so long."""
_THURSDAY: Final = 3
_HOUR: Final = time(16)
"""By the clock of the service: after school, before the week ends."""


def week_ended_at(at: datetime, zone: ZoneInfo) -> datetime:
    """The last Thursday, four in the afternoon by the service's clock, that is not after `at` (UTC)."""
    here = at.astimezone(zone)
    day = here.date() - timedelta(days=(here.weekday() - _THURSDAY) % 7)
    due = datetime.combine(day, _HOUR, zone).astimezone(UTC)
    return due if due <= at else datetime.combine(day - timedelta(days=7), _HOUR, zone).astimezone(UTC)
