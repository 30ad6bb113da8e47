"""Who is not heard: what counts say beside the people of a place, with how sure one can be of it."""

from __future__ import annotations

from math import sqrt
from typing import Final

FEWEST: Final = 5
"""A count below it, but for none at all, is not told."""
_ROUNDED_TO: Final = 5
LOOKED_BACK_DAYS: Final = 365

_SURE: Final = 1.959964
"""How many standard deviations hold 95 in 100 of a normal distribution."""
_SAME: Final = {"yue": "zh", "cmn": "zh", "fil": "tl"}


def told(count: int) -> int | None:
    """A count as it may be told: to the nearest five, and None for one below FEWEST that is not nothing.

    Rounded, so that no two counts can be subtracted to work out one that is not told.
    """
    return None if 0 < count < FEWEST else _ROUNDED_TO * round(count / _ROUNDED_TO)


def main_language(code: str) -> str:
    """The language a code belongs to whichever script or region it names: zh for zh-hant, yue and cmn."""
    main = code.replace("_", "-").lower().split("-")[0]
    return _SAME.get(main, main)


def share_between(count: int, whole: int) -> tuple[float, float]:
    """Between which shares, from 0 to 1, the true one lies in 95 of 100 cases: Wilson's interval; 0 to 1 of nothing."""
    if whole <= 0:
        return 0.0, 1.0
    share, spread = count / whole, _SURE**2 / whole
    middle = share + spread / 2
    reach = _SURE * sqrt(share * (1 - share) / whole + (_SURE / (2 * whole)) ** 2)
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def count_between(count: int) -> tuple[float, float]:
    """Between which numbers the usual count of a year lies in 95 of 100 cases: Byar's interval for a Poisson count."""
    high = count + 1
    low = 0.0 if count == 0 else count * (1 - 1 / (9 * count) - _SURE / (3 * sqrt(count))) ** 3
    return low, high * (1 - 1 / (9 * high) + _SURE / (3 * sqrt(high))) ** 3


def less_heard(count: int, whole: int, at_home: float) -> bool:
    """Whether a language is written less than spoken: even the most that fits its count is below its share at home."""
    return share_between(count, whole)[1] < at_home


def quieter(count: int, expected: float) -> bool:
    """Whether a place is quieter than expected of its people: even the most that fits its count is below that."""
    return count_between(count)[1] < expected
