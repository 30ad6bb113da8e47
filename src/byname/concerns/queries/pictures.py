"""Pictures people sent: which stand with what, one opened for whoever may see it, and those set apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from byname.concerns import rules
from byname.concerns.models import Concern, ConcernPhoto, Person, in_short, with_places
from byname.concerns.queries.within import about_of, reached
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class SentPicture:
    """One picture of a concern, without its pixels."""

    number: int
    wide: int
    high: int
    sent_at: datetime
    set_apart: bool
    """Whether nobody is shown it: it was set apart, and may have been handed over since."""


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """One picture as whoever sent it takes it along."""

    number: int
    sent_at: datetime
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class PictureApart:
    """A picture set apart that waits to be handed over; never the picture itself."""

    reference: str
    number: int
    area_name: str
    division: str
    set_apart_at: datetime


def sent_pictures(which: Q, *, viewer: Actor) -> Mapping[int | None, tuple[SentPicture, ...]]:
    """The pictures by the message they came with (None: with what was raised), for whoever was let in to the concern.

    One question, however many there are, and not a pixel of them.
    """
    people_rules.require(viewer, "see_public")
    found: dict[int | None, tuple[SentPicture, ...]] = {}
    rows = ConcernPhoto.objects.filter(which).order_by("number")
    for message, number, wide, high, sent_at, apart_at in rows.values_list(
        "message_id", "number", "wide", "high", "sent_at", "quarantined_at"
    ):
        sent = SentPicture(number, wide, high, sent_at, apart_at is not None)
        found[message] = (*found.get(message, ()), sent)
    return found


def sent_by(person: Person, *, viewer: Actor) -> Q:
    """The condition for the pictures somebody sent themselves and may still see."""
    people_rules.require(viewer, "see_public")
    own = Q(message__person=person)
    if person.raised:
        own |= Q(message__isnull=True)
    return Q(concern=person.concern_id, quarantined_at__isnull=True) & own


def own_picture(link: str, number: int, *, viewer: Actor) -> bytes:
    """The JPEG of a picture somebody sent themselves, by their private link; NotThere for every other."""
    people_rules.require(viewer, "follow_concern")
    picture = ConcernPhoto.objects.filter(sent_by(_follower(link), viewer=viewer), number=number).first()
    if picture is None:
        raise NotThere
    return bytes(picture.picture)


def own_pictures(link: str, *, viewer: Actor) -> tuple[OwnPicture, ...]:
    """Every picture somebody sent themselves, to be taken along; NotThere where the link opens nothing."""
    people_rules.require(viewer, "follow_concern")
    rows = ConcernPhoto.objects.filter(sent_by(_follower(link), viewer=viewer)).order_by("number")
    return tuple(OwnPicture(row.number, row.sent_at, bytes(row.picture)) for row in rows)


def picture_of_concern(reference: str, number: int, *, recorded: bool, at: datetime, viewer: Actor) -> bytes:
    """The JPEG of one picture for the team; NotThere for what is not theirs to see, or was set apart.

    `recorded` says that they just read the concern, which is on the ledger: else this look is recorded by itself.
    """
    people_rules.require_reach(viewer, "see_concern")
    picture = _for_the_team(reference, viewer).filter(number=number).first()
    if picture is None:
        raise NotThere
    if not recorded:
        with transaction.atomic():
            ledger.record("read.concern", subject=("concern", reference), by=viewer, at=at, facts={"outside": False})
    return bytes(picture.picture)


def refuse_not_shown(reference: str, number: int, *, viewer: Actor) -> None:
    """Nothing, or NotThere where a viewer is shown no such picture of a concern."""
    people_rules.require_reach(viewer, "see_concern")
    if not _for_the_team(reference, viewer).filter(number=number).exists():
        raise NotThere


def pictures_apart(*, viewer: Actor) -> tuple[PictureApart, ...]:
    """The pictures set apart that wait to be handed over by this viewer, the oldest first; never the pictures."""
    apart = ConcernPhoto.objects.filter(quarantined_at__isnull=False, handed_over_at__isnull=True)
    apart = apart.filter(reached("take_child_image", through="concern__", viewer=viewer))
    rows = in_short(apart, "number", "quarantined_at", through="concern__")
    return tuple(
        PictureApart(
            reference=row.concern.reference,
            number=row.number,
            area_name=row.concern.area.name if row.concern.area else "",
            division=row.concern.division_code,
            set_apart_at=row.quarantined_at,
        )
        for row in rows.order_by("quarantined_at", "pk")
        if row.quarantined_at and people_rules.may(viewer, "take_child_image", about_of(row.concern, viewer=viewer))
    )


def _for_the_team(reference: str, viewer: Actor) -> QuerySet[ConcernPhoto]:
    rows = with_places(Concern.objects.defer("told", "likeness"))
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, "see_concern", about_of(concern, viewer=viewer))
    return ConcernPhoto.objects.filter(concern=concern, quarantined_at__isnull=True)


def _follower(link: str) -> Person:
    person = Person.objects.filter(link_digest=rules.link_digest(link)).exclude(link="").first()
    if person is None:
        raise NotThere
    return person
