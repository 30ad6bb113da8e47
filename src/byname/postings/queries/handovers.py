"""Reading handovers: how they stand for those who plan, and what is written in them for those who hand over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.postings import rules
from byname.postings.models import HandoverItem, Posting
from byname.vocabulary import Actor, NotThere, Period


@dataclass(frozen=True, slots=True)
class HandoverState:
    """How a handover stands: between whom, until when, and whose word is given; nothing of what is written in it."""

    reference: str
    area: str
    area_name: str
    division_code: str
    role: str
    outgoing: str
    outgoing_title: str
    incoming: str
    """Empty, like the title, where nobody is known to take over."""
    incoming_title: str
    leaves_on: date
    """The first day the one who leaves no longer serves."""
    arrives_on: date | None
    outgoing_word_at: datetime | None
    incoming_word_at: datetime | None
    stood_in: bool
    closed_at: datetime | None

    @property
    def closed(self) -> bool:
        """Whether both have given their word."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on a checklist; its words are empty once they have expired."""

    number: int
    kind: str
    words: str
    agreed_on: date | None
    done: bool
    vouched: bool
    """Whether it stood there when the one who leaves gave their word: then only they take it off."""


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """One handover for one viewer: how it stands, and where they may read it, what is written."""

    state: HandoverState
    side: str
    """"outgoing" or "incoming" where the viewer is one of the two, else empty."""
    may_read: bool
    may_work: bool
    may_stand_in: bool
    """Whether the viewer is a sergeant who may speak for the officer who left, and name who takes over."""
    items: tuple[Item, ...]
    """None of them where the viewer may not read."""
    still_open: int
    """How many things must be passed on and are not ticked."""
    words_expire_on: date
    days_together: int
    """On how many days both serve the area before the change."""
    told_from: date | None
    """The day from which the public page tells that they leave; None where it is not set."""
    candidates: tuple[tuple[str, str], ...]
    """For who may name one: reference and title of all who serve the area or are about to, but the one who leaves."""


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody on a team, when they leave as far as it is known, and their handover where it is open."""

    officer: str
    """Empty where the officer is hidden from the viewer."""
    title: str
    leaves_on: date | None
    is_set: bool
    """Whether that day is set; else it is the promised one."""
    may_open: bool
    """Whether a handover may be opened for that day already."""
    handover: HandoverState | None


@dataclass(frozen=True, slots=True)
class AreaToHandOver:
    """An area, its team, and the open handovers of those who have left it."""

    slug: str
    name: str
    team: tuple[TeamMember, ...]
    left: tuple[HandoverState, ...]


# In SQL: five tables put together from the models took longer than to ask them, on every Today.
_STATES: Final = """
    SELECT handover.reference, area.slug, area.name, area.division_code, handover.role, outgoing.reference,
        incoming.reference, handover.leaves_on, handover.arrives_on, handover.outgoing_word_at,
        handover.incoming_word_at, handover.stood_in, handover.closed_at
    FROM byname_handover handover
    JOIN byname_area area ON area.id = handover.area_id
    JOIN byname_officer outgoing ON outgoing.id = handover.outgoing_id
    LEFT JOIN byname_officer incoming ON incoming.id = handover.incoming_id
    WHERE {where}
    ORDER BY handover.leaves_on, area.name, handover.id
"""


def handover(reference: str, *, viewer: Actor, at: datetime) -> HandoverPage:
    """One handover as a viewer may see it; whoever reads one that is not their own is recorded as a reader.

    Raises NotThere where there is none within their reach. Who may only plan learns how it stands, and nothing else.
    """
    people_rules.require_reach(viewer, "open_handover")
    state = next(iter(_states("handover.reference = %(reference)s", {"reference": reference}, viewer)), None)
    if state is None:
        raise NotThere
    people_rules.require(viewer, "open_handover", _about(state, viewer=viewer))
    closed = places_told_of(state.area, viewer=viewer)
    may_read = people_rules.may(viewer, "see_handover", _about(state, closed, viewer=viewer))
    on = timezone.localtime(at).date()
    side = rules.side_of(viewer.officer, state.outgoing, state.incoming)
    if may_read and not side:
        with transaction.atomic():
            ledger.record("read.handover", subject=("handover", reference), by=viewer, at=at, facts={"outside": False})
    items = tuple(_items(reference, state.outgoing_word_at)) if may_read else ()
    served = _served(state.area)
    may_work = people_rules.may(viewer, "work_handover", _about(state, closed, viewer=viewer))
    inside = people_rules.About(area=state.area, divisions=frozenset({state.division_code}), places=closed)
    may_stand_in = people_rules.may(viewer, "stand_in_handover", inside) and not state.closed
    return HandoverPage(
        state=state,
        side=side,
        may_read=may_read,
        may_work=may_work and not state.closed,
        may_stand_in=may_stand_in,
        items=items,
        still_open=sum(1 for item in items if item.kind in rules.PASSED_ON and not item.done),
        words_expire_on=rules.words_expire_on(
            state.leaves_on, on, timezone.localtime(state.closed_at).date() if state.closed_at else None
        ),
        days_together=rules.days_side_by_side(
            [row.period for row in served if row.officer == state.outgoing],
            [row.period for row in served if row.officer == state.incoming],
            state.leaves_on,
        ),
        told_from=_told_from(state, served),
        candidates=tuple(
            sorted(
                {
                    (row.officer, row.title)
                    for row in served
                    if may_stand_in
                    and row.officer != state.outgoing
                    and (row.period.last is None or row.period.last > on)
                },
                key=lambda pair: pair[1],
            )
        ),
    )


def open_handovers(*, viewer: Actor, area: str = "", named_until: date | None = None) -> tuple[HandoverState, ...]:
    """The handovers within a viewer's reach that are not closed, the next change first; of one area where named.

    Where a day is said, those that change later and are not the viewer's own stand there without officers' titles.
    """
    scope = people_rules.require_reach(viewer, "open_handover")
    where = f"handover.closed_at IS NULL AND {_within(viewer, scope)}"
    if area:
        where += " AND area.slug = %(area)s"
    about = {
        "area": area,
        "officer": viewer.officer,
        "areas": sorted(viewer.areas),
        "divisions": sorted(viewer.divisions),
    }
    return tuple(_states(where, about, viewer, named_until))


def area_to_hand_over(area: str, *, on: date, viewer: Actor) -> AreaToHandOver:
    """An area's team with everybody's last day, and the handovers open there; NotThere outside the viewer's reach."""
    people_rules.require_reach(viewer, "open_handover")
    known = posts.areas_to_post({area}, viewer=viewer).get(area)
    if known is None:
        raise NotThere
    inside = people_rules.About(area=area, divisions=frozenset({known.division_code}) - {""})
    told_of = people.area_codes(area, known.official_ids, viewer=viewer)
    people_rules.require(viewer, "open_handover", replace(inside, places=told_of))
    # One that both closed before its day stands until then: no other is opened for it.
    standing = _states(
        "area.slug = %(area)s AND (handover.closed_at IS NULL OR handover.leaves_on >= %(on)s)",
        {"area": area, "on": on},
        viewer,
    )
    opened = {state.outgoing: state for state in standing}
    rows = (
        Posting.objects.filter(area__slug=area, role__in=rules.ON_THE_TEAM, period__contains=on)
        .order_by("role", "period", "pk")
        .values_list("officer__reference", "period", "planned_end_on")
    )
    divisions = {row[0]: inside.divisions for row in rows}
    seen = people.officers_seen(divisions, divisions=divisions, viewer=viewer)
    team = []
    for officer, period, planned in rows:
        leaving = rules.leaves_on(period.upper, planned)
        soon = leaving is not None and on < leaving <= on + rules.OPENS_EARLIEST
        state = opened.pop(officer, None)
        named = seen[officer]
        may_open = soon and bool(named.reference)
        team.append(TeamMember(named.reference, named.called, leaving, period.upper is not None, may_open, state))
    left = tuple(state for state in opened.values() if not state.closed)
    return AreaToHandOver(known.slug, known.name, tuple(team), left)


def places_told_of(area: str, *, viewer: Actor) -> frozenset[str]:
    """The places an area's handovers tell of, as the codes conflicts of interest are kept in."""
    people_rules.require(viewer, "see_public")
    known = posts.areas_to_post({area}, viewer=viewer)
    return people.area_codes(area, known[area].official_ids, viewer=viewer) if area in known else frozenset()


def _about(state: HandoverState, closed: Collection[str] = (), *, viewer: Actor) -> people_rules.About:
    """What a handover is about: for either of its two officers it is their own, also before and after they serve."""
    party = viewer.officer in (state.outgoing, state.incoming)
    return people_rules.About(
        officer=viewer.officer if party else "",
        area=state.area,
        divisions=frozenset({state.division_code}) - {""},
        places=frozenset(closed),
    )


def _within(viewer: Actor, scope: str) -> str:
    """The SQL condition that says which handovers somebody reaches."""
    if scope == "service":
        return "true"
    # Each found once, before any other table is looked at.
    own = (
        "(SELECT id FROM byname_officer WHERE reference = %(officer)s) IN (handover.outgoing_id, handover.incoming_id)"
    )
    areas = "handover.area_id = ANY(ARRAY(SELECT id FROM byname_area WHERE slug = ANY(%(areas)s)))"
    return f"({own} OR {areas}{' OR area.division_code = ANY(%(divisions)s)' if scope == 'division' else ''})"


def _states(
    where: str, about: Mapping[str, Any], viewer: Actor, named_until: date | None = None
) -> list[HandoverState]:
    """The handovers for which an SQL condition holds, the next change first."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES.format(where=where), dict(about))
        rows = cursor.fetchall()
    # Both officers belong to the area's division: who answers for it is told who they are, hidden or not.
    divisions: dict[str, frozenset[str]] = defaultdict(frozenset)
    for _, _, _, division, _, outgoing, incoming, leaves_on, *_ in rows:
        own = viewer.officer and viewer.officer in (outgoing, incoming)
        if named_until is None or leaves_on <= named_until or own:
            for officer in filter(None, (outgoing, incoming)):
                divisions[officer] |= frozenset({division}) - {""}
    seen = people.officers_seen(divisions, divisions=divisions, viewer=viewer) if divisions else {}
    titles = {officer: each.called for officer, each in seen.items()}
    return [
        HandoverState(
            reference=reference,
            area=slug,
            area_name=name,
            division_code=division,
            role=role,
            outgoing=outgoing,
            outgoing_title=titles.get(outgoing, ""),
            incoming=incoming or "",
            incoming_title=titles.get(incoming, ""),
            leaves_on=leaves_on,
            arrives_on=arrives_on,
            outgoing_word_at=outgoing_word_at,
            incoming_word_at=incoming_word_at,
            stood_in=stood_in,
            closed_at=closed_at,
        )
        for (
            reference, slug, name, division, role, outgoing, incoming, leaves_on, arrives_on, outgoing_word_at,
            incoming_word_at, stood_in, closed_at,
        ) in rows
    ]  # fmt: skip


def _items(reference: str, word_at: datetime | None) -> list[Item]:
    rows = HandoverItem.objects.filter(handover__reference=reference).order_by("added_at", "pk")
    return [
        Item(
            row.pk,
            row.kind,
            row.words,
            row.agreed_on,
            row.done_at is not None,
            rules.vouched(row.added_at, word_at),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class _Served:
    officer: str
    title: str
    role: str
    period: Period
    announced_on: date | None


def _served(area: str) -> list[_Served]:
    rows = Posting.objects.filter(area__slug=area).values_list(
        "officer__reference", "officer__rank", "officer__family_name", "role", "period", "announced_on"
    )
    return [
        _Served(officer, f"{rank} {family}", role, Period(period.lower, period.upper), announced_on)
        for officer, rank, family, role, period, announced_on in rows
    ]


def _told_from(state: HandoverState, served: list[_Served]) -> date | None:
    told = [
        row.announced_on
        for row in served
        if row.announced_on is not None
        and row.role == state.role
        and (
            (
                row.officer == state.outgoing
                and row.period.last == state.leaves_on
                and row.announced_on > row.period.first
            )
            or (row.period.first == state.leaves_on and row.announced_on <= row.period.first)
        )
    ]
    return min(told, default=None)
