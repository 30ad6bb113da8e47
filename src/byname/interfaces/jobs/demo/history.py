"""Who served where since 2013, invented backwards from today so that today's figures come out as meant."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from byname.interfaces.jobs.demo.facts import DemoArea
from byname.postings import rules as postings

FOUR_YEAR_TERMS_FROM = date(2019, 9, 12)
THIRD_OFFICER_FROM = date(2018, 6, 4)
FOURTH_OFFICER_FROM = date(2019, 9, 12)
EARLIEST_DAY = date(2026, 6, 1)
"""The first day the demo can be made for: on it every area has served long enough to have a history."""

REASONS = {
    "promotion": 8,
    "transfer_requested": 32,
    "operational_need": 27,
    "leave": 14,
    "left_service": 12,
    "other": 7,
}
"""How often each reason ends a posting early."""

Pace = Literal["steady", "mixed", "churning"]
Role = Literal["lead", "member", "cover"]

STORY_AREA = "little-portugal"
"""The area whose lead is the officer the programme's story names."""
STORY_STARTED = date(2024, 3, 4)


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's posting on an area, before the person has a name."""

    area: str
    person: str
    role: Role
    first: date
    last: date | None
    planned_end: date | None
    announced_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Moments:
    """The areas to which something is happening around today, each by its slug."""

    lead_hands_over: str
    member_hands_over: str
    lead_is_new: str
    lead_is_away: str
    vacancy: str
    also_covered: tuple[str, ...]


def promised_end(first: date) -> date:
    """The end of a term that starts on a day: two years until the terms of September 2019, four since."""
    return postings.term_ends_on(first, 4 if first >= FOUR_YEAR_TERMS_FROM else 2)


def story_person(area: str) -> str:
    """The person, as a turn names them, who leads the story's team."""
    return f"{area} story"


def chosen_moments(areas: tuple[DemoArea, ...], seed: int) -> Moments:
    """Which areas are in the middle of something today."""
    old = sorted(area.slug for area in areas if area.served_since < date(2020, 1, 1) and area.slug != STORY_AREA)
    picked = random.Random(f"moments {seed}").sample(old, 7)
    return Moments(picked[0], picked[1], picked[2], picked[3], picked[4], tuple(picked[5:]))


def turns_of(area: DemoArea, moments: Moments, *, seed: int, today: date) -> tuple[Turn, ...]:
    """Every posting of an area's lead and members since it began, by first day; covers are made by `covers`."""
    if today < EARLIEST_DAY:
        raise ValueError(f"The demo city starts on {EARLIEST_DAY}; {today} is before it.")
    chance = random.Random(f"history {seed} {area.slug}")
    pace: Pace = chance.choices(("steady", "mixed", "churning"), (35, 42, 23))[0]
    opened = area.served_since
    names = (f"{area.slug} {number}" for number in range(1, 1000))
    lead_start = {
        STORY_AREA: _latest_story_start(today),
        moments.lead_hands_over: postings.term_ends_on(today + timedelta(days=19), -4),
        moments.lead_is_new: today - timedelta(days=12),
    }.get(area.slug)
    leads = [
        replace(turn, person=next(names))
        for turn in _slot(area.slug, "lead", opened, {}, lead_start, pace, chance, today)
    ]
    if area.slug == STORY_AREA:
        leads[0] = replace(leads[0], person=story_person(area.slug))
    if area.slug == moments.lead_is_new:
        leads[0] = replace(leads[0], announced_on=leads[0].first - timedelta(days=21))
    promoted = _promoted(leads, opened, chance, today)
    if area.slug == moments.lead_hands_over:
        leads = _handing_over(leads, next(names), today - timedelta(days=9))
    turns = leads
    for number, opening in enumerate((opened, max(opened, THIRD_OFFICER_FROM), max(opened, FOURTH_OFFICER_FROM))):
        start = {
            (1, moments.member_hands_over): postings.term_ends_on(today + timedelta(days=26), -4),
            (2, moments.vacancy): today - timedelta(days=800),
        }.get((number, area.slug))
        forced = promoted if number == 0 else {}
        slot = _slot(area.slug, "member", opening, forced, start, pace, chance, today)
        slot = [turn if turn.person else replace(turn, person=next(names)) for turn in slot]
        if start and area.slug == moments.member_hands_over:
            slot = _handing_over(slot, next(names), today - timedelta(days=6))
        if start and area.slug == moments.vacancy:
            # The last to sit here has left, and nobody has come yet.
            slot[0] = replace(slot[0], last=today - timedelta(days=35), reason="transfer_requested")
        turns += slot
    return tuple(sorted(turns, key=lambda turn: (turn.first, turn.role, turn.person)))


def covers(turns: tuple[Turn, ...], areas: tuple[DemoArea, ...], moments: Moments, *, today: date) -> tuple[Turn, ...]:
    """Who stands in today: members of the nearest other team, for a few days before and after."""
    division = {area.slug: area.division for area in areas}
    serving = [
        turn
        for turn in turns
        if turn.role == "member" and turn.first <= today and turn.last is None and turn.area != STORY_AREA
    ]
    found = []
    busy: set[str] = set()
    for place, days_before, days_after in zip(
        (moments.lead_is_away, moments.vacancy, *moments.also_covered), (3, 9, 1, 6), (11, 20, 4, 2), strict=True
    ):
        stand_in = min(
            (turn for turn in serving if turn.area != place and turn.person not in busy),
            key=lambda turn: (division[turn.area] != division[place], turn.area, turn.person),
        )
        busy.add(stand_in.person)
        first, last = today - timedelta(days=days_before), today + timedelta(days=days_after)
        found.append(Turn(place, stand_in.person, "cover", first, last, None))
    return tuple(found)


def _latest_story_start(today: date) -> date:
    start = STORY_STARTED
    while postings.term_ends_on(start, 4) <= today:
        start = postings.term_ends_on(start, 4)
    return start


def _slot(
    area: str,
    role: Role,
    opened: date,
    forced: dict[date, str],
    start: date | None,
    pace: Pace,
    chance: random.Random,
    today: date,
) -> list[Turn]:
    """One chair's occupants, the present one first; a day in `forced` is a change, and names who leaves on it."""
    earliest = max([opened, *(day for day in forced if day <= today)])
    first = max(earliest, start or today - timedelta(days=_tenure(pace, chance)))
    # A posting of a few weeks would look like a mistake: the one after it takes those weeks.
    if (first - earliest).days < 60 and start is None:
        first = earliest
    turns = [Turn(area, "", role, first, None, promised_end(first))]
    while first > opened:
        last = first
        earliest = max([opened, *(day for day in forced if day < first)])
        if last not in forced and start is None and (last - earliest).days > 150 and chance.random() < 0.12:
            last -= timedelta(days=chance.randint(7, 60))
        first = max(earliest, _start_before(last, pace, chance))
        if (first - earliest).days < 60:
            first = earliest
        planned = promised_end(first)
        reason = chance.choices(list(REASONS), list(REASONS.values()))[0] if last < planned else ""
        if reason and last in forced:
            reason = "promotion"
        turns.append(Turn(area, forced.get(last, ""), role, first, last, planned, reason=reason))
    return turns


def _tenure(pace: Pace, chance: random.Random) -> int:
    shortest, longest = {"steady": (700, 1420), "mixed": (150, 1200), "churning": (30, 380)}[pace]
    return chance.randint(shortest, longest)


def _start_before(last: date, pace: Pace, chance: random.Random) -> date:
    """When somebody who left on a day had come: a whole term earlier, or part of one."""
    whole, least, most = {"steady": (0.75, 0.5, 0.95), "mixed": (0.4, 0.25, 0.9), "churning": (0.1, 0.1, 0.4)}[pace]
    full = chance.random() < whole
    part = chance.uniform(least, most)
    for years in (4, 2):
        start = postings.term_ends_on(last, -years)
        if full and promised_end(start) == last:
            return start
    years = 4 if last > postings.term_ends_on(FOUR_YEAR_TERMS_FROM, 1) else 2
    return last - timedelta(days=round(part * years * 365))


def _promoted(leads: list[Turn], opened: date, chance: random.Random, today: date) -> dict[date, str]:
    """The days on which a member of the team became its lead, with who it was; never the story's lead."""
    promoted: dict[date, str] = {}
    shortest = timedelta(days=240)
    for lead in leads:
        served_before = lead.first - opened > shortest and min(promoted, default=today) - lead.first > shortest
        if lead.person != story_person(lead.area) and served_before and chance.random() < 0.45:
            promoted[lead.first] = lead.person
    return promoted


def _handing_over(slot: list[Turn], person: str, told: date) -> list[Turn]:
    """A chair whose present occupant leaves at the promised end, for a successor everybody has been told of."""
    present, *earlier = slot
    day = promised_end(present.first)
    coming = Turn(present.area, person, present.role, day, None, promised_end(day), announced_on=told)
    return [coming, replace(present, last=day), *earlier]
