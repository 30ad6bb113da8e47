"""Writing handovers: opening them, the checklist, the word of both, and forgetting what was written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.postings.models import Handover, HandoverItem, Posting, Proposal
from byname.safekeeping import keys
from byname.vocabulary import SYSTEM, Actor, NotThere, Refused

_LEFT_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping the handovers changed, in numbers."""

    opened: int
    moved: int
    withdrawn: int


def open_due_handovers(*, by: Actor, at: datetime) -> Kept:
    """Opens the handover of everybody who leaves an area within ninety days, and follows postings that changed since.

    A handover whose day moved goes with it; one whose officer stays after all is withdrawn, with what was written.
    """
    people_rules.require(by, "open_handover")
    on = _day(at)
    with transaction.atomic():
        known = _unclosed()
        serving = _serving([row.outgoing_id for row in known], [row.area_id for row in known], on)
        moved = withdrawn = 0
        for row in known:
            posting = serving.get((row.outgoing_id, row.area_id))
            if posting is None:
                # They have left, as was said: what is unfinished stays until both give their word.
                if row.leaves_on > on:
                    withdrawn += _withdraw(row, by=by, at=at)
                continue
            leaving = rules.leaves_on(posting.period.upper, posting.planned_end_on)
            if leaving is None or leaving - on > rules.OPENS_EARLIEST or _goes_on(posting):
                withdrawn += _withdraw(row, by=by, at=at)
            elif leaving != row.leaves_on:
                moved += _move(row, leaving, by=by, at=at)
        opened = sum(_open(ending, last, by=by, at=at) is not None for ending, last in _due(on))
        for row in _unclosed():
            _match(row, by=by, at=at)
    return Kept(opened, moved, withdrawn)


def open_handover(officer: str, area: str, *, by: Actor, at: datetime) -> str:
    """The reference of the handover of an officer who leaves an area, newly opened or the one that is open already.

    Raises Refused where nobody has said when they leave, or that is more than half a year away.
    """
    people_rules.require_reach(by, "open_handover")
    on = _day(at)
    with transaction.atomic():
        posting = (
            Posting.objects.select_related("officer", "area")
            .select_for_update(of=("self",))
            .filter(officer__reference=officer, area__slug=area, role__in=rules.ON_THE_TEAM, period__contains=on)
            .first()
        )
        if posting is None:
            raise NotThere
        own = officer if officer == by.officer else ""
        divisions = frozenset({posting.area.division_code}) - {""}
        people_rules.require(by, "open_handover", people_rules.About(officer=own, area=area, divisions=divisions))
        leaving = rules.known_day(rules.leaves_on(posting.period.upper, posting.planned_end_on), on)
        known = Handover.objects.filter(
            outgoing=posting.officer_id, area=posting.area_id, closed_at__isnull=True
        ).first()
        if known is not None:
            return known.reference
        opened = _open(posting, leaving, by=by, at=at)
        if opened is None:
            raise Refused("This handover is finished: both officers gave their word.", code="closed")
        _match(opened, by=by, at=at)
        return opened.reference


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
    """Whether ticking one thing as passed on, or taking the tick back, changed anything."""
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


def remove_item(reference: str, item: int, *, by: Actor, at: datetime) -> None:
    """Nothing: one thing is off the checklist, and its words are gone."""
    people_rules.require_reach(by, "work_handover")
    with transaction.atomic():
        row = _to_work(reference, by)
        thing = _item(row, item)
        thing.delete()
        ledger.record(
            "handover.item_removed",
            subject=("handover", reference),
            by=by,
            at=at,
            facts={"kind": thing.kind, "item": item},
        )


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
        if _announces_end(posting) and posting.announced_on and posting.announced_on <= on:
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


def _unclosed() -> list[Handover]:
    return list(Handover.objects.select_for_update(of=("self",)).filter(closed_at__isnull=True).order_by("pk"))


def _serving(officers: Iterable[int], areas: Iterable[int], on: date) -> dict[tuple[int, int], Posting]:
    rows = Posting.objects.filter(
        officer__in=set(officers), area__in=set(areas), role__in=rules.ON_THE_TEAM, period__contains=on
    )
    return {(row.officer_id, row.area_id): row for row in rows}


def _due(on: date) -> list[tuple[Posting, date]]:
    """Postings and their ends that come within ninety days, or did within the week, and have no handover yet."""
    rows = (
        Posting.objects.select_related("officer", "area")
        .filter(
            role__in=rules.ON_THE_TEAM,
            period__startswith__lte=on,
            period__endswith__gt=on - _LEFT_LATELY,
            period__endswith__lte=on + rules.OPENS_BEFORE,
        )
        .order_by("pk")
    )
    known = set(Handover.objects.filter(leaves_on__gt=on - _LEFT_LATELY).values_list("outgoing", "area"))
    found = []
    for row in rows:
        leaving = row.period.upper
        if leaving is not None and (row.officer_id, row.area_id) not in known and not _goes_on(row):
            found.append((row, leaving))
    return found


def _goes_on(posting: Posting) -> bool:
    """Whether the same officer goes on serving the area, in whatever role, on the day this posting ends."""
    last = posting.period.upper
    return (
        last is not None
        and Posting.objects.filter(
            officer=posting.officer_id, area=posting.area_id, role__in=rules.ON_THE_TEAM, period__startswith=last
        ).exists()
    )


def _open(posting: Posting, leaving: date, *, by: Actor, at: datetime) -> Handover | None:
    """The handover, newly open; None where this departure has one already."""
    digest = keys.keyed_digest("handover-reference", f"{posting.pk} {leaving} {at.isoformat()}".encode())
    row, newly = Handover.objects.get_or_create(
        outgoing=posting.officer,
        area=posting.area,
        leaves_on=leaving,
        defaults={
            "reference": people_rules.reference_for(digest).replace("O-", "H-", 1),
            "role": posting.role,
            "opened_at": at,
        },
    )
    if not newly:
        return row if row.closed_at is None else None
    told = _announce(posting, leaving, _day(at))
    _tell(posting.officer.reference, row, by=by, at=at)
    facts = {"area": posting.area.slug, "officer": posting.officer.reference, "leaves_on": leaving.isoformat()}
    ledger.record(
        "handover.opened", subject=("handover", row.reference), by=by, at=at, facts={**facts, "told": told}, public=told
    )
    return row


def _announce(posting: Posting, leaving: date, on: date) -> bool:
    """Whether the posting now tells residents of its end, from thirty days before on, where nothing told it yet."""
    if posting.period.upper != leaving or leaving <= on or _announces_end(posting):
        return False
    arrival = Posting.objects.filter(
        area=posting.area_id, role=posting.role, period__startswith=leaving, announced_on__lte=leaving
    )
    from_day = rules.announced_from(posting.period.lower, leaving, on)
    if arrival.exists() or from_day >= leaving:
        return False
    posting.announced_on = from_day
    posting.save(update_fields=["announced_on"])
    return True


def _announces_end(posting: Posting) -> bool:
    return posting.announced_on is not None and posting.announced_on > posting.period.lower


def _withdraw(row: Handover, *, by: Actor, at: datetime) -> int:
    items = HandoverItem.objects.filter(handover=row).count()
    ledger.record("handover.withdrawn", subject=("handover", row.reference), by=by, at=at, facts={"items": items})
    row.delete()
    return 1


def _move(row: Handover, leaving: date, *, by: Actor, at: datetime) -> int:
    later = leaving - row.leaves_on
    row.leaves_on = leaving
    row.save(update_fields=["leaves_on"])
    HandoverItem.objects.filter(handover=row).exclude(words="").update(expires_on=F("expires_on") + later)
    facts = {"leaves_on": leaving.isoformat()}
    ledger.record("handover.moved", subject=("handover", row.reference), by=by, at=at, facts=dict(facts))
    return 1


def _match(row: Handover, *, by: Actor, at: datetime) -> None:
    """Names who takes over by what is adopted, where nobody is named or who was named no longer comes."""
    on = _day(at)
    others = Posting.objects.filter(area=row.area_id).exclude(officer=row.outgoing_id)
    if row.incoming_id is not None:
        stays = others.filter(officer=row.incoming_id).filter(Q(period__endswith=None) | Q(period__endswith__gt=on))
        first = min((posting.period.lower for posting in stays), default=None)
        if first is not None:
            if first != row.arrives_on:
                row.arrives_on = first
                row.save(update_fields=["arrives_on"])
            return
        if row.leaves_on <= on:
            return
    planned = (
        Proposal.objects.filter(succeeds__officer=row.outgoing_id, succeeds__area=row.area_id, adopted_at__isnull=False)
        .order_by("-adopted_at")
        .values_list("officer", "first_on")
        .first()
    )
    taken = Handover.objects.filter(area=row.area_id, closed_at__isnull=True, incoming__isnull=False).exclude(pk=row.pk)
    coming = [
        rules.Coming(str(posting.officer_id), posting.role, posting.period.lower)
        for posting in others.filter(
            role=row.role,
            period__startswith__gte=row.leaves_on - rules.FOLLOWS_WITHIN,
            period__startswith__lte=row.leaves_on + rules.FOLLOWS_WITHIN,
        ).exclude(officer__in=taken.values("incoming"))
    ]
    found = rules.follower(row.role, row.leaves_on, coming)
    officer, first = planned or ((int(found.officer), found.first) if found else (None, None))
    if officer != row.incoming_id:
        row.incoming_id, row.arrives_on, row.incoming_word_at = officer, first, None
        row.save(update_fields=["incoming", "arrives_on", "incoming_word_at"])
        if row.incoming is not None:
            _tell(row.incoming.reference, row, by=by, at=at)


def _tell(officer: str, row: Handover, *, by: Actor, at: datetime) -> None:
    """A letter that a handover is theirs, to an officer who can sign in."""
    for mailbox in people.mailboxes_of({officer}, viewer=SYSTEM).values():
        words = {"area": row.area.name, "day": f"{row.leaves_on:%-d %B %Y}", "reference": row.reference}
        ledger.write_letter("handover_opened", to=mailbox, words=words, by=by, at=at)


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
        raise NotThere
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
