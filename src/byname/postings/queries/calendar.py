"""Reading the calendar: who serves where over the years, an area a row, a posting a bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.places.queries import posts
from byname.postings import rules
from byname.postings.models import Posting, Proposal
from byname.postings.queries.desk import areas_in_reach
from byname.vocabulary import Actor, Period


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
    """These areas' postings within `[first, last)`, areas beyond the viewer's reach left out; at most five queries.

    An officer hidden from the viewer is "an officer"; proposals are shown to who may propose.
    """
    shown = areas_in_reach(areas, "see_postings", viewer=viewer)
    slugs = [area.slug for area in shown]
    # By their row's number: then the few postings of a page's areas are found by area, not all of those years.
    found = posts.areas_to_post(slugs, viewer=viewer)
    rows_of = {area.row_id: (slug, area.division_code) for slug, area in found.items()}
    rows = list(
        Posting.objects.filter(
            Q(period__endswith=None) | Q(period__endswith__gt=first),
            area__in=list(rows_of),
            period__startswith__lt=last,
        ).values_list("area", "officer__reference", "role", "period", "planned_end_on")
    )
    proposed = _proposed(list(rows_of), first, last, viewer)
    divisions: dict[str, set[str]] = defaultdict(set)
    for area, officer, _, period, _ in rows:
        if period.upper is None or period.upper > on:
            divisions[officer].add(rows_of[area][1])
    officers = people.officers_seen(
        {row[1] for row in rows} | {row[1] for row in proposed},
        divisions={officer: frozenset(codes) - {""} for officer, codes in divisions.items()},
        viewer=viewer,
    )
    explains = bool(people_rules.reach(viewer, "see_end_reason"))
    bars: dict[str, list[Bar]] = defaultdict(list)
    for area, officer, role, period, planned_end_on in rows:
        span = Period(period.lower, period.upper)
        early = explains and role != "cover" and rules.ends_early(span.last, planned_end_on)
        if span.last is not None and not explains:
            # The promised end beside the last day would tell that it ended early.
            planned_end_on = None
        bars[rows_of[area][0]].append(Bar(officers[officer], role, span, planned_end_on, early, proposed=False))
    for area, officer, role, first_on, planned_end_on in proposed:
        bars[rows_of[area][0]].append(
            Bar(officers[officer], role, Period(first_on), planned_end_on, early=False, proposed=True)
        )
    return tuple(_row(each, bars[each.slug], first, last, roles) for each in shown)


def calendar_in_words(
    areas: Iterable[places.AreaFacts],
    *,
    first: date,
    last: date,
    on: date,
    at: datetime,
    viewer: Actor,
    as_file: bool,
    roles: Collection[str] = rules.ROLES,
) -> tuple[CalendarRow, ...]:
    """The calendar to be read as a table, or taken away as a file; that it was is written on the ledger."""
    rows = calendar(areas, first=first, last=last, on=on, viewer=viewer, roles=roles)
    facts: dict[str, ledger_rules.Fact] = {
        "file": as_file,
        "areas": len(rows),
        "rows": sum(len(row.bars) for row in rows),
        "outside": False,
    }
    with transaction.atomic():
        subject = ("calendar", "file" if as_file else "table")
        ledger.record("read.calendar", subject=subject, by=viewer, at=at, facts=facts)
    return rows


def _proposed(areas: Collection[int], first: date, last: date, viewer: Actor) -> list[tuple[int, str, str, date, date]]:
    scope = people_rules.reach(viewer, "propose_posting")
    if not scope:
        return []
    waiting = Proposal.objects.filter(
        area__in=areas, adopted_at=None, dropped_at=None, first_on__lt=last, planned_end_on__gt=first
    )
    if scope != "service":
        waiting = waiting.filter(area__division_code__in=viewer.divisions)
    return list(waiting.values_list("area", "officer__reference", "role", "first_on", "planned_end_on"))


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
