"""What of concerns is public: an officer's own wordings, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Wording
from byname.people import rules as people_rules
from byname.vocabulary import Actor

MOST_PUBLISHED: Final = 1000
LEAST_TOLD: Final = 5
"""No smaller number of people is told."""
_ENDED: Final = ("closed", "handed_on")


@dataclass(frozen=True, slots=True)
class Published:
    """A concern as everybody may read it: the words are an officer's, the place is a crossing or a field nearby."""

    reference: str
    area: str
    """The area's slug."""
    area_name: str
    category: str
    words: str
    done: str
    month_on: date
    near: str
    lat: float | None
    lon: float | None
    state: str
    """Of rules.STATES."""
    others: int | None
    """How many joined it, from LEAST_TOLD on; None where they are fewer, or none."""
    ended: bool
    published_at: datetime
    """The beginning of that day, and so below: a moment would tell who did what just then."""
    changed_at: datetime


def published(
    *,
    references: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    categories: Collection[str] | None = None,
    ended: bool | None = None,
    months_from: date | None = None,
    months_until: date | None = None,
    page: int = 1,
    page_size: int = MOST_PUBLISHED,
    viewer: Actor,
) -> tuple[Published, ...]:
    """Published wordings, the latest month first; what is None is not asked about, what was withdrawn is not there.

    `months_from` and `months_until` are the first and the last month's first day may be, both included. Pages count
    from 1 and hold at most MOST_PUBLISHED.
    """
    people_rules.require(viewer, "see_public")
    rows = Wording.objects.filter(withdrawn_at__isnull=True)
    if references is not None:
        rows = rows.filter(concern__reference__in=list(references))
    if areas is not None:
        rows = rows.filter(area__slug__in=list(areas))
    if categories is not None:
        rows = rows.filter(category__in=list(categories))
    if ended is not None:
        rows = rows.filter(state__in=_ENDED) if ended else rows.exclude(state__in=_ENDED)
    if months_from is not None:
        rows = rows.filter(month_on__gte=months_from)
    if months_until is not None:
        rows = rows.filter(month_on__lte=months_until)
    size = min(page_size, MOST_PUBLISHED)
    first = (page - 1) * size
    return published_of(rows.order_by("-month_on", "-pk")[first : first + size], viewer=viewer)


def published_of(rows: QuerySet[Wording], *, viewer: Actor) -> tuple[Published, ...]:
    """These rows as everybody may read them; whoever asks has seen to it that none was withdrawn."""
    people_rules.require(viewer, "see_public")
    found = rows.select_related("concern", "area").only(
        "area__name",
        "area__slug",
        "category",
        "changed_at",
        "concern__reference",
        "done",
        "joined",
        "lat",
        "lon",
        "month_on",
        "near",
        "published_at",
        "state",
        "words",
    )
    return tuple(
        Published(
            reference=row.concern.reference,
            area=row.area.slug,
            area_name=row.area.name,
            category=row.category,
            words=row.words,
            done=row.done,
            month_on=row.month_on,
            near=row.near,
            lat=row.lat,
            lon=row.lon,
            state=row.state,
            others=row.joined - 1 if row.joined > LEAST_TOLD else None,
            ended=row.state in _ENDED,
            published_at=rules.day_of(timezone.localtime(row.published_at)),
            changed_at=rules.day_of(timezone.localtime(row.changed_at)),
        )
        for row in found
    )
