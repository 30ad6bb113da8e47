"""What is known already where somebody is about to raise a concern: published ones to join, and nothing else."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from byname.concerns import queries as concerns
from byname.interfaces import snapshot
from byname.interfaces.public.draft import Draft
from byname.interfaces.public.views.seen import month_before
from byname.postings.queries import Found
from byname.vocabulary import PUBLIC

_log = logging.getLogger("byname.raising")


def known_near(draft: Draft, found: Found | None) -> tuple[concerns.Published, ...]:
    """Published concerns of the last twelve months near the place and about the same, that have not ended.

    None where there is no team; none while the database is away, for nobody's way may end over this.
    """
    if found is None or found.team is None:
        return ()
    point = draft.point if draft.kind in ("address", "point") else None
    since = month_before(snapshot.today(), 12)
    try:
        return concerns.may_be_joined(found.team.area.slug, draft.category, point, months_from=since, viewer=PUBLIC)
    except (OperationalError, InterfaceError, PoolTimeout) as fault:
        _log.warning("what may be joined could not be read", extra={"fault": type(fault).__name__})
        return ()
