"""Publishing a quarter's figures, once and for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from byname.concerns import queries, rules
from byname.concerns.models import PublishedHearing
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class HearingPublished:
    """A quarter as it is published: whether by this act, how many areas stand by themselves, and others together."""

    newly: bool
    areas: int
    together: bool


def publish_hearing(quarter: date, *, promise: rules.Promise, by: Actor, at: datetime) -> HearingPublished:
    """A quarter's figures, by its first day, as they now stand published: no count under five can be worked out.

    What was published once stays as it is, so that two readings cannot be subtracted. Raises Refused until 35 days
    after the quarter ended.
    """
    people_rules.require(by, "publish_hearing")
    rules.refuse_quarter(quarter, timezone.localtime(at).date())
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname hearing'))")
        known = PublishedHearing.objects.filter(quarter_on=quarter).values_list("area", flat=True)
        if known:
            return HearingPublished(False, sum(area is not None for area in known), None in known)
        told = rules.published_figures(queries.counted_in(quarter, promise=promise, viewer=by))
        areas = posts.areas_to_post([area for area in told if area], viewer=by)
        PublishedHearing.objects.bulk_create(
            PublishedHearing(
                quarter_on=quarter,
                area_id=areas[area].row_id if area else None,
                figures=figures.kept(),
                published_at=at,
            )
            for area, figures in told.items()
        )
        done = HearingPublished(bool(told), len(areas), None in told)
        if told:
            ledger.record(
                "hearing.published",
                subject=("quarter", f"{quarter}"),
                by=by,
                at=at,
                facts={"areas": done.areas, "together": done.together},
                public=True,
            )
    return done
