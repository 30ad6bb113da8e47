"""Keeping what was published of a concern true, in the same transaction as whatever changes the concern."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from byname.concerns.models import Concern, Wording
from byname.concerns.queries.dangers import home_told_by_raiser
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere

# A concern passed on always has an area.
_FOLLOW: Final = """
    UPDATE byname_wording AS wording SET
        state = concern.state,
        area_id = coalesce(concern.area_id, wording.area_id),
        changed_at = %(at)s
    FROM byname_concern AS concern
    WHERE concern.id = %(concern)s AND wording.concern_id = concern.id AND wording.withdrawn_at IS NULL
        AND (wording.state <> concern.state OR wording.area_id <> coalesce(concern.area_id, wording.area_id))
"""
PLACED: Final = Q(lat__isnull=False) | ~Q(near="")
"""Wordings that have a place."""


def keep_wording_true(concern: int, *, by: Actor, at: datetime) -> bool:
    """Whether what strangers see of a concern, by its row, changed just now: it follows the concern's state and team.

    For the acts that have changed the concern, within their transaction; false where nothing of it is public.
    """
    people_rules.require(by, "see_public")
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, {"concern": concern, "at": at})
        return bool(cursor.rowcount)


def note_place_to_withdraw(concern: int, *, by: Actor, at: datetime) -> None:
    """Nothing that is public changes: the ledger has it where a place must go in the night to come.

    For the acts by which danger came to light: a backup brought back from before them knows nothing of it.
    """
    people_rules.require(by, "see_public")
    placed = Wording.objects.filter(
        PLACED, concern=concern, concern__danger__contains="home", withdrawn_at__isnull=True
    )
    row = Concern.objects.defer("likeness").get(pk=concern) if placed.exists() else None
    if row is not None and home_told_by_raiser(row, viewer=by):
        ledger.record("concern.place_to_withdraw", subject=("concern", row.reference), by=by, at=at)


def take_place_away(concern: Concern, *, by: Actor, at: datetime) -> bool:
    """Whether what is public of a concern had a place and lost it now, as whoever raised it told of violence at home.

    Never in the act by which that was told, and without a mark of when: whoever watches the page would learn it.
    """
    people_rules.require(by, "see_public")
    placed = Wording.objects.filter(PLACED, concern=concern, withdrawn_at__isnull=True)
    if not placed.exists() or not home_told_by_raiser(concern, viewer=by):
        return False
    placed.update(near="", lat=None, lon=None)
    ledger.record("concern.place_withdrawn", subject=("concern", concern.reference), by=by, at=at, public=True)
    return True


def take_place_away_again(reference: str, *, by: Actor, at: datetime) -> bool:
    """Whether what is public of a concern lost its place once more, after a restore; NotThere for no such concern.

    Whatever the backup holds of why: what told of violence at home may have come after it.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("told", "likeness").filter(reference=reference).first()
        if concern is None:
            raise NotThere
        placed = Wording.objects.filter(PLACED, concern=concern, withdrawn_at__isnull=True)
        gone = bool(placed.update(near="", lat=None, lon=None))
        if gone:
            ledger.record("concern.place_withdrawn", subject=("concern", reference), by=by, at=at, public=True)
    return gone
