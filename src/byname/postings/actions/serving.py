"""Writing postings: bringing a file, posting, ending and undoing an end, announcing, covering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import actions as places_actions
from byname.places.queries import posts as places
from byname.postings import queries, rules
from byname.postings.actions.departures import stay_after_all
from byname.postings.models import Posting
from byname.vocabulary import Actor, Period, Refused, RowFault, file_refused

_BATCH = 500
_EXCLUSIONS = {
    "one_posting_an_officer_at_a_time": "That officer serves somewhere already; one officer has one posting at a time.",
    "one_lead_an_area_at_a_time": "That area already has a lead then; an area has one lead at a time.",
}


@dataclass(frozen=True, slots=True)
class PostingsBrought:
    """What a file of postings changed."""

    added: int
    changed: int
    unchanged: int
    struck: int = 0
    """How many were struck from the record, as they never were."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One posting as it now stands; the officer by reference."""

    officer: str
    area: str
    role: str
    period: Period
    planned_end_on: date | None


def bring_postings(
    rows: Sequence[rules.PostingRow], *, by: Actor, at: datetime, found: Sequence[RowFault] = ()
) -> PostingsBrought:
    """What bringing a file of postings changed: each is known by officer, area and first day.

    A row whose first day was mistyped names the day it was brought with; a posting that never was is struck from the
    record while it is young. All rows or none: raises FileRefused with every fault, those `found` in reading the file
    among them. Postings the rows do not name stay as they are.
    """
    people_rules.require(by, "bring_register")
    unread = {fault.line for fault in found}
    faults = [*found, *_twice(rows)]
    for row in rows:
        # Where a cell could not be read, what follows from it is not held against the row.
        faults += [fault for fault in rules.row_faults(row) if row.line not in unread or fault.column == "role"]
    with transaction.atomic():
        _one_at_a_time()
        officers = people.officers_to_post({row.officer for row in rows}, viewer=by)
        areas = places.areas_to_post({row.area for row in rows}, viewer=by)
        for row in rows:
            faults += _unplaced(row, officers.get(row.officer), areas.get(row.area), _day(at))
        known = _known(officers, areas)
        faults += _uncorrectable(rows, known, officers, areas, _day(at))
        spoiled = {fault.line for fault in faults}
        # Rows that read wrong are judged by themselves only; all others are held against one another too.
        whole = [row for row in rows if row.line not in spoiled] if faults else rows
        faults += _clashes(whole, known, officers, areas)
        if faults:
            raise file_refused(faults)
        added, changed = _merged(rows, known, officers, areas)
        struck = [known[key] for row in rows if row.never_was and (key := _key(row, officers, areas)) in known]
        corrected = [f"{row.officer.reference} {row.area.slug} {row.period.lower}" for row in struck]
        _keep(added, changed, struck)
        if added or changed or struck:
            ledger.record(
                "postings.brought",
                subject=("postings", len(rows)),
                by=by,
                at=at,
                facts={"added": len(added), "changed": len(changed), "struck": corrected},
                public=True,
            )
    done = len(added) + len(changed) + len(struck)
    return PostingsBrought(len(added), len(changed), len(rows) - done, len(struck))


def bring_officers(
    rows: Sequence[people_rules.OfficerRow], *, by: Actor, at: datetime, found: Sequence[RowFault] = ()
) -> people_actions.OfficersBrought:
    """What bringing a register changed, as `people.actions.bring_officers` does, and nobody posted where they live.

    Raises FileRefused also for a home that is no neighbourhood here: the rule could not be kept for that officer.
    """
    people_rules.require(by, "bring_register")
    homes = {row.badge_number: row.lives_in for row in rows if row.lives_in is not None}
    with transaction.atomic():
        _one_at_a_time()
        here = places.neighbourhoods_here(on=_day(at), viewer=by)
        at_home = queries.posted_where_they_live(homes, on=_day(at), viewer=by)
        faults = list(found)
        for row in rows:
            if row.lives_in is not None and row.lives_in not in here:
                expected = "the number of a neighbourhood that was brought in, or nothing"
                faults.append(RowFault(row.line, "lives_in", str(row.lives_in), expected))
            elif row.badge_number in at_home:
                expected = "an end to their posting there first: nobody is posted where they live"
                faults.append(RowFault(row.line, "lives_in", str(row.lives_in), expected))
        return people_actions.bring_officers(rows, found=faults, by=by, at=at)


def bring_areas(content: bytes, *, file_name: str, by: Actor, at: datetime) -> places_actions.Receipt:
    """What became of a file of areas, as `places.actions.bring_areas` does, and nobody posted where they live.

    Raises Refused where an area would come to hold the neighbourhood of an officer who serves it or is about to.
    """
    people_rules.require(by, "bring_land")
    with transaction.atomic():
        _one_at_a_time()
        receipt = places_actions.bring_areas(content, file_name=file_name, by=by, at=at)
        if receipt.changed:
            _refuse_homes(by, _day(at))
    return receipt


def post_officer(
    officer: str,
    area: str,
    role: str,
    *,
    first: date,
    last: date | None = None,
    planned_end_on: date | None = None,
    announced_on: date | None = None,
    by: Actor,
    at: datetime,
) -> Posted:
    """The posting of an officer (by reference or badge number) to an area from a day on, for a whole term unless told.

    Raises Refused where the officer or the area cannot take it: an overlap, a second lead, an officer's own home.
    """
    people_rules.require(by, "adopt_posting")
    row = rules.PostingRow(officer, area, role, first, last, planned_end_on, announced_on)
    return _place(row, "posting.made", by=by, at=at)


def cover(officer: str, area: str, *, first: date, last: date, by: Actor, at: datetime) -> Posted:
    """A cover for some days: shown on each of those days and never before."""
    people_rules.require_reach(by, "cover_area")
    known = places.areas_to_post({area}, viewer=by).get(area)
    division = frozenset({known.division_code}) if known else frozenset()
    people_rules.require(by, "cover_area", people_rules.About(area=area, divisions=division))
    return _place(rules.PostingRow(officer, area, "cover", first, last), "posting.covered", by=by, at=at)


def end_posting(
    officer: str,
    area: str,
    *,
    last: date,
    reason: str = "",
    goes_on: bool = False,
    seen: Period | None = None,
    by: Actor,
    at: datetime,
) -> Posted:
    """The posting as it now ends: `last` is the first day no longer served; an early end needs a reason code.

    Residents are told thirty days before, or at once; the officer by letter, where they have an account. With `goes_on`
    the officer stays in the area in another role: then the promise goes on with them, nobody is told, and no term is
    cut short. With `seen`, the posting's period as the person saw it, an end already set is changed. Raises Refused
    where that period is another by now, the officer does not serve the area on the day before, or the reason is missing
    or not needed.
    """
    people_rules.require(by, "end_posting")
    with transaction.atomic():
        _one_at_a_time()
        begun = Q(period__startswith__lt=last)
        lasting = Q(period__startswith=seen.first) if seen else Q(period__endswith=None) | Q(period__endswith__gte=last)
        posting = _only(officer, area, begun & lasting)
        if seen and posting.period.upper != seen.last:
            raise Refused(
                "Somebody else changed this posting meanwhile. Read how it stands now, then say its last day.",
                code="changed",
            )
        first, promised, today = posting.period.lower, posting.planned_end_on, _day(at)
        posting.period = DateRange(first, last)
        posting.ended_early_reason = reason
        if goes_on and promised:
            posting.planned_end_on = min(promised, last)
        row = rules.PostingRow(officer, area, posting.role, first, last, posting.planned_end_on, None, reason)
        if faults := rules.row_faults(row):
            raise _sentence(faults)
        if first < today < last and posting.role in rules.ON_THE_TEAM and not goes_on:
            posting.announced_on = rules.announced_from(first, last, today)
        _keep([], [posting], [])
        ledger.record("posting.ended", subject=("posting", posting.pk), by=by, at=at, reason_code=reason, public=True)
        if not goes_on:
            words = {"area": posting.area.name, "last_day": rules.spoken_day(last - timedelta(days=1))}
            people_actions.write_to_officer(posting.officer.reference, "posting_ended", words, by=by, at=at)
        return _posted(posting)


def undo_end(officer: str, area: str, *, seen: Period, reason: str, by: Actor, at: datetime) -> Posted:
    """The posting that was ended by mistake, going on as promised; its officer is told by letter.

    `seen` is its period as the person saw it, `reason` a code of rules.MISTAKES. Raises Refused where it is another by
    now, ended too long ago, or could not go on: a posting elsewhere, another lead, a home.
    """
    people_rules.require(by, "end_posting")
    today = _day(at)
    rules.refuse_undoing(seen.last, reason, today)
    with transaction.atomic():
        _one_at_a_time()
        posting = _only(officer, area, Q(period__startswith=seen.first, role__in=rules.ON_THE_TEAM))
        if posting.period.upper != seen.last:
            raise Refused("Somebody else changed this posting meanwhile. Read how it stands now.", code="changed")
        first, reference = seen.first, posting.officer.reference
        row = rules.PostingRow(reference, area, posting.role, first, None, posting.planned_end_on)
        officers = people.officers_to_post({reference}, viewer=by)
        areas = places.areas_to_post({area}, viewer=by)
        faults = _unplaced(row, officers.get(reference), areas.get(area), today)
        if faults := faults or _clashes([row], _known(officers, areas), officers, areas):
            raise _sentence(faults)
        posting.period, posting.ended_early_reason = DateRange(first, None), ""
        if rules.announces_end(posting.announced_on, first):
            posting.announced_on = None
        _keep([], [posting], [])
        stay_after_all(posting, by=by, at=at)
        ledger.record(
            "posting.end_undone", subject=("posting", posting.pk), by=by, at=at, reason_code=reason,
            facts={"ended_on": str(seen.last)}, public=True,
        )  # fmt: skip
        people_actions.write_to_officer(reference, "posting_goes_on", {"area": posting.area.name}, by=by, at=at)
        return _posted(posting)


def announce(officer: str, area: str, *, change_on: date, by: Actor, at: datetime) -> Posted:
    """The posting whose beginning or end on a day is made public today.

    Raises Refused where nothing of it begins or ends on that day, or the day has passed.
    """
    people_rules.require(by, "announce_change")
    today = _day(at)
    if change_on < today:
        raise Refused(f"The change of {change_on} has already happened.", code="too-late", field="change_on")
    with transaction.atomic():
        _one_at_a_time()
        begins_or_ends = Q(period__startswith=change_on) | Q(period__endswith=change_on)
        posting = _only(officer, area, begins_or_ends & Q(role__in=rules.ON_THE_TEAM))
        if posting.period.lower != change_on and posting.period.lower >= today:
            raise Refused("An end can be announced once the posting has begun.", code="not-begun", field="change_on")
        posting.announced_on = today
        posting.save(update_fields=["announced_on"])
        ledger.record("posting.announced", subject=("posting", posting.pk), by=by, at=at, public=True)
        return _posted(posting)


def _refuse_homes(by: Actor, on: date) -> None:
    serving = Posting.objects.filter(Q(period__endswith=None) | Q(period__endswith__gt=on)).order_by("pk")
    pairs = list(serving.values_list("officer__reference", "area__slug"))
    officers = people.officers_to_post({reference for reference, _ in pairs}, viewer=by)
    areas = places.areas_to_post({slug for _, slug in pairs}, viewer=by)
    for reference, slug in pairs:
        officer, area = officers[reference], areas[slug]
        if officer.lives_in in area.official_ids:
            raise Refused(
                f"{officer.title} serves {area.name}, which would hold the neighbourhood they live in. Nobody is "
                "posted where they live: end that posting first.",
                code="posted-at-home",
            )


def _place(row: rules.PostingRow, event: str, *, by: Actor, at: datetime) -> Posted:
    faults = rules.row_faults(row)
    with transaction.atomic():
        _one_at_a_time()
        officers = people.officers_to_post({row.officer}, viewer=by)
        areas = places.areas_to_post({row.area}, viewer=by)
        faults += _unplaced(row, officers.get(row.officer), areas.get(row.area), _day(at))
        if faults:
            raise _sentence(faults)
        known = _known(officers, areas)
        if _key(row, officers, areas) in known:
            raise Refused(
                f"{officers[row.officer].title} already begins in {areas[row.area].name} on {row.first}.",
                code="overlap",
            )
        if clashes := _clashes([row], known, officers, areas):
            raise Refused(clashes[0].expected, code="overlap", field="first")
        (posting,), _ = _merged([row], known, officers, areas)
        _keep([posting], [], [])
        ledger.record(event, subject=("posting", posting.pk), by=by, at=at, public=True)
        return _posted(posting)


def _posted(posting: Posting) -> Posted:
    return Posted(
        officer=posting.officer.reference,
        area=posting.area.slug,
        role=posting.role,
        period=Period(posting.period.lower, posting.period.upper),
        planned_end_on=posting.planned_end_on,
    )


def _only(officer: str, area: str, which: Q) -> Posting:
    named = Q(officer__reference=officer) | Q(officer__badge_number=officer)
    rows = Posting.objects.select_related("officer", "area").filter(named & which, area__slug=area)
    # A cover stands behind a lead or member posting: of the two, the posting is meant.
    posting = min(rows, key=lambda each: rules.ROLES.index(each.role), default=None)
    if posting is None:
        raise Refused("There is no such posting of that officer to that area.", code="no-such-posting")
    return posting


_Key = tuple[int, int, date]
_Officers = Mapping[str, people.OfficerToPost]
_Areas = Mapping[str, places.AreaToPost]


def _known(officers: _Officers, areas: _Areas) -> dict[_Key, Posting]:
    """What is on record of these officers anywhere, and of these areas."""
    rows = Posting.objects.select_related("officer", "area").filter(
        Q(officer__in=[each.row_id for each in officers.values()])
        | Q(area__in=[each.row_id for each in areas.values()])
    )
    return {(row.officer_id, row.area_id, row.period.lower): row for row in rows}


def _key(row: rules.PostingRow, officers: _Officers, areas: _Areas, first: date | None = None) -> _Key:
    return officers[row.officer].row_id, areas[row.area].row_id, first or row.first


def _uncorrectable(
    rows: Sequence[rules.PostingRow], known: Mapping[_Key, Posting], officers: _Officers, areas: _Areas, today: date
) -> list[RowFault]:
    """What cannot be set right: a posting that is not on record, or stood there for too long to be struck."""
    faults = []
    for row in rows:
        if row.officer not in officers or row.area not in areas:
            continue
        stands = _key(row, officers, areas) in known
        if row.never_was and stands:
            try:
                rules.refuse_strike(row.first, today)
            except Refused as no:
                faults.append(RowFault(row.line, "never_was", "yes", no.sentence))
        elif row.first_was is not None and (_key(row, officers, areas, row.first_was) in known) == stands:
            expected = (
                f"nothing: they have another posting there from {row.first}"
                if stands
                else "the first day of a posting on record"
            )
            faults.append(RowFault(row.line, "first_was", str(row.first_was), expected))
    return faults


def _clashes(
    rows: Sequence[rules.PostingRow], known: Mapping[_Key, Posting], officers: _Officers, areas: _Areas
) -> list[RowFault]:
    keyed = {_key(row, officers, areas, first) for row in rows for first in (row.first, row.first_was) if first}
    placed = [
        rules.Placed(
            officer=row.officer.reference,
            officer_title=f"{row.officer.rank} {row.officer.family_name} ({row.officer.badge_number})",
            area=row.area.slug,
            area_name=row.area.name,
            role=row.role,
            period=Period(row.period.lower, row.period.upper),
        )
        for key, row in known.items()
        if key not in keyed
    ] + [
        rules.Placed(
            officer=officers[row.officer].reference,
            officer_title=officers[row.officer].title,
            area=row.area,
            area_name=areas[row.area].name,
            role=row.role,
            period=Period(row.first, row.last),
            line=row.line,
        )
        for row in rows
        if not row.never_was
    ]
    return [
        RowFault(each.line, "first", str(each.period.first), f"{why[0].upper()}{why[1:]}.")
        for each, why in rules.clashes(placed)
    ]


def _merged(
    rows: Sequence[rules.PostingRow], known: Mapping[_Key, Posting], officers: _Officers, areas: _Areas
) -> tuple[list[Posting], list[Posting]]:
    added, changed = [], []
    for row in rows:
        if row.never_was:
            continue
        key = _key(row, officers, areas)
        posting = known.get(key) or (known.get(_key(row, officers, areas, row.first_was)) if row.first_was else None)
        values: dict[str, object] = {
            "role": row.role,
            "period": DateRange(row.first, row.last),
            "planned_end_on": rules.promised_end(row),
            "announced_on": row.announced_on,
            "ended_early_reason": row.ended_early_reason,
        }
        if posting is None:
            added.append(Posting(officer_id=key[0], area_id=key[1], **values))
        elif any(getattr(posting, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(posting, name, value)
            changed.append(posting)
    return added, changed


def _keep(added: Sequence[Posting], changed: Sequence[Posting], struck: Sequence[Posting]) -> None:
    """The rows stand in the database; where it refuses them after all, the person is told in its stead."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # A file may move two postings past one another: what counts is how all of them stand at the end.
            cursor.execute(f"SET CONSTRAINTS {', '.join(_EXCLUSIONS)} DEFERRED")
            Posting.objects.filter(pk__in=[row.pk for row in struck]).delete()
            Posting.objects.bulk_update(
                changed, ["role", "period", "planned_end_on", "announced_on", "ended_early_reason"], batch_size=_BATCH
            )
            Posting.objects.bulk_create(added, batch_size=1000)
            cursor.execute(f"SET CONSTRAINTS {', '.join(_EXCLUSIONS)} IMMEDIATE")
    except IntegrityError as fault:
        constraint = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "") or ""
        if constraint not in _EXCLUSIONS:
            raise
        raise Refused(_EXCLUSIONS[constraint], code="overlap") from fault


def _unplaced(
    row: rules.PostingRow, officer: people.OfficerToPost | None, area: places.AreaToPost | None, today: date
) -> list[RowFault]:
    faults = []
    if officer is None:
        faults.append(RowFault(row.line, "badge_number", row.officer, "the badge number of an officer on the register"))
    if area is None:
        faults.append(
            RowFault(
                row.line, "area", row.area, "an area that was brought in, by its short name such as little-portugal"
            )
        )
    if officer and area and not row.never_was and (row.last is None or row.last > today):
        try:
            rules.refuse_home(officer.title, officer.lives_in, area.official_ids, area.name)
        except Refused as no:
            faults.append(RowFault(row.line, "area", row.area, no.sentence))
    return faults


def _twice(rows: Sequence[rules.PostingRow]) -> list[RowFault]:
    seen: dict[tuple[str, str, date], rules.PostingRow] = {}
    faults = []
    for row in rows:
        for first in {row.first, row.first_was or row.first}:
            earlier = seen.setdefault((row.officer, row.area, first), row)
            if earlier is not row:
                expected = f"each officer, area and first day once; line {earlier.line} has them too"
                faults.append(RowFault(row.line, "badge_number", row.officer, expected))
    return faults


def _sentence(faults: Sequence[RowFault]) -> Refused:
    fault = faults[0]
    if fault.expected.endswith("."):
        return Refused(fault.expected, code="posting-refused", field=fault.column)
    found = f" is “{fault.found}” and" if fault.found else ""
    return Refused(
        f"The {fault.column.replace('_', ' ')}{found} should be {fault.expected}.",
        code="posting-refused",
        field=fault.column,
    )


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _one_at_a_time() -> None:
    # The database refuses an overlap by itself; one writer at a time can also say whose it was.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname postings'))")
