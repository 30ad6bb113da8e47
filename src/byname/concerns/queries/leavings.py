"""Requests that words leave byname, and the legal holds that stand: by reference and reason, never with a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db.models import Q
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, Hold, Leaving, in_short, with_places
from byname.concerns.queries.within import about_of, reached
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One request that the words of a concern leave byname."""

    number: int
    reference: str
    area_name: str
    reason: str
    with_contact: bool
    with_photos: bool
    told: bool
    asked_at: datetime
    agreed_at: datetime | None
    stands: str
    """rules.leaving_stands."""
    mine: bool
    """Whether the viewer asked for it."""


@dataclass(frozen=True, slots=True)
class Held:
    """One legal hold that stands."""

    reference: str
    division: str
    reason: str
    file_number: str
    told: bool
    began_at: datetime
    to_review: bool
    """Whether it has stood so long that somebody should look at it again."""


def stands(row: Leaving, *, at: datetime, viewer: Actor) -> str:
    """How a request stands: rules.leaving_stands."""
    people_rules.require_reach(viewer, "ask_leaving")
    return rules.leaving_stands(agreed_at=row.agreed_at, declined_at=row.declined_at, taken_at=row.taken_at, at=at)


def leavings(*, at: datetime, viewer: Actor) -> tuple[Request, ...]:
    """The latest requests a viewer may decide on or asked for themselves, the newest first."""
    people_rules.require_reach(viewer, "ask_leaving")
    mine = Q(asked_by=viewer.account_id) & reached("ask_leaving", through="concern__", viewer=viewer)
    if people_rules.reach(viewer, "agree_leaving"):
        mine |= reached("agree_leaving", through="concern__", viewer=viewer)
    own = ("reason", "with_contact", "with_photos", "told", "asked_by")
    when = ("asked_at", "agreed_at", "declined_at", "taken_at")
    rows = in_short(Leaving.objects.filter(mine), *own, *when, through="concern__")
    found = rows.order_by("-asked_at", "-pk")[:_MOST]
    return tuple(_request(row, at, viewer) for row in found if _may(row.concern, "ask_leaving", viewer))


def leaving(number: int, *, at: datetime, viewer: Actor) -> Request:
    """One request a viewer may decide on or asked for themselves; else NotThere."""
    found = next((each for each in leavings(at=at, viewer=viewer) if each.number == number), None)
    if found is None:
        raise NotThere
    return found


def leavings_of(year: int, *, viewer: Actor) -> int | None:
    """How often the words of a concern left byname in a year, as it may be published; None for one to four times."""
    people_rules.require(viewer, "see_public")
    first, after = (timezone.make_aware(datetime.combine(date(each, 1, 1), time.min)) for each in (year, year + 1))
    return rules.told_by_year(Leaving.objects.filter(taken_at__gte=first, taken_at__lt=after).count())


def holds(*, at: datetime, viewer: Actor) -> tuple[Held, ...]:
    """The legal holds that stand within a viewer's reach, the oldest first."""
    people_rules.require_reach(viewer, "see_holds")
    standing = Hold.objects.filter(reached("see_holds", through="concern__", viewer=viewer), ended_at__isnull=True)
    rows = in_short(standing, "reason", "file_number", "told", "began_at", through="concern__")
    return tuple(
        Held(
            reference=row.concern.reference,
            division=row.concern.division_code,
            reason=row.reason,
            file_number=row.file_number,
            told=row.told,
            began_at=row.began_at,
            to_review=at >= row.began_at + rules.HOLD_REVIEWED_AFTER,
        )
        for row in rows.order_by("began_at", "pk")
        if _may(row.concern, "see_holds", viewer)
    )


def told_to_raiser(concern: Concern, *, viewer: Actor) -> tuple[tuple[datetime, ...], bool]:
    """What whoever raised a concern was told: when their words left byname, and whether a legal hold keeps them."""
    people_rules.require(viewer, "follow_concern")
    left = Leaving.objects.filter(concern=concern, told=True, taken_at__isnull=False).order_by("taken_at")
    held = concern.held and Hold.objects.filter(concern=concern, told=True, ended_at__isnull=True).exists()
    return tuple(each.taken_at for each in left if each.taken_at), held


def refuse_out_of_reach(reference: str, act: str, *, viewer: Actor) -> None:
    """Nothing, or NotThere where a viewer may not do an act to a concern."""
    people_rules.require_reach(viewer, act)
    rows = with_places(Concern.objects.defer("told", "likeness"))
    if not _may(rows.filter(reference=reference).first(), act, viewer):
        raise NotThere


def _may(concern: Concern | None, act: str, viewer: Actor) -> bool:
    return concern is not None and people_rules.may(viewer, act, about_of(concern, viewer=viewer))


def _request(row: Leaving, at: datetime, viewer: Actor) -> Request:
    concern = row.concern
    return Request(
        number=row.pk,
        reference=concern.reference if concern else "",
        area_name=concern.area.name if concern and concern.area else "",
        reason=row.reason,
        with_contact=row.with_contact,
        with_photos=row.with_photos,
        told=row.told,
        asked_at=row.asked_at,
        agreed_at=row.agreed_at,
        stands=stands(row, at=at, viewer=viewer),
        mine=row.asked_by == viewer.account_id,
    )
