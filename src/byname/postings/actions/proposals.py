"""Writing proposals: proposing a posting, adopting it with everything it ends, dropping it."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import actions as people_actions
from byname.people import rules as people_rules
from byname.places.queries import posts as places
from byname.postings import queries, rules
from byname.postings.actions.serving import Posted, _one_at_a_time, end_posting, post_officer
from byname.postings.models import Posting, Proposal
from byname.vocabulary import LIKELY_DAYS, Actor, NotThere, Refused, is_likely


def propose_posting(
    officer: str,
    area: str,
    role: str,
    *,
    first: date,
    planned_end_on: date | None = None,
    succeeds: str = "",
    instead_of: int | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """The number of a proposal, new or waiting already: an officer, by reference or badge, for an area from a day on.

    Nothing is in force until it is adopted. A whole term is promised unless told; `succeeds` is the officer of the area
    it takes over from. `instead_of` is dropped in the same breath. Raises Refused for what cannot even be weighed.
    """
    people_rules.require_reach(by, "propose_posting")
    known = places.areas_to_post({area}, viewer=by).get(area)
    if known is None:
        raise Refused("Choose an area from the list.", code="no-such-area", field="area")
    people_rules.require(
        by, "propose_posting", people_rules.About(area=area, divisions=frozenset({known.division_code}) - {""})
    )
    found = queries.officer_to_propose(officer, on=timezone.localtime(at).date(), viewer=by)
    if found is None:
        raise Refused("There is no officer with that badge number.", code="no-such-officer", field="officer")
    promised = _promised(officer, area, role, first, planned_end_on)
    before = _before(succeeds, area, found.reference)
    with transaction.atomic():
        _one_at_a_time()
        # Asked for twice, by a second tap or by two people: it waits once.
        same = Proposal.objects.filter(
            officer=found.row_id,
            area=known.row_id,
            role=role,
            first_on=first,
            planned_end_on=promised,
            succeeds=before,
            adopted_at__isnull=True,
            dropped_at__isnull=True,
        ).exclude(pk=instead_of or 0)
        if (waiting := same.first()) is not None:
            return waiting.pk
        if instead_of is not None:
            drop_proposal(instead_of, by=by, at=at)
        made = Proposal.objects.create(
            officer_id=found.row_id,
            area_id=known.row_id,
            role=role,
            first_on=first,
            planned_end_on=promised,
            succeeds=before,
            proposed_by=by.account_id,
            proposed_at=at,
        )
        facts: dict[str, ledger_rules.Fact] = {"area": area, "officer": found.reference}
        ledger.record("proposal.made", subject=("proposal", made.pk), by=by, at=at, facts=facts)
    return made.pk


def adopt_proposal(number: int, *, own_reason: str = "", outgoing_reason: str = "", by: Actor, at: datetime) -> Posted:
    """The posting a proposal became: in force from its first day, with everything it ends, all or nothing.

    Ends the officer's own posting where they have one, and that of whom they take over from, each with the reason given
    where its term is cut short. Residents are told thirty days before the first day, or at once. Raises Refused where
    anything forbids it, with the first reason; the database has the last word.
    """
    people_rules.require(by, "adopt_posting")
    today = timezone.localtime(at).date()
    with transaction.atomic():
        row = _waiting(number)
        seen = queries.proposal(number, on=today, at=at, viewer=by)
        if said := rules.refusal(seen.consequences):
            raise Refused(said, code="refused")
        line, ended = seen.line, seen.endings
        for field, cut, posting, reason in (
            ("own_reason", ended.own_cut, ended.own, own_reason),
            ("outgoing_reason", ended.outgoing_cut, ended.outgoing, outgoing_reason),
        ):
            if posting is None:
                continue
            if cut and reason not in rules.REASONS:
                raise Refused(
                    f"Say why {posting.officer_title}'s term in {posting.area_name} ends early.",
                    code="reason-needed",
                    field=field,
                )
            end_posting(
                posting.officer,
                posting.area,
                last=line.first_on,
                reason=reason if cut else "",
                goes_on=posting is ended.own and ended.goes_on,
                by=by,
                at=at,
            )
        posted = post_officer(
            line.officer,
            line.area,
            line.role,
            first=line.first_on,
            planned_end_on=line.planned_end_on,
            announced_on=rules.first_told_on(line.first_on, today),
            by=by,
            at=at,
        )
        row.adopted_at, row.decided_by = at, by.account_id
        row.save(update_fields=["adopted_at", "decided_by"])
        ledger.record("proposal.adopted", subject=("proposal", number), by=by, at=at, facts={"area": line.area})
        words = {
            "area": line.area_name,
            "role": line.role,
            "first_day": rules.spoken_day(line.first_on),
            "promised_until": rules.spoken_day(line.planned_end_on),
        }
        people_actions.write_to_officer(line.officer, "posting_adopted", words, by=by, at=at)
    return posted


def drop_proposal(number: int, *, by: Actor, at: datetime) -> None:
    """Nothing: the proposal is dropped, and what was on record stays as it is."""
    people_rules.require_reach(by, "propose_posting")
    with transaction.atomic():
        queries.proposal_line(number, on=timezone.localtime(at).date(), viewer=by)
        row = _waiting(number)
        row.dropped_at, row.decided_by = at, by.account_id
        row.save(update_fields=["dropped_at", "decided_by"])
        ledger.record("proposal.dropped", subject=("proposal", number), by=by, at=at)


def _promised(officer: str, area: str, role: str, first: date, planned_end_on: date | None) -> date:
    """The promised end, a whole term unless told; Refused where role and days make no posting."""
    faults = rules.row_faults(rules.PostingRow(officer, area, role, first, None, planned_end_on))
    wrong = "role" if role not in rules.ON_THE_TEAM else faults[0].column if faults else ""
    if wrong == "role":
        raise Refused("Choose whether they lead the team or join it.", code="unlikely", field="role")
    if wrong == "first":
        raise Refused(f"The first day is {LIKELY_DAYS}.", code="unlikely", field="first")
    if planned_end_on is not None and not is_likely(planned_end_on):
        raise Refused(f"The promised end is {LIKELY_DAYS}.", code="unlikely", field="planned_end_on")
    if wrong:
        raise Refused("The promised end comes after the first day.", code="unlikely", field="planned_end_on")
    return planned_end_on or rules.term_ends_on(first)


def _waiting(number: int) -> Proposal:
    row = Proposal.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise NotThere
    if row.adopted_at or row.dropped_at:
        was = "adopted" if row.adopted_at else "dropped"
        raise Refused(f"This proposal was {was} already.", code="decided")
    return row


def _before(succeeds: str, area: str, officer: str) -> Posting | None:
    if not succeeds:
        return None
    rows = Posting.objects.filter(
        Q(officer__reference=succeeds) | Q(officer__badge_number=succeeds),
        area__slug=area,
        role__in=rules.ON_THE_TEAM,
    ).select_related("officer")
    before = rows.order_by("-period").first()
    if before is None:
        raise Refused("Whom they take over from is not on that area's team.", code="no-such-posting", field="succeeds")
    if before.officer.reference == officer:
        raise Refused("Nobody takes over from themselves.", code="no-such-posting", field="succeeds")
    return before
