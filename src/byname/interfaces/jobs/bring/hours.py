"""Bringing hours in from the duty roster: in the area, and pulled away from it."""

from __future__ import annotations

from datetime import date

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.interfaces.jobs.bring.tables import Line, read_table
from byname.postings import actions as postings
from byname.postings import rules
from byname.vocabulary import RowFault

_UNREAD = date(2000, 1, 1)
_COLUMNS = ("badge_number", "area", "date", "kind", "hours")

# A kind is `present`, or why they were pulled away: general_patrol, event, building, court, training, other.
_TEMPLATE = """\
badge_number,area,date,kind,hours
8123,little-portugal,2026-11-20,present,7.5
8123,little-portugal,2026-11-20,court,2.5
"""


def _bring(order: Order) -> tuple[str, ...]:
    lines = read_table(order.content(), columns=_COLUMNS, needed=_COLUMNS)
    rows = [_row(line) for line in lines]
    faults = [fault for line in lines for fault in line.faults]
    done = postings.bring_hours(rows, found=faults, by=order.by, at=order.at)
    if not (done.added or done.changed or done.removed):
        return (f"nothing changed: {done.unchanged} figures were as they are",)
    return (
        (
            f"{done.added} figures added, {done.changed} brought up to date, {done.removed} removed, "
            f"{done.unchanged} as they were"
        ),
    )


def _row(line: Line) -> rules.HoursRow:
    return rules.HoursRow(
        officer=line.text("badge_number").upper(),
        area=line.text("area").lower(),
        on=line.day("date", needed=True) or _UNREAD,
        kind=line.text("kind").lower(),
        minutes=_minutes(line),
        line=line.number,
    )


def _minutes(line: Line) -> int:
    minutes = rules.minutes_written(line.text("hours"))
    if minutes is None:
        expected = "hours such as 7.5 or 7:30; 0 removes what stood there"
        line.faults.append(RowFault(line.number, "hours", line.text("hours"), expected))
    return minutes or 0


HOURS = Kind("hours", "hours in the area and pulled away, from the duty roster; CSV", _bring, template=_TEMPLATE)
