"""The outbox: what was sent and what was not, without saying to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from byname.ledger.models import Letter
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A letter that could not be sent, and why."""

    number: int
    kind: str
    written_at: datetime
    given_up_at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the letters fare: counts, the longest wait, and the letters that were given up, the newest first."""

    waiting: int
    due: int
    """Of those waiting, the ones that should have gone by now."""
    oldest_due_at: datetime | None
    problem: str
    """Why the one that has waited longest could not be sent."""
    sent: int
    """Since the moment asked about."""
    last_sent_at: datetime | None
    given_up_count: int
    given_up: tuple[GivenUp, ...]


def delivery_of_letters(*, since: datetime, at: datetime, viewer: Actor, most: int = 50) -> Delivery:
    """How the letters fare at a moment: `sent` counts from `since`, `most` of those given up are listed."""
    waiting = Q(delivered_at__isnull=True, given_up_at__isnull=True)
    due = waiting & Q(first_due_at__lte=at)
    counts = Letter.objects.aggregate(
        waiting=Count("id", filter=waiting),
        due=Count("id", filter=due),
        oldest=Min("first_due_at", filter=due),
        sent=Count("id", filter=Q(delivered_at__gte=since)),
        given_up=Count("id", filter=Q(given_up_at__isnull=False)),
    )
    latest = Letter.objects.filter(delivered_at__isnull=False).order_by("-delivered_at").values_list("delivered_at")
    stuck = Letter.objects.filter(due).exclude(problem="").order_by("first_due_at", "id").values_list("problem")
    given_up = Letter.objects.filter(given_up_at__isnull=False).order_by("-given_up_at", "-id")[:most]
    return Delivery(
        waiting=counts["waiting"],
        due=counts["due"],
        oldest_due_at=counts["oldest"],
        problem=next(iter(stuck[:1]), ("",))[0],
        sent=counts["sent"],
        last_sent_at=next(iter(latest[:1]), (None,))[0],
        given_up_count=counts["given_up"],
        given_up=tuple(
            GivenUp(row.pk, row.kind, row.created_at, row.given_up_at, row.problem)
            for row in given_up
            if row.given_up_at is not None
        ),
    )
