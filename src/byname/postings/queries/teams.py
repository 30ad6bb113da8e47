"""The team of one place, the posters an officer stands on, and why postings of the whole service ended early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from byname.analysis import disclosure
from byname.ledger import queries as ledger
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.postings import rules
from byname.postings.models import Posting
from byname.postings.queries.directory import Found, directory
from byname.vocabulary import Actor, Point


def team_for(where: Point | str, *, on: date, viewer: Actor) -> Found | None:
    """Who serves at a point, or an area by its slug; None outside the service's area and for an unknown slug.

    Reads the whole directory: a door that answers many asks its own copy of it instead.
    """
    people_rules.require(viewer, "see_public")
    version = ledger.public_versions(viewer=viewer).get("everything", 0)
    known = directory(on=on, version=version, viewer=viewer)
    return known.at(where) if isinstance(where, Point) else known.of_area(where)


def posters_showing(officer: str, *, on: date, viewer: Actor) -> tuple[str, ...]:
    """Slugs of the areas whose posters show an officer on a day."""
    people_rules.require(viewer, "hide_officer", people_rules.About(officer=officer))
    slugs = Posting.objects.filter(officer__reference=officer, role__in=rules.ON_THE_TEAM, period__contains=on)
    return tuple(slugs.order_by("area__slug").values_list("area__slug", flat=True))


# Every page of the desk asks this of an officer: the ORM would take longer to build the question than to ask it.
_SERVED = """
    SELECT area.slug
    FROM byname_officer officer
    JOIN byname_posting posting ON posting.officer_id = officer.id
    JOIN byname_area area ON area.id = posting.area_id
    WHERE officer.reference = %s AND posting.period @> %s::date
"""


def areas_served(officer: str, *, on: date, viewer: Actor) -> frozenset[str]:
    """Slugs of the areas an officer serves on a day, as lead, member or cover."""
    people_rules.require(viewer, "know_reach")
    with connection.cursor() as cursor:
        cursor.execute(_SERVED, [officer, on])
        return frozenset(slug for (slug,) in cursor.fetchall())


def divisions_served(officer: str, *, on: date, viewer: Actor) -> frozenset[str]:
    """Codes of the divisions whose areas an officer serves on a day or is about to: they decide whose officer it is."""
    people_rules.require(viewer, "know_reach")
    rows = Posting.objects.filter(officer__reference=officer).filter(
        Q(period__endswith=None) | Q(period__endswith__gt=on)
    )
    return frozenset(rows.values_list("area__division_code", flat=True)) - {""}


def posted_where_they_live(homes: Mapping[str, int], *, on: date, viewer: Actor) -> frozenset[str]:
    """Which of these badge numbers are, or are about to be, posted to an area with the neighbourhood they live in."""
    people_rules.require_reach(viewer, "weigh_posting")
    rows = Posting.objects.filter(officer__badge_number__in=list(homes)).filter(
        Q(period__endswith=None) | Q(period__endswith__gt=on)
    )
    pairs = list(rows.values_list("officer__badge_number", "area__slug"))
    areas = posts.areas_to_post({slug for _, slug in pairs}, viewer=viewer)
    return frozenset(badge for badge, slug in pairs if homes[badge] in areas[slug].official_ids)


@dataclass(frozen=True, slots=True)
class EarlyEnds:
    """How many postings of the whole service ended before their term in a year, and why; None is withheld."""

    year: int
    total: int | None
    by_reason: tuple[tuple[str, int | None], ...]


def service_wide_early_ends(*, on: date, viewer: Actor) -> EarlyEnds:
    """Early ends of the last whole calendar year before a day, by reason, with every figure under five withheld.

    Further figures are withheld where subtraction would tell one (`byname.analysis.disclosure`). A whole year at a
    time, so that no two days' figures can be subtracted; never by area or officer: in a team of four a reason unmasks
    an illness.
    """
    people_rules.require(viewer, "see_public")
    year = on.year - 1
    ended = Posting.objects.filter(
        role__in=rules.ON_THE_TEAM, period__endswith__gte=date(year, 1, 1), period__endswith__lt=date(year + 1, 1, 1)
    ).values_list("period", "planned_end_on", "ended_early_reason")
    counts = rules.early_ends(((period.upper, planned, reason) for period, planned, reason in ended), year)
    published = disclosure.withheld(tuple(counts.values()))
    return EarlyEnds(year, published.total, tuple(zip(counts, published.cells, strict=True)))
