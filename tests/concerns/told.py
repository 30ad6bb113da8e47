"""Concerns as people raise them, for the tests: what is said can be changed one answer at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from byname.concerns import actions, rules
from byname.concerns.models import Person
from byname.ledger.models import LedgerLine
from byname.vocabulary import PUBLIC

PROMISE = rules.Promise(ZoneInfo("America/Toronto"))
OLD_MILL = actions.Where("D1", "old-mill", 4)
WORDS = "Every weekday at eight cars race past the crossing at the mill."
TOLD = rules.Told(
    what=WORDS,
    help="A sign before the bend.",
    days=("mon", "tue"),
    times=("morning",),
    since="month",
    place="12 Millrace Lane",
    lat=43.61527,
    lon=-79.49472,
)
SPOKEN = rules.Contact(name="Rosalind Quennell", email="rosalind@home.example", phone="416 555 0199")
RAISED = rules.Raised(category="traffic", told=TOLD, place_kind="address", channel="web", language="en", contact=SPOKEN)
ANONYMOUS = replace(RAISED, contact=rules.Contact())


def raised(
    at: datetime,
    how: rules.Raised = RAISED,
    where: actions.Where = OLD_MILL,
    once: bytes | None = None,
    pictures: Sequence[rules.Picture] = (),
    **changes: Any,
) -> actions.Receipt:
    """The receipt of a concern raised by the public."""
    on = date(2026, 11, 23)
    said = replace(how, **changes)
    return actions.raise_concern(said, where, on=on, promise=PROMISE, once=once, pictures=pictures, by=PUBLIC, at=at)


def joined(reference: str, at: datetime, **changes: Any) -> str:
    """The private link of somebody who joined a concern."""
    link = f"joined-{Person.objects.count()}"
    given = {
        "concern_id": Person.objects.get(concern__reference=reference, raised=True).concern_id,
        "raised": False,
        "link_digest": rules.link_digest(link),
        "link": link,
        "pin": "123456",
        "contact": rules.kept(rules.Contact(email=f"{link}@home.example")),
        "language": "en",
        "joined_at": at,
    }
    Person.objects.create(**given | changes)
    return link


def lines(event: str = "concern.") -> list[tuple[str, str]]:
    """The ledger's lines of an event, or of all that begin so: each with its subject."""
    rows = LedgerLine.objects.filter(event__startswith=event).order_by("pk")
    return list(rows.values_list("event", "subject_id"))
