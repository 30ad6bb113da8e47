"""Hiding an officer and showing them again, and taking a photo away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from byname.people import actions as people_actions
from byname.people import rules as people_rules
from byname.postings import queries
from byname.vocabulary import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Hidden:
    """An officer is hidden: whether by this act, and the areas whose posters must be replaced."""

    newly: bool
    posters: tuple[str, ...]


def hide_officer(officer: str, *, by: Actor, at: datetime) -> Hidden:
    """What hiding an officer, by reference, leaves to do: name and face go at once, these posters must be replaced."""
    people_rules.require(by, "hide_officer", people_rules.About(officer=officer))
    with transaction.atomic():
        newly = people_actions.hide_officer(officer, by=by, at=at)
        return Hidden(newly, queries.posters_showing(officer, on=timezone.localtime(at).date(), viewer=by))


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
