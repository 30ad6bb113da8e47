"""Reading hours: one officer's days, who has recorded none, and what of a month is published."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.postings import rules
from byname.postings.models import DutyHours, Posting, PublishedHours
from byname.vocabulary import Actor, NotThere, Period

_A_WEEK = timedelta(days=7)
_SEE: Final = "see_hours_of_officer"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a day."""

    area: str
    area_name: str
    kind: str
    minutes: int


@dataclass(frozen=True, slots=True)
class ServedArea:
    """An area an officer serves on a day."""

    slug: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class DayOfHours:
    """One day of an officer: what was recorded, and where it may be recorded for."""

    on: date
    figures: tuple[Figure, ...]
    areas: tuple[ServedArea, ...]
    """The officer's own posting first, then whom they covered; empty where they served nowhere."""
    published: bool
    """Whether the month is published, so that the day stays as it is."""

    @property
    def total(self) -> int:
        """Minutes of the whole day."""
        return sum(figure.minutes for figure in self.figures)

    def minutes(self, area: str, kind: str) -> int:
        """Minutes of one kind for one area."""
        return sum(figure.minutes for figure in self.figures if (figure.area, figure.kind) == (area, kind))


@dataclass(frozen=True, slots=True)
class HoursSheet:
    """An officer's days that may still be recorded, latest first."""

    officer: str
    title: str
    days: tuple[DayOfHours, ...]
    totals: tuple[tuple[date, int], ...]
    """Minutes of each day on which hours in an area were recorded, latest first."""

    def day(self, on: date) -> DayOfHours | None:
        """One of the days; None for any other."""
        return next((day for day in self.days if day.on == on), None)

    def usual(self, on: date) -> int:
        """Minutes of a usual day, by all days but this one."""
        return rules.usual_day([minutes for day, minutes in self.totals if day != on])


@dataclass(frozen=True, slots=True)
class OfficerInReach:
    """An officer somebody may record hours for."""

    reference: str
    title: str
    area: str
    days_recorded: int
    """On how many of the last seven days hours were recorded, today among them."""


@dataclass(frozen=True, slots=True)
class CityHours:
    """The latest published month: by the area's slug, of small teams together, and the service's own total."""

    areas: dict[str, rules.MonthHours]
    together: rules.MonthHours | None
    total: rules.MonthHours


def hours_of(officer: str, *, at: datetime, viewer: Actor) -> HoursSheet:
    """An officer's days of the last five weeks; of a division only where the viewer answers for the area.

    Reading somebody else's is recorded. Raises NotThere where there is nothing the viewer may see.
    """
    people_rules.require_reach(viewer, _SEE)
    today = timezone.localtime(at).date()
    first = today - rules.CORRECTED_WITHIN
    served = [
        (area, period, title)
        for area, code, period, title in _served(officer, first, today)
        if people_rules.may(viewer, _SEE, people_rules.About(officer, area.slug, frozenset({code}) - {""}))
    ]
    if not served:
        people_rules.require(viewer, _SEE, people_rules.About(officer))
        raise NotThere
    if officer != viewer.officer:
        with transaction.atomic():
            ledger.record("read.hours", subject=("officer", officer), by=viewer, at=at, facts={"outside": False})
    figures: dict[date, list[Figure]] = defaultdict(list)
    totals: Counter[date] = Counter()
    whole: set[date] = set()
    inside = {area.slug for area, _, _ in served}
    rows = DutyHours.objects.filter(officer__reference=officer, on__gte=first, on__lte=today).order_by("kind")
    for on, slug, name, kind, minutes in rows.values_list("on", "area__slug", "area__name", "kind", "minutes"):
        totals[on] += minutes
        whole |= {on} if kind == rules.PRESENT else set()
        if slug in inside:
            figures[on].append(Figure(slug, name, kind, minutes))
    published = set(PublishedHours.objects.filter(month_from__gte=rules.month_of(first)).values_list("month_from"))
    return HoursSheet(
        officer=officer,
        title=served[0][2],
        totals=tuple((on, totals[on]) for on in sorted(whole, reverse=True)),
        days=tuple(
            DayOfHours(
                on=on,
                figures=tuple(sorted(figures[on], key=lambda figure: rules.KINDS_OF_HOURS.index(figure.kind))),
                areas=_areas_on(on, [(area, period) for area, period, _ in served]),
                published=(rules.month_of(on),) in published,
            )
            for on in (today - timedelta(days=back) for back in range(rules.CORRECTED_WITHIN.days + 1))
        ),
    )


def officers_to_record(*, at: datetime, viewer: Actor) -> tuple[OfficerInReach, ...]:
    """The officers whose hours the viewer may record beside their own, by name, those with the fewest days first.

    Recorded as one reading.
    """
    if people_rules.require_reach(viewer, _SEE) != "division":
        return ()
    today = timezone.localtime(at).date()
    rows = _team_of(viewer, today).values_list(
        "officer__reference", "officer__rank", "officer__family_name", "officer__badge_number", "area__name"
    )
    known = {reference: (f"{rank} {family} ({badge})", area) for reference, rank, family, badge, area in rows}
    days = DutyHours.objects.filter(officer__reference__in=list(known), on__gt=today - _A_WEEK, on__lte=today)
    recorded = Counter(reference for reference, _ in days.values_list("officer__reference", "on").distinct())
    with transaction.atomic():
        subject = ("divisions", " ".join(sorted(viewer.divisions))[:60])
        ledger.record("read.hours", subject=subject, by=viewer, at=at, facts={"officers": len(known), "outside": False})
    found = [
        OfficerInReach(reference, title, area, recorded[reference])
        for reference, (title, area) in known.items()
        if reference != viewer.officer
    ]
    return tuple(sorted(found, key=lambda officer: (officer.days_recorded, officer.title)))


def days_without_hours(officer: str, days: Collection[date], *, viewer: Actor) -> tuple[date, ...]:
    """On which of these days an officer served and no hours are recorded."""
    people_rules.require(viewer, _SEE, people_rules.About(officer))
    if not days:
        return ()
    recorded = set(DutyHours.objects.filter(officer__reference=officer, on__in=days).values_list("on", flat=True))
    silent = sorted(set(days) - recorded)
    if not silent:
        return ()
    periods = [period for _, _, period, _ in _served(officer, silent[0], silent[-1])]
    return tuple(day for day in silent if any(period.holds(day) for period in periods))


def silent_for_a_week(*, on: date, viewer: Actor) -> int:
    """How many officers the viewer answers for have served for a week and recorded no hours in it."""
    if people_rules.require_reach(viewer, _SEE) != "division":
        return 0
    asked: dict[str, list[str] | str | date] = {
        "divisions": sorted(viewer.divisions),
        "areas": sorted(viewer.areas),
        "viewer": viewer.officer,
        "on": on,
        "since": on - _A_WEEK,
        "roles": list(rules.ON_THE_TEAM),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, asked)
        return int(cursor.fetchone()[0])


# Nobody stands on two teams at a time, so each row is one officer. Whose end is open and whose end is set are asked
# apart: so both are found by the index of each area's last days, and what is over is not looked at.
_SILENT: Final = """
    SELECT count(*)
    FROM byname_area area
    CROSS JOIN LATERAL (
        SELECT officer_id, role, period FROM byname_posting WHERE area_id = area.id AND upper(period) IS NULL
        UNION ALL
        SELECT officer_id, role, period FROM byname_posting WHERE area_id = area.id AND upper(period) > %(on)s
    ) serving
    WHERE (area.division_code = ANY(%(divisions)s) OR area.slug = ANY(%(areas)s))
      AND serving.role = ANY(%(roles)s) AND lower(serving.period) <= %(since)s
      -- Not "<>": the planner would read all of an index for it that knows "another officer".
      AND serving.officer_id IS DISTINCT FROM (SELECT id FROM byname_officer WHERE reference = %(viewer)s)
      AND NOT EXISTS (
          SELECT FROM byname_dutyhours hours
          WHERE hours.officer_id = serving.officer_id AND hours."on" BETWEEN %(since)s AND %(on)s
      )
"""


def city_hours(*, viewer: Actor) -> CityHours | None:
    """What is published of the latest month, in one query; None before the first."""
    people_rules.require(viewer, "see_public")
    latest = PublishedHours.objects.order_by("-month_from").values("month_from")[:1]
    areas: dict[str, rules.MonthHours] = {}
    rows = PublishedHours.objects.filter(month_from=latest)
    for slug, month, officers, present, away, reasons in rows.values_list(
        "area__slug", "month_from", "officers", "present_hours", "away_hours", "away_by_reason"
    ):
        hours = rules.MonthHours(month, officers, present, away, rules.most_first(reasons))
        areas[slug or ""] = hours
    total = rules.added_up(list(areas.values()))
    together = areas.pop("", None)
    return CityHours(areas, together, total) if total else None


def _served(officer: str, first: date, last: date) -> list[tuple[ServedArea, str, Period, str]]:
    """Where an officer served between two days, with them: area, its division, period, and how the officer is named."""
    rows = Posting.objects.filter(officer__reference=officer, period__overlap=DateRange(first, last, "[]"))
    return [
        (ServedArea(slug, name, role), code, Period(period.lower, period.upper), f"{rank} {family} ({badge})")
        for slug, name, code, role, period, rank, family, badge in rows.values_list(
            "area__slug",
            "area__name",
            "area__division_code",
            "role",
            "period",
            "officer__rank",
            "officer__family_name",
            "officer__badge_number",
        )
    ]


def _areas_on(on: date, served: list[tuple[ServedArea, Period]]) -> tuple[ServedArea, ...]:
    areas = {area.slug: area for area, period in reversed(served) if period.holds(on)}
    return tuple(sorted(areas.values(), key=lambda area: (rules.ROLES.index(area.role), area.name)))


def _team_of(viewer: Actor, on: date) -> QuerySet[Posting]:
    inside = Q(area__division_code__in=viewer.divisions)
    return Posting.objects.filter(
        inside | Q(area__slug__in=viewer.areas) if viewer.areas else inside,
        # By the last day, which has an index, rather than as one condition on the whole period.
        Q(period__endswith=None) | Q(period__endswith__gt=on),
        role__in=rules.ON_THE_TEAM,
        period__startswith__lte=on,
    )
