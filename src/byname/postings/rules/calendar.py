"""Decisions about the calendar of postings: which years it shows, and where nobody serves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from byname.vocabulary import Period


def gaps(served: Iterable[Period], first: date, last: date) -> tuple[Period, ...]:
    """The spans of `[first, last)` in which none of these periods holds a day, in order."""
    found = []
    at = first
    for period in sorted(served, key=lambda each: each.first):
        if period.first >= last or at >= last:
            break
        if period.first > at:
            found.append(Period(at, period.first))
        if period.last is None:
            return tuple(found)
        at = max(at, period.last)
    if at < last:
        found.append(Period(at, last))
    return tuple(found)


def year_span(today: date, first: int, last: int) -> tuple[int, int]:
    """The first and last calendar year to draw, as asked or three back and four ahead; at most fifteen at once."""
    start = first or today.year - 3
    end = last or max(start, today.year + 4)
    end = max(start, end)
    return start, min(end, start + 14)
