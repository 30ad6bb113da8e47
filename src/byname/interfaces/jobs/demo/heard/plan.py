"""Which concerns the demo city has on a day: who tells what, where, when, and how it goes on."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from byname.concerns import rules
from byname.interfaces.jobs.demo.city import DemoCity
from byname.interfaces.jobs.demo.heard.tales import Tale, tales
from byname.interfaces.jobs.demo.names import COMMUNITIES
from byname.vocabulary import Point

AREAS: Final = {
    "little-portugal": 44,
    "kensington-chinatown": 40,
    "south-parkdale": 36,
    "regent-park": 14,
    "thorncliffe-park": 14,
    "flemingdon-park": 13,
    "mount-olive-silverstone-jamestown": 13,
    "glenfield-jane-heights": 13,
    "malvern-west": 12,
    "scarborough-village": 12,
    "don-valley-village": 12,
    "oakwood-village": 12,
    "mount-dennis": 11,
    "church-wellesley": 11,
    "dufferin-grove": 11,
    "north-st-james-town": 11,
    "west-queen-west": 11,
    "new-toronto": 10,
}
"""How many concerns each area has: three hundred in all."""

Fate = Literal[
    "fresh", "near", "overdue", "answered", "working", "reopened", "with_sergeant", "to_sergeant", "handed_on",
    "passed_on", "closed",
]  # fmt: skip
_RECENT: Final[tuple[tuple[Fate, int, float, float], ...]] = (
    ("fresh", 15, 0.02, 1.2),
    ("near", 8, 2.1, 2.8),
    ("overdue", 7, 3.2, 6.0),
    ("answered", 22, 3.0, 18.0),
    ("working", 30, 6.0, 40.0),
    ("reopened", 7, 18.0, 34.0),
    ("with_sergeant", 5, 40.0, 60.0),
    ("to_sergeant", 5, 0.5, 9.0),
    ("handed_on", 8, 6.0, 30.0),
    ("passed_on", 4, 5.0, 20.0),
)
"""What is going on now: each fate, how many, and for how many days at least and at most."""
_ENDED_BEFORE: Final = (20.0, 236.0)
"""Days since the others were raised, which have all ended."""
_CHANNELS: Final = {"web": 64, "counter": 7, "door": 7, "phone": 6, "paper": 3, "mail": 3, "text": 3, "program": 7}
_OUTCOMES: Final = {"solved": 66, "not_solved": 10, "nothing_we_can_do": 8, "not_for_police": 8, "handed_on": 8}
_PLACES: Final = {"point": 66, "address": 10, "area": 18, "untold": 6}
_JOINED: Final = (0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 0, 6, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Life:
    """One concern, from its raising to where it stands."""

    number: int
    area: str
    tale: Tale
    what: str
    fate: Fate
    outcome: str
    raised_at: datetime
    channel: str
    place_kind: str
    point: Point | None
    place: str
    contact: rules.Contact
    language: str
    """The language letters are written in."""
    under_18: bool
    joined: int
    drawn: int | None
    """Which drawing comes along as a photo."""
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    since: str = ""
    chance: random.Random = field(default_factory=random.Random, compare=False)
    """What else becomes of it is drawn from here."""


def lives(city: DemoCity, *, at: datetime, languages: frozenset[str]) -> tuple[Life, ...]:
    """Every concern of the demo at a moment; the same city and moment give the same ones.

    `languages` are those letters are written in.
    """
    chance = random.Random(f"heard {city.seed}")
    areas = [slug for slug, count in AREAS.items() for _ in range(count)]
    chance.shuffle(areas)
    fates = [(fate, chance.uniform(least, most)) for fate, count, least, most in _RECENT for _ in range(count)]
    fates += [("closed", chance.uniform(*_ENDED_BEFORE)) for _ in range(len(areas) - len(fates))]
    told = {slug: _tales(slug, chance) for slug in AREAS}
    centres = {place.official_id: place.centre for place in city.neighbourhoods}
    found = []
    for number, (area, (fate, age)) in enumerate(zip(areas, fates, strict=True)):
        own = next(each for each in city.areas if each.slug == area)
        tale = next(told[area])
        young = "I am 15" in tale.what
        kind = _drawn(_PLACES, chance)
        landmarks = [one for one in city.places if one.neighbourhood in own.neighbourhoods]
        if kind == "address" and not landmarks:
            kind = "point"
        point, place = None, ""
        if kind == "address":
            landmark = chance.choice(landmarks)
            point, place = landmark.point, landmark.name
        elif kind == "point":
            centre = centres[own.neighbourhoods[0]]
            point = Point(
                round(centre.lat + chance.uniform(-0.0025, 0.0025), 5),
                round(centre.lon + chance.uniform(-0.0035, 0.0035), 5),
            )
        channel = "web" if fate == "fresh" and number % 2 else _drawn(_CHANNELS, chance)
        contact = rules.Contact() if young else _contact(number, channel, chance)
        found.append(
            Life(
                number=number,
                area=area,
                tale=tale,
                what=tales().words_of(tale, chance),
                fate=fate,
                outcome=_drawn(_OUTCOMES, chance) if fate == "closed" else "",
                raised_at=_by_day(at - timedelta(days=age), at, chance),
                channel=channel,
                place_kind=kind,
                point=point,
                place=place,
                contact=contact,
                language=tale.language if tale.language in languages else "en",
                under_18=young,
                joined=_JOINED[number % len(_JOINED)],
                drawn=number % 4 if number % 21 == 0 and channel == "web" else None,
                days=tuple(day for day in rules.DAYS if chance.random() < 0.25),
                times=(chance.choice(rules.TIMES),) if chance.random() < 0.6 else (),
                since=chance.choice(("", *rules.SINCE)),
                chance=random.Random(f"life {city.seed} {number}"),
            )
        )
    return tuple(sorted(found, key=lambda life: life.raised_at))


def _by_day(moment: datetime, at: datetime, chance: random.Random) -> datetime:
    """A moment on which people are awake, mostly; never one to come."""
    if at - moment < timedelta(days=7):
        return moment
    return moment.replace(hour=chance.choice((12, 13, 15, 17, 19, 21, 22, 23)), minute=chance.randrange(60))


def _tales(area: str, chance: random.Random) -> Iterator[Tale]:
    """What is told in an area: its own stories first, then what is told anywhere, no two alike until all were told."""
    own = [tale for tale in tales().tales if area in tale.areas]
    anywhere = [tale for tale in tales().tales if not tale.areas]
    chance.shuffle(anywhere)
    mixed = own + anywhere
    # Its own stories stand among those that ended and those under way.
    head, rest = mixed[: len(own) + 8], mixed[len(own) + 8 :]
    chance.shuffle(head)
    return itertools.cycle([*head, *rest])


def _contact(number: int, channel: str, chance: random.Random) -> rules.Contact:
    """Nobody's, for more than half; an address of example.org, or a number kept for fiction, for the others."""
    given, family = _name(chance)
    phone = f"416-555-01{number % 100:02}"
    if channel == "text":
        return rules.Contact(phone=phone, by_text=True)
    if channel == "mail":
        return rules.Contact(name=f"{given} {family}", email=f"resident.{number}@example.org")
    drawn = chance.random()
    if channel == "program" or drawn < 0.62:
        return rules.Contact()
    if drawn < 0.9:
        named = f"{given} {family}" if chance.random() < 0.5 else ""
        return rules.Contact(
            name=named, email=f"resident.{number}@example.org", never_visit=chance.random() < 0.3, never_phone=True
        )
    return rules.Contact(
        name=given, phone=phone, safe_hours=chance.choice(("", "weekdays after six", "mornings only")),
        never_visit=chance.random() < 0.5, by_text=chance.random() < 0.3,
    )  # fmt: skip


def _name(chance: random.Random) -> tuple[str, str]:
    community = COMMUNITIES[chance.choice(sorted(COMMUNITIES))]
    return chance.choice(community.women + community.men), chance.choice(community.families)


def _drawn(weights: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
