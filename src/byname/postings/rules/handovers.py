"""Decisions about handovers: what stands on the checklist, who gives their word, when words expire."""

from __future__ import annotations

from typing import Final

KINDS_OF_ITEM: Final = ("open_work", "contact", "promise", "key", "note")
"""What stands on a handover's checklist."""
