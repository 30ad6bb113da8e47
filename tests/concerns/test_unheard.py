"""Who is not heard, in an invented city where the answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from byname.concerns import actions, queries
from byname.concerns.models import Concern
from byname.places import actions as places
from byname.places import queries as land
from byname.vocabulary import PUBLIC, Actor, NotThere
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import ANONYMOUS

DAY = timedelta(days=1)
HOMES = b"neighbourhood,language,people\n1,ta,300\n1,yue,20\n4,ta,100\n4,pt,150\n3,zh,100\n"


def people(cast: Cast, **other: int | None) -> tuple[land.NeighbourhoodFacts, ...]:
    """The city's neighbourhoods with 1,000 people each, but for what is said otherwise."""
    here = land.territory(on=cast.on, viewer=PUBLIC).neighbourhoods
    return tuple(replace(each, population=other.get(f"n{each.official_id}", 1000)) for each in here)


def heard(count: int, at: datetime, official_id: int, division: str = "D1", **changes: object) -> None:
    for _ in range(count):
        receipt = told.raised(at, ANONYMOUS, where=actions.Where(division, "", official_id))
        Concern.objects.filter(reference=receipt.reference).update(**changes)


@pytest.fixture
def city(cast: Cast, noon: datetime, clerk_of_records: Actor) -> Cast:
    """Old Town (1) is loud and Mill (4) quiet, where 3 in 10 and 1 in 10 speak Tamil, and nobody wrote in it."""
    places.bring_home_languages(HOMES, file_name="homes.csv", by=clerk_of_records, at=noon)
    heard(40, noon - 9 * DAY, 1, written_in="en")
    heard(7, noon - 9 * DAY, 1, written_in="zh-hant", channel="phone")
    heard(2, noon - 9 * DAY, 4, written_in="pt", channel="mail")
    heard(30, noon - 9 * DAY, 3, "D2", written_in="en")
    heard(9, noon - 366 * DAY, 4)
    return cast


def test_the_quiet_place_and_the_language_nobody_wrote_in_are_found(
    city: Cast, noon: datetime, coordinator: Actor
) -> None:
    found = queries.unheard(people(city, n2=None, n5=None, n6=None), at=noon, viewer=coordinator)
    assert (found.heard, round(found.for_1000, 1)) == (80, 26.3)
    assert [(each.name, each.count, each.quieter) for each in found.neighbourhoods] == [
        ("Mill", None, True),
        ("Ring", 30, False),
        ("Old Town", 45, False),
    ]
    tongues = {each.language: each for each in found.tongues}
    assert [each.language for each in found.tongues if each.less] == ["ta"]
    tamil = tongues["ta"]
    assert (tamil.count, tamil.speakers, tamil.most_in, tamil.share_there) == (0, 400, "Old Town", 0.3)
    assert round(tamil.at_home or 0, 3) == 0.133
    # Scripts and kin of one language are counted together, English is spoken by nobody knows how many.
    assert (tongues["zh"].count, tongues["zh"].speakers) == (5, 120)
    assert (tongues["en"].count, tongues["en"].speakers, tongues["en"].less) == (70, None, False)
    assert (tongues["pt"].count, tongues["pt"].less) == (None, False)
    assert {each.channel: each.count for each in found.ways} == {
        **dict.fromkeys(("counter", "door", "paper", "text", "program"), 0),
        "mail": None,
        "phone": 5,
        "web": 70,
    }


def test_a_sergeant_sees_the_own_divisions(city: Cast, noon: datetime, sergeant: Actor) -> None:
    found = queries.unheard(people(city), at=noon, viewer=sergeant)
    assert found.heard == 50
    assert {each.name for each in found.neighbourhoods} == {
        each.name for each in people(city) if each.home_division_code == "D1"
    }
    assert {each.language for each in found.tongues} == {"en", "zh", "pt", "ta"}


def test_without_concerns_or_facts_nothing_is_claimed(cast: Cast, noon: datetime, coordinator: Actor) -> None:
    found = queries.unheard((), at=noon, viewer=coordinator)
    assert (found.heard, found.for_1000, found.tongues, found.neighbourhoods) == (0, 0.0, (), ())
    found = queries.unheard(people(cast), at=noon, viewer=coordinator)
    assert [each.quieter for each in found.neighbourhoods] == [False] * 6


@pytest.mark.parametrize("role", ["officer", "analyst", "overseer", "clerk", "interpreter", "administrator"])
def test_nobody_else_sees_it(cast: Cast, noon: datetime, role: str) -> None:
    with pytest.raises(NotThere):
        queries.unheard((), at=noon, viewer=staff.acting(staff.account(role)))
