"""The directory: every area's team as the public may see it on one day, held in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from django.db.models import Q

from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.postings import rules
from byname.postings.models import Posting
from byname.postings.queries.hours import CityHours, city_hours
from byname.vocabulary import Actor, Period, Point

PublicPhoto = people.PublicPhoto
PublicOfficer = people.PublicOfficer
Continuity = rules.Continuity
MonthHours = rules.MonthHours


@dataclass(frozen=True, slots=True)
class PublicPosting:
    """An officer on a team today."""

    officer: PublicOfficer
    role: str
    """"lead", "member" or "cover"."""
    since: date | None
    """The first day here; None for a cover, which shows today only."""
    until: date | None
    """The announced end, else the promised one; None for a cover, and where the promised day has passed."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change of the team, announced before it happens and told for sixty days after.

    Of somebody who has left, the name alone is told.
    """

    on: date
    role: str
    joins: PublicOfficer | None
    leaves: PublicOfficer | None


@dataclass(frozen=True, slots=True)
class Team:
    """The team of one area on one day."""

    area: places.AreaFacts
    division: places.DivisionFacts | None
    postings: tuple[PublicPosting, ...]
    """Lead first, then members by time served here."""
    covers: tuple[PublicPosting, ...]
    coming: tuple[Announcement, ...]
    recent: tuple[Announcement, ...]
    continuity: Continuity
    hours: MonthHours | None = None
    """Of the latest published month; None where the team's own are not published."""

    def serves(self, on: date) -> bool:
        """Whether the programme is here on a day: somebody stands on the team, or it has begun and is vacant."""
        begun = self.area.served_since is not None and self.area.served_since <= on
        return begun or bool(self.postings or self.covers)

    @property
    def languages(self) -> frozenset[str]:
        """The languages whoever stands on the team speaks, as far as they are shown."""
        return frozenset(code for each in (*self.postings, *self.covers) for code in each.officer.languages)


@dataclass(frozen=True, slots=True)
class Found:
    """The answer for a point in the service's area: its team, or the plain statement that there is none yet."""

    neighbourhood: places.NeighbourhoodFacts | None
    division: places.DivisionFacts | None
    team: Team | None
    also: tuple[Team, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Every area's team on one day."""

    on: date
    version: int
    territory: places.Territory
    teams: dict[str, Team]
    """By the area's slug, also of areas where the programme has not begun."""
    hours: CityHours | None = None
    """Hours of the latest published month."""
    serving: tuple[Team, ...] = field(init=False, repr=False)
    """The teams of the areas where the programme is today, by the area's name."""
    references: frozenset[str] = field(init=False, repr=False)
    """Every officer who is shown on a team or covers today."""
    _neighbourhoods: Mapping[int, places.NeighbourhoodFacts] = field(init=False, repr=False)
    _divisions: Mapping[str, places.DivisionFacts] = field(init=False, repr=False)
    _made_of: Mapping[int, tuple[str, ...]] = field(init=False, repr=False)
    # One value for each different answer: a city has a few hundred, asked for thousands of times a second.
    _answers: dict[tuple[int | None, tuple[str, ...], str | None], Found] = field(
        init=False, default_factory=dict, repr=False
    )

    def __post_init__(self) -> None:
        made_of: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for area in self.territory.areas:
            for official_id in area.official_ids:
                made_of[official_id].append((len(area.official_ids), area.slug))
        keep = partial(object.__setattr__, self)
        serving = tuple(team for team in self.teams.values() if team.serves(self.on))
        shown = (each.officer.reference for team in serving for each in (*team.postings, *team.covers))
        keep("serving", serving)
        keep("references", frozenset(shown))
        keep("_neighbourhoods", {each.official_id: each for each in self.territory.neighbourhoods})
        keep("_divisions", {each.code: each for each in self.territory.divisions})
        keep("_made_of", {key: tuple(slug for _, slug in sorted(areas)) for key, areas in made_of.items()})

    def at(self, point: Point) -> Found | None:
        """Who serves at a point, open water of a division among them; None outside the service's area."""
        official_id = self.territory.neighbourhood_at(point)
        slugs = self.territory.areas_at(point)
        code = self.territory.division_at(point)
        if official_id is None and not slugs and code not in self._divisions:
            return None
        return self._found(official_id, slugs, code)

    def of_neighbourhood(self, official_id: int) -> Found | None:
        """Who serves in a neighbourhood; None where there is no such id."""
        if official_id not in self._neighbourhoods:
            return None
        return self._found(official_id, self._made_of.get(official_id, ()), None)

    def of_area(self, slug: str) -> Found | None:
        """Who serves an area; None where there is no such area."""
        team = self.teams.get(slug)
        if team is None:
            return None
        only = team.area.official_ids[0] if len(team.area.official_ids) == 1 else None
        return self._found(only, (slug,), None)

    def team_of(self, slug: str) -> Team | None:
        """The team of an area where the programme is today; None elsewhere."""
        team = self.teams.get(slug)
        return team if team is not None and team.serves(self.on) else None

    def _found(self, official_id: int | None, slugs: tuple[str, ...], division_code: str | None) -> Found:
        key = official_id, slugs, division_code
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._answer(*key)
        return found

    def _answer(self, official_id: int | None, slugs: tuple[str, ...], division_code: str | None) -> Found:
        neighbourhood = self._neighbourhoods.get(official_id) if official_id is not None else None
        teams = [team for slug in slugs if (team := self.teams.get(slug)) and team.serves(self.on)]
        team = teams[0] if teams else None
        home = neighbourhood.home_division_code if neighbourhood else ""
        division = self._divisions.get(division_code or home) or self._divisions.get(home)
        if team and team.division:
            division = team.division
        return Found(neighbourhood, division, team, tuple(teams[1:]))


@dataclass(frozen=True, slots=True)
class _Row:
    area: str
    officer: str
    role: str
    period: Period
    planned_end_on: date | None
    announced_on: date | None


def directory(*, on: date, version: int, viewer: Actor, territory: places.Territory | None = None) -> Directory:
    """The whole directory on a day, in three queries beyond the territory's, which may be handed in where unchanged."""
    people_rules.require(viewer, "see_public")
    land = territory or places.territory(on=on, viewer=viewer)
    rows = _rows(on)
    officers = people.public_officers({row.officer for row in rows}, viewer=viewer)
    divisions = {division.code: division for division in land.divisions}
    by_area: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_area[row.area].append(row)
    published = city_hours(viewer=viewer)
    hours = published.areas if published else {}
    teams = {
        area.slug: _team(
            area, divisions.get(area.division_code), by_area[area.slug], officers, hours.get(area.slug), on
        )
        for area in land.areas
    }
    return Directory(on=on, version=version, territory=land, teams=teams, hours=published)


def _rows(on: date) -> list[_Row]:
    # What is to come is read only where it has been announced, and of covers only today's.
    wanted = (Q(role__in=rules.ON_THE_TEAM) & (Q(period__startswith__lte=on) | Q(announced_on__lte=on))) | Q(
        role="cover", period__contains=on
    )
    return [
        _Row(area, officer, role, Period(period.lower, period.upper), planned_end_on, announced_on)
        for area, officer, role, period, planned_end_on, announced_on in Posting.objects.filter(wanted).values_list(
            "area__slug", "officer__reference", "role", "period", "planned_end_on", "announced_on"
        )
    ]


def _team(
    area: places.AreaFacts,
    division: places.DivisionFacts | None,
    rows: Sequence[_Row],
    officers: Mapping[str, PublicOfficer],
    hours: MonthHours | None,
    on: date,
) -> Team:
    served = [row for row in rows if row.role in rules.ON_THE_TEAM]
    history = [rules.Served(row.officer, row.role, row.period, row.announced_on) for row in served]
    coming, recent = rules.announced_changes(history, on)
    announced_ends = {change.leaves: change.on for change in coming if change.leaves}
    postings = []
    for row in served:
        officer = officers.get(row.officer)
        first = rules.since(row.officer, history, on) if officer and row.period.holds(on) else None
        if officer and first:
            until = announced_ends.get(row.officer) or row.planned_end_on
            postings.append(PublicPosting(officer, row.role, first, until if until and until > on else None))
    postings.sort(key=lambda each: rules.place_in_team(each.role, each.since or on, each.officer.reference))
    covers = [
        PublicPosting(officer, "cover", None, None)
        for row in sorted(rows, key=lambda row: row.officer)
        if row.role == "cover" and (officer := officers.get(row.officer))
    ]
    told = tuple(_announcements(coming, officers))
    return Team(
        area=area,
        division=division,
        postings=tuple(postings),
        covers=tuple(covers),
        coming=told,
        recent=tuple(_announcements(recent, officers)),
        continuity=rules.continuity(
            [each.since for each in postings if each.since],
            history,
            on=on,
            next_change_on=told[0].on if told else None,
        ),
        hours=hours,
    )


def _announcements(changes: Sequence[rules.Change], officers: Mapping[str, PublicOfficer]) -> list[Announcement]:
    told = []
    for change in changes:
        joins, leaves = officers.get(change.joins or ""), officers.get(change.leaves or "")
        if joins or leaves:
            told.append(Announcement(change.on, change.role, joins, leaves and _by_name(leaves)))
    return told


def _by_name(officer: PublicOfficer) -> PublicOfficer:
    return replace(officer, pronunciation="", languages=(), skills=(), words="", phone="", email="", photo=None)
