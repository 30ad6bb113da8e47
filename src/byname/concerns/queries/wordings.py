"""Public wordings as their writers see them: what strangers would read, what stands, and a list to find them by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Person, Translation, Wording, with_places
from byname.concerns.queries.dangers import home_told_by_raiser
from byname.concerns.queries.publishing import LEAST_TOLD, Published
from byname.concerns.queries.within import about_of
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.vocabulary import Actor, NotThere, Point, Refused

WORDINGS_A_PAGE: Final = 25
_ENDED: Final = ("closed", "handed_on")


@dataclass(frozen=True, slots=True)
class OwnWording:
    """What was published of a concern, as its team sees it."""

    reference: str
    area_name: str
    category: str
    words: str
    done: str
    near: str
    placed: bool
    """Whether it is shown on the map."""
    state: str
    published_at: datetime
    withdrawn_at: datetime | None
    """Since when no stranger sees it."""


@dataclass(frozen=True, slots=True)
class WordingPage:
    """A page of wordings, the latest first."""

    wordings: tuple[OwnWording, ...]
    more: bool


def wording_of(reference: str, *, viewer: Actor) -> OwnWording | None:
    """What was published of a concern, also where it was taken back; None before that. NotThere where not theirs."""
    _to_publish(reference, viewer)
    row = _rows().filter(concern__reference=reference).first()
    return _own(row) if row else None


def wordings(words: str, *, page: int, viewer: Actor, size: int = WORDINGS_A_PAGE) -> WordingPage:
    """The public wordings within reach, taken back or not; only those whose own public words hold all of `words`.

    These are officers' words: the only text that can be searched at all.
    """
    scope = people_rules.require_reach(viewer, "publish_wording")
    mine = Q(area__slug__in=viewer.areas)
    if scope == "division":
        mine |= Q(concern__division_code__in=viewer.divisions)
    rows = _rows().filter(mine)
    for word in words.split():
        rows = rows.filter(Q(words__icontains=word) | Q(done__icontains=word) | Q(near__icontains=word))
    first = (max(1, page) - 1) * size
    found = list(rows.order_by("-published_at", "-pk")[first : first + size + 1])
    return WordingPage(tuple(_own(row) for row in found[:size] if _may(row.concern, viewer)), len(found) > size)


def wording_to_be(
    reference: str,
    draft: rules.Draft,
    *,
    categories: Collection[str],
    known: Sequence[str] = (),
    at: datetime,
    viewer: Actor,
) -> Published:
    """Exactly what strangers would see of a concern published with these words; nothing is written.

    `categories` are those a concern may be raised in, `known` names that are public. The place is the
    crossing nearest to the middle of the concern's field of about 100 m, else that middle: it tells no more than the
    field does. Refused, naming the answer, for words that may not stand there.
    """
    concern = _to_publish(reference, viewer)
    if concern.area is None:
        raise Refused("Where the programme is not yet, there is no page to publish on.", code="no-area")
    if draft.category not in {*categories, concern.category}:
        raise Refused("Choose what it is about.", code="category", field="category")
    danger = "home" if home_told_by_raiser(concern, viewer=viewer) else ""
    told = draft.placed and rules.place_may_be_told(concern.place_kind, danger)
    point = Point(concern.grid_lat, concern.grid_lon) if told and concern.grid_lat and concern.grid_lon else None
    crossing = places.nearest_crossing(point, within=rules.CROSSING_WITHIN, viewer=viewer) if point else None
    near = crossing.name if crossing else ""
    words, done = rules.worded(draft, theirs=_theirs(concern), known=[*known, concern.area.name, near])
    standing = Wording.objects.filter(concern=concern, withdrawn_at__isnull=True).first()
    joined = Person.objects.filter(concern=concern, raised=False).count()
    shown = crossing.point if crossing else point
    return Published(
        reference=concern.reference,
        area=concern.area.slug,
        area_name=concern.area.name,
        category=draft.category,
        words=words,
        done=done,
        month_on=timezone.localtime(concern.raised_at).date().replace(day=1),
        near=near,
        lat=shown.lat if shown else None,
        lon=shown.lon if shown else None,
        state=concern.state,
        others=joined if joined >= LEAST_TOLD else None,
        ended=concern.state in _ENDED,
        published_at=rules.day_of(timezone.localtime(standing.published_at if standing else at)),
        changed_at=rules.day_of(timezone.localtime(at)),
    )


def _to_publish(reference: str, viewer: Actor) -> Concern:
    people_rules.require_reach(viewer, "publish_wording")
    rows = with_places(Concern.objects.defer("likeness"))
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, "publish_wording", about_of(concern, viewer=viewer))
    return concern


def _theirs(concern: Concern) -> rules.Theirs:
    told = rules.told_of(concern.told)
    messages = Message.objects.filter(concern=concern, kind="person").values_list("words", flat=True)
    translated = Translation.objects.filter(concern=concern).exclude(message__kind="answer")
    people = Person.objects.filter(concern=concern).exclude(contact="").values_list("contact", flat=True)
    contacts = [rules.contact_of(contact) for contact in people]
    return rules.Theirs(
        written=(told.what, told.help, *messages, *translated.values_list("words", flat=True)),
        names=tuple(contact.name for contact in contacts),
        place=told.place,
        phones=tuple(contact.phone for contact in contacts),
        emails=tuple(contact.email for contact in contacts if contact.email),
    )


def _rows() -> QuerySet[Wording]:
    rows = with_places(Wording.objects.select_related("area"), "concern__")
    return rows.defer("area__boundary", "concern__told", "concern__likeness")


def _may(concern: Concern, viewer: Actor) -> bool:
    return people_rules.may(viewer, "publish_wording", about_of(concern, viewer=viewer))


def _own(row: Wording) -> OwnWording:
    return OwnWording(
        reference=row.concern.reference,
        area_name=row.area.name,
        category=row.category,
        words=row.words,
        done=row.done,
        near=row.near,
        placed=row.lat is not None,
        state=row.state,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )
