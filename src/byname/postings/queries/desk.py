"""Reading for the desk: areas with their teams as staff see them, officers with where they served, and why one left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.postings import rules
from byname.postings.models import Posting
from byname.vocabulary import Actor, NotThere, Period


@dataclass(frozen=True, slots=True)
class NextChange:
    """The next day on which somebody joins or leaves a team."""

    on: date
    joins: tuple[people.OfficerSeen, ...]
    leaves: tuple[people.OfficerSeen, ...]


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area on a list: who leads, how many serve, and what changes next."""

    area: places.AreaFacts
    lead: people.OfficerSeen | None
    on_the_team: int
    covers: int
    change: NextChange | None


@dataclass(frozen=True, slots=True)
class Serving:
    """One posting of an area as staff see it."""

    officer: people.OfficerSeen
    role: str
    first: date
    since: date
    """The first day of unbroken service here, in whatever role."""
    last: date | None
    """The first day no longer served, where it is set."""
    planned_end_on: date | None
    announced_on: date | None


@dataclass(frozen=True, slots=True)
class AreaDesk:
    """One area's team today, and what is to come."""

    area: places.AreaFacts
    team: tuple[Serving, ...]
    """Lead first, then by days served."""
    covers: tuple[Serving, ...]
    """Of today and to come."""
    arriving: tuple[Serving, ...]
    leaving: tuple[Serving, ...]
    """Those of the team whose last day is set."""
    left: tuple[Serving, ...]
    """Those whose last day is past and whose end can still be undone, for who may do that."""


@dataclass(frozen=True, slots=True)
class Service:
    """One posting in an officer's history."""

    area: str
    area_name: str
    division_code: str
    role: str
    period: Period
    planned_end_on: date | None
    early: bool
    """Whether it ended, or is to end, before its promised end: told to who may ask why, like the end once promised."""


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """One officer on the register's list, and where they serve today."""

    officer: people.OfficerSeen
    serves: Service | None


@dataclass(frozen=True, slots=True)
class OfficersPage:
    """One page of the register within the viewer's reach."""

    lines: tuple[OfficerLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class OfficerDesk:
    """One officer's entry, and everywhere they served, latest first."""

    entry: people.RegisterEntry
    served: tuple[Service, ...]
    divisions: frozenset[str]
    explains: bool
    """Whether the viewer may ask why a posting ended early."""

    def now(self, on: date) -> Service | None:
        """The lead or member posting of a day."""
        return next(
            (each for each in self.served if each.role in rules.ON_THE_TEAM and each.period.holds(on)),
            None,
        )


@dataclass(frozen=True, slots=True)
class EndedSeen:
    """One posting whose end can still be undone."""

    officer_title: str
    role: str
    period: Period
    planned_end_on: date | None


@dataclass(frozen=True, slots=True)
class EndReason:
    """Why one posting ended early: a code of rules.REASONS."""

    reason: str
    last: date
    planned_end_on: date | None


def areas_in_reach(
    areas: Iterable[places.AreaFacts], act: str, *, viewer: Actor, division: str = "", text: str = ""
) -> tuple[places.AreaFacts, ...]:
    """The areas a viewer reaches in an act, of one division where it is named, whose names hold every word of a text.

    Asks the database nothing: the areas are those the door holds in memory.
    """
    scope = people_rules.require_reach(viewer, act)
    words = text.casefold().split()
    return tuple(
        area
        for area in areas
        if (not division or area.division_code == division)
        and (not words or all(word in area.name.casefold() or word in area.slug for word in words))
        and (scope == "service" or people_rules.may(viewer, act, _about(area)))
    )


def area_lines(areas: Iterable[places.AreaFacts], *, on: date, viewer: Actor) -> tuple[AreaLine, ...]:
    """These areas as a list shows them, those beyond the viewer's reach left out; three queries however many.

    Who may not see an area's postings is told the changes its public page tells, and no others.
    """
    shown = areas_in_reach(areas, "see_team", viewer=viewer)
    rows = Posting.objects.filter(_not_over(on), area__slug__in=[area.slug for area in shown])
    standing: dict[str, list[rules.Served]] = defaultdict(list)
    for slug, officer, role, period, announced_on in rows.values_list(
        "area__slug", "officer__reference", "role", "period", "announced_on"
    ):
        standing[slug].append(rules.Served(officer, role, Period(period.lower, period.upper), announced_on))
    officers = _officers({row.officer for rows in standing.values() for row in rows}, on, viewer)
    return tuple(
        _line(area, standing[area.slug], officers, on, plans=people_rules.may(viewer, "see_postings", _about(area)))
        for area in shown
    )


def area_desk(area: places.AreaFacts, *, on: date, viewer: Actor) -> AreaDesk:
    """One area's team and what is to come, everybody's posting with its promise; three queries.

    Who may not see the area's postings is told what its public page tells: no end, arrival or cover beyond it.
    """
    people_rules.require(viewer, "see_team", _about(area))
    rows = list(
        Posting.objects.filter(area__slug=area.slug)
        .order_by("period", "pk")
        .values_list("officer__reference", "role", "period", "planned_end_on", "announced_on")
    )
    history = [
        rules.Served(officer, role, Period(period.lower, period.upper), announced_on)
        for officer, role, period, _, announced_on in rows
        if role in rules.ON_THE_TEAM
    ]
    standing = [row for row in rows if row[2].upper is None or row[2].upper > on]
    begins = {(row[0], row[2].lower) for row in rows if row[1] in rules.ON_THE_TEAM}
    ends = people_rules.may(viewer, "end_posting", _about(area))
    lately = [row for row in rows if ends and row[1] in rules.ON_THE_TEAM and rules.can_be_undone(row[2].upper, on)]
    lately = [row for row in lately if (row[0], row[2].upper) not in begins]
    officers = _officers({row[0] for row in (*standing, *lately)}, on, viewer)
    serving = []
    for reference, role, period, planned_end_on, announced_on in standing:
        unbroken = rules.since(reference, history, on) if role in rules.ON_THE_TEAM and period.lower <= on else None
        serving.append(
            Serving(
                officer=officers[reference],
                role=role,
                first=period.lower,
                since=unbroken or period.lower,
                last=period.upper,
                planned_end_on=planned_end_on,
                announced_on=announced_on,
            )
        )
    if not people_rules.may(viewer, "see_postings", _about(area)):
        serving = _as_told(serving, history, on)
    team = [each for each in serving if each.role in rules.ON_THE_TEAM and each.first <= on]
    team.sort(key=lambda each: rules.place_in_team(each.role, each.since, each.officer.reference))
    # Who goes on here in another role leaves nobody.
    stays = {(row[0], row[2].upper) for row in standing if (row[0], row[2].upper) in begins}
    return AreaDesk(
        area=area,
        team=tuple(team),
        covers=tuple(each for each in serving if each.role == "cover"),
        arriving=tuple(each for each in serving if each.role in rules.ON_THE_TEAM and each.first > on),
        leaving=tuple(
            sorted(
                (each for each in team if each.last and (each.officer.reference, each.last) not in stays),
                key=lambda each: each.last or date.max,
            )
        ),
        left=tuple(
            Serving(officers[reference], role, period.lower, period.lower, period.upper, planned_end_on, announced_on)
            for reference, role, period, planned_end_on, announced_on in lately
        ),
    )


def officers_in_reach(
    *, on: date, at: datetime, viewer: Actor, text: str = "", offset: int = 0, limit: int = 50
) -> OfficersPage:
    """A page of the register with where everybody serves, cut to whom the viewer answers for; at most four queries.

    A look at anybody but oneself is written on the ledger, in one line: how many were listed, never what was sought.
    """
    scope = people_rules.require_reach(viewer, "see_officer")
    among = None
    if scope == "division":
        serving = Posting.objects.filter(_not_over(on), area__division_code__in=viewer.divisions)
        among = set(serving.values_list("officer__reference", flat=True))
    page = people.register(viewer=viewer, text=text, among=among, offset=offset, limit=limit)
    references = [each.reference for each in page.officers]
    serves = _served(Q(officer__reference__in=references, period__startswith__lte=on) & _not_over(on), viewer)
    if set(references) - {viewer.officer}:
        facts: dict[str, ledger_rules.Fact] = {"rows": len(references), "sought": bool(text), "outside": False}
        with transaction.atomic():
            ledger.record("read.register", subject=("register", "list"), by=viewer, at=at, facts=facts)
    return OfficersPage(
        tuple(
            OfficerLine(
                officer,
                min(serves[officer.reference], key=lambda each: rules.ROLES.index(each.role), default=None),
            )
            for officer in page.officers
        ),
        page.total,
    )


def officer_desk(reference: str, *, on: date, at: datetime, viewer: Actor) -> OfficerDesk:
    """One officer's entry and history; the look is written on the ledger unless it is at one's own.

    NotThere for one unknown, and for one the viewer does not answer for.
    """
    people_rules.require_reach(viewer, "see_officer")
    served = _served(Q(officer__reference=reference), viewer)[reference]
    divisions = frozenset(
        each.division_code for each in served if each.period.last is None or each.period.last > on
    ) - {""}
    with transaction.atomic():
        entry = people.register_entry(reference, divisions=divisions, viewer=viewer)
        if reference != viewer.officer:
            ledger.record(
                "read.officer",
                subject=("officer", reference),
                by=viewer,
                at=at,
                facts={"outside": _outside(viewer, divisions)},
            )
    return OfficerDesk(
        entry=entry,
        served=tuple(sorted(served, key=lambda each: each.period.first, reverse=True)),
        divisions=divisions,
        explains=bool(people_rules.reach(viewer, "see_end_reason")),
    )


def ended_lately(officer: str, area: str, *, on: date, viewer: Actor) -> EndedSeen:
    """The posting of an officer to an area whose end can still be undone; NotThere where there is none."""
    people_rules.require(viewer, "end_posting", people_rules.About(area=area))
    rows = Posting.objects.filter(
        officer__reference=officer, area__slug=area, role__in=rules.ON_THE_TEAM, period__endswith__lte=on
    ).order_by("-period__endswith")
    row = rows.values_list("role", "period", "planned_end_on").first()
    if row is None or not rules.can_be_undone(row[1].upper, on):
        raise NotThere
    role, period, planned_end_on = row
    title = _officers({officer}, on, viewer)[officer].title
    return EndedSeen(title, role, Period(period.lower, period.upper), planned_end_on)


def end_reason(officer: str, area: str, first: date, *, reason: str, at: datetime, viewer: Actor) -> EndReason:
    """Why a posting of an officer to an area from a day on ended early; the look and its reason go on the ledger.

    Raises Refused without a reason to look, NotThere where there is no posting that ended early.
    """
    people_rules.require(viewer, "see_end_reason")
    people_rules.require_reason(viewer, "see_end_reason", reason)
    rows = Posting.objects.filter(
        officer__reference=officer, area__slug=area, period__startswith=first, period__endswith__isnull=False
    ).exclude(ended_early_reason="")
    with transaction.atomic():
        row = rows.values_list("ended_early_reason", "period", "planned_end_on", "area__division_code").first()
        if row is None:
            raise NotThere
        why, period, planned_end_on, division = row
        ledger.record(
            "read.end_reason",
            subject=("officer", officer),
            by=viewer,
            at=at,
            reason_code=reason,
            facts={"area": area, "outside": _outside(viewer, frozenset({division}))},
        )
    return EndReason(why, period.upper, planned_end_on)


def _about(area: places.AreaFacts) -> people_rules.About:
    return people_rules.About(area=area.slug, divisions=frozenset({area.division_code}) - {""})


def _outside(viewer: Actor, divisions: frozenset[str]) -> bool:
    """Whether somebody who answers for divisions looks beyond them; who answers for all looks beyond none."""
    return bool(viewer.divisions) and not viewer.divisions & divisions


def _not_over(on: date) -> Q:
    return Q(period__endswith=None) | Q(period__endswith__gt=on)


def _officers(references: Collection[str], on: date, viewer: Actor) -> dict[str, people.OfficerSeen]:
    divisions: dict[str, set[str]] = defaultdict(set)
    if people_rules.reach(viewer, "see_officer") == "division":
        rows = Posting.objects.filter(_not_over(on), officer__reference__in=list(references))
        for reference, code in rows.values_list("officer__reference", "area__division_code"):
            divisions[reference].add(code)
    codes = {reference: frozenset(found) - {""} for reference, found in divisions.items()}
    return people.officers_seen(references, divisions=codes, viewer=viewer)


def _as_told(serving: Iterable[Serving], history: Collection[rules.Served], on: date) -> list[Serving]:
    """Postings of an area as its public page tells them: what is announced, and no day of who is hidden."""
    coming, _ = rules.announced_changes(list(history), on)
    joins = {(change.joins, change.on) for change in coming}
    leaves = {change.leaves: change.on for change in coming if change.leaves}
    told = []
    for each in serving:
        begun, shown = each.first <= on, each.role in rules.ON_THE_TEAM and not each.officer.hidden
        if begun or (shown and (each.officer.reference, each.first) in joins):
            last = leaves.get(each.officer.reference) if begun and shown else None
            promised = each.planned_end_on if shown and each.planned_end_on and each.planned_end_on > on else None
            told.append(replace(each, last=last, planned_end_on=promised))
    return told


def _line(
    area: places.AreaFacts,
    rows: list[rules.Served],
    officers: Mapping[str, people.OfficerSeen],
    on: date,
    *,
    plans: bool,
) -> AreaLine:
    team = [row for row in rows if row.role in rules.ON_THE_TEAM]
    today = [row for row in team if row.period.holds(on)]
    lead = next((officers[row.officer] for row in today if row.role == "lead"), None)
    joins, leaves = defaultdict(list), defaultdict(list)
    for row in team if plans else ():
        if row.period.first > on:
            joins[row.period.first].append(row.officer)
        if row.period.last is not None:
            leaves[row.period.last].append(row.officer)
    for told in () if plans else rules.announced_changes(team, on)[0]:
        for officer, known in ((told.joins, joins), (told.leaves, leaves)):
            if officer and not officers[officer].hidden:
                known[told.on].append(officer)
    change = None
    if days := joins.keys() | leaves.keys():
        day = min(days)
        # Who goes on in another role neither comes nor goes.
        both = set(joins[day]) & set(leaves[day])
        change = NextChange(
            day,
            tuple(officers[each] for each in sorted(joins[day]) if each not in both),
            tuple(officers[each] for each in sorted(leaves[day]) if each not in both),
        )
    covers = sum(row.role == "cover" and row.period.holds(on) for row in rows)
    return AreaLine(area, lead, len({row.officer for row in today}), covers, change)


def _served(which: Q, viewer: Actor) -> dict[str, list[Service]]:
    explains = bool(people_rules.reach(viewer, "see_end_reason"))
    found: dict[str, list[Service]] = defaultdict(list)
    rows = Posting.objects.filter(which).values_list(
        "officer__reference", "area__slug", "area__name", "area__division_code", "role", "period", "planned_end_on"
    )
    for reference, slug, name, code, role, period, planned_end_on in rows:
        early = explains and role != "cover" and rules.ends_early(period.upper, planned_end_on)
        span = Period(period.lower, period.upper)
        if period.upper is not None and not explains:
            # The promised end beside the last day would tell that it ended early.
            planned_end_on = None
        found[reference].append(Service(slug, name, code, role, span, planned_end_on, early))
    return found
