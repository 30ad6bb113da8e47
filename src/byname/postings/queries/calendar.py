"""Reading the calendar: who serves where over the years, an area a row, a posting a bar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

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
    rows_of = [area.row_id for area in posts.areas_to_post(slugs, viewer=viewer).values()]
    rows = list(
        Posting.objects.filter(
            Q(period__endswith=None) | Q(period__endswith__gt=first), area__in=rows_of, period__startswith__lt=last
        ).values_list("area__slug", "area__division_code", "officer__reference", "role", "period", "planned_end_on")
    )
    proposed = _proposed(slugs, first, last, viewer)
    divisions: dict[str, set[str]] = defaultdict(set)
    for _, code, officer, _, period, _ in rows:
        if period.upper is None or period.upper > on:
            divisions[officer].add(code)
    officers = people.officers_seen(
        {row[2] for row in rows} | {row[1] for row in proposed},
        divisions={officer: frozenset(codes) - {""} for officer, codes in divisions.items()},
        viewer=viewer,
    )
    bars: dict[str, list[Bar]] = defaultdict(list)
    for slug, _, officer, role, period, planned_end_on in rows:
        span = Period(period.lower, period.upper)
        early = role != "cover" and rules.ends_early(span.last, planned_end_on)
        bars[slug].append(Bar(officers[officer], role, span, planned_end_on, early, proposed=False))
    for slug, officer, role, first_on, planned_end_on in proposed:
        bars[slug].append(Bar(officers[officer], role, Period(first_on), planned_end_on, early=False, proposed=True))
    return tuple(_row(area, bars[area.slug], first, last, roles) for area in shown)


def _proposed(slugs: Collection[str], first: date, last: date, viewer: Actor) -> list[tuple[str, str, str, date, date]]:
    scope = people_rules.reach(viewer, "propose_posting")
    if not scope:
        return []
    waiting = Proposal.objects.filter(
        area__slug__in=slugs, adopted_at=None, dropped_at=None, first_on__lt=last, planned_end_on__gt=first
    )
    if scope != "service":
        waiting = waiting.filter(area__division_code__in=viewer.divisions)
    return list(waiting.values_list("area__slug", "officer__reference", "role", "first_on", "planned_end_on"))


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
