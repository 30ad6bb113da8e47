"""Reading the calendar: who serves where over the years, an area a row, a posting a bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from django.db import connection, transaction

from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.places.queries import posts
from byname.postings import rules
from byname.postings.queries.desk import areas_in_reach
from byname.vocabulary import Actor, Period

ReadAtOnce = Literal["table", "whole", "file"]
"""How much more of the calendar than a page of the picture is read."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One posting, or one that is proposed."""

    officer: people.OfficerSeen
    role: str
    period: Period
    planned_end_on: date | None
    early: bool
    """Whether it ends before its promised end: told to who may ask why, like the end once promised."""
    proposed: bool


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One area over the years."""

    area: places.AreaFacts
    bars: tuple[Bar, ...]
    """By first day; leads before members before covers on the same day."""
    unled: tuple[Period, ...]
    """When nobody leads the team, since the programme began here."""
    unserved: tuple[Period, ...]
    """When nobody is on the team at all."""


def calendar(
    areas: Iterable[places.AreaFacts],
    *,
    first: date,
    last: date,
    on: date,
    viewer: Actor,
    roles: Collection[str] = rules.ROLES,
) -> tuple[CalendarRow, ...]:
    """These areas' postings within `[first, last)`, areas beyond the viewer's reach left out; at most four queries.

    An officer hidden from the viewer is "an officer"; proposals are shown to who may propose.
    """
    shown = areas_in_reach(areas, "see_postings", viewer=viewer)
    slugs = [area.slug for area in shown]
    # By their row's number: then the few postings of a page's areas are found by area, not all of those years.
    found = posts.areas_to_post(slugs, viewer=viewer)
    rows_of = {area.row_id: (slug, area.division_code) for slug, area in found.items()}
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, {"areas": list(rows_of), "first": first, "last": last})
        rows = cursor.fetchall()
    proposed = _proposed(list(rows_of), first, last, viewer)
    divisions: dict[str, set[str]] = defaultdict(set)
    for area, officer, _, _, ends, _ in rows:
        if ends is None or ends > on:
            divisions[officer].add(rows_of[area][1])
    officers = people.officers_seen(
        {row[1] for row in rows} | {row[1] for row in proposed},
        divisions={officer: frozenset(codes) - {""} for officer, codes in divisions.items()},
        viewer=viewer,
    )
    explains = bool(people_rules.reach(viewer, "see_end_reason"))
    bars: dict[str, list[Bar]] = defaultdict(list)
    for area, officer, role, begins, ends, planned_end_on in rows:
        span = Period(begins, ends)
        early = explains and role != "cover" and rules.ends_early(ends, planned_end_on)
        if ends is not None and not explains:
            # The promised end beside the last day would tell that it ended early.
            planned_end_on = None
        bars[rows_of[area][0]].append(Bar(officers[officer], role, span, planned_end_on, early, proposed=False))
    for area, officer, role, first_on, planned_end_on in proposed:
        bars[rows_of[area][0]].append(
            Bar(officers[officer], role, Period(first_on), planned_end_on, early=False, proposed=True)
        )
    return tuple(_row(each, bars[each.slug], first, last, roles) for each in shown)


def calendar_at_once(
    areas: Iterable[places.AreaFacts],
    *,
    first: date,
    last: date,
    on: date,
    at: datetime,
    viewer: Actor,
    told: ReadAtOnce,
    roles: Collection[str] = rules.ROLES,
) -> tuple[CalendarRow, ...]:
    """The calendar as a table, whole on one page, or as a file to take away; that it was is written on the ledger."""
    rows = calendar(areas, first=first, last=last, on=on, viewer=viewer, roles=roles)
    facts: dict[str, ledger_rules.Fact] = {
        "file": told == "file",
        "areas": len(rows),
        "rows": sum(len(row.bars) for row in rows),
        "outside": False,
    }
    with transaction.atomic():
        ledger.record("read.calendar", subject=("calendar", told), by=viewer, at=at, facts=facts)
    return rows


# In SQL: some hundred postings a page, whose periods as days are read in a fraction of the time.
_POSTINGS: Final = """
    SELECT posting.area_id, officer.reference, posting.role, lower(posting.period), upper(posting.period),
        posting.planned_end_on
    FROM byname_posting posting
    JOIN byname_officer officer ON officer.id = posting.officer_id
    WHERE posting.area_id = ANY(%(areas)s) AND lower(posting.period) < %(last)s
      AND (upper(posting.period) IS NULL OR upper(posting.period) > %(first)s)
"""
_PROPOSED: Final = """
    SELECT proposal.area_id, officer.reference, proposal.role, proposal.first_on, proposal.planned_end_on
    FROM byname_proposal proposal
    JOIN byname_officer officer ON officer.id = proposal.officer_id
    JOIN byname_area area ON area.id = proposal.area_id
    WHERE proposal.area_id = ANY(%(areas)s) AND proposal.adopted_at IS NULL AND proposal.dropped_at IS NULL
      AND proposal.first_on < %(last)s AND proposal.planned_end_on > %(first)s
      AND (%(everywhere)s OR area.division_code = ANY(%(divisions)s))
"""


def _proposed(areas: Collection[int], first: date, last: date, viewer: Actor) -> list[tuple[int, str, str, date, date]]:
    scope = people_rules.reach(viewer, "propose_posting")
    if not scope:
        return []
    reach: dict[str, Any] = {"everywhere": scope == "service", "divisions": sorted(viewer.divisions)}
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSED, {"areas": list(areas), "first": first, "last": last, **reach})
        return list(cursor.fetchall())


def _row(area: places.AreaFacts, bars: list[Bar], first: date, last: date, roles: Collection[str]) -> CalendarRow:
    team = [bar for bar in bars if bar.role in rules.ON_THE_TEAM and not bar.proposed]
    begins = [bar.period.first for bar in team] + ([area.served_since] if area.served_since else [])
    unled: tuple[Period, ...] = ()
    unserved: tuple[Period, ...] = ()
    if begins and (began := max(first, min(begins))) < last:
        unled = rules.gaps([bar.period for bar in team if bar.role == "lead"], began, last)
        unserved = rules.gaps([bar.period for bar in team], began, last)
    shown = sorted(
        (bar for bar in bars if bar.role in roles),
        key=lambda bar: (bar.period.first, rules.ROLES.index(bar.role), bar.officer.family_name),
    )
    return CalendarRow(area, tuple(shown), unled, unserved)
