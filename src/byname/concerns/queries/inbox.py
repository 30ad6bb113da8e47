"""The team's lists: what waits for an answer, and what was raised, without a word of what a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact, IsNull
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, Message, in_short, with_places
from byname.concerns.queries.within import reached, seen_among, sees
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.vocabulary import Actor

PAGE: Final = 25
IN_A_FILE: Final = 5_000
AGES: Final[Mapping[str, tuple[bool, timedelta]]] = {
    f"{word}-{days}": (word == "within", timedelta(days=days))
    for word, days in (("within", 1), ("within", 7), ("within", 30), ("over", 7), ("over", 30), ("over", 90))
}
"""How long ago a concern was raised: whether it is at most that long ago, and how long."""
_OPEN: Final = Q(ended_at__isnull=True)
_UNANSWERED: Final = _OPEN & Q(answered_at__isnull=True, words_gone_at__isnull=True)
"""What its person had removed before anybody answered waits for nobody."""
_SAID_LAST: Final = Subquery(
    Message.objects.filter(concern=OuterRef("pk"), kind__in=["person", "answer"]).order_by("-pk").values("kind")[:1]
)
_ENTERED_LAST: Final = Subquery(Message.objects.filter(concern=OuterRef("pk")).order_by("-pk").values("kind")[:1])
_STIRRED_AFTER_END: Final = Q(ended_at__isnull=False, stirred_at__gt=F("ended_at"))
_WROTE_AFTER_END: Final = _STIRRED_AFTER_END & Q(words_gone_at__isnull=True, entered_last="person")
"""Ended, and its person has written since; a note of the team says that it was read."""
_WROTE_AGAIN: Final = (_OPEN & Q(answered_at__isnull=False, said_last="person")) | _WROTE_AFTER_END
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
    neighbourhood: int | None = None
    """An official id."""
    near: str = ""
    """The reference of a concern: those told of a field within reach of its own."""
    category: str = ""
    state: str = ""
    """A state, "open" for all that have not ended, "unanswered" for those nobody has answered, "wrote_again"."""
    language: str = ""
    channel: str = ""
    danger: bool = False
    """Only those whose words may speak of danger."""
    age: str = ""
    """One of AGES."""
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
    """Answered ones whose person has written since, those that ended among them."""
    alarming_after_end: int = 0
    """Ended ones whose person has written since, and whose words speak of danger."""


def inbox(asked: Asked, *, page: int, at: datetime, viewer: Actor, size: int = PAGE) -> Page:
    """A page of the concerns in reach, from page 1 on.

    Open ones stand by what presses: those that speak of danger, then whatever nobody has answered, then by when the
    answer is due. Others stand by when they were raised, the latest first. What a conflict of interest closes is left
    out of its page.
    """
    rows = Concern.objects.annotate(said_last=_SAID_LAST, entered_last=_ENTERED_LAST)
    rows = rows.filter(reached("see_concern", viewer=viewer) & _which(asked, at, viewer))
    rows = with_places(rows.select_related("officer")).defer("told", "likeness", "officer__lives_in")
    order = _PRESSING if asked.state in ("open", "unanswered", "received", "reopened") else _LATEST
    first = (max(1, page) - 1) * size
    found = list(rows.order_by(*order)[first : first + size + 1])
    mine = seen_among(found[:size], viewer=viewer)
    officers = people.public_officers({row.officer.reference for row in mine if row.officer}, viewer=viewer)
    return Page(tuple(_line(row, officers, at) for row in mine), len(found) > size)


def inbox_file(asked: Asked, *, at: datetime, viewer: Actor) -> Page:
    """The first IN_A_FILE concerns of a list, to be kept as a file; that they were taken is on the ledger."""
    page = inbox(asked, page=1, at=at, viewer=viewer, size=IN_A_FILE)
    with transaction.atomic():
        ledger.record(
            "read.concerns_list",
            subject=("concerns", "list"),
            by=viewer,
            at=at,
            facts={"rows": len(page.lines), "outside": False},
        )
    return page


def waiting_for(*, at: datetime, viewer: Actor) -> Waiting:
    """How many concerns in reach wait, by how their promise stands."""
    rows = Concern.objects.annotate(said_last=_SAID_LAST).filter(reached("see_concern", viewer=viewer) & _OPEN)
    wrote_again = Q(answered_at__isnull=False, said_last="person")
    rows = rows.filter(_UNANSWERED | ~Q(danger="") | wrote_again)
    mine = seen_among(_counted(rows), viewer=viewer)
    waiting = [row for row in mine if row.answered_at is None and row.words_gone_at is None]
    standings = [rules.standing(row.promised_at, row.due_at, None, at) for row in waiting]
    again = [row for row in mine if row.answered_at and row.said_last == "person"]  # type: ignore[attr-defined]
    ended = Concern.objects.annotate(entered_last=_ENTERED_LAST).filter(reached("see_concern", viewer=viewer))
    after_end = seen_among(_counted(ended.filter(_WROTE_AFTER_END)), viewer=viewer)
    return Waiting(
        unanswered=len(waiting),
        near=standings.count("near"),
        overdue=standings.count("overdue"),
        danger=sum(bool(row.danger) for row in mine),
        with_sergeant=sum(row.holder == "sergeant" for row in waiting),
        wrote_again=len(again) + len(after_end),
        alarming_after_end=sum(bool(row.danger) for row in after_end),
    )


def _counted(rows: QuerySet[Concern]) -> QuerySet[Concern]:
    return in_short(rows, "danger", "promised_at", "due_at", "answered_at", "words_gone_at")


def _which(asked: Asked, at: datetime, viewer: Actor) -> Q:
    plain = {
        "area__slug": asked.area,
        "category": asked.category,
        "channel": asked.channel,
        "holder": "sergeant" if asked.with_sergeant else "",
        "neighbourhood__official_id": asked.neighbourhood,
        "reference": (rules.reference_of(asked.reference) or "none") if asked.reference else "",
        "written_in": asked.language,
    }
    which = Q(**{name: value for name, value in plain.items() if value}) & _standing(asked.state) & _raised(asked, at)
    if asked.near:
        which &= _near(asked.near, viewer)
    if asked.danger:
        which &= ~Q(danger="")
    if asked.mine:
        which &= Q(officer__reference=viewer.officer) if viewer.officer else Q(pk__in=[])
    return which


def _standing(state: str) -> Q:
    several = {"": Q(), "open": _OPEN, "unanswered": _UNANSWERED, "wrote_again": _WROTE_AGAIN}
    return several[state] if state in several else Q(state=state)


def _raised(asked: Asked, at: datetime) -> Q:
    when = Q()
    if asked.age:
        within, long = AGES[asked.age]
        when &= Q(raised_at__gte=at - long) if within else Q(raised_at__lt=at - long)
    if asked.raised_from:
        when &= Q(raised_at__gte=_midnight(asked.raised_from))
    if asked.raised_until:
        when &= Q(raised_at__lt=_midnight(asked.raised_until))
    return when


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _near(reference: str, viewer: Actor) -> Q:
    """Around the field of a concern in reach; none where it has no field, or is not theirs."""
    found = Concern.objects.filter(reached("see_concern", viewer=viewer), reference=rules.reference_of(reference) or "")
    row = with_places(found).defer("told", "likeness").first()
    if row is None or row.grid_lat is None or row.grid_lon is None or not sees(row, viewer=viewer):
        return Q(pk__in=[])
    lats, lons = rules.around(row.grid_lat, row.grid_lon)
    return Q(grid_lat__range=lats, grid_lon__range=lons)


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
        wrote_again=_wrote_again(row),
    )


def _wrote_again(row: Concern) -> bool:
    said, entered = row.said_last, row.entered_last  # type: ignore[attr-defined]  # `inbox` asks for both
    if row.ended_at is None:
        return row.answered_at is not None and said == "person"
    return row.stirred_at > row.ended_at and row.words_gone_at is None and entered == "person"
