"""Which figures of a small table may be published without telling a small one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

LEAST = 5

_K = TypeVar("_K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Published:
    """A table as it may be shown; None stands for a figure withheld."""

    cells: tuple[int | None, ...]
    total: int | None


def withheld(counts: Sequence[int], *, least: int = LEAST) -> Published:
    """Counts and their total as they may be published: no count under `least`, nor zero, can be told or worked out.

    A count under `least` is withheld; then the smallest others too, one by one, until what is withheld adds up to
    `least` or more and leaves several answers open to somebody who knows this rule; the total goes last.

        counts     12   7   3   9          total 31
        published  12   –   –   9          total 31      (7 + 3 stays open)
    """
    hidden = {place for place, count in enumerate(counts) if count < least}
    if not hidden and sum(counts) >= least:
        return Published(tuple(counts), sum(counts))
    while _told(counts, hidden, least) and len(hidden) < len(counts):
        smallest = min(count for place, count in enumerate(counts) if place not in hidden)
        # Equals go together: to choose one of them by its place would tell that the other is no smaller.
        hidden |= {place for place, count in enumerate(counts) if count == smallest}
    total = None if _told(counts, hidden, least) else sum(counts)
    return Published(tuple(None if place in hidden else count for place, count in enumerate(counts)), total)


def _told(counts: Sequence[int], hidden: set[int], least: int) -> bool:
    """Whether the total less what is shown would tell a withheld figure, or a sum of them under `least`."""
    together = sum(counts[place] for place in hidden)
    return len(hidden) < 2 or together < least or together == len(hidden) * (least - 1)


def pooled(
    parts: Sequence[_K], *, alone: Callable[[_K], bool], together: Callable[[Sequence[_K]], bool]
) -> tuple[tuple[_K, ...], tuple[_K, ...]]:
    """The parts whose figures may stand by themselves, and those told in one figure only.

    What may not stand `alone` goes into the pool. While the pool may not stand `together` either, the first of the
    other parts, in the order given, joins it. Where not even all of them may stand together, what may not stand alone
    is told nowhere, and the pool is empty. So every part is in one figure at most, and totals of such figures can be
    subtracted from one another as anybody likes: what is left is a figure that stands there anyway. No total may be
    told beside them that holds what is told nowhere.
    """
    refused = [part for part in parts if not alone(part)]
    standing = [part for part in parts if part not in set(refused)]
    for joined in range(len(standing) + 1):
        pool = refused + standing[:joined]
        if not pool or together(pool):
            return tuple(standing[joined:]), tuple(pool)
    return tuple(standing), ()


def of_several(shares: Mapping[_K, int], *, fewest: int, at_least: int, percent: int) -> bool:
    """Whether a sum of people's shares tells of several: of `fewest` or more who have `at_least` each, nobody ahead.

    Whoever has less adds to the sum but does not count, or a minute of theirs would hide nobody. No one person has
    more than `percent` in a hundred of the sum. The sum of two such sums is one again.
    """
    counted = sum(share >= at_least for share in shares.values())
    return counted >= fewest and 100 * max(shares.values()) <= percent * sum(shares.values())
