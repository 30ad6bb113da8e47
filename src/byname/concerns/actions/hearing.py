"""Bringing in how the service hears concerns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from byname.concerns import queries, rules
from byname.concerns.models import HearingProfile
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.vocabulary import Actor

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4162024)"


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file that was brought in."""

    changed: bool
    told: tuple[str, ...]


def bring_hearing(content: bytes, *, file_name: str, by: Actor, at: datetime) -> Brought:
    """Brings in how the service hears concerns, in place of what was there; raises Refused for a faulty file.

    A category that is no longer among them keeps its name, for the concerns that were raised in it.
    """
    people_rules.require(by, "bring_hearing")
    said = rules.read_profile(content)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME)
        before = queries.hearing(viewer=by)
        now = rules.in_place_of(before, said)
        kept = rules.profile_to_keep(now)
        row = HearingProfile.objects.filter(pk=1).first()
        if row is not None and row.profile == kept:
            return Brought(False, ("Nothing changed: the service hears concerns so already.",))
        HearingProfile.objects.update_or_create(pk=1, defaults={"profile": kept, "brought_at": at})
        ledger.record(
            "hearing.brought",
            subject=("hearing", 1),
            by=by,
            at=at,
            facts={"categories": [each.code for each in now.categories], "sha256": hashlib.sha256(content).hexdigest()},
            public=True,
        )
    told = [f"Brought in {file_name}: {len(now.categories)} categories, an answer within {now.hours} hours."]
    if gone := [each.code for each in now.retired if each.code in before.raisable]:
        told.append(f"No longer to be raised, kept by name for what was: {', '.join(gone)}.")
    return Brought(True, (*told, *_missing_lines(now, by)))


def _missing_lines(profile: rules.Profile, by: Actor) -> tuple[str, ...]:
    known = {line.key for line in places.service_profile(viewer=by).lines}
    missing = sorted({line for each in profile.categories for line in each.lines} - known)
    if not missing:
        return ()
    return (f"Look at this: categories name lines the service has not brought: {', '.join(missing)}.",)
