"""Reading all that is kept of one officer's service, for whoever asks for what is kept about themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from byname.people import rules as people_rules
from byname.postings.models import DutyHours, Handover, HandoverItem, Posting, Proposal
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class KeptPosting:
    """One posting of theirs, whatever became of it."""

    number: int
    area: str
    area_name: str
    role: str
    first: date
    last: date | None
    """The first day they are not there any more."""
    promised_until: date | None
    announced_on: date | None
    ended_early_because: str


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """One proposal to post them."""

    number: int
    area: str
    role: str
    first: date
    promised_until: date
    proposed_at: datetime
    adopted_at: datetime | None
    dropped_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptHours:
    """One figure of one of their days."""

    on: date
    area: str
    kind: str
    minutes: int
    recorded_at: datetime
    by_oneself: bool


@dataclass(frozen=True, slots=True)
class KeptHandover:
    """One handover they leave or take up; what its checklist says stays with those who work it."""

    reference: str
    area: str
    side: str
    """"leaves", "takes over"."""
    role: str
    leaves_on: date
    arrives_on: date | None
    opened_at: datetime
    their_word_at: datetime | None
    stood_in: bool
    """Whether the sergeant gave the leaving officer's word."""
    closed_at: datetime | None
    items: int


@dataclass(frozen=True, slots=True)
class Deeds:
    """How often their account did something, and when first and last."""

    times: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeptOfPostings:
    """What is kept of one officer's service, and of what an account did about others'."""

    postings: tuple[KeptPosting, ...]
    proposals_to_post_them: tuple[KeptProposal, ...]
    hours: tuple[KeptHours, ...]
    handovers: tuple[KeptHandover, ...]
    proposals_they_made: Deeds
    proposals_they_decided: Deeds
    hours_they_recorded: Deeds
    """Their own days among them."""


def kept_of_postings(account_id: int | None, officer: str, *, viewer: Actor) -> KeptOfPostings:
    """All that is kept of an officer's service (by reference) and under an account's number; none where neither is."""
    people_rules.require(viewer, "gather_kept")
    their_own = Q(officer__reference=officer) if officer else Q(pk__in=[])
    postings = Posting.objects.filter(their_own).select_related("area").order_by("period", "pk")
    proposals = Proposal.objects.filter(their_own).select_related("area").order_by("proposed_at", "pk")
    hours = DutyHours.objects.filter(their_own).select_related("area").order_by("on", "pk")
    # Without an account nobody did anything: no row has the number 0.
    doer = account_id or 0
    decided = Proposal.objects.filter(decided_by=doer).annotate(decided_at=Coalesce("adopted_at", "dropped_at"))
    return KeptOfPostings(
        postings=tuple(
            KeptPosting(
                number=row.pk,
                area=row.area.slug,
                area_name=row.area.name,
                role=row.role,
                first=row.period.lower,
                last=row.period.upper,
                promised_until=row.planned_end_on,
                announced_on=row.announced_on,
                ended_early_because=row.ended_early_reason,
            )
            for row in postings
        ),
        proposals_to_post_them=tuple(
            KeptProposal(
                number=row.pk,
                area=row.area.slug,
                role=row.role,
                first=row.first_on,
                promised_until=row.planned_end_on,
                proposed_at=row.proposed_at,
                adopted_at=row.adopted_at,
                dropped_at=row.dropped_at,
            )
            for row in proposals
        ),
        hours=tuple(
            KeptHours(row.on, row.area.slug, row.kind, row.minutes, row.recorded_at, row.recorded_by == account_id)
            for row in hours
        ),
        handovers=_handovers(officer) if officer else (),
        proposals_they_made=deeds(Proposal.objects.filter(proposed_by=doer), "proposed_at", viewer=viewer),
        proposals_they_decided=deeds(decided, "decided_at", viewer=viewer),
        hours_they_recorded=deeds(DutyHours.objects.filter(recorded_by=doer), "recorded_at", viewer=viewer),
    )


def deeds(rows: QuerySet[Any], moment: str, *, viewer: Actor) -> Deeds:
    """How many rows there are, and when the first and the last of them came about."""
    people_rules.require(viewer, "gather_kept")
    return Deeds(**rows.aggregate(times=Count("pk"), first_at=Min(moment), last_at=Max(moment)))


def _handovers(officer: str) -> tuple[KeptHandover, ...]:
    rows = Handover.objects.filter(Q(outgoing__reference=officer) | Q(incoming__reference=officer))
    found = list(rows.select_related("area", "outgoing").defer("outgoing__lives_in").order_by("leaves_on", "pk"))
    items = Counter(HandoverItem.objects.filter(handover__in=found).values_list("handover", flat=True))
    return tuple(
        KeptHandover(
            reference=row.reference,
            area=row.area.slug,
            side="leaves" if row.outgoing.reference == officer else "takes over",
            role=row.role,
            leaves_on=row.leaves_on,
            arrives_on=row.arrives_on,
            opened_at=row.opened_at,
            their_word_at=row.outgoing_word_at if row.outgoing.reference == officer else row.incoming_word_at,
            stood_in=row.stood_in,
            closed_at=row.closed_at,
            items=items[row.pk],
        )
        for row in found
    )
