"""Reading who looked at what and why: for the overseer, and for everybody of themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
class Readings:
    """Who looked at what: a page of single looks, and the same counted by day and by record."""

    lines: tuple[ReadLine, ...]
    total: int
    days: tuple[ReadDay, ...]
    """The newest first."""
    records: tuple[ReadRecord, ...]
    """The most looked at first, a hundred at most."""


def readers(*, viewer: Actor) -> tuple[Reader, ...]:
    """Everybody whose reading is recorded, by name, those who left the service among them."""
    rules.require(viewer, "see_readings")
    rows = Account.objects.values_list("pk", "name", "email", "roles", "officer__reference")
    people = [Reader(pk, name or email, tuple(roles), officer or "") for pk, name, email, roles, officer in rows]
    return tuple(sorted(people, key=lambda reader: (reader.name.casefold(), reader.account_id)))


def readings(
    asked: Asked,
    *,
    viewer: Actor,
    at: datetime,
    on_duty: Mapping[str, frozenset[date]],
    skip: int = 0,
    most: int = 50,
    as_file: bool = False,
) -> Readings:
    """Who looked at what; that it was asked for is itself written to the ledger.

    `on_duty` tells of each officer who records hours, by reference, the days with any. Subjects are references: nothing
    of what was looked at is told.
    """
    rules.require(viewer, "see_readings")
    sought = _sought(asked)
    named = {reader.account_id: reader for reader in readers(viewer=viewer)}
    with transaction.atomic():
        ledger.record(
            READINGS,
            subject=("account", asked.account_id) if asked.account_id else ("readings", asked.record[:60] or "all"),
            by=viewer,
            at=at,
            facts={"first": asked.first.isoformat(), "last": asked.last.isoformat(), "file": as_file},
        )
    names = {key: reader.name for key, reader in named.items()}
    total = lines.count_of_lookings(sought, viewer=viewer)
    return Readings(
        lines=_lines(lines.lookings(sought, viewer=viewer, skip=_within(skip, most, total), most=most), names),
        total=total,
        days=_days(asked, sought, named, on_duty, viewer=viewer, today=timezone.localtime(at).date()),
        records=tuple(
            ReadRecord(f"{row.subject_kind} {row.subject_id}", row.lookings, row.people, row.latest_at)
            for row in lines.records_looked_at(sought, viewer=viewer)
        ),
    )


def own_readings(*, viewer: Actor, at: datetime, skip: int = 0, most: int = 50) -> tuple[tuple[ReadLine, ...], int]:
    """What is recorded of the viewer's own reading in the last ninety days, a page of it, and how much there is."""
    rules.require(viewer, "see_own_readings", rules.About(account_id=viewer.account_id))
    own = lines.Sought(tuple(rules.LOOKED_AT), at - OWN_READINGS_FOR, at, account_id=viewer.account_id)
    names = {viewer.account_id or 0: viewer.name}
    total = lines.count_of_lookings(own, viewer=viewer)
    found = lines.lookings(own, viewer=viewer, skip=_within(skip, most, total), most=most)
    return _lines(found, names), total


def _within(skip: int, most: int, total: int) -> int:
    """Where a page begins: the last one where a later one was asked for than there is."""
    return min(skip, max(0, total - 1) // most * most)


def _sought(asked: Asked) -> lines.Sought:
    kind, _, key = asked.record.replace(":", " ").strip().rpartition(" ")
    known = [event for event in rules.LOOKED_AT if event == asked.event]
    return lines.Sought(
        known or [event for event in rules.LOOKED_AT if event != READINGS],
        _midnight(asked.first),
        _midnight(asked.last + timedelta(days=1)),
        account_id=asked.account_id,
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
) -> tuple[ReadDay, ...]:
    night = (rules.NIGHT_BEGINS, rules.NIGHT_ENDS)
    shown = lines.days_of_lookings(sought, night=night, viewer=viewer)
    # What is usual for somebody is all they look at, also where one record or kind is asked for.
    whole = lines.Sought(
        [event for event in rules.LOOKED_AT if event != READINGS],
        _midnight(asked.first - rules.USUAL_OVER),
        sought.until,
        account_id=asked.account_id,
    )
    everything: dict[int, list[lines.DayOfLookings]] = defaultdict(list)
    for row in lines.days_of_lookings(whole, night=night, viewer=viewer):
        everything[row.account_id].append(row)
    found = []
    for row in shown:
        reader = named.get(row.account_id)
        earlier = [
            before.records for before in everything[row.account_id] if row.on - rules.USUAL_OVER <= before.on < row.on
        ]
        duty = on_duty.get(reader.officer) if reader and reader.officer else None
        day = rules.DayOfReading(
            on=row.on,
            lookings=row.lookings,
            records=row.records,
            outside=row.outside,
            at_night=row.at_night,
            usual=rules.usual(earlier),
            off_duty=rules.off_duty(row.on, duty, today),
        )
        name = reader.name if reader else f"account {row.account_id}"
        found.append(ReadDay(row.account_id, name, day, rules.what_stands_out(day)))
    return tuple(found)
