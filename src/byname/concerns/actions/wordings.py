"""Keeping what was published of a concern true, in the same transaction as whatever changes the concern."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection

from byname.people import rules as people_rules
from byname.vocabulary import Actor

# Where violence at home came to light since, the place goes. A concern passed on always has an area.
_FOLLOW: Final = """
    UPDATE byname_wording AS wording SET
        state = concern.state,
        area_id = coalesce(concern.area_id, wording.area_id),
        near = CASE WHEN home.told THEN '' ELSE wording.near END,
        lat = CASE WHEN home.told THEN NULL ELSE wording.lat END,
        lon = CASE WHEN home.told THEN NULL ELSE wording.lon END,
        changed_at = %(at)s
    FROM byname_concern AS concern, LATERAL (SELECT 'home' = ANY (string_to_array(concern.danger, ' ')) AS told) AS home
    WHERE concern.id = %(concern)s AND wording.concern_id = concern.id AND wording.withdrawn_at IS NULL
        AND (
            wording.state <> concern.state OR wording.area_id <> coalesce(concern.area_id, wording.area_id)
            OR (home.told AND (wording.lat IS NOT NULL OR wording.near <> ''))
        )
"""


def keep_wording_true(concern: int, *, by: Actor, at: datetime) -> bool:
    """Whether what strangers see of a concern, by its row, changed just now: it follows the concern's state and team.

    For the acts that have changed the concern, within their transaction; false where nothing of it is public.
    """
    people_rules.require(by, "see_public")
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, {"concern": concern, "at": at})
        return bool(cursor.rowcount)
