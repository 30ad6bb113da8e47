"""What needs somebody now: one list, from every part of the programme that has something to say.

A part of the programme joins by one function in its own module of interfaces/desk, named in `SOURCES`:

    def waiting(viewer: Actor, on: date) -> Iterable[Matter]

It reads by queries, returns what this viewer must do or know today, and nothing where they may see nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that needs somebody: what it is, why now, and where it is done.

    `on` is the day it is due or happens; `pressing` says that it is late or cannot wait.
    """

    title: str
    sentence: str
    url: str
    act: str
    """What the button says: a verb."""
    on: date | None = None
    pressing: bool = False


Source = Callable[[Actor, date], Iterable[Matter]]
MOST: Final = 12
"""A list that is longer is not read."""


def matters(sources: Sequence[Source], viewer: Actor, on: date) -> list[Matter]:
    """What needs a viewer on a day: what presses first, then by day, then as the sources tell it."""
    found = [matter for source in sources for matter in source(viewer, on)]
    return sorted(found, key=lambda matter: (not matter.pressing, matter.on or date.max))
