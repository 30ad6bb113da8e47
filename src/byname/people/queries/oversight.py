"""Reading who looked at what and why: for the overseer, and for everybody of themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.ledger import queries as lines
from byname.people import rules
from byname.people.models import Account
from byname.vocabulary import Actor

READINGS = "read.readings"
"""How the overseer's own looking stands on the ledger."""
OWN_READINGS_FOR = timedelta(days=90)
_NIGHT = (rules.NIGHT_BEGINS, rules.NIGHT_ENDS)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may have looked: an account as the overseer is told of it."""

    account_id: int
    name: str
    roles: tuple[str, ...]
    officer: str
    """Their own reference on the register; empty for who is no officer."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which readings are asked for: from a day up to and with another, and of one person, record or kind if named."""

    first: date
    last: date
    account_id: int | None = None
    record: str = ""
    """A kind and a reference, or a reference: "officer O-7K3M9Q", "H-2M4R7T"."""
    event: str = ""
    """One event of `rules.LOOKED_AT`; empty for all but the overseer's own looking."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One look at one thing, by somebody with a name."""

    number: int
    at: datetime
    account_id: int | None
    name: str
    what: str
    record: str
    reason: str
    outside: bool


@dataclass(frozen=True, slots=True)
class ReadDay:
    """What one person looked at on one day, and why that stands out."""

    account_id: int
    name: str
    day: rules.DayOfReading
    stands_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """How often one thing was looked at, by how many people, and when last."""

    record: str
    lookings: int
    people: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class Looks:
    """Who looked at what, the newest first: a page of single looks."""

    lines: tuple[ReadLine, ...]
    total: int
    latest: int
    """The highest number of them all: while it and the total are the same, so is whatever is counted of them."""


@dataclass(frozen=True, slots=True)
class StandingOut:
    """The days that stand out, and among how many people they were looked for."""

    days: tuple[ReadDay, ...]
    """The newest first, so many as were asked for."""
    in_all: int
    people: int
    """How many people looked."""


def readers(*, viewer: Actor) -> tuple[Reader, ...]:
    """Everybody whose reading is recorded, by name, those who left the service among them."""
    rules.require(viewer, "see_readings")
    rows = Account.objects.values_list("pk", "name", "email", "roles", "officer__reference")
    people = [Reader(pk, name or email, tuple(roles), officer or "") for pk, name, email, roles, officer in rows]
    return tuple(sorted(people, key=lambda reader: (reader.name.casefold(), reader.account_id)))


def looks(
    asked: Asked,
    *,
    viewer: Actor,
    at: datetime,
    known: Iterable[Reader],
    skip: int = 0,
    most: int = 50,
    as_file: bool = False,
) -> Looks:
    """A page of looks; that it was asked for is itself written to the ledger.

    `known` is what `readers` tells. Subjects are references: nothing of what was looked at is told. Whoever counts the
    same looks, by the queries below, asks for them here first: those write nothing of their own.
    """
    rules.require(viewer, "see_readings")
    rules.refuse_days(asked.first, asked.last)
    sought = _sought(asked)
    _record(asked, viewer, at, as_file=as_file)
    extent = lines.extent_of_lookings(sought, viewer=viewer)
    skip = _within(skip, most, extent.count)
    found = lines.lookings(sought, viewer=viewer, skip=skip, most=most) if most else ()
    names = {reader.account_id: reader.name for reader in known}
    return Looks(lines=_lines(found, names), total=extent.count, latest=extent.latest)


def standing_out(
    asked: Asked,
    *,
    viewer: Actor,
    at: datetime,
    on_duty: Mapping[str, frozenset[date]],
    known: Iterable[Reader],
    most: int = 12,
) -> StandingOut:
    """The newest days that stand out, of those asked for.

    `on_duty` tells of each officer who records hours, by reference, the days with any. At most three questions,
    whatever there is: only the days that may stand out are looked through one by one.
    """
    rules.require(viewer, "see_readings")
    rules.refuse_days(asked.first, asked.last)
    sought = _sought(asked)
    named = {reader.account_id: reader for reader in known}
    of_each = lines.lookings_of_each(
        sought, first=asked.first, last=asked.last, night=_NIGHT, many=rules.MANY_RECORDS, viewer=viewer
    )
    today = timezone.localtime(at).date()
    certain: set[tuple[date, int]] = set()
    perhaps: set[tuple[date, int]] = set()
    for each in of_each:
        if each.account_id is None:
            continue
        duty = _duty(named.get(each.account_id), on_duty)
        free = set(each.days).difference(duty) if duty else ()
        found = {*each.odd, *(day for day in free if rules.off_duty(day, duty, today))}
        certain |= {(day, each.account_id) for day in found}
        perhaps |= {(day, each.account_id) for day in each.full}
    wanted = perhaps | set(sorted(certain, key=_newest)[:most])
    days = _days(asked, sought, named, on_duty, viewer=viewer, today=today, only=wanted) if wanted else ()
    found_days = [day for day in days if day.stands_out]
    return StandingOut(
        days=tuple(found_days[:most]),
        in_all=len(certain | {(day.day.on, day.account_id) for day in found_days}),
        people=sum(each.account_id is not None for each in of_each),
    )


def days_read(
    asked: Asked,
    *,
    viewer: Actor,
    at: datetime,
    on_duty: Mapping[str, frozenset[date]],
    known: Iterable[Reader],
) -> tuple[ReadDay, ...]:
    """Every day of everybody with any looks, the newest first; `on_duty` is as `standing_out` takes it."""
    rules.require(viewer, "see_readings")
    rules.refuse_days(asked.first, asked.last)
    named = {reader.account_id: reader for reader in known}
    return _days(asked, _sought(asked), named, on_duty, viewer=viewer, today=timezone.localtime(at).date())


def records_read(asked: Asked, *, viewer: Actor) -> tuple[tuple[ReadRecord, ...], int]:
    """The records looked at most, a hundred of them, and how many people looked."""
    rules.require(viewer, "see_readings")
    rules.refuse_days(asked.first, asked.last)
    sought = _sought(asked)
    records = tuple(
        ReadRecord(f"{row.subject_kind} {row.subject_id}", row.lookings, row.people, row.latest_at)
        for row in lines.records_looked_at(sought, viewer=viewer)
    )
    return records, lines.people_who_looked(sought, viewer=viewer)


def _record(asked: Asked, viewer: Actor, at: datetime, *, as_file: bool) -> None:
    with transaction.atomic():
        ledger.record(
            READINGS,
            subject=("account", asked.account_id) if asked.account_id else ("readings", asked.record[:60] or "all"),
            by=viewer,
            at=at,
            facts={"first": asked.first.isoformat(), "last": asked.last.isoformat(), "file": as_file},
        )


def own_readings(*, viewer: Actor, at: datetime, skip: int = 0, most: int = 50) -> tuple[tuple[ReadLine, ...], int]:
    """What is recorded of the viewer's own reading in the last ninety days, a page of it, and how much there is."""
    rules.require(viewer, "see_own_readings", rules.About(account_id=viewer.account_id))
    own = lines.Sought(tuple(rules.LOOKED_AT), at - OWN_READINGS_FOR, at, accounts=_of(viewer.account_id))
    names = {viewer.account_id or 0: viewer.name}
    total = lines.extent_of_lookings(own, viewer=viewer).count
    found = lines.lookings(own, viewer=viewer, skip=_within(skip, most, total), most=most)
    return _lines(found, names), total


def _within(skip: int, most: int, total: int) -> int:
    """Where a page begins: the last one where a later one was asked for than there is."""
    return min(skip, max(0, total - 1) // most * most) if most else 0


def _sought(asked: Asked) -> lines.Sought:
    kind, _, key = asked.record.replace(":", " ").strip().rpartition(" ")
    known = [event for event in rules.LOOKED_AT if event == asked.event]
    return lines.Sought(
        known or [event for event in rules.LOOKED_AT if event != READINGS],
        _midnight(asked.first),
        _midnight(asked.last + timedelta(days=1)),
        accounts=_of(asked.account_id),
        subject_kind=kind.strip(),
        subject_id=key,
    )


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _lines(found: Iterable[lines.Looking], names: Mapping[int, str]) -> tuple[ReadLine, ...]:
    return tuple(
        ReadLine(
            number=row.number,
            at=row.at,
            account_id=row.account_id,
            name=names.get(row.account_id, f"account {row.account_id}") if row.account_id else row.actor,
            what=rules.LOOKED_AT[row.event],
            record=f"{row.subject_kind} {row.subject_id}",
            reason=row.reason_code,
            outside=row.outside,
        )
        for row in found
    )


def _days(
    asked: Asked,
    sought: lines.Sought,
    named: Mapping[int, Reader],
    on_duty: Mapping[str, frozenset[date]],
    *,
    viewer: Actor,
    today: date,
    only: Collection[tuple[date, int]] = (),
) -> tuple[ReadDay, ...]:
    """Each day of each person, or `only` some; what is usual for somebody is asked only where they looked at many."""
    shown = [
        row
        for row in lines.days_of_lookings(_narrowed(sought, only) if only else sought, night=_NIGHT, viewer=viewer)
        if not only or (row.on, row.account_id) in only
    ]
    many = {row.account_id for row in shown if row.records >= rules.MANY_RECORDS}
    # What is usual for somebody is all they look at, also where one record or kind is asked for.
    whole = lines.Sought(
        [event for event in rules.LOOKED_AT if event != READINGS],
        _midnight(asked.first - rules.USUAL_OVER),
        sought.until,
        accounts=many,
    )
    everything: dict[int, list[lines.DayOfLookings]] = defaultdict(list)
    for row in lines.days_of_lookings(whole, night=_NIGHT, viewer=viewer) if many else ():
        everything[row.account_id].append(row)
    found = []
    for row in shown:
        reader = named.get(row.account_id)
        earlier = [
            before.records for before in everything[row.account_id] if row.on - rules.USUAL_OVER <= before.on < row.on
        ]
        day = rules.DayOfReading(
            on=row.on,
            lookings=row.lookings,
            records=row.records,
            outside=row.outside,
            at_night=row.at_night,
            usual=rules.usual(earlier),
            off_duty=rules.off_duty(row.on, _duty(reader, on_duty), today),
        )
        name = reader.name if reader else f"account {row.account_id}"
        found.append(ReadDay(row.account_id, name, day, rules.what_stands_out(day)))
    return tuple(found)


def _narrowed(sought: lines.Sought, only: Collection[tuple[date, int]]) -> lines.Sought:
    """The lines of some days of some accounts, and those of the same accounts in between."""
    days = [on for on, _ in only]
    return replace(
        sought,
        since=_midnight(min(days)),
        until=_midnight(max(days) + timedelta(days=1)),
        accounts={account for _, account in only},
    )


def _duty(reader: Reader | None, on_duty: Mapping[str, frozenset[date]]) -> frozenset[date] | None:
    return on_duty.get(reader.officer) if reader and reader.officer else None


def _newest(day: tuple[date, int]) -> tuple[int, int]:
    on, account = day
    return -on.toordinal(), account


def _of(account_id: int | None) -> tuple[int, ...]:
    return () if account_id is None else (account_id,)
