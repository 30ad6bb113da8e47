"""What an officer who leaves still holds: their open concerns, by reference and category."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from byname.concerns.models import Concern, with_places
from byname.concerns.queries.within import about_of
from byname.people import rules as people_rules
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class StillHeld:
    """One open concern an officer has."""

    reference: str
    category: str
    due_at: datetime
    answered_at: datetime | None
    working: bool
    """Whether its person was told that it is being worked on: that is a promise."""


def still_held(officer: str, area: str, *, division: str, follower: str = "", viewer: Actor) -> tuple[StillHeld, ...]:
    """The open concerns an officer has in an area, by when they are due, for whoever may read its handover.

    `follower` is the officer who takes over: they learn what comes to them, not what was written in it.
    """
    own = viewer.officer if viewer.officer and viewer.officer in (officer, follower) else ""
    about = people_rules.About(officer=own, area=area, divisions=frozenset({division}) - {""})
    people_rules.require(viewer, "see_handover", about)
    theirs = Concern.objects.filter(area__slug=area, officer__reference=officer, holder="team", ended_at__isnull=True)
    return tuple(
        StillHeld(row.reference, row.category, row.due_at, row.answered_at, row.state == "working")
        for row in with_places(theirs).defer("told", "likeness").order_by("due_at", "pk")
        if not viewer.conflicts & about_of(row, viewer=viewer).places
    )
