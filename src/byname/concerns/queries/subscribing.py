"""What somebody sees of their weekly letter by the link in it."""

from __future__ import annotations

from dataclasses import dataclass

from byname.concerns import rules
from byname.concerns.models import Subscription
from byname.people import rules as people_rules
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class WeeklyLetter:
    """An area's weekly letter, as whoever asked for it sees it; the address stays where it is."""

    area: str
    """The area's slug."""
    area_name: str
    confirmed: bool


def weekly_letter(key: str, *, viewer: Actor) -> WeeklyLetter | None:
    """The weekly letter this link is about; None where there is none, or none any more."""
    people_rules.require(viewer, "subscribe")
    rows = Subscription.objects.select_related("area").only("area__slug", "area__name", "confirmed_at")
    row = rows.filter(key_digest=rules.link_digest(key)).first()
    return WeeklyLetter(row.area.slug, row.area.name, row.confirmed_at is not None) if row else None
