"""Codes in words, for people at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ROLES: Final = {"lead": "leads the team", "member": "is on the team", "cover": "covers"}
REASONS: Final = {
    "promotion": "Promoted",
    "transfer_requested": "Asked to move",
    "operational_need": "Needed elsewhere",
    "leave": "Leave",
    "left_service": "Left the service",
    "other": "Another reason",
}
"""Why a posting ended early."""
MISTAKES: Final = {
    "wrong_day": "The day was wrong",
    "wrong_officer": "It was meant for somebody else",
    "stays": "They stay after all",
}
"""Why an end is undone."""
REASONS_TO_LOOK: Final = {
    "supervision": "I supervise them",
    "planning": "I plan who serves where",
    "complaint": "A complaint is looked into",
    "access_request": "They asked what is kept about them",
    "audit": "An audit",
    "court_order": "A court ordered it",
}
"""Why somebody looks at what the table of permissions marks with a star."""


def choices(codes: Iterable[str], words: dict[str, str], empty: str) -> list[tuple[str, str]]:
    """The choices of a select, what stands for none of them first."""
    return [("", empty), *((code, words[code]) for code in codes)]
