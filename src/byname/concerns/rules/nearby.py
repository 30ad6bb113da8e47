"""What is near: fields of about 100 m, as far as a few minutes on foot."""

from __future__ import annotations

from math import cos, hypot, radians
from typing import Final

NEARBY_METRES: Final = 400
_METRES_A_DEGREE: Final = 111_195


def around(lat: float, lon: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and most latitude, and longitude, at most NEARBY_METRES to each side of a point."""
    high = NEARBY_METRES / _METRES_A_DEGREE
    wide = high / cos(radians(lat))
    return (lat - high, lat + high), (lon - wide, lon + wide)


def metres_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far two points, each a latitude and a longitude, lie apart: good to a metre within a city."""
    north, east = one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * _METRES_A_DEGREE
