"""Decisions about how steady the whole service is: who follows a lead that leaves, spreads, and shares of a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

LEAVES_WITHIN: Final = timedelta(days=90)
"""How far ahead command looks for leads who leave."""
LONGEST_GAP: Final = timedelta(days=30)
"""Whoever begins later after a lead has left does not follow them: the area is without one in between."""

Succession = Literal["none", "proposed", "adopted"]
SUCCESSIONS: Final[tuple[Succession, ...]] = ("none", "proposed", "adopted")
"""Whether somebody follows: nobody, somebody proposed, or somebody adopted."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A posting or proposal to lead an area from a day on."""

    officer: str
    first: date


def ends_on(last: date | None, planned_end_on: date | None, on: date) -> tuple[date | None, bool]:
    """The day a posting ends as far as it can be known on a day, and whether that is set or only promised.

    A promised day that has passed says nothing any more: None.
    """
    if last is not None:
        return last, True
    if planned_end_on is not None and planned_end_on > on:
        return planned_end_on, False
    return None, False


def leaves_soon(ends: date | None, on: date) -> bool:
    """Whether a posting ends after a day and within ninety days of it."""
    return ends is not None and on < ends <= on + LEAVES_WITHIN


def succession(
    officer: str, ends: date, adopted: Iterable[Follower], proposed: Iterable[Follower]
) -> tuple[Succession, Follower | None]:
    """Whether an area has a lead after the day its lead leaves, and who; the same officer going on is adopted.

    A follower who begins more than thirty days after leaves the area without one in between: that is nobody yet.
    """
    kinds: tuple[tuple[Succession, Iterable[Follower]], ...] = (("adopted", adopted), ("proposed", proposed))
    for kind, followers in kinds:
        # One who is proposed may begin before: adopting the proposal ends the earlier posting.
        near = [
            each
            for each in followers
            if ends - LEAVES_WITHIN <= each.first <= ends + LONGEST_GAP and each.officer != officer
        ]
        if near:
            return kind, min(near, key=lambda each: (abs(each.first - ends), each.officer))
    return "none", None


def goes_on(officer: str, ends: date, adopted: Iterable[Follower]) -> bool:
    """Whether the same officer goes on leading from the day their posting ends."""
    return any(each.officer == officer and each.first == ends for each in adopted)


TENURES: Final = (
    ("under 6 months", 0, 183),
    ("6 to 12 months", 183, 365),
    ("1 to 2 years", 365, 731),
    ("2 to 3 years", 731, 1096),
    ("3 to 4 years", 1096, 1461),
    ("4 years or more", 1461, None),
)
"""How long a team has served, in words, from a number of days up to and without another."""


def spread(days: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """How many of these lengths of service fall into each part of `TENURES`."""
    counts = dict.fromkeys((name for name, _, _ in TENURES), 0)
    for each in days:
        for name, start, end in TENURES:
            if start <= each and (end is None or each < end):
                counts[name] += 1
                break
    return tuple(counts.items())


def shares(parts: Sequence[int]) -> tuple[int, ...]:
    """Whole percentages of parts of a whole, largest remainders rounded up so that they add up to 100; 0 of nothing."""
    whole = sum(parts)
    if not whole:
        return tuple(0 for _ in parts)
    rounded = [part * 100 // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (-(parts[place] * 100 % whole), place))
    for place in order[: 100 - sum(rounded)]:
        rounded[place] += 1
    return tuple(rounded)
