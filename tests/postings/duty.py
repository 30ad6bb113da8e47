"""Hours of officers of the town: who records them, and files of them."""

from __future__ import annotations

from datetime import date, datetime

from byname.postings import actions, rules
from byname.vocabulary import Actor

TODAY = date(2026, 11, 23)
H = 60


def officer(reference: str) -> Actor:
    """An officer at the desk, with their own entry."""
    return Actor("account", account_id=1, roles=frozenset({"officer"}), officer=reference)


def sergeant(*divisions: str) -> Actor:
    return Actor("account", account_id=2, roles=frozenset({"sergeant"}), divisions=frozenset(divisions))


def noted(
    badge: str, minutes: int, kind: str = "present", area: str = "oak", on: date = TODAY, line: int = 2
) -> object:
    """A line of a file of hours."""
    return rules.HoursRow(badge, area, on, kind, minutes, line)


def brought(*rows: object, noon: datetime, by: Actor) -> tuple[int, int, int, int]:
    done = actions.bring_hours(rows, by=by, at=noon)  # type: ignore[arg-type]
    return done.added, done.changed, done.removed, done.unchanged
