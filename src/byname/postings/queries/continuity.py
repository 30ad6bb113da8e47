"""Reading how steady the service is: leads about to leave, terms cut short, tenure, changes, and hours pulled away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Final, NamedTuple

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, F, IntegerField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, ExtractYear

from byname.analysis import disclosure
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings import rules
from byname.postings.models import Posting, Proposal, PublishedHours
from byname.postings.queries.directory import Directory, Team
from byname.vocabulary import Actor

_MONTHS = 12
_YEARS = 5
_FOLLOWS_WITHIN: Final = rules.LEAVES_WITHIN + rules.LONGEST_GAP
"""Whoever begins to lead later than so long after a day follows nobody who leaves within ninety days of it."""

_Followers = Mapping[str, Collection[rules.Follower]]
"""Who begins to lead, by area."""
_Names = Callable[[str, str], str]
"""How an officer is called, by the slug of the area and their reference."""


@dataclass(frozen=True, slots=True)
class LeadLeaving:
    """An area whose lead leaves within ninety days, and whether somebody follows."""

    area: str
    area_name: str
    division_code: str
    lead: str
    """Empty, like the follower, where the viewer may see figures but not who serves where."""
    ends_on: date
    """The first day the area no longer has this lead."""
    is_set: bool
    """Whether the end is set; else it is the promised end, and nobody has decided yet."""
    succession: rules.Succession
    follower: str
    follows_on: date | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """The leads who leave within ninety days, the soonest first."""

    leads: tuple[LeadLeaving, ...]

    @property
    def without(self) -> tuple[LeadLeaving, ...]:
        """Those with nobody adopted to follow."""
        return tuple(each for each in self.leads if each.succession != "adopted")


@dataclass(frozen=True, slots=True)
class LeadsNotFollowed:
    """How many areas lose their lead within ninety days with nobody adopted to follow, and the first of them."""

    areas: int
    first: LeadLeaving
    """Whether somebody is proposed is not asked here."""


@dataclass(frozen=True, slots=True)
class LeadsToday:
    """How many areas have a lead on a day, and how many of these serve beyond their promised end with no end set."""

    led: int
    beyond: int


@dataclass(frozen=True, slots=True)
class AreaSteadiness:
    """How steady one area's team is, as its public page tells it."""

    area: str
    area_name: str
    division_code: str
    officers: int
    median_days: int | None
    changes: int


@dataclass(frozen=True, slots=True)
class DivisionSteadiness:
    """How steady a division's teams are, its areas taken together."""

    code: str
    name: str
    areas: int
    officers: int
    median_days: int | None
    """The median of the days served by every officer on its teams."""
    changes: int


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How steady the teams within reach are on a day."""

    areas: tuple[AreaSteadiness, ...]
    """By name; only those the programme has begun in."""
    divisions: tuple[DivisionSteadiness, ...]
    """Those that stay the shortest first."""
    officers: int
    median_days: int | None
    changes: int

    @property
    def spread(self) -> tuple[tuple[str, int], ...]:
        """How many teams' medians fall into each length of service."""
        return rules.spread(each.median_days for each in self.areas if each.median_days is not None)

    @property
    def vacant(self) -> int:
        """How many areas have nobody on their team today."""
        return sum(each.median_days is None for each in self.areas)


@dataclass(frozen=True, slots=True)
class HoursOfMonth:
    """The published hours of one month, added up over the areas within reach."""

    month_from: date
    areas: int
    """How many areas published figures of their own."""
    small_teams: bool
    """Whether the small teams' figure is among them."""
    present: int
    away: int
    by_reason: tuple[tuple[str, int], ...]
    """The largest first; without those that are nothing."""

    @property
    def away_percent(self) -> int:
        """Of a hundred hours, how many were pulled away; the rest were in the area."""
        return rules.shares((self.present, self.away))[1]


@dataclass(frozen=True, slots=True)
class EarlyEndsOfYear:
    """How many postings of the whole service ended before their term in a year, and why; None is withheld."""

    year: int
    total: int | None
    by_reason: tuple[tuple[str, int | None], ...]


def leads_leaving(*, on: date, viewer: Actor) -> Leaving:
    """The areas within reach whose lead leaves within ninety days, in three queries; in one where none does."""
    rows, adopted = _leads(viewer, on)
    proposed: _Followers = {}
    if rows:
        proposed = _followers(
            Proposal.objects.filter(
                _within(viewer),
                role="lead",
                first_on__lte=on + _FOLLOWS_WITHIN,
                adopted_at__isnull=True,
                dropped_at__isnull=True,
            ).values_list("area__slug", "officer__reference", "first_on")
        )
    return Leaving(_leaving(rows, adopted, proposed, on, _named(rows, adopted, proposed, viewer)))


def leads_not_followed(*, on: date, viewer: Actor) -> LeadsNotFollowed | None:
    """What `leads_leaving` tells of those with nobody adopted to follow, in at most two queries; None without any."""
    rows, adopted = _leads(viewer, on)
    alone = Leaving(_leaving(rows, adopted, {}, on, lambda area, officer: "")).without
    if not alone:
        return None
    (first,) = (row for row in rows if row.area == alone[0].area)
    named = _named([first], adopted, {}, viewer)
    return LeadsNotFollowed(len(alone), replace(alone[0], lead=named(first.area, first.officer)))


def leads_today(*, on: date, viewer: Actor) -> LeadsToday:
    """How many areas within reach have a lead, in one query."""
    today = Q(period__endswith=None) | Q(period__endswith__gt=on)
    counted = Posting.objects.filter(_within(viewer), today, role="lead", period__startswith__lte=on).aggregate(
        led=Count("pk"), beyond=Count("pk", filter=Q(period__endswith=None, planned_end_on__lte=on))
    )
    return LeadsToday(counted["led"], counted["beyond"])


def areas_without_lead(known: Directory, *, viewer: Actor) -> tuple[Team, ...]:
    """The teams within reach that nobody leads on a day, by area's name, out of the day's directory."""
    scope = people_rules.require_reach(viewer, "see_continuity")
    found = [
        team
        for team in known.serving
        if (scope == "service" or team.area.division_code in viewer.divisions)
        and not any(each.role == "lead" for each in team.postings)
    ]
    return tuple(sorted(found, key=lambda team: team.area.name))


def early_ends_by_year(*, on: date, viewer: Actor) -> tuple[EarlyEndsOfYear, ...]:
    """Early ends of the whole service in each of the last five whole years, the earliest first, in one query.

    Every figure under five is withheld, and further ones where subtraction would tell one. Each year stands by itself:
    nothing is told that adds years up, so no two years' figures can be subtracted. Never by area or officer.
    """
    people_rules.require_reach(viewer, "see_continuity")
    years = range(on.year - _YEARS, on.year)
    rows = (
        Posting.objects.filter(
            Q(period__endswith__gte=date(years.start, 1, 1), period__endswith__lt=date(years.stop, 1, 1)),
            Q(period__endswith__lt=F("planned_end_on")),
            role__in=rules.ON_THE_TEAM,
        )
        .values_list(ExtractYear("period__endswith"), "ended_early_reason")
        .annotate(Count("pk"))
    )
    counted = {(year, reason): count for year, reason, count in rows}
    found = []
    for year in years:
        published = disclosure.withheld(tuple(counted.get((year, reason), 0) for reason in rules.REASONS))
        found.append(EarlyEndsOfYear(year, published.total, tuple(zip(rules.REASONS, published.cells, strict=True))))
    return tuple(found)


def steadiness(known: Directory, *, viewer: Actor) -> Steadiness:
    """How steady the teams within reach are, out of a day's directory: the figures of the public pages, added up."""
    scope = people_rules.require_reach(viewer, "see_continuity")
    teams = [team for team in known.serving if scope == "service" or team.area.division_code in viewer.divisions]
    names = {division.code: division.name for division in known.territory.divisions}
    days: dict[str, list[int]] = defaultdict(list)
    changes: Counter[str] = Counter()
    areas: Counter[str] = Counter()
    for team in teams:
        code = team.area.division_code
        areas[code] += 1
        changes[code] += team.continuity.changes_in_twelve_months
        days[code] += [(known.on - each.since).days for each in team.postings if each.since is not None]
    divisions = [
        DivisionSteadiness(
            code,
            names.get(code, code or "No division"),
            areas[code],
            len(days[code]),
            _median(days[code]),
            changes[code],
        )
        for code in areas
    ]
    everybody = [each for served in days.values() for each in served]
    return Steadiness(
        areas=tuple(
            AreaSteadiness(
                team.area.slug,
                team.area.name,
                team.area.division_code,
                team.continuity.officers,
                team.continuity.median_days,
                team.continuity.changes_in_twelve_months,
            )
            for team in sorted(teams, key=lambda team: team.area.name)
        ),
        divisions=tuple(sorted(divisions, key=lambda each: (each.median_days or 0, each.name))),
        officers=len(everybody),
        median_days=_median(everybody),
        changes=sum(changes.values()),
    )


def hours_by_month(*, on: date, viewer: Actor) -> tuple[HoursOfMonth, ...]:
    """The published hours of up to twelve months before a day, the earliest first, in one query.

    Only what is published is added up: what is not could be subtracted from it, and tell of a small team.
    """
    scope = people_rules.require_reach(viewer, "see_continuity")
    within = Q() if scope == "service" else Q(area__division_code__in=viewer.divisions)
    reasons = {
        f"away_{reason}": Sum(Cast(KeyTextTransform(reason, "away_by_reason"), IntegerField())) for reason in rules.AWAY
    }
    rows = (
        PublishedHours.objects.filter(within, month_from__gte=_months_before(on, _MONTHS), month_from__lte=on)
        .values_list("month_from")
        .annotate(
            areas=Count("area"), rows=Count("pk"), present=Sum("present_hours"), away=Sum("away_hours"), **reasons
        )
        .order_by("month_from")
    )
    found = []
    for month, areas, figures, present, away, *each in rows:
        by_reason = [(reason, hours) for reason, hours in zip(rules.AWAY, each, strict=True) if hours]
        by_reason.sort(key=lambda pair: (-pair[1], rules.AWAY.index(pair[0])))
        found.append(HoursOfMonth(month, areas, figures > areas, present, away, tuple(by_reason)))
    return tuple(found)


class _Lead(NamedTuple):
    area: str
    area_name: str
    division_code: str
    officer: str
    period: DateRange
    planned_end_on: date | None


def _within(viewer: Actor) -> Q:
    scope = people_rules.require_reach(viewer, "see_continuity")
    return Q() if scope == "service" else Q(area__division_code__in=viewer.divisions)


# Each of the three is found by an index: what is over long ago, most of what is on record, is not looked at.
_MOVING: Final = """
    SELECT area.slug, area.name, area.division_code, officer.reference, posting.period, posting.planned_end_on
    FROM byname_posting posting
    JOIN byname_area area ON area.id = posting.area_id
    JOIN byname_officer officer ON officer.id = posting.officer_id
    WHERE posting.role = 'lead' AND (%(everywhere)s OR area.division_code = ANY(%(divisions)s)) AND (
        upper(posting.period) > %(on)s AND upper(posting.period) <= %(soon)s
        OR upper(posting.period) IS NULL AND posting.planned_end_on > %(on)s AND posting.planned_end_on <= %(soon)s
        OR lower(posting.period) > %(on)s AND lower(posting.period) <= %(last)s
    )
"""


def _leads(viewer: Actor, on: date) -> tuple[list[_Lead], _Followers]:
    """Who leads on a day and leaves within ninety, and who begins to lead soon enough to follow them; in one query."""
    everywhere = people_rules.require_reach(viewer, "see_continuity") == "service"
    days = {"on": on, "soon": on + rules.LEAVES_WITHIN, "last": on + _FOLLOWS_WITHIN}
    with connection.cursor() as cursor:
        # In SQL: to put it together from the model took longer than to ask it, on every Today of those who plan.
        cursor.execute(_MOVING, {**days, "everywhere": everywhere, "divisions": sorted(viewer.divisions)})
        found = [_Lead(*row) for row in cursor.fetchall()]
    return [each for each in found if each.period.lower <= on], _followers(
        (each.area, each.officer, each.period.lower) for each in found if each.period.lower > on
    )


def _leaving(
    rows: Iterable[_Lead], adopted: _Followers, proposed: _Followers, on: date, named: _Names
) -> tuple[LeadLeaving, ...]:
    found = []
    for each in rows:
        ends, is_set = rules.ends_on(each.period.upper, each.planned_end_on, on)
        own = adopted.get(each.area, ())
        if ends is None or rules.goes_on(each.officer, ends, own):
            continue
        others = proposed.get(each.area, ())
        state, follower = rules.succession(each.officer, ends, own, others)
        found.append(
            LeadLeaving(
                area=each.area,
                area_name=each.area_name,
                division_code=each.division_code,
                lead=named(each.area, each.officer),
                ends_on=ends,
                is_set=is_set,
                succession=state,
                follower=named(each.area, follower.officer) if follower else "",
                follows_on=follower.first if follower else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.ends_on, each.area_name)))


def _named(rows: Iterable[_Lead], adopted: _Followers, proposed: _Followers, viewer: Actor) -> _Names:
    """How an area's lead or follower, by slug and reference, is named to a viewer; empty where they may not see whom.

    A lead, and who is adopted, belongs to the area's division; who is only proposed belongs to none of it yet.
    """
    divisions: dict[str, frozenset[str]] = defaultdict(frozenset)
    told: set[tuple[str, str]] = set()
    for row in rows:
        here = frozenset({row.division_code}) - {""}
        if people_rules.may(viewer, "see_postings", people_rules.About(area=row.area, divisions=here)):
            serves = {row.officer, *(each.officer for each in adopted.get(row.area, ()))}
            for officer in serves:
                divisions[officer] |= here
            told |= {(row.area, each) for each in serves}
            told |= {(row.area, each.officer) for each in proposed.get(row.area, ())}
    everybody = {officer for _, officer in told}
    seen = people.officers_seen(everybody, divisions=divisions, viewer=viewer) if everybody else {}
    return lambda area, officer: seen[officer].called if (area, officer) in told else ""


def _followers(rows: Iterable[tuple[str, str, date]]) -> _Followers:
    by_area: defaultdict[str, list[rules.Follower]] = defaultdict(list)
    for slug, officer, first in rows:
        by_area[slug].append(rules.Follower(officer, first))
    return by_area


def _median(days: Collection[int]) -> int | None:
    return int(median(days)) if days else None


def _months_before(on: date, months: int) -> date:
    first = on.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
