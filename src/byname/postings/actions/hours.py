"""Writing hours: a day's figure, a file from the duty roster, and a month published once and for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.ledger import rules as ledger_rules
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts as places
from byname.postings import rules
from byname.postings.models import DutyHours, Posting, PublishedHours
from byname.vocabulary import Actor, Period, Refused, RowFault, file_refused

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class HoursRecorded:
    """One figure of a day as it now stands."""

    kind: str
    minutes: int


@dataclass(frozen=True, slots=True)
class HoursBrought:
    """What a file of hours changed; a figure of nothing removes what stood there."""

    added: int
    changed: int
    removed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class HoursPublished:
    """A month as it is published: whether by this act, how many areas stand by themselves, and the others together."""

    newly: bool
    areas: int
    together: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """An officer's posting to an area, as far as hours ask."""

    officer_id: int
    area_id: int
    title: str
    area_name: str
    division: str


def record_hours(
    officer: str, area: str, *, on: date, kind: str, minutes: int, by: Actor, at: datetime
) -> HoursRecorded:
    """The figure of one kind of hours on one day, in place of what stood there; 0 minutes removes it.

    `officer` is a reference, `area` a slug. Raises Refused for a day to come, of more than 35 days ago or of a month
    that was published, for more than 24 hours a day, and where the officer did not serve the area on that day.
    """
    with transaction.atomic():
        place = _opened(officer, area, on, by=by, at=at)
        _keep(place, on, kind, minutes, by=by, at=at)
        _note(officer, area, on, by=by, at=at)
    return HoursRecorded(kind, minutes)


def pull_away(
    officer: str, area: str, *, on: date, reason: str, minutes: int, by: Actor, at: datetime
) -> HoursRecorded:
    """The hours an officer was pulled away for a reason on a day: they come out of what was recorded in the area.

    Raises Refused like `record_hours`.
    """
    if reason not in rules.AWAY:
        raise Refused("Choose one of the reasons.", code="no-such-kind", field="kind")
    with transaction.atomic():
        place = _opened(officer, area, on, by=by, at=at)
        stands = _of_the_day(place, on)
        present, before = (stands.get((place.area_id, kind), 0) for kind in (rules.PRESENT, reason))
        left = rules.left_present(present, before, minutes)
        figures = [(rules.PRESENT, left), (reason, minutes)] if left != present else [(reason, minutes)]
        # The one that shrinks goes first: the day must fit into 24 hours at each step.
        for kind, figure in sorted(figures, key=lambda pair: pair[1] > stands.get((place.area_id, pair[0]), 0)):
            _keep(place, on, kind, figure, by=by, at=at)
        _note(officer, area, on, by=by, at=at)
    return HoursRecorded(reason, minutes)


def bring_hours(
    rows: Sequence[rules.HoursRow], *, by: Actor, at: datetime, found: Sequence[RowFault] = ()
) -> HoursBrought:
    """What bringing a file of hours changed: a figure is known by officer, area, day and kind, and replaced.

    All rows or none: raises FileRefused with every fault, those `found` in reading the file among them. Figures the
    rows do not name stay as they are.
    """
    people_rules.require(by, "bring_register")
    unread = {fault.line for fault in found}
    faults = [*found, *_twice(rows)]
    faults += [fault for row in rows if row.line not in unread for fault in rules.hours_faults(row)]
    with transaction.atomic():
        _lock(publishing=False)
        faults += _unplaced(rows, unread, by=by, at=at)
        if faults:
            raise file_refused(faults)
        places_of = _places({row.officer for row in rows})
        stands = _standing(rows)
        if overfull := _overfull(rows, stands, places_of):
            raise file_refused(overfull)
        added, changed, removed = _sorted_out(rows, stands, places_of, by=by, at=at)
        DutyHours.objects.filter(pk__in=[row.pk for row in removed]).delete()
        _write([*added, *changed])
        if added or changed or removed:
            ledger.record(
                "hours.brought",
                subject=("hours", len(rows)),
                by=by,
                at=at,
                facts={"added": len(added), "changed": len(changed), "removed": len(removed)},
            )
    done = len(added) + len(changed) + len(removed)
    return HoursBrought(len(added), len(changed), len(removed), len(rows) - done)


def publish_hours(month: date, *, by: Actor, at: datetime) -> HoursPublished:
    """A month's hours, by the first day, as they now stand published: for each area and never for an officer.

    What was published once stays as it is. Raises Refused before the sixth of the next month.
    """
    people_rules.require(by, "publish_hours")
    month = rules.month_of(month)
    rules.refuse_month(month, _day(at))
    with transaction.atomic():
        _lock(publishing=True)
        known = PublishedHours.objects.filter(month_from=month).values_list("area", flat=True)
        if known:
            return HoursPublished(False, sum(area is not None for area in known), None in known)
        minutes = _minutes_of(month)
        areas = places.areas_to_post(minutes.keys(), viewer=by)
        rows = rules.published_rows(month, minutes, {slug: area.division_code for slug, area in areas.items()})
        PublishedHours.objects.bulk_create(
            [
                PublishedHours(
                    month_from=month,
                    area_id=areas[row.area].row_id if row.area else None,
                    officers=row.hours.officers,
                    present_hours=row.hours.present,
                    away_hours=row.hours.away,
                    away_by_reason=dict(row.hours.by_reason),
                    published_at=at,
                )
                for row in rows
            ],
            batch_size=_BATCH,
        )
        done = HoursPublished(bool(rows), sum(row.area is not None for row in rows), any(not row.area for row in rows))
        if rows:
            ledger.record(
                "hours.published",
                subject=("month", f"{month:%Y-%m}"),
                by=by,
                at=at,
                facts={"areas": done.areas, "together": done.together},
                public=True,
            )
    return done


def forget_old_hours(*, by: Actor, at: datetime) -> int:
    """How many figures of officers' days were removed, as their time ran out; the months' figures stay."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        count, _ = DutyHours.objects.filter(on__lt=_day(at) - rules.HOURS_KEPT).delete()
        if count:
            ledger.record("hours.forgotten", subject=("hours", "days"), by=by, at=at, facts={"figures": count})
    return count


# Everything one figure of a day asks, in one question: the act the desk sees most.
_ASKED = """
    SELECT posting.officer_id, posting.area_id, officer.rank, officer.family_name, officer.badge_number, area.name,
        area.division_code, posting.period @> %(on)s::date,
        EXISTS (SELECT FROM byname_publishedhours WHERE month_from = %(month)s)
    FROM byname_officer officer
    JOIN byname_posting posting ON posting.officer_id = officer.id
    JOIN byname_area area ON area.id = posting.area_id
    WHERE officer.reference = %(officer)s AND area.slug = %(area)s
    ORDER BY 8 DESC LIMIT 1
"""
_WRITTEN = """
    INSERT INTO byname_dutyhours (officer_id, area_id, "on", kind, minutes, recorded_by, recorded_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (officer_id, area_id, "on", kind) DO UPDATE SET
        minutes = EXCLUDED.minutes, recorded_by = EXCLUDED.recorded_by, recorded_at = EXCLUDED.recorded_at
"""


def _opened(officer: str, area: str, on: date, *, by: Actor, at: datetime) -> _Place:
    """The officer's posting to the area on the day, held against other writers; or the reason why not."""
    people_rules.require_reach(by, "record_hours")
    _lock(publishing=False, officer=officer)
    with connection.cursor() as cursor:
        names = {"officer": officer.replace("\0", ""), "area": area.replace("\0", "")}
        cursor.execute(_ASKED, {"on": on, "month": rules.month_of(on), **names})
        known = cursor.fetchone()
    if known is None:
        # Whoever may not record for this officer is not told whether there is one.
        people_rules.require(by, "record_hours", people_rules.About(officer=officer))
        raise Refused("Hours are recorded for an area the officer serves.", code="not-served", field="area")
    officer_id, area_id, rank, family, badge, area_name, division, serves, published = known
    place = _Place(officer_id, area_id, f"{rank} {family} ({badge})", area_name, division)
    people_rules.require(by, "record_hours", people_rules.About(officer, area, frozenset({division}) - {""}))
    rules.refuse_day(on, _day(at), published=published, by_file=by.kind != "account")
    if not serves:
        raise Refused(
            f"{place.title} did not serve {place.area_name} on {on}, so no hours can be recorded there.",
            code="not-served",
            field="area",
        )
    return place


def _of_the_day(place: _Place, on: date) -> dict[tuple[int, str], int]:
    """The officer's figures of a day, by area and kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT area_id, kind, minutes FROM byname_dutyhours WHERE officer_id = %s AND "on" = %s',
            [place.officer_id, on],
        )
        return {(area, kind): minutes for area, kind, minutes in cursor.fetchall()}


def _keep(place: _Place, on: date, kind: str, minutes: int, *, by: Actor, at: datetime) -> None:
    stands = _of_the_day(place, on)
    known = stands.pop((place.area_id, kind), 0)
    rules.refuse_figure(kind, minutes, sum(stands.values()))
    if minutes:
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN, [place.officer_id, place.area_id, on, kind, minutes, by.account_id, at])
    elif known:
        DutyHours.objects.filter(officer=place.officer_id, area=place.area_id, on=on, kind=kind).delete()


def _note(officer: str, area: str, on: date, *, by: Actor, at: datetime) -> None:
    # That a day was recorded, not how it was spent: the ledger keeps its lines for good, an officer's hours are not.
    facts: dict[str, ledger_rules.Fact] = {"area": area, "on": on.isoformat()}
    ledger.record("hours.recorded", subject=("officer", officer), by=by, at=at, facts=facts)


def _write(rows: Iterable[DutyHours]) -> None:
    DutyHours.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["officer", "area", "on", "kind"],
        update_fields=["minutes", "recorded_by", "recorded_at"],
    )


def _places(badges: set[str]) -> dict[tuple[str, str], list[tuple[_Place, Period]]]:
    """Every posting of these officers, by badge number and area's slug."""
    name = "officer__badge_number"
    found: dict[tuple[str, str], list[tuple[_Place, Period]]] = defaultdict(list)
    for told, slug, officer_id, area_id, rank, family, badge, area_name, division, period in Posting.objects.filter(
        **{f"{name}__in": list(badges)}
    ).values_list(
        name,
        "area__slug",
        "officer_id",
        "area_id",
        "officer__rank",
        "officer__family_name",
        "officer__badge_number",
        "area__name",
        "area__division_code",
        "period",
    ):
        place = _Place(officer_id, area_id, f"{rank} {family} ({badge})", area_name, division)
        found[told, slug].append((place, Period(period.lower, period.upper)))
    return found


def _unplaced(rows: Sequence[rules.HoursRow], unread: set[int], *, by: Actor, at: datetime) -> list[RowFault]:
    """What is wrong with rows against what is on record: officers, areas, days."""
    officers = people.officers_to_post({row.officer for row in rows}, viewer=by)
    areas = places.areas_to_post({row.area for row in rows}, viewer=by)
    served = _places({row.officer for row in rows})
    months = set(PublishedHours.objects.values_list("month_from", flat=True).distinct())
    faults = []
    for row in rows:
        if row.officer not in officers:
            expected = "the badge number of an officer on the register"
            faults.append(RowFault(row.line, "badge_number", row.officer, expected))
        if row.area not in areas:
            expected = "an area that was brought in, by its short name such as little-portugal"
            faults.append(RowFault(row.line, "area", row.area, expected))
        if row.line in unread or row.officer not in officers or row.area not in areas:
            continue
        try:
            rules.refuse_day(row.on, _day(at), published=rules.month_of(row.on) in months, by_file=True)
        except Refused as no:
            faults.append(RowFault(row.line, "date", str(row.on), no.sentence))
            continue
        if not any(period.holds(row.on) for _, period in served.get((row.officer, row.area), ())):
            expected = f"an area that {officers[row.officer].title} served on {row.on}"
            faults.append(RowFault(row.line, "area", row.area, expected))
    return faults


_Key = tuple[int, int, date, str]
_PlacesOf = Mapping[tuple[str, str], list[tuple[_Place, Period]]]


def _key(row: rules.HoursRow, places_of: _PlacesOf) -> _Key:
    place = places_of[row.officer, row.area][0][0]
    return place.officer_id, place.area_id, row.on, row.kind


def _standing(rows: Sequence[rules.HoursRow]) -> dict[_Key, DutyHours]:
    """What is on record of these officers on the days between the file's first and last."""
    if not rows:
        return {}
    days = [row.on for row in rows]
    known = DutyHours.objects.filter(
        officer__badge_number__in={row.officer for row in rows}, on__gte=min(days), on__lte=max(days)
    )
    return {(row.officer_id, row.area_id, row.on, row.kind): row for row in known}


def _overfull(rows: Sequence[rules.HoursRow], stands: Mapping[_Key, DutyHours], places_of: _PlacesOf) -> list[RowFault]:
    """The last row of each officer's day that would have more than 24 hours."""
    figures = {key: row.minutes for key, row in stands.items()}
    last: dict[tuple[int, date], rules.HoursRow] = {}
    for row in rows:
        key = _key(row, places_of)
        figures[key] = row.minutes
        last[key[0], row.on] = row
    totals: dict[tuple[int, date], int] = defaultdict(int)
    for (officer, _, on, _), minutes in figures.items():
        totals[officer, on] += minutes
    return [
        RowFault(
            row.line, "hours", f"{row.minutes / 60:g}", "no more than 24 hours a day, with the day's other figures"
        )
        for day, row in last.items()
        if totals[day] > 24 * 60
    ]


def _sorted_out(
    rows: Sequence[rules.HoursRow], stands: Mapping[_Key, DutyHours], places_of: _PlacesOf, *, by: Actor, at: datetime
) -> tuple[list[DutyHours], list[DutyHours], list[DutyHours]]:
    added: list[DutyHours] = []
    changed: list[DutyHours] = []
    removed: list[DutyHours] = []
    for row in rows:
        key = _key(row, places_of)
        known = stands.get(key)
        if known is not None and not row.minutes:
            removed.append(known)
        elif row.minutes and (known is None or known.minutes != row.minutes):
            fresh = DutyHours(officer_id=key[0], area_id=key[1], on=row.on, kind=row.kind, minutes=row.minutes)
            fresh.recorded_by, fresh.recorded_at = by.account_id, at
            (added if known is None else changed).append(fresh)
    return added, changed, removed


def _twice(rows: Sequence[rules.HoursRow]) -> list[RowFault]:
    first: dict[tuple[str, str, date, str], rules.HoursRow] = {}
    faults = []
    for row in rows:
        earlier = first.setdefault((row.officer, row.area, row.on, row.kind), row)
        if earlier is not row:
            expected = f"each officer, area, day and kind once; line {earlier.line} has them too"
            faults.append(RowFault(row.line, "badge_number", row.officer, expected))
    return faults


def _minutes_of(month: date) -> dict[str, dict[str, dict[Hashable, int]]]:
    """Minutes of a month by area's slug, kind and officer."""
    found: dict[str, dict[str, dict[Hashable, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = DutyHours.objects.filter(on__gte=month, on__lt=rules.month_after(month))
    for slug, kind, officer, minutes in rows.values_list("area__slug", "kind", "officer").annotate(Sum("minutes")):
        found[slug][kind][officer] = minutes
    return found


def _lock(*, publishing: bool, officer: str = "") -> None:
    # A month is counted while nobody writes hours; one officer's day is added up by one writer at a time.
    with connection.cursor() as cursor:
        if publishing:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname hours'))")
        elif officer:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(hashtext('byname hours')), pg_advisory_xact_lock(hashtext(%s))",
                [f"byname hours of {officer}"],
            )
        else:
            # A file holds many officers' days: beside it nobody else writes.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('byname hours'))")


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
