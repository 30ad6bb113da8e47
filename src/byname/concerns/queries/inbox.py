"""The team's lists: what waits for an answer, and what was raised, without a word of what a person wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.lookups import Exact, IsNull
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, Message
from byname.concerns.queries.within import about_of, reached
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor

PAGE: Final = 25
_OPEN: Final = Q(ended_at__isnull=True)
_UNANSWERED: Final = _OPEN & Q(answered_at__isnull=True, words_gone_at__isnull=True)
"""What its person had removed before anybody answered waits for nobody."""
_SAID_LAST: Final = Subquery(
    Message.objects.filter(concern=OuterRef("pk"), kind__in=["person", "answer"]).order_by("-pk").values("kind")[:1]
)
_WROTE_AGAIN: Final = _OPEN & Q(answered_at__isnull=False, said_last="person")
"""Answered, and its person has written since."""
_PRESSING: Final = (Exact(F("danger"), Value("")), IsNull(F("answered_at"), False), F("due_at"), F("pk"))
_LATEST: Final = (F("raised_at").desc(), F("pk").desc())


@dataclass(frozen=True, slots=True)
class Line:
    """One concern in a list."""

    reference: str
    area: str
    area_name: str
    division: str
    category: str
    state: str
    outcome: str
    holder: str
    officer: people.PublicOfficer | None
    channel: str
    written_in: str
    danger: tuple[str, ...]
    raised_at: datetime
    due_at: datetime
    answered_at: datetime | None
    standing: str
    reopened: int
    wrote_again: bool = False
    """Whether its person has written since it was answered, and nobody has answered that."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is cut by; what is left empty is not asked about."""

    reference: str = ""
    area: str = ""
    category: str = ""
    state: str = ""
    """A state, "open" for all that have not ended, "unanswered" for those nobody has answered, "wrote_again"."""
    language: str = ""
    mine: bool = False
    with_sergeant: bool = False
    """Only those that went past the team, or came back to the sergeant."""
    raised_from: date | None = None
    raised_until: date | None = None
    """The day after the last."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, the most pressing first."""

    lines: tuple[Line, ...]
    more: bool
    """Whether another page follows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many concerns wait for somebody's answer."""

    unanswered: int
    near: int
    overdue: int
    danger: int
    """Open ones whose words speak of danger."""
    with_sergeant: int
    """Unanswered ones that went past the team, or came back to the sergeant."""
    wrote_again: int = 0
    """Answered ones whose person has written since."""


def inbox(asked: Asked, *, page: int, at: datetime, viewer: Actor, size: int = PAGE) -> Page:
    """A page of the concerns in reach, from page 1 on.

    Open ones stand by what presses: those that speak of danger, then whatever nobody has answered, then by when the
    answer is due. Others stand by when they were raised, the latest first. What a conflict of interest closes is left
    out of its page.
    """
    rows = Concern.objects.annotate(said_last=_SAID_LAST)
    rows = rows.filter(reached("see_concern", viewer=viewer) & _which(asked, viewer))
    rows = rows.select_related("area", "officer", "neighbourhood").defer("told", "likeness", "officer__lives_in")
    order = _PRESSING if asked.state in ("open", "unanswered", "received", "reopened") else _LATEST
    first = (max(1, page) - 1) * size
    found = list(rows.order_by(*order)[first : first + size + 1])
    mine = [each for each in found[:size] if _may(each, viewer)]
    officers = people.public_officers({row.officer.reference for row in mine if row.officer}, viewer=viewer)
    return Page(tuple(_line(row, officers, at) for row in mine), len(found) > size)


def waiting_for(*, at: datetime, viewer: Actor) -> Waiting:
    """How many concerns in reach wait, by how their promise stands."""
    rows = Concern.objects.annotate(said_last=_SAID_LAST).filter(reached("see_concern", viewer=viewer) & _OPEN)
    rows = rows.filter(_UNANSWERED | ~Q(danger="") | _WROTE_AGAIN).select_related("area", "neighbourhood")
    mine = [row for row in rows.defer("told", "likeness") if _may(row, viewer)]
    waiting = [row for row in mine if row.answered_at is None and row.words_gone_at is None]
    standings = [rules.standing(row.promised_at, row.due_at, None, at) for row in waiting]
    return Waiting(
        unanswered=len(waiting),
        near=standings.count("near"),
        overdue=standings.count("overdue"),
        danger=sum(bool(row.danger) for row in mine),
        with_sergeant=sum(row.holder == "sergeant" for row in waiting),
        wrote_again=sum(row.answered_at is not None and row.said_last == "person" for row in mine),
    )


def _which(asked: Asked, viewer: Actor) -> Q:
    which = Q()
    if asked.reference:
        which &= Q(reference=rules.reference_of(asked.reference) or "")
    if asked.area:
        which &= Q(area__slug=asked.area)
    if asked.category:
        which &= Q(category=asked.category)
    if asked.state == "open":
        which &= _OPEN
    elif asked.state == "unanswered":
        which &= _UNANSWERED
    elif asked.state == "wrote_again":
        which &= _WROTE_AGAIN
    elif asked.state:
        which &= Q(state=asked.state)
    if asked.language:
        which &= Q(written_in=asked.language)
    if asked.mine:
        which &= Q(officer__reference=viewer.officer) if viewer.officer else Q(pk__in=[])
    if asked.with_sergeant:
        which &= Q(holder="sergeant")
    if asked.raised_from:
        which &= Q(raised_at__gte=_midnight(asked.raised_from))
    if asked.raised_until:
        which &= Q(raised_at__lt=_midnight(asked.raised_until))
    return which


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _may(row: Concern, viewer: Actor) -> bool:
    return not viewer.conflicts or people_rules.may(viewer, "see_concern", about_of(row, viewer=viewer))


def _line(row: Concern, officers: dict[str, people.PublicOfficer], at: datetime) -> Line:
    return Line(
        reference=row.reference,
        area=row.area.slug if row.area else "",
        area_name=row.area.name if row.area else "",
        division=row.division_code,
        category=row.category,
        state=row.state,
        outcome=row.outcome,
        holder=row.holder,
        officer=officers.get(row.officer.reference) if row.officer else None,
        channel=row.channel,
        written_in=row.written_in,
        danger=tuple(row.danger.split()),
        raised_at=row.raised_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        standing=rules.standing(row.promised_at, row.due_at, row.answered_at, at),
        reopened=row.reopened,
        wrote_again=row.answered_at is not None and row.ended_at is None and row.said_last == "person",  # type: ignore[attr-defined]  # `inbox` asks for it
    )
