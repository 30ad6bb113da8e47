"""Reading covers: who stands in where, now and soon, and what to know before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.postings import rules
from byname.postings.models import Posting
from byname.vocabulary import Actor, NotThere, Period


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover, running or still to come."""

    officer: str
    officer_title: str
    area: str
    area_name: str
    period: Period
    """Up to, not including, the first day it no longer runs."""


@dataclass(frozen=True, slots=True)
class AreaToCover:
    """An area somebody may arrange cover for, with who covers it."""

    slug: str
    name: str
    covers: tuple[Cover, ...]


def area_to_cover(area: str, *, on: date, viewer: Actor) -> AreaToCover:
    """An area and its covers, running and to come; NotThere where arranging cover there is not the viewer's."""
    people_rules.require_reach(viewer, "cover_area")
    known = posts.areas_to_post({area}, viewer=viewer).get(area)
    if known is None:
        raise NotThere
    people_rules.require(
        viewer, "cover_area", people_rules.About(area=area, divisions=frozenset({known.division_code}) - {""})
    )
    return AreaToCover(known.slug, known.name, tuple(_covers(Q(area__slug=area), on)))


def covers(*, on: date, viewer: Actor) -> tuple[Cover, ...]:
    """Every cover within reach that runs or is to come, the one that ends first before."""
    scope = people_rules.require_reach(viewer, "cover_area")
    within = Q() if scope == "service" else Q(area__division_code__in=viewer.divisions)
    return tuple(sorted(_covers(within, on), key=lambda each: (each.period.last or date.max, each.area_name)))


def officer_to_cover(officer: str, *, on: date, viewer: Actor) -> str:
    """How an officer, by reference, is named; NotThere for somebody the viewer does not answer for."""
    people_rules.require_reach(viewer, "cover_area")
    serves = Posting.objects.filter(officer__reference=officer, period__contains=on)
    divisions = frozenset(serves.values_list("area__division_code", flat=True)) - {""}
    people_rules.require(viewer, "see_officer", people_rules.About(officer=officer, divisions=divisions))
    known = people.officers_to_post({officer}, viewer=viewer)
    if officer not in known:
        raise NotThere
    return known[officer].title


def cover_cautions(officer: str, area: str, wanted: Period, *, viewer: Actor) -> tuple[str, ...]:
    """What to know before an officer, by reference, is sent to cover an area; nothing where all is well.

    Raises Refused where they cannot cover there in these days, NotThere for somebody the viewer does not answer for.
    """
    people_rules.require_reach(viewer, "cover_area")
    known = posts.areas_to_post({area}, viewer=viewer).get(area)
    title = officer_to_cover(officer, on=wanted.first, viewer=viewer)
    rows = list(
        Posting.objects.filter(officer__reference=officer, period__overlap=(wanted.first, wanted.last)).values_list(
            "area__slug", "area__name", "role", "period"
        )
    )
    spans = [
        rules.CoverSpan(slug, name, Period(period.lower, period.upper))
        for slug, name, role, period in rows
        if role == "cover"
    ]
    team = [(slug, name, Period(period.lower, period.upper)) for slug, name, role, period in rows if role != "cover"]
    rules.refuse_cover(title, wanted, area, spans, [period for slug, _, period in team if slug == area])
    others = dict(
        Posting.objects.filter(
            area__slug__in=[slug for slug, _, _ in team], role__in=rules.ON_THE_TEAM, period__contains=wanted.first
        )
        .exclude(officer__reference=officer)
        .values_list("area__slug")
        .annotate(Count("pk"))
    )
    own = {name: others.get(slug, 0) for slug, name, _ in team if slug != area}
    if known is None:
        raise NotThere
    return rules.cover_cautions(title, wanted, area, spans, own)


def _covers(which: Q, on: date) -> list[Cover]:
    rows = (
        Posting.objects.filter(which, role="cover", period__endswith__gt=on)
        .order_by("period", "pk")
        .values_list(
            "officer__reference", "officer__rank", "officer__family_name", "area__slug", "area__name", "period"
        )
    )
    return [
        Cover(officer, f"{rank} {family}", slug, name, Period(period.lower, period.upper))
        for officer, rank, family, slug, name, period in rows
    ]
