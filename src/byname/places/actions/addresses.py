"""Bringing in addresses and the names of places: a whole file or nothing of it."""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import IO

from django.db import connection, transaction
from django.db.models import Max, Min

from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.models import Address, AddressFile, Edition, Landmark, Neighbourhood, Street
from byname.places.rules.addresses import AddressRow, street_words
from byname.places.sources import address_points, landmarks, records, simple_addresses
from byname.vocabulary import Actor, FileRefused, RowFault

_SOURCES: tuple[ModuleType, ...] = (address_points, simple_addresses, landmarks)
_MOST_FAULTS = 50
_TELL_EVERY = 25_000
# Degrees around the labels of the neighbourhoods in which an address may lie: generous, yet no swapped pair fits.
_MARGIN = 0.5
_PIECE = 1 << 20

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class AddressReceipt:
    """What became of a file of addresses."""

    file_name: str
    addresses: int
    streets: int
    landmarks: int
    nowhere: int
    """Features left out because the file itself gives them no place."""
    changed: bool
    """False where exactly this file was in already and nothing was done."""
    replaced: bool
    """True where an earlier edition of the same file made way."""


@dataclass(slots=True)
class _Spool:
    """What a file holds, checked, on disk but for the streets: half a million rows take a few megabytes of memory."""

    addresses: IO[str]
    landmarks: IO[str]
    streets: dict[str, array[int]] = field(default_factory=dict)
    address_count: int = 0
    landmark_count: int = 0
    nowhere: int = 0
    named: set[str] = field(default_factory=set)


def bring_addresses(path: Path, *, by: Actor, at: datetime, name: str = "", say: Say | None = None) -> AddressReceipt:
    """The receipt for a file of addresses, named places or both, now searchable as a whole.

    Reads the City's Address Points (CSV, GeoJSON, one feature a line), a plain CSV of address, lat and lon, and the
    lists of libraries and police stations. A file of the same `name` (the file's own, unless told) that was brought
    earlier is replaced; exactly the same file again changes nothing. Raises FileRefused with every fault (at most
    fifty) and then leaves everything as it was.
    """
    people_rules.require(by, "bring_land")
    tell = say or (lambda sentence: None)
    file_name = (name or path.name)[:120]
    digest = _sha256(path)
    if same := _same(file_name, digest):
        return same
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as addresses,
        tempfile.TemporaryFile("w+", encoding="utf-8") as named,
    ):
        spool = _Spool(addresses, named)
        _check(path, spool, tell)
        with transaction.atomic():
            _lock(file_name)
            # Somebody else may have brought the same file while this one was being read.
            if same := _same(file_name, digest):
                return same
            tell("storing the addresses")
            replaced = _remove(file_name)
            file = AddressFile.objects.create(
                name=file_name,
                sha256=digest,
                addresses=spool.address_count,
                landmarks=spool.landmark_count,
                brought_at=at,
            )
            _store(file, spool)
            ledger.record(
                "addresses.brought",
                subject=("address_file", file.pk),
                by=by,
                at=at,
                facts={
                    "sha256": digest,
                    "addresses": spool.address_count,
                    "streets": len(spool.streets),
                    "landmarks": spool.landmark_count,
                },
                public=True,
                renews=("addresses",),
            )
    return AddressReceipt(
        file_name,
        spool.address_count,
        len(spool.streets),
        spool.landmark_count,
        nowhere=spool.nowhere,
        changed=True,
        replaced=replaced,
    )


def _same(file_name: str, digest: str) -> AddressReceipt | None:
    """The receipt where exactly this file is in already."""
    file = AddressFile.objects.filter(name=file_name, sha256=digest).first()
    if file is None:
        return None
    streets = Street.objects.filter(file=file).count()
    return AddressReceipt(file_name, file.addresses, streets, file.landmarks, nowhere=0, changed=False, replaced=False)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as fault:
        raise FileRefused(f"The file cannot be read: {fault.strerror or 'unknown reason'}.") from fault
    return digest.hexdigest()


def _check(path: Path, spool: _Spool, tell: Say) -> None:
    """Read the whole file into the spool; raises FileRefused before anything in the database is touched."""
    land = _land()
    faults: list[RowFault] = []
    source: ModuleType | None = None
    read = 0
    for line, record in records.records(path):
        source = source or _source_of(record)
        read += 1
        if read % _TELL_EVERY == 0:
            tell(f"{read:,} rows read")
        if records.is_nowhere(record):
            spool.nowhere += 1
            continue
        row: AddressRow | RowFault = source.row(record, line)
        if isinstance(row, AddressRow) and land and not _within(land, row):
            found = f"{row.lat}, {row.lon}"
            row = RowFault(line, "lat, lon", found, "a place in the service's area, latitude and longitude in degrees")
        if isinstance(row, RowFault):
            faults.append(row)
            if len(faults) == _MOST_FAULTS:
                break
        elif not faults:
            _spooled(row, spool)
    if faults:
        more = "At least " if len(faults) == _MOST_FAULTS else ""
        counted = "feature" if records.holds_features(path) else "line"
        plural = "" if len(faults) == 1 else "s"
        raise FileRefused(f"{more}{len(faults)} {counted}{plural} cannot be read.", tuple(faults), counted=counted)
    if not spool.address_count + spool.landmark_count:
        raise FileRefused("The file has no row that says where it is.")


def _source_of(record: records.Record) -> ModuleType:
    for source in _SOURCES:
        if source.fits(record.keys()):
            return source
    raise FileRefused(
        "The columns are not known. Expected the City's Address Points (LINEAR_NAME_FULL, LO_NUM, geometry), "
        "or address, lat and lon, or a name and an address with a geometry."
    )


def _land() -> tuple[float, float, float, float] | None:
    """The box around the newest neighbourhoods, with a margin; None before any are brought."""
    newest = Edition.objects.filter(kind="neighbourhoods").order_by("-valid_from").first()
    if newest is None:
        return None
    box = Neighbourhood.objects.filter(edition=newest).aggregate(
        south=Min("label_lat"), north=Max("label_lat"), west=Min("label_lon"), east=Max("label_lon")
    )
    if box["south"] is None:
        return None
    return box["south"] - _MARGIN, box["north"] + _MARGIN, box["west"] - _MARGIN, box["east"] + _MARGIN


def _within(land: tuple[float, float, float, float], row: AddressRow) -> bool:
    south, north, west, east = land
    return south <= row.lat <= north and west <= row.lon <= east


def _spooled(row: AddressRow, spool: _Spool) -> None:
    where = f"{row.lat!r}\t{row.lon!r}\t{row.neighbourhood or _NULL}"
    if row.number:
        numbers = spool.streets.setdefault(row.street_name, array("I"))
        numbers.append(row.number)
        spool.addresses.write(
            f"{_cell(row.street_name)}\t{row.number}\t{_cell(row.suffix)}\t{row.high_number or _NULL}\t"
            f"{_cell(row.municipality)}\t{where}\n"
        )
        spool.address_count += 1
    named = f"{_cell(row.place_name)}\t{_cell(row.address_text)}\t{where}\n"
    # Published lists repeat themselves: the police file holds each station four times.
    if row.place_name and named not in spool.named:
        spool.named.add(named)
        spool.landmarks.write(named)
        spool.landmark_count += 1


_NULL = "\\N"


def _cell(text: str) -> str:
    """A text as PostgreSQL's COPY reads it; blanks were made single spaces when it was read."""
    return text.replace("\\", "\\\\")


_REMOVE = (
    "DELETE FROM byname_address USING byname_street s WHERE street_id = s.id AND s.file_id = %s",
    "DELETE FROM byname_street WHERE file_id = %s",
    "DELETE FROM byname_landmark WHERE file_id = %s",
    "DELETE FROM byname_addressfile WHERE id = %s",
)


def _lock(file_name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"addresses:{file_name}"])


def _remove(file_name: str) -> bool:
    """Remove the earlier edition of a file in four statements: the ORM would fetch every row first."""
    file = AddressFile.objects.filter(name=file_name).first()
    if file is None:
        return False
    with connection.cursor() as cursor:
        for statement in _REMOVE:
            cursor.execute(statement, [file.pk])
    return True


def _store(file: AddressFile, spool: _Spool) -> None:
    rows = []
    for name, numbers in spool.streets.items():
        words = street_words(name)
        rows.append(
            Street(
                file=file,
                name=name,
                search_key=words.key[:120],
                type=words.type,
                direction=words.direction,
                addresses=len(numbers),
                middle_number=sorted(numbers)[len(numbers) // 2],
            )
        )
    streets = Street.objects.bulk_create(rows, batch_size=2000)
    numbers_of = {_cell(street.name): street.pk for street in streets}
    spool.addresses.seek(0)
    spool.landmarks.seek(0)
    _copy(
        Address,
        ("street_id", "number", "suffix", "high_number", "municipality", "lat", "lon", "neighbourhood_id_told"),
        (f"{numbers_of[street]}\t{rest}" for street, _, rest in (line.partition("\t") for line in spool.addresses)),
    )
    _copy(
        Landmark,
        ("file_id", "name", "address_text", "lat", "lon", "neighbourhood_id_told"),
        (f"{file.pk}\t{line}" for line in spool.landmarks),
    )


def _copy(table: type[Address] | type[Landmark], columns: tuple[str, ...], lines: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {table._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
            held: list[str] = []
            for line in lines:
                held.append(line)
                if len(held) == 2000:
                    copy.write("".join(held))
                    held.clear()
            copy.write("".join(held))
        cursor.execute(f"ANALYZE {table._meta.db_table}")
