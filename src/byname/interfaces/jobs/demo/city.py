"""The demo city as one value: the same seed and day give the same city."""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from byname.analysis import schematic
from byname.interfaces.jobs.demo import faces, history
from byname.interfaces.jobs.demo.facts import (
    DemoArea,
    DemoDivision,
    DemoNeighbourhood,
    DemoPlace,
    Outline,
    demo_facts,
)
from byname.interfaces.jobs.demo.history import Turn
from byname.interfaces.jobs.demo.names import COMMUNITIES, SAID, Names
from byname.interfaces.jobs.demo.words import WORDS
from byname.people import rules as people

SEED = 84
"""The seed of the city everybody sees; any number makes another."""

FIRST_BADGE = 90001
"""Invented badge numbers start here, far above those in use."""

STORY_NAME = ("Sarah", "Thompson")

BACKGROUND = (("english", 46), ("caribbean", 12), ("west african", 4), ("french", 5), ("italian", 5), ("portuguese", 4))
"""Communities an officer may come from wherever the area is, with weights; the rest follow the area's homes."""
BY_LANGUAGE = {
    language: name
    for name, community in COMMUNITIES.items()
    for language in community.languages
    if language not in ("en", "fr")
}


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    """An invented officer; those no longer serving have a name, a rank and a badge number only."""

    badge_number: str
    given_name: str
    family_name: str
    rank: str
    pronunciation: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    words: str = ""
    phone: str = ""
    email: str = ""
    badge_shown: bool = True
    face: str = ""
    """A drawn portrait as SVG."""
    face_agreed_on: date | None = None


@dataclass(frozen=True, slots=True)
class DemoPosting:
    """One officer on one area, [first, last); `last` None while no end is known but the planned one."""

    badge_number: str
    area: str
    role: history.Role
    first: date
    last: date | None
    planned_end: date | None
    announced_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Everything the demo holds on one day."""

    seed: int
    today: date
    neighbourhoods: tuple[DemoNeighbourhood, ...]
    divisions: tuple[DemoDivision, ...]
    areas: tuple[DemoArea, ...]
    places: tuple[DemoPlace, ...]
    cells: tuple[tuple[int, Outline], ...]
    """(official id, schematic boundary), by id."""
    division_cells: tuple[tuple[str, Outline], ...]
    """(division code, the cells of its neighbourhoods as one shape), by code."""
    officers: tuple[DemoOfficer, ...]
    postings: tuple[DemoPosting, ...]


def demo_city(seed: int, today: date) -> DemoCity:
    """The demo city on a day; raises ValueError for a day before the demo's first (`history.EARLIEST_DAY`)."""
    facts = demo_facts()
    cells = schematic.cells({place.official_id: place.centre for place in facts.neighbourhoods}, facts.outline)
    divisions = {
        division.code: schematic.joined(
            cells[place.official_id] for place in facts.neighbourhoods if place.division == division.code
        )
        for division in facts.divisions
    }
    moments = history.chosen_moments(facts.areas, seed)
    turns = tuple(turn for area in facts.areas for turn in history.turns_of(area, moments, seed=seed, today=today))
    turns += history.covers(turns, facts.areas, moments, today=today)
    badges = _badges(turns)
    return DemoCity(
        seed=seed,
        today=today,
        neighbourhoods=facts.neighbourhoods,
        divisions=facts.divisions,
        areas=facts.areas,
        places=facts.places,
        cells=tuple(sorted(cells.items())),
        division_cells=tuple(sorted(divisions.items())),
        officers=tuple(_officers(facts.areas, facts.neighbourhoods, turns, badges, seed=seed, today=today)),
        postings=tuple(
            DemoPosting(
                badge_number=badges[turn.person],
                area=turn.area,
                role=turn.role,
                first=turn.first,
                last=turn.last,
                planned_end=turn.planned_end,
                announced_on=turn.announced_on,
                reason=turn.reason,
            )
            for turn in turns
        ),
    )


def _badges(turns: tuple[Turn, ...]) -> dict[str, str]:
    """Badge numbers in the order people first came."""
    came: dict[str, date] = {}
    for turn in turns:
        came[turn.person] = min(turn.first, came.get(turn.person, turn.first))
    order = sorted(came, key=lambda person: (came[person], person))
    return {person: str(FIRST_BADGE + number) for number, person in enumerate(order)}


def _officers(
    areas: tuple[DemoArea, ...],
    neighbourhoods: tuple[DemoNeighbourhood, ...],
    turns: tuple[Turn, ...],
    badges: dict[str, str],
    *,
    seed: int,
    today: date,
) -> Iterator[DemoOfficer]:
    homes = _home_languages(areas, neighbourhoods)
    taken = {_plain(*STORY_NAME)}
    story = history.story_person(history.STORY_AREA)
    serving = {turn.person: turn for turn in turns if turn.role != "cover" and (turn.last is None or turn.last > today)}
    words = _sayings(list(serving), seed)
    phones = _phones(
        [turn.person for turn in serving.values() if turn.role == "lead" and turn.person != story], areas, seed
    )
    home = {turn.person: turn.area for turn in turns if turn.role != "cover"}
    for person, badge in badges.items():
        agreed_on = min(serving[person].first, today) if person in serving else None
        chance = random.Random(f"officer {seed} {person}")
        if person == story:
            yield DemoOfficer(
                badge_number=badge,
                given_name=STORY_NAME[0],
                family_name=STORY_NAME[1],
                rank="Constable",
                badge_shown=False,
                face=faces.draw_face(14, faces.Limits(presents="woman", skins=(1,), covering="")),
                face_agreed_on=agreed_on,
            )
            continue
        spoken = homes[home[person]]
        community, presents, given, family = _name(spoken, taken, chance)
        officer = DemoOfficer(badge, given, family, "Constable")
        if person in serving:
            limits = _limits(community, presents, chance)
            officer = replace(
                officer,
                pronunciation=_said(given, family),
                languages=_languages(community, spoken, chance),
                skills=_skills(chance),
                words=words[person],
                phone=phones.get(person, ""),
                email=f"{_plain(given, family)}@example.org",
                face=faces.draw_face(chance.randrange(1_000_000), limits),
                face_agreed_on=agreed_on,
            )
        yield officer


def _said(given: str, family: str) -> str:
    """How the whole name is said, where the spelling of either part does not tell."""
    return " ".join(SAID.get(part, part) for part in (given, family)) if {given, family} & SAID.keys() else ""


def _skills(chance: random.Random) -> tuple[str, ...]:
    count = chance.choices((0, 1, 2, 3), (15, 40, 32, 13))[0]
    return tuple(sorted(chance.sample(people.SKILLS, count), key=people.SKILLS.index))


def _name(
    homes: tuple[tuple[str, int], ...], taken: set[str], chance: random.Random
) -> tuple[Names, faces.Presents, str, str]:
    """A community that fits the area, and a name nobody else in the city has."""
    while True:
        local = [(BY_LANGUAGE[code], count) for code, count in homes if code in BY_LANGUAGE]
        pool = local if local and chance.random() < 0.45 else list(BACKGROUND)
        community = COMMUNITIES[chance.choices([name for name, _ in pool], [weight for _, weight in pool])[0]]
        presents: faces.Presents = chance.choice(("woman", "man"))
        given = chance.choice(community.women if presents == "woman" else community.men)
        family = chance.choice(community.families)
        key = _plain(given, family)
        if key not in taken:
            taken.add(key)
            return community, presents, given, family


def _languages(community: Names, homes: tuple[tuple[str, int], ...], chance: random.Random) -> tuple[str, ...]:
    """English, most often the language of the name, now and then French or the area's most spoken."""
    spoken = ["en"]
    spoken += [code for code in community.languages if code != "en" and chance.random() < 0.8]
    if chance.random() < 0.13:
        spoken.append("fr")
    if homes and chance.random() < 0.08:
        spoken.append(homes[0][0])
    return tuple(dict.fromkeys(spoken))


def _limits(community: Names, presents: faces.Presents, chance: random.Random) -> faces.Limits:
    covering: faces.Covering = "cap" if chance.random() < 0.07 else ""
    if presents == "woman" and chance.random() < community.hijab:
        covering = "hijab"
    if presents == "man" and chance.random() < community.turban:
        covering = "patka" if chance.random() < 0.15 else "turban"
    return faces.Limits(
        presents=presents,
        skins=community.skins,
        dark_hair=community.dark_hair,
        coiled=community.coiled,
        covering=covering,
    )


def _home_languages(
    areas: tuple[DemoArea, ...], neighbourhoods: tuple[DemoNeighbourhood, ...]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Each area's languages by speakers; a drawn place takes those of its division."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for area in areas:
        counts: dict[str, int] = {}
        for place in neighbourhoods:
            if place.official_id in area.neighbourhoods or (area.boundary and place.division == area.division):
                for code, count in place.home_languages:
                    counts[code] = counts.get(code, 0) + count
        found[area.slug] = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return found


def _sayings(people: list[str], seed: int) -> dict[str, str]:
    """Officers' own words, given out team by team so that no two on a team say the same; some say nothing."""
    chance = random.Random(f"words {seed}")
    order = list(WORDS)
    chance.shuffle(order)
    heard = itertools.cycle(order)
    return {person: next(heard) if chance.random() < 0.7 else "" for person in people}


def _phones(leads: list[str], areas: tuple[DemoArea, ...], seed: int) -> dict[str, str]:
    """A number of their own for as many leads as the hundred numbers kept for fiction leave beside the areas'."""
    used = {area.phone for area in areas}
    free = [number for number in (f"416-555-01{last:02d}" for last in range(100)) if number not in used]
    chosen = random.Random(f"phones {seed}").sample(leads, min(len(free), len(leads)))
    return dict(zip(sorted(chosen), free, strict=False))


def _plain(*parts: str) -> str:
    return ".".join(_address_part(part) for part in parts)


def _address_part(name: str) -> str:
    """A name as it stands in an e-mail address: plain small letters."""
    # NFKD leaves these as they are.
    swapped = name.translate(str.maketrans("łŁđĐıßøØ", "lLdDisoO"))
    letters = unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", "-", letters).strip("-")
