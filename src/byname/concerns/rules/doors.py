"""Whom a concern may be handed on to, outside the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from byname.vocabulary import Refused

DOORS: Final[Mapping[str, str]] = {
    "city": "the city (311)",
    "by_law": "by-law enforcement",
    "community_help": "community and social services (211)",
    "transit": "the transit agency",
    "housing": "the housing provider",
    "school": "the school",
    "crime_report": "the police, as a report of a crime",
    "other": "somebody else, named in the answer",
}
"""By code, as the ledger keeps it."""


def refuse_door(code: str) -> None:
    """Nothing, or Refused for somebody who is not on the list."""
    if code not in DOORS:
        raise Refused("Choose whom it goes to.", code="no-door", field="to")
