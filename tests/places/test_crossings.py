"""The nearest crossing, worked out from addresses: streets that meet, and those that only run alongside each other."""

from __future__ import annotations

import math

import pytest

from byname.places.rules.crossings import nearest_crossing
from byname.vocabulary import Point

HERE = Point(43.65, -79.4)
EAST = 111_195 * math.cos(math.radians(HERE.lat))


def at(east: float, north: float) -> Point:
    """A point so many metres east and north of here."""
    return Point(HERE.lat + north / 111_195, HERE.lon + east / EAST)


def street(east: float, north: float, bearing: float, *, first: float = -200, last: float = 200) -> list[Point]:
    """Addresses along a straight street through a point, twelve metres to both sides; the bearing in degrees."""
    turn = math.radians(bearing)
    along, across = (math.sin(turn), math.cos(turn)), (math.cos(turn), -math.sin(turn))
    return [
        at(east + along[0] * far + across[0] * side, north + along[1] * far + across[1] * side)
        for far in range(int(first), int(last) + 1, 20)
        for side in (-12, 12)
    ]


def found(streets: dict[str, list[Point]], within: float = 150) -> tuple[str, str] | None:
    crossing = nearest_crossing(streets, HERE, within=within)
    return crossing and crossing.streets


def test_two_streets_that_cross_meet_where_their_lines_do() -> None:
    crossing = nearest_crossing({"mill": street(40, 0, 0), "barn": street(0, 30, 90)}, HERE, within=150)
    assert crossing is not None
    assert crossing.streets == ("mill", "barn")
    assert crossing.metres == pytest.approx(50, abs=3)
    there = at(40, 30)
    assert (crossing.point.lat, crossing.point.lon) == pytest.approx((there.lat, there.lon), abs=0.0001)


def test_streets_back_to_back_are_no_crossing_however_close_their_houses_stand() -> None:
    assert found({"mill": street(0, 0, 90), "barn": street(0, 45, 90)}) is None
    assert found({"mill": street(0, 0, 90), "barn": street(0, 20, 70)}) is None


def test_a_street_that_ends_before_the_other_does_not_meet_it() -> None:
    assert found({"mill": street(0, 0, 90), "barn": street(0, 0, 0, first=100)}) is None
    assert found({"mill": street(0, 0, 90), "barn": street(0, 0, 0, first=40)}) == ("mill", "barn")


def test_the_nearest_of_several_is_taken_and_none_too_far_away() -> None:
    streets = {"mill": street(0, 0, 90), "far": street(140, 0, 0), "near": street(-60, 0, 10)}
    assert found(streets) == ("mill", "near")
    assert found({"mill": streets["mill"], "far": streets["far"]}, within=150) == ("mill", "far")
    assert found({"mill": streets["mill"], "far": streets["far"]}, within=100) is None


def test_a_bend_and_a_handful_of_addresses_tell_no_direction() -> None:
    bend = [*street(0, 0, 0, first=0), *street(0, 0, 90, first=0)]
    assert found({"mill": street(0, 0, 45), "bend": bend}) is None
    assert found({"mill": street(0, 0, 90), "barn": street(0, 0, 0)[:2]}) is None
    assert found({"mill": street(0, 0, 90), "lamp": [HERE, HERE, HERE]}) is None
    assert found({}) is None
