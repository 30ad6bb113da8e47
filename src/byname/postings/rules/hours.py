"""Decisions about hours: present in the area, or pulled away from it."""

from __future__ import annotations

from typing import Final

AWAY: Final = ("general_patrol", "event", "building", "court", "training", "other")
"""Why an officer is pulled out of the area."""
KINDS_OF_HOURS: Final = ("present", *AWAY)
