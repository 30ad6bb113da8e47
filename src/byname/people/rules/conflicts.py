"""Decisions about conflicts of interest: which places one may name, and what naming an area closes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from byname.vocabulary import Refused

MOST_CONFLICTS: Final = 40
"""Somebody with more of them should not be working there at all: that is a talk with their sergeant."""

_PLACE = re.compile(r"neighbourhood:[1-9][0-9]{0,8}|area:[a-z0-9]+(?:-[a-z0-9]+)*")


def places_of(area: str, official_ids: Collection[int]) -> tuple[str, ...]:
    """The places an area stands for: each neighbourhood it is made of, or itself where it was drawn by hand."""
    return tuple(f"neighbourhood:{official_id}" for official_id in sorted(official_ids)) or (f"area:{area}",)


def admitted_places(places: Collection[str], *, declared: int) -> tuple[str, ...]:
    """The places as they may be declared beside those already `declared`; Refused where there are none or too many."""
    named = tuple(sorted(set(places)))
    if not named or not all(_PLACE.fullmatch(place) for place in named):
        raise Refused("Name a neighbourhood or an area of this service.", code="no-place", field="place")
    if declared + len(named) > MOST_CONFLICTS:
        raise Refused(
            f"You have declared {declared} places, and {MOST_CONFLICTS} is the most. Please speak to your sergeant.",
            code="too-many-conflicts",
            field="place",
        )
    return named
