"""Writing handovers: the checklist, the word of both, and forgetting what was written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.postings.models import Handover, HandoverItem, Posting
from byname.vocabulary import SYSTEM, Actor, NotThere, Refused


def add_item(reference: str, kind: str, words: str, *, agreed_on: date | None = None, by: Actor, at: datetime) -> int:
    """The number of one thing newly on the checklist; whoever takes over has then not taken over that yet.

    Raises Refused for what may not be written down, such as a partner's contact who did not agree to be passed on.
    """
    people_rules.require_reach(by, "work_handover")
    with transaction.atomic():
        row = _to_work(reference, by)
        on = _day(at)
        said = rules.admitted_words(kind, words, agreed_on, on)
        if HandoverItem.objects.filter(handover=row).count() >= rules.MOST_ITEMS:
            raise Refused(f"At most {rules.MOST_ITEMS} things: what is longer is not read.", code="too-many")
        item = HandoverItem.objects.create(
            handover=row,
            kind=kind,
            words=said,
            agreed_on=agreed_on if kind == "contact" else None,
            added_at=at,
            expires_on=rules.words_expire_on(row.leaves_on, on),
        )
        if kind in rules.PASSED_ON:
            _take_back_incoming_word(row)
        ledger.record(
            "handover.item_added", subject=("handover", reference), by=by, at=at, facts={"kind": kind, "item": item.pk}
        )
        return item.pk


def tick_item(reference: str, item: int, done: bool, *, by: Actor, at: datetime) -> bool:
    """Whether ticking one thing as passed on, or taking the tick back, changed anything.

    Raises Refused where it is not on the checklist (any more).
    """
    people_rules.require_reach(by, "work_handover")
    with transaction.atomic():
        row = _to_work(reference, by)
        thing = _item(row, item)
        if (thing.done_at is not None) == done:
            return False
        thing.done_at = at if done else None
        thing.save(update_fields=["done_at"])
        if not done:
            _take_back_incoming_word(row)
        event = "handover.item_passed_on" if done else "handover.item_taken_back"
        ledger.record(event, subject=("handover", reference), by=by, at=at, facts={"kind": thing.kind, "item": item})
        return True


def remove_item(reference: str, item: int, *, by: Actor, at: datetime) -> bool:
    """Whether one thing is off the checklist by this, with its words: False where it is off already.

    Raises Refused where the one who leaves gave their word for it, for everybody else.
    """
    people_rules.require_reach(by, "work_handover")
    with transaction.atomic():
        row = _to_work(reference, by)
        thing = HandoverItem.objects.select_for_update().filter(handover=row, pk=item).first()
        if thing is None:
            return False
        side = rules.side_of(by.officer, row.outgoing.reference, row.incoming.reference if row.incoming else "")
        rules.refuse_removal(side, vouched=rules.vouched(thing.added_at, row.outgoing_word_at))
        thing.delete()
        ledger.record(
            "handover.item_removed",
            subject=("handover", reference),
            by=by,
            at=at,
            facts={"kind": thing.kind, "item": item},
        )
        return True


def give_word(reference: str, *, open_elsewhere: int = 0, by: Actor, at: datetime) -> bool:
    """Whether the handover is closed by this word: each of the two officers gives their own, once.

    `open_elsewhere` counts what other parts of the programme still hold open for the one who leaves. Raises Refused
    where it is not theirs to give, or something is not passed on yet.
    """
    people_rules.require_reach(by, "work_handover")
    with transaction.atomic():
        row = _to_work(reference, by)
        side = rules.side_of(by.officer, row.outgoing.reference, row.incoming.reference if row.incoming else "")
        given = {"outgoing": row.outgoing_word_at, "incoming": row.incoming_word_at}.get(side)
        still_open = HandoverItem.objects.filter(handover=row, kind__in=rules.PASSED_ON, done_at__isnull=True).count()
        rules.refuse_word(side, already=given is not None, still_open=still_open + open_elsewhere)
        if side == "outgoing":
            row.outgoing_word_at = at
        else:
            row.incoming_word_at = at
        row.save(update_fields=["outgoing_word_at", "incoming_word_at"])
        ledger.record("handover.word_given", subject=("handover", reference), by=by, at=at, facts={"side": side})
        return _close_where_both(row, by=by, at=at)


def stand_in(reference: str, *, by: Actor, at: datetime) -> bool:
    """Whether the handover is closed by the sergeant's word for an officer who has left the service.

    Raises Refused where that officer can still sign in and speak for themselves.
    """
    people_rules.require_reach(by, "stand_in_handover")
    with transaction.atomic():
        row = _to_work(reference, by, "stand_in_handover")
        # Asked by byname itself: whether somebody still has an account is not the sergeant's to look up.
        signs_in = bool(people.mailboxes_of({row.outgoing.reference}, viewer=SYSTEM))
        rules.refuse_standing_in(
            row.leaves_on, _day(at), has_account=signs_in, already=row.outgoing_word_at is not None
        )
        row.outgoing_word_at, row.stood_in = at, True
        row.save(update_fields=["outgoing_word_at", "stood_in"])
        ledger.record("handover.stood_in", subject=("handover", reference), by=by, at=at)
        return _close_where_both(row, by=by, at=at)


def name_follower(reference: str, officer: str, *, by: Actor, at: datetime) -> None:
    """Nothing: this officer, who serves the area or is about to, takes over; a word given by another is void."""
    people_rules.require_reach(by, "stand_in_handover")
    with transaction.atomic():
        row = _to_work(reference, by, "stand_in_handover")
        on = _day(at)
        posting = (
            Posting.objects.filter(area=row.area_id, officer__reference=officer)
            .exclude(officer=row.outgoing_id)
            .filter(Q(period__endswith=None) | Q(period__endswith__gt=on))
            .order_by("period")
            .first()
        )
        if posting is None:
            raise Refused("Choose somebody who serves this area, or is about to.", code="not-here", field="officer")
        if posting.officer_id != row.incoming_id:
            row.incoming_id, row.arrives_on, row.incoming_word_at = posting.officer_id, posting.period.lower, None
            row.save(update_fields=["incoming", "arrives_on", "incoming_word_at"])
            ledger.record(
                "handover.follower_named", subject=("handover", reference), by=by, at=at, facts={"officer": officer}
            )


def tell_from(reference: str, day: date, *, by: Actor, at: datetime) -> None:
    """Nothing: from this day on the area's public page tells that the officer leaves.

    Raises Refused where it is told already, or the day is not before the change.
    """
    people_rules.require_reach(by, "announce_change")
    with transaction.atomic():
        row = _found(reference)
        divisions = frozenset({row.area.division_code}) - {""}
        people_rules.require(by, "announce_change", people_rules.About(area=row.area.slug, divisions=divisions))
        on = _day(at)
        posting = (
            Posting.objects.select_for_update()
            .filter(
                officer=row.outgoing_id, area=row.area_id, role__in=rules.ON_THE_TEAM, period__endswith=row.leaves_on
            )
            .first()
        )
        if posting is None:
            raise Refused("Set the last day of this posting first: it is only promised.", code="no-last-day")
        if rules.announces_end(posting.announced_on, posting.period.lower) and (posting.announced_on or on) <= on:
            raise Refused("Residents have been told already.", code="told")
        if not max(on, posting.period.lower + timedelta(days=1)) <= day < row.leaves_on:
            raise Refused(
                f"Choose a day from today up to {row.leaves_on - timedelta(days=1):%-d %B %Y}.", code="day", field="day"
            )
        posting.announced_on = day
        posting.save(update_fields=["announced_on"])
        ledger.record(
            "posting.announced",
            subject=("posting", posting.pk),
            by=by,
            at=at,
            facts={"told_from": day.isoformat()},
            public=True,
        )


def forget_words(*, by: Actor, at: datetime) -> int:
    """How many things' words were emptied, as their time is over; that they stood there stays."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        expired = HandoverItem.objects.filter(expires_on__lte=_day(at)).exclude(words="")
        count = expired.update(words="")
        if count:
            ledger.record("handover.words_forgotten", subject=("handover_items", count), by=by, at=at)
        return count


def _found(reference: str) -> Handover:
    row = (
        Handover.objects.select_related("outgoing", "incoming", "area")
        .select_for_update(of=("self",))
        .filter(reference=reference)
        .first()
    )
    if row is None:
        raise NotThere
    return row


def _to_work(reference: str, by: Actor, act: str = "work_handover") -> Handover:
    """The handover, held for writing, where it is within reach and not closed."""
    row = _found(reference)
    closed = queries.places_told_of(row.area.slug, viewer=by)
    party = by.officer in (row.outgoing.reference, row.incoming.reference if row.incoming else "")
    people_rules.require(
        by,
        act,
        people_rules.About(
            officer=by.officer if party else "",
            area=row.area.slug,
            divisions=frozenset({row.area.division_code}) - {""},
            places=closed,
        ),
    )
    if row.closed_at is not None:
        raise Refused("This handover is closed: both officers gave their word.", code="closed")
    return row


def _item(row: Handover, number: int) -> HandoverItem:
    item = HandoverItem.objects.select_for_update().filter(handover=row, pk=number).first()
    if item is None:
        raise Refused("Somebody took that off the list meanwhile: this is how it stands now.", code="gone")
    return item


def _take_back_incoming_word(row: Handover) -> None:
    # What is new was not taken over yet.
    if row.incoming_word_at is not None:
        row.incoming_word_at = None
        row.save(update_fields=["incoming_word_at"])


def _close_where_both(row: Handover, *, by: Actor, at: datetime) -> bool:
    if row.outgoing_word_at is None or row.incoming_word_at is None:
        return False
    row.closed_at = at
    row.save(update_fields=["closed_at"])
    kept = HandoverItem.objects.filter(handover=row)
    kept.exclude(words="").update(expires_on=rules.words_expire_on(row.leaves_on, _day(at), _day(at)))
    ledger.record("handover.closed", subject=("handover", row.reference), by=by, at=at, facts={"items": kept.count()})
    return True


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
