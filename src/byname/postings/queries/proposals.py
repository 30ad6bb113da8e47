"""Reading proposals: what waits, what was decided, and what adopting one would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal

from django.db import connection, transaction
from django.db.models import Q

from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts as places
from byname.postings import rules
from byname.postings.models import Posting
from byname.postings.queries.desk import _officers
from byname.vocabulary import Actor, NotThere, Period

State = Literal["waiting", "adopted", "dropped"]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One proposal on a list."""

    number: int
    officer: str
    """A reference; empty where the officer is hidden from the viewer, who did not propose them either."""
    officer_title: str
    area: str
    area_name: str
    role: str
    first_on: date
    planned_end_on: date
    succeeds_title: str
    """Whom it takes over from; empty where it plans no successor."""
    succeeds: str
    """Their reference, empty where they are hidden from the viewer."""
    succeeds_posting: int | None
    """Which posting of theirs."""
    proposed_by: int | None
    """The number of an account."""
    proposed_at: datetime
    decided_at: datetime | None
    state: State


@dataclass(frozen=True, slots=True)
class ProposalSeen:
    """One proposal, and everything adopting it would break or change."""

    line: ProposalLine
    face: people.OfficerSeen
    consequences: tuple[rules.Consequence, ...]
    endings: rules.Endings
    told_on: date
    """The day residents are told, were it adopted today."""
    succeeds: str
    """The reference of whom it takes over from."""
    adopts: bool
    """Whether the viewer may adopt it."""

    @property
    def refused(self) -> bool:
        """Whether something forbids adopting it."""
        return bool(rules.refusal(self.consequences))


def proposals_waiting(*, on: date, viewer: Actor, area: str = "") -> tuple[ProposalLine, ...]:
    """What waits for a decision within the viewer's reach, by first day; of one area where it is named.

    Here as in all that follows, an officer hidden from the viewer on a day is "an officer".
    """
    where = "proposal.adopted_at IS NULL AND proposal.dropped_at IS NULL"
    found = _lines(f"{where} AND area.slug = %(area)s" if area else where, {"area": area}, viewer)
    return _told(found, _unseen(found, on, viewer), viewer)


def proposals_decided(*, since: datetime, on: date, viewer: Actor) -> tuple[ProposalLine, ...]:
    """What the viewer proposed and somebody else decided since a moment, latest first."""
    lately = (
        "proposal.proposed_by = %(viewer)s AND proposal.decided_by IS DISTINCT FROM %(viewer)s"
        " AND (proposal.adopted_at >= %(since)s OR proposal.dropped_at >= %(since)s)"
    )
    found = _lines(lately, {"viewer": viewer.account_id, "since": since}, viewer)
    found = _told(found, _unseen(found, on, viewer), viewer)
    return tuple(sorted(found, key=lambda line: line.decided_at or line.proposed_at, reverse=True))


def proposal_line(number: int, *, on: date, viewer: Actor) -> ProposalLine:
    """One proposal as it stands on a list; NotThere for what is not the viewer's."""
    found = _one(number, viewer)
    return _told(found, _unseen(found, on, viewer), viewer)[0]


def officer_to_propose(name: str, *, on: date, viewer: Actor) -> people.OfficerToPost | None:
    """An officer by reference or badge number; None for one unknown, and for one who is hidden from the viewer."""
    people_rules.require_reach(viewer, "propose_posting")
    found = people.officers_to_post({name}, viewer=viewer).get(name)
    if found is None:
        return None
    divisions = {found.reference: _divisions_of(found.reference, on)}
    seen = people.officers_seen({found.reference}, divisions=divisions, viewer=viewer)[found.reference]
    return found if seen.reference else None


def proposal(number: int, *, on: date, at: datetime, viewer: Actor) -> ProposalSeen:
    """One proposal as it would stand on a day, weighed anew each time; NotThere for what is not the viewer's.

    Where the officer lives in the area, the look is written on the ledger, and who cannot adopt is not told why.
    """
    (line,) = found = _one(number, viewer)
    officer = people.officers_to_post({line.officer}, viewer=viewer)[line.officer]
    area = places.areas_to_post({line.area}, viewer=viewer)[line.area]
    plan = _plan(line, officer, area)
    record = _record(plan, officer.row_id, area.row_id)
    unseen = _unseen(found, on, viewer, record)
    (told,) = _told(found, unseen, viewer)
    plan = replace(plan, officer_title=told.officer_title)
    known = {line.officer, line.succeeds} if _own(line, viewer) else frozenset[str]()
    record = [
        replace(each, officer_title=people.UNNAMED.title) if each.officer in unseen - known else each for each in record
    ]
    officers = people.officers_seen({line.officer}, divisions={}, viewer=viewer)
    adopts = people_rules.may(viewer, "adopt_posting", people_rules.About(area=line.area))
    consequences = rules.consequences(plan, record, on=on) if line.state == "waiting" else ()
    if rules.tells_home(consequences):
        outside = bool(viewer.divisions) and not viewer.divisions & _divisions_of(line.officer, on)
        with transaction.atomic():
            ledger.record(
                "read.home",
                subject=("officer", line.officer),
                by=viewer,
                at=at,
                facts={"area": line.area, "outside": outside},
            )
        if not adopts:
            consequences = rules.home_untold(plan, consequences)
    if unseen:
        within = people.UNNAMED.family_name
        consequences = tuple(
            replace(each, sentence=each.sentence.replace(f" {people.UNNAMED.title}", f" {within}"))
            for each in consequences
        )
    return ProposalSeen(
        line=told,
        face=officers.get(line.officer, people.UNNAMED),
        consequences=consequences,
        endings=rules.endings(plan, record),
        told_on=rules.first_told_on(plan.first, on),
        succeeds=told.succeeds,
        adopts=adopts,
    )


@dataclass(frozen=True, slots=True)
class EndingSeen:
    """One posting that may be ended, and what would be left of its team."""

    officer_title: str
    area_name: str
    role: str
    first: date
    last: date | None
    planned_end_on: date | None
    left_behind: tuple[rules.Consequence, ...]


def ending(officer: str, area: str, *, on: date, viewer: Actor) -> EndingSeen:
    """The posting of an officer to an area that is not over, and what would be left of the team without them.

    NotThere where there is none, or the viewer may not end it.
    """
    people_rules.require(viewer, "end_posting", people_rules.About(area=area))
    team = _on_record("area.slug = %(area)s", {"area": area}, on)
    posting = next((each for each in team if each.officer == officer), None)
    if posting is None:
        raise NotThere
    return EndingSeen(
        officer_title=posting.officer_title,
        area_name=posting.area_name,
        role=posting.role,
        first=posting.period.first,
        last=posting.period.last,
        planned_end_on=posting.planned_end_on,
        left_behind=tuple(rules.left_behind([posting], team, max(on, posting.period.first))),
    )


def _divisions_of(officer: str, on: date) -> frozenset[str]:
    """The codes of the divisions an officer serves in from a day on."""
    lasting = Q(period__endswith=None) | Q(period__endswith__gt=on)
    rows = Posting.objects.filter(lasting, officer__reference=officer)
    return frozenset(rows.values_list("area__division_code", flat=True)) - {""}


# In SQL: five tables put together from the models took longer than to ask them, on every Today of those who plan.
_LINES: Final = """
    SELECT proposal.id, officer.reference, officer.rank, officer.family_name, officer.badge_number, area.slug,
        area.name, proposal.role, proposal.first_on, proposal.planned_end_on, leaving.rank, leaving.family_name,
        leaving.badge_number, leaving.reference, proposal.succeeds_id, proposal.proposed_by, proposal.proposed_at,
        proposal.adopted_at, proposal.dropped_at
    FROM byname_proposal proposal
    JOIN byname_officer officer ON officer.id = proposal.officer_id
    JOIN byname_area area ON area.id = proposal.area_id
    LEFT JOIN byname_posting before ON before.id = proposal.succeeds_id
    LEFT JOIN byname_officer leaving ON leaving.id = before.officer_id
    WHERE (%(everywhere)s OR area.division_code = ANY(%(divisions)s)) AND {where}
    ORDER BY proposal.first_on, proposal.id
"""


def _lines(where: str, about: Mapping[str, Any], viewer: Actor) -> tuple[ProposalLine, ...]:
    """The proposals within reach for which an SQL condition on `proposal` and `area` holds, by first day, all named."""
    # Who adopts sees what there is to adopt, though an operator proposes nothing.
    act = "propose_posting" if people_rules.reach(viewer, "propose_posting") else "adopt_posting"
    everywhere = people_rules.require_reach(viewer, act) == "service"
    with connection.cursor() as cursor:
        reach: dict[str, Any] = {"everywhere": everywhere, "divisions": sorted(viewer.divisions)}
        cursor.execute(_LINES.format(where=where), {**reach, **about})
        rows = cursor.fetchall()
    found = []
    for (
        number, officer, rank, family, badge, area, area_name, role, first_on, planned_end_on, before_rank,
        before_family, before_badge, before, succeeds, proposed_by, proposed_at, adopted_at, dropped_at,
    ) in rows:  # fmt: skip
        found.append(
            ProposalLine(
                number=number,
                officer=officer,
                officer_title=f"{rank} {family} ({badge})",
                area=area,
                area_name=area_name,
                role=role,
                first_on=first_on,
                planned_end_on=planned_end_on,
                succeeds_title=f"{before_rank} {before_family} ({before_badge})" if before_family else "",
                succeeds=before or "",
                succeeds_posting=succeeds,
                proposed_by=proposed_by,
                proposed_at=proposed_at,
                decided_at=adopted_at or dropped_at,
                state="adopted" if adopted_at else "dropped" if dropped_at else "waiting",
            )
        )
    return tuple(found)


def _one(number: int, viewer: Actor) -> tuple[ProposalLine, ...]:
    found = _lines("proposal.id = %(number)s", {"number": number}, viewer)
    if not found:
        raise NotThere
    return found


def _own(line: ProposalLine, viewer: Actor) -> bool:
    return line.proposed_by is not None and line.proposed_by == viewer.account_id


def _unseen(
    lines: Iterable[ProposalLine], on: date, viewer: Actor, record: Collection[rules.OnRecord] = ()
) -> frozenset[str]:
    """Who of all these, by reference, is hidden from the viewer on a day."""
    named = {name for line in lines for name in (line.officer, line.succeeds) if name}
    named |= {each.officer for each in record}
    if not named or people_rules.may(viewer, "see_officer"):
        return frozenset()
    seen = _officers(named, on, viewer)
    return frozenset(name for name in named if not seen[name].reference)


def _told(lines: tuple[ProposalLine, ...], unseen: frozenset[str], viewer: Actor) -> tuple[ProposalLine, ...]:
    """The lines as the viewer may read them: nobody is kept from who proposed them."""
    told = []
    for each in lines:
        line = each
        if line.officer in unseen and not _own(line, viewer):
            line = replace(line, officer="", officer_title=people.UNNAMED.title)
        if line.succeeds in unseen and not _own(line, viewer):
            line = replace(line, succeeds="", succeeds_title=people.UNNAMED.family_name)
        told.append(line)
    return tuple(told)


def _plan(line: ProposalLine, officer: people.OfficerToPost, area: places.AreaToPost) -> rules.Plan:
    return rules.Plan(
        officer=line.officer,
        officer_title=line.officer_title,
        area=line.area,
        area_name=line.area_name,
        role=line.role,
        first=line.first_on,
        planned_end_on=line.planned_end_on,
        languages=frozenset(officer.languages),
        lives_in=officer.lives_in,
        official_ids=area.official_ids,
        succeeds=line.succeeds_posting,
    )


def _record(plan: rules.Plan, officer_id: int, area_id: int) -> list[rules.OnRecord]:
    """What is on record of the officer, of the area, and of the area they would leave, from the first day on."""
    # The areas they would leave as a list found first: so all four are found by an index.
    which = """
        (posting.officer_id = %(officer)s OR posting.area_id = %(area)s OR posting.id = %(also)s
        OR posting.area_id = ANY(ARRAY(
            SELECT area_id FROM byname_posting
            WHERE officer_id = %(officer)s AND role = ANY(%(team)s)
              AND (upper(period) IS NULL OR upper(period) > %(first)s OR id = %(also)s)
        )))
    """
    return _on_record(which, {"officer": officer_id, "area": area_id}, plan.first, plan.succeeds or 0)


_ON_RECORD: Final = """
    SELECT posting.id, officer.reference, officer.rank, officer.family_name, officer.badge_number, officer.languages,
        area.slug, area.name, posting.role, posting.period, posting.planned_end_on
    FROM byname_posting posting
    JOIN byname_officer officer ON officer.id = posting.officer_id
    JOIN byname_area area ON area.id = posting.area_id
    WHERE posting.role = ANY(%(team)s) AND {where}
      AND (upper(posting.period) IS NULL OR upper(posting.period) > %(first)s OR posting.id = %(also)s)
    ORDER BY posting.period, posting.id
"""


def _on_record(where: str, about: Mapping[str, Any], first: date, also: int = 0) -> list[rules.OnRecord]:
    """The lead and member postings not over on a day, or `also` that one, for which an SQL condition holds."""
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"team": list(rules.ON_THE_TEAM), "first": first, "also": also}
        cursor.execute(_ON_RECORD.format(where=where), {**asked, **about})
        rows = cursor.fetchall()
    return [
        rules.OnRecord(
            number=number,
            officer=reference,
            officer_title=f"{rank} {family} ({badge})",
            area=slug,
            area_name=name,
            role=role,
            period=Period(period.lower, period.upper),
            planned_end_on=planned_end_on,
            languages=frozenset(languages),
        )
        for number, reference, rank, family, badge, languages, slug, name, role, period, planned_end_on in rows
    ]
