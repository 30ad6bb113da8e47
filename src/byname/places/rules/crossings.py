"""Where two streets meet, worked out from the addresses that stand along them: no file of crossings is needed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy
from numpy.typing import NDArray

from byname.vocabulary import Point

SEEN_WITHIN: Final = 260
"""So many metres around a point addresses are looked at."""
_FEWEST: Final = 3
"""Fewer addresses tell no direction."""
_FROM_THE_LINE: Final = 45.0
"""Both sides of a wide street stand within so many metres of its line; one that bends more has none."""
_ENDS_WITHIN: Final = 75.0
"""So many metres of a crossing each of its streets still has an address."""
_LEAST_ANGLE: Final = math.radians(30)
"""Streets that run alongside each other more than this do not cross."""
_METRES_A_DEGREE: Final = 111_195.0

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Crossing(Generic[_K]):
    """Where two streets meet, and how many metres from the point asked for."""

    streets: tuple[_K, _K]
    point: Point
    metres: float


@dataclass(frozen=True, slots=True)
class _Line:
    points: NDArray[numpy.float64]
    middle: NDArray[numpy.float64]
    along: NDArray[numpy.float64]


def nearest_crossing(streets: Mapping[_K, Sequence[Point]], near: Point, *, within: float) -> Crossing[_K] | None:
    """The crossing of two streets nearest to a point, at most `within` metres away; None where there is none.

    `streets` are the addresses around by street, in the order in which a crossing names its two. A street is taken for
    a line through its addresses. Two lines are a crossing where they do not run alongside each other and both streets
    have an address close by.
    """
    scale = numpy.array([_METRES_A_DEGREE, _METRES_A_DEGREE * math.cos(math.radians(near.lat))])
    here = numpy.array([near.lat, near.lon])
    lines = [
        (key, line)
        for key, points in streets.items()
        if (line := _line((numpy.array([[p.lat, p.lon] for p in points]) - here) * scale if points else None))
    ]
    best: tuple[float, tuple[_K, _K], NDArray[numpy.float64]] | None = None
    for place, (one, first) in enumerate(lines):
        for other, second in lines[place + 1 :]:
            met = _met(first, second)
            if met is None:
                continue
            metres = float(numpy.hypot(*met))
            if metres <= within and (best is None or metres < best[0]):
                best = (metres, (one, other), met)
    if best is None:
        return None
    lat, lon = best[2] / scale + here
    return Crossing(best[1], Point(round(float(lat), 4), round(float(lon), 4)), best[0])


def _line(points: NDArray[numpy.float64] | None) -> _Line | None:
    if points is None or len(points) < _FEWEST:
        return None
    middle = points.mean(axis=0)
    _, _, axes = numpy.linalg.svd(points - middle, full_matrices=False)
    along = axes[0]
    off = (points - middle) @ numpy.array([-along[1], along[0]])
    spread = (points - middle) @ along
    if numpy.abs(off).max() > _FROM_THE_LINE or numpy.ptp(spread) <= 2 * numpy.ptp(off):
        return None
    return _Line(points, middle, along)


def _met(one: _Line, other: _Line) -> NDArray[numpy.float64] | None:
    sine = one.along[0] * other.along[1] - one.along[1] * other.along[0]
    if abs(sine) < math.sin(_LEAST_ANGLE):
        return None
    apart = other.middle - one.middle
    ahead = (apart[0] * other.along[1] - apart[1] * other.along[0]) / sine
    met: NDArray[numpy.float64] = one.middle + one.along * ahead
    for line in (one, other):
        if numpy.hypot(*(line.points - met).T).min() > _ENDS_WITHIN:
            return None
    return met
