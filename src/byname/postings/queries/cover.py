"""Reading covers: who stands in where, now and soon, and what to know before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.db.models import Count

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
    return AreaToCover(known.slug, known.name, tuple(_covers("area.slug = ANY(%(within)s)", [area], on)))


def covers(*, on: date, viewer: Actor) -> tuple[Cover, ...]:
    """Every cover within reach that runs or is to come, the one that ends first before."""
    scope = people_rules.require_reach(viewer, "cover_area")
    within = "true" if scope == "service" else "area.division_code = ANY(%(within)s)"
    found = _covers(within, sorted(viewer.divisions), on)
    return tuple(sorted(found, key=lambda each: (each.period.last or date.max, each.area_name)))


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


# In SQL: to put it together from the models took longer than to ask it, on every Today of those who arrange covers.
_COVERS: Final = """
    SELECT officer.reference, officer.rank, officer.family_name, area.slug, area.name, posting.period
    FROM byname_posting posting
    JOIN byname_officer officer ON officer.id = posting.officer_id
    JOIN byname_area area ON area.id = posting.area_id
    WHERE posting.role = 'cover' AND upper(posting.period) > %(on)s AND {where}
    ORDER BY posting.period, posting.id
"""


def _covers(where: str, within: list[str], on: date) -> list[Cover]:
    """The covers not over on a day for which an SQL condition on `area` and what is `within` holds, by first day."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERS.format(where=where), {"within": within, "on": on})
        rows = cursor.fetchall()
    return [
        Cover(officer, f"{rank} {family}", slug, name, Period(period.lower, period.upper))
        for officer, rank, family, slug, name, period in rows
    ]
