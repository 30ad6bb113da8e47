"""Opening handovers and following what becomes of the postings: who leaves, on which day, and who takes over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.postings.models import Handover, HandoverItem, Posting, Proposal
from byname.safekeeping import keys
from byname.vocabulary import SYSTEM, Actor, NotThere

_LEFT_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping the handovers changed, in numbers."""

    opened: int
    moved: int
    withdrawn: int


def open_due_handovers(*, by: Actor, at: datetime) -> Kept:
    """Opens the handover of everybody who leaves an area within ninety days, and follows postings that changed since.

    A handover whose day moved goes with it, also to a day already past; one whose officer stays after all is withdrawn,
    with what was written; who serves on for two weeks after the day they promised stays. One that both closed before
    its day is open again where somebody else takes over.
    """
    people_rules.require(by, "open_handover")
    on = _day(at)
    with transaction.atomic():
        known = _standing(on)
        serving = _serving([row.outgoing_id for row in known], [row.area_id for row in known], on)
        moved = withdrawn = 0
        for row in known:
            posting = serving.get((row.outgoing_id, row.area_id))
            if posting is None:
                left_on = _left_on(row, on)
                if left_on is not None and left_on != row.leaves_on:
                    moved += _move(row, left_on, by=by, at=at)
                # They have left, as was said: what is unfinished stays until both give their word.
                elif left_on is None and row.leaves_on > on:
                    withdrawn += _withdraw(row, by=by, at=at)
                continue
            leaving = rules.leaves_on(posting.period.upper, posting.planned_end_on)
            stayed = posting.period.upper is None and rules.has_stayed(posting.planned_end_on, on)
            if leaving is None or leaving - on > rules.OPENS_EARLIEST or stayed or _goes_on(posting):
                withdrawn += _withdraw(row, by=by, at=at)
            elif leaving != row.leaves_on:
                moved += _move(row, leaving, by=by, at=at)
        opened = len([_open(ending, last, by=by, at=at) for ending, last in _due(on)])
        for row in _standing(on):
            _match(row, by=by, at=at)
    return Kept(opened, moved, withdrawn)


def open_handover(officer: str, area: str, *, by: Actor, at: datetime) -> str:
    """The reference of the handover of an officer who leaves an area, newly opened or the one that stands already.

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
        closed = queries.places_told_of(area, viewer=by)
        people_rules.require(
            by, "open_handover", people_rules.About(officer=own, area=area, divisions=divisions, places=closed)
        )
        leaving = rules.known_day(rules.leaves_on(posting.period.upper, posting.planned_end_on), on)
        known = (
            Handover.objects.filter(outgoing=posting.officer_id, area=posting.area_id)
            .filter(Q(closed_at__isnull=True) | Q(leaves_on__gte=on))
            .first()
        )
        if known is not None:
            return known.reference
        opened = _open(posting, leaving, by=by, at=at)
        _match(opened, by=by, at=at)
        return opened.reference


def stay_after_all(posting: Posting, *, by: Actor, at: datetime) -> None:
    """Nothing: the handover of an end that was undone is withdrawn, with what was written.

    Where a promised day is ahead, `open_due_handovers` decides: the handover may be for that day.
    """
    people_rules.require(by, "end_posting")
    promised = posting.planned_end_on
    if promised is None or promised <= _day(at):
        theirs = Handover.objects.filter(outgoing=posting.officer_id, area=posting.area_id)
        for row in theirs.select_for_update(of=("self",)).filter(leaves_on__gt=posting.period.lower):
            _withdraw(row, by=by, at=at)


def _standing(on: date) -> list[Handover]:
    """Every handover that is not closed, or whose day is still to come: until then somebody else may take over."""
    which = Q(closed_at__isnull=True) | Q(leaves_on__gte=on)
    return list(Handover.objects.select_for_update(of=("self",)).filter(which).order_by("pk"))


def _left_on(row: Handover, on: date) -> date | None:
    """The day the officer left the area, where they served it and do so no more; None where no posting says so."""
    begun = Posting.objects.filter(
        officer=row.outgoing_id, area=row.area_id, role__in=rules.ON_THE_TEAM, period__startswith__lte=on
    )
    latest = begun.order_by("-period__startswith").values_list("period__endswith", flat=True).first()
    if latest is None:
        return None
    taken = Handover.objects.filter(outgoing=row.outgoing_id, area=row.area_id, leaves_on=latest).exclude(pk=row.pk)
    return None if taken.exists() else latest


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


def _open(posting: Posting, leaving: date, *, by: Actor, at: datetime) -> Handover:
    """The handover of this departure, newly open unless somebody opened it just now."""
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
        return row
    told = _announce(posting, leaving, _day(at))
    _tell(posting.officer.reference, row, by=by, at=at)
    facts = {"area": posting.area.slug, "officer": posting.officer.reference, "leaves_on": leaving.isoformat()}
    ledger.record(
        "handover.opened", subject=("handover", row.reference), by=by, at=at, facts={**facts, "told": told}, public=told
    )
    return row


def _announce(posting: Posting, leaving: date, on: date) -> bool:
    """Whether the posting now tells residents of its end, from thirty days before on, where nothing told it yet."""
    if (
        posting.period.upper != leaving
        or leaving <= on
        or rules.announces_end(posting.announced_on, posting.period.lower)
    ):
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


def _withdraw(row: Handover, *, by: Actor, at: datetime) -> int:
    # What both gave their word for stays on record.
    if row.closed_at is not None:
        return 0
    items = HandoverItem.objects.filter(handover=row).count()
    ledger.record("handover.withdrawn", subject=("handover", row.reference), by=by, at=at, facts={"items": items})
    row.delete()
    return 1


def _move(row: Handover, leaving: date, *, by: Actor, at: datetime) -> int:
    row.leaves_on = leaving
    row.save(update_fields=["leaves_on"])
    if row.closed_at is None:
        _keep_words(row, _day(at))
    facts = {"leaves_on": leaving.isoformat()}
    ledger.record("handover.moved", subject=("handover", row.reference), by=by, at=at, facts=dict(facts))
    return 1


def _keep_words(row: Handover, on: date) -> None:
    kept = HandoverItem.objects.filter(handover=row).exclude(words="")
    kept.update(expires_on=rules.words_expire_on(row.leaves_on, on))


def _match(row: Handover, *, by: Actor, at: datetime) -> None:
    """Names who takes over by what is adopted, where nobody is named or who was named no longer comes."""
    on = _day(at)
    others = Posting.objects.filter(area=row.area_id).exclude(officer=row.outgoing_id)
    not_over = others.filter(Q(period__endswith=None) | Q(period__endswith__gt=on))
    if row.incoming_id is not None:
        stays = not_over.filter(officer=row.incoming_id)
        first = min((posting.period.lower for posting in stays), default=None)
        if first is not None:
            if first != row.arrives_on:
                row.arrives_on = first
                row.save(update_fields=["arrives_on"])
            return
        # Who came, took over and has left since stays named.
        if row.leaves_on < on and others.filter(officer=row.incoming_id, period__startswith__lte=on).exists():
            return
    planned = (
        Proposal.objects.filter(succeeds__officer=row.outgoing_id, succeeds__area=row.area_id, adopted_at__isnull=False)
        .filter(officer__in=not_over.values("officer"))
        .order_by("-adopted_at")
        .values_list("officer", "first_on")
        .first()
    )
    taken = Handover.objects.filter(area=row.area_id, closed_at__isnull=True, incoming__isnull=False).exclude(pk=row.pk)
    coming = [
        rules.Coming(str(posting.officer_id), posting.role, posting.period.lower)
        for posting in not_over.filter(
            role=row.role,
            period__startswith__gte=row.leaves_on - rules.FOLLOWS_WITHIN,
            period__startswith__lte=row.leaves_on + rules.FOLLOWS_WITHIN,
        ).exclude(officer__in=taken.values("incoming"))
    ]
    found = rules.follower(row.role, row.leaves_on, coming)
    officer, first = planned or ((int(found.officer), found.first) if found else (None, None))
    if officer != row.incoming_id:
        row.incoming_id, row.arrives_on, row.incoming_word_at = officer, first, None
        reopened, row.closed_at = row.closed_at is not None, None
        row.save(update_fields=["incoming", "arrives_on", "incoming_word_at", "closed_at"])
        if reopened:
            _keep_words(row, on)
            ledger.record("handover.reopened", subject=("handover", row.reference), by=by, at=at)
        if row.incoming is not None:
            _tell(row.incoming.reference, row, by=by, at=at)


def _tell(officer: str, row: Handover, *, by: Actor, at: datetime) -> None:
    """A letter that a handover is theirs, to an officer who can sign in."""
    for mailbox in people.mailboxes_of({officer}, viewer=SYSTEM).values():
        words = {"area": row.area.name, "day": f"{row.leaves_on:%-d %B %Y}", "reference": row.reference}
        ledger.write_letter("handover_opened", to=mailbox, words=words, by=by, at=at)


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
