"""Showing an officer again and taking a photo away, for whoever answers for the divisions they serve in."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from byname.people import actions as people_actions
from byname.people import rules as people_rules
from byname.postings import queries
from byname.vocabulary import SYSTEM, Actor


def show_officer(officer: str, *, by: Actor, at: datetime) -> bool:
    """Whether an officer who was hidden, by reference, is shown again by this act."""
    people_rules.require_reach(by, "show_officer")
    return people_actions.show_officer(officer, divisions=_divisions(officer, at), by=by, at=at)


def withdraw_photo(officer: str, *, by: Actor, at: datetime) -> bool:
    """Whether a photo, of an officer by reference, was taken away by this act: destroyed in every size."""
    people_rules.require_reach(by, "withdraw_photo")
    return people_actions.withdraw_photo(officer, divisions=_divisions(officer, at), by=by, at=at)


def _divisions(officer: str, at: datetime) -> frozenset[str]:
    # Asked by byname itself: whose officer it is decides what the person who acts may know.
    return queries.divisions_served(officer, on=timezone.localtime(at).date(), viewer=SYSTEM)
