"""The keys by which programs raise concerns: who has one, and how far it goes; never the key itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from byname.concerns.models import ApiKey
from byname.people import rules as people_rules
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of one key."""

    number: int
    name: str
    an_hour: int
    categories: tuple[str, ...]
    """What it may raise; everything where it is empty."""
    made_at: datetime
    revoked_at: datetime | None


def api_keys(*, viewer: Actor) -> tuple[Key, ...]:
    """Every key that was ever made, in the order they were."""
    people_rules.require(viewer, "make_api_key")
    return tuple(
        Key(row.pk, row.name, row.an_hour, tuple(row.categories), row.made_at, row.revoked_at)
        for row in ApiKey.objects.order_by("pk")
    )
