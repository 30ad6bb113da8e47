"""Bringing postings in: who serves where, from when to when."""

from __future__ import annotations

from datetime import date

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.interfaces.jobs.bring.tables import Line, read_table
from byname.postings import actions as postings
from byname.postings import rules

_UNREAD = date(2000, 1, 1)
_NEEDED = ("badge_number", "area", "role", "first")
_COLUMNS = (*_NEEDED, "last", "planned_end", "announced_on", "ended_early_reason", "first_was", "never_was")

# `last` is the first day no longer served, so that the next officer may begin on it. The columns left out of the
# template mend mistakes: `first_was` names a first day brought wrongly, `never_was` (yes) strikes a posting out.
_TEMPLATE = """\
badge_number,area,role,first,last,planned_end,announced_on,ended_early_reason
8123,little-portugal,lead,2024-03-01,2026-09-14,2028-03-01,2026-08-20,promotion
8124,little-portugal,lead,2026-09-14,,2030-09-14,2026-08-20,
"""


def _bring(order: Order) -> tuple[str, ...]:
    lines = read_table(order.content(), columns=_COLUMNS, needed=_NEEDED)
    rows = [_row(line) for line in lines]
    faults = [fault for line in lines for fault in line.faults]
    done = postings.bring_postings(rows, found=faults, by=order.by, at=order.at)
    if not (done.added or done.changed or done.struck):
        return (f"nothing changed: {done.unchanged} postings were as they are",)
    told = f"{done.added} postings added, {done.changed} brought up to date, {done.unchanged} as they were"
    return (told, f"{done.struck} struck from the record: they never were") if done.struck else (told,)


def _row(line: Line) -> rules.PostingRow:
    return rules.PostingRow(
        officer=line.text("badge_number").upper(),
        area=line.text("area").lower(),
        role=line.text("role").lower(),
        first=line.day("first", needed=True) or _UNREAD,
        last=line.day("last"),
        planned_end_on=line.day("planned_end"),
        announced_on=line.day("announced_on"),
        ended_early_reason=line.text("ended_early_reason").lower(),
        first_was=line.day("first_was"),
        never_was=line.yes("never_was", otherwise=False),
        line=line.number,
    )


POSTINGS = Kind("postings", "who serves where, from when to when; CSV", _bring, template=_TEMPLATE)
