"""Reading how steady the service is: leads about to leave, terms cut short, tenure, changes, and hours pulled away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, F, IntegerField, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, ExtractYear

from byname.analysis import disclosure
from byname.people import rules as people_rules
from byname.postings import rules
from byname.postings.models import Posting, Proposal, PublishedHours
from byname.postings.queries.directory import Directory
from byname.vocabulary import Actor

_MONTHS = 12
_YEARS = 5


@dataclass(frozen=True, slots=True)
class LeadLeaving:
    """An area whose lead leaves within ninety days, and whether somebody follows."""

    area: str
    area_name: str
    division_code: str
    lead: str
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
    """The areas within reach whose lead leaves within ninety days, in three queries."""
    within = _within(viewer)
    soon = on + rules.LEAVES_WITHIN
    leading = Posting.objects.filter(within, role="lead", period__contains=on)
    ends_soon = Q(period__endswith__lte=soon) | Q(
        period__endswith=None, planned_end_on__gt=on, planned_end_on__lte=soon
    )
    rows = list(
        leading.filter(ends_soon).values_list(
            "area__slug", "area__name", "area__division_code", "officer__reference", "officer__rank",
            "officer__family_name", "period", "planned_end_on",
        )
    )  # fmt: skip
    areas = [row[0] for row in rows]
    adopted, titles = _followers(
        Posting.objects.filter(area__slug__in=areas, role="lead", period__startswith__gt=on).values_list(
            "area__slug", "officer__reference", "officer__rank", "officer__family_name", "period__startswith"
        )
    )
    proposed, more = _followers(
        Proposal.objects.filter(
            area__slug__in=areas, role="lead", adopted_at__isnull=True, dropped_at__isnull=True
        ).values_list("area__slug", "officer__reference", "officer__rank", "officer__family_name", "first_on")
    )
    titles |= more
    found = []
    for slug, name, division, officer, rank, family, period, planned in rows:
        ends, is_set = rules.ends_on(period.upper, planned, on)
        if ends is None or rules.goes_on(officer, ends, adopted[slug]):
            continue
        state, follower = rules.succession(officer, ends, adopted[slug], proposed[slug])
        found.append(
            LeadLeaving(
                area=slug,
                area_name=name,
                division_code=division,
                lead=f"{rank} {family}",
                ends_on=ends,
                is_set=is_set,
                succession=state,
                follower=titles[follower.officer] if follower else "",
                follows_on=follower.first if follower else None,
            )
        )
    found.sort(key=lambda each: (each.ends_on, each.area_name))
    return Leaving(tuple(found))


def leads_today(*, on: date, viewer: Actor) -> LeadsToday:
    """How many areas within reach have a lead, in one query."""
    counted = Posting.objects.filter(_within(viewer), role="lead", period__contains=on).aggregate(
        led=Count("pk"), beyond=Count("pk", filter=Q(period__endswith=None, planned_end_on__lte=on))
    )
    return LeadsToday(counted["led"], counted["beyond"])


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


def _within(viewer: Actor) -> Q:
    scope = people_rules.require_reach(viewer, "see_continuity")
    return Q() if scope == "service" else Q(area__division_code__in=viewer.divisions)


def _followers(
    rows: Iterable[tuple[str, str, str, str, date]],
) -> tuple[defaultdict[str, list[rules.Follower]], dict[str, str]]:
    """Who begins to lead, by area; and how each is named, by reference."""
    by_area: defaultdict[str, list[rules.Follower]] = defaultdict(list)
    titles = {}
    for slug, officer, rank, family, first in rows:
        by_area[slug].append(rules.Follower(officer, first))
        titles[officer] = f"{rank} {family}"
    return by_area, titles


def _median(days: Collection[int]) -> int | None:
    return int(median(days)) if days else None


def _months_before(on: date, months: int) -> date:
    first = on.replace(day=1)
    for _ in range(months):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
