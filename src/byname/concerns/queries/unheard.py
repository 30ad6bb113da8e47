"""Who is not heard: concerns of a year by way, language and neighbourhood, beside the people who live there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from byname.concerns import rules
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.vocabulary import Actor

# The language is the one recognised in the words; else the one letters go out in.
_COUNTED: Final = """
    SELECT here.official_id, concern.division_code, concern.channel,
        COALESCE(NULLIF(concern.written_in, ''), person.language, '') AS language, count(*)
    FROM byname_concern AS concern
    LEFT JOIN byname_neighbourhood AS here ON here.id = concern.neighbourhood_id
    LEFT JOIN byname_person AS person ON person.concern_id = concern.id AND person.raised
    WHERE concern.raised_at >= %s AND concern.raised_at < %s
    GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Way:
    """One way concerns came in, and how many; None for fewer than rules.FEWEST that are not nothing."""

    channel: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: how many concerns were written in it, beside how many speak it at home."""

    language: str
    count: int | None
    between: tuple[float, float]
    """Between which shares of all concerns its own lies, from 0 to 1."""
    speakers: int | None
    """People who speak it most often at home; None where nothing is known."""
    at_home: float | None
    """Their share of all the people, from 0 to 1."""
    most_in: str
    """The neighbourhood where most of the people speak it; empty where nothing is known."""
    share_there: float
    less: bool
    """Whether it is written less than it is spoken, beyond chance."""


@dataclass(frozen=True, slots=True)
class Place:
    """One neighbourhood: how many concerns came from it, beside how many people live there."""

    official_id: int
    name: str
    people: int
    count: int | None
    between: tuple[float, float]
    """Between which numbers a usual year lies, for 1,000 people."""
    expected: float
    """How many there would be if as many were heard of as many people as everywhere."""
    quieter: bool
    """Whether it is quieter than that, beyond chance."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """What was heard in a year, and from whom less than from others; counts as rules.told tells them."""

    since: datetime
    heard: int
    """All concerns, to the nearest ten: so that no figure can be worked out of the others."""
    for_1000: float
    """How many for 1,000 people, wherever people and place are known."""
    ways: tuple[Way, ...]
    """The least used first."""
    tongues: tuple[Tongue, ...]
    """What is less written than spoken first, then by speakers."""
    neighbourhoods: tuple[Place, ...]
    """The least heard first."""
    languages_from: places.HomeLanguages


def unheard(neighbourhoods: Sequence[places.NeighbourhoodFacts], *, at: datetime, viewer: Actor) -> Unheard:
    """Who was not heard in the twelve months before a moment; a sergeant's own divisions, or the whole service.

    `neighbourhoods` are those of the day. A neighbourhood stands with its home division, and is counted whole.
    """
    scope = people_rules.require_reach(viewer, "see_unheard")
    since = at - timedelta(days=rules.LOOKED_BACK_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [since, at])
        rows: list[tuple[int | None, str, str, str, int]] = cursor.fetchall()
    mine = [row for row in rows if scope == "service" or row[1] in viewer.divisions]
    here = [each for each in neighbourhoods if scope == "service" or each.home_division_code in viewer.divisions]
    homes = places.home_languages(viewer=viewer)
    heard = sum(row[4] for row in mine)
    ways, tongues = Counter(dict.fromkeys(rules.CHANNELS, 0)), Counter[str]()
    for _, _, channel, language, count in mine:
        ways[channel] += count
        tongues[rules.main_language(language)] += count
    by_place = Counter[int | None]()
    for official_id, _, _, _, count in rows:
        by_place[official_id] += count
    told = {channel: rules.told(count) for channel, count in ways.items()}
    lived_in = [each for each in here if each.population]
    people = sum(each.population or 0 for each in lived_in)
    placed = sum(_at_most(rules.told(by_place[each.official_id])) for each in lived_in)
    usual = placed / people if people else 0.0
    return Unheard(
        since=since,
        heard=round(heard, -1),
        for_1000=usual * 1000,
        ways=tuple(sorted((Way(*pair) for pair in told.items()), key=lambda way: (_at_most(way.count), way.channel))),
        tongues=_tongues(tongues, lived_in, homes.people, people),
        neighbourhoods=_places(lived_in, by_place, usual),
        languages_from=homes,
    )


def _tongues(
    written: Mapping[str, int],
    here: Iterable[places.NeighbourhoodFacts],
    homes: Mapping[int, Mapping[str, int]],
    people: int,
) -> tuple[Tongue, ...]:
    speakers, strongest = Counter[str](), dict[str, tuple[float, str]]()
    for place in here:
        spoken = Counter[str]()
        for code, count in homes.get(place.official_id, {}).items():
            spoken[rules.main_language(code)] += count
        speakers.update(spoken)
        for language, count in spoken.items():
            share = count / (place.population or 1)
            strongest[language] = max(strongest.get(language, (0.0, "")), (share, place.name))
    # Of what is told, so that a share tells no more than the counts do.
    heard = sum(_at_most(rules.told(count)) for count in written.values())
    found = []
    for language in sorted({*speakers, *written} - {""}):
        told = rules.told(written.get(language, 0))
        counted = _at_most(told)
        at_home = speakers[language] / people if speakers[language] and people else None
        share, name = strongest.get(language, (0.0, ""))
        found.append(
            Tongue(
                language=language,
                count=told,
                between=rules.share_between(counted, heard),
                speakers=speakers[language] or None,
                at_home=at_home,
                most_in=name,
                share_there=share,
                less=at_home is not None and rules.less_heard(counted, heard, at_home),
            )
        )
    return tuple(sorted(found, key=lambda each: (not each.less, -(each.speakers or 0), each.language)))


def _places(
    here: Iterable[places.NeighbourhoodFacts], by_place: Mapping[int | None, int], usual: float
) -> tuple[Place, ...]:
    found = []
    for place in here:
        people = place.population or 1
        told = rules.told(by_place.get(place.official_id, 0))
        counted = _at_most(told)
        low, high = rules.count_between(counted)
        found.append(
            Place(
                official_id=place.official_id,
                name=place.name,
                people=people,
                count=told,
                between=(low / people * 1000 if told is not None else 0.0, high / people * 1000),
                expected=usual * people,
                quieter=rules.quieter(counted, usual * people),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.between[1], each.name)))


def _at_most(told: int | None) -> int:
    """What is not told counts as the most it may be, so that nothing is said of it that could be worked out."""
    return rules.FEWEST - 1 if told is None else told
