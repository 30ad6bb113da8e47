"""Named places as the City and the police publish them: libraries, police stations, each with its address."""

from __future__ import annotations

from collections.abc import Collection

from byname.places.rules.addresses import AddressRow, numbered, words_of
from byname.places.sources.records import Record, point_of, told
from byname.vocabulary import RowFault

_NAMES = ("FACILITY", "BranchName", "PLACE_NAME", "NAME", "Name")
_ADDRESSES = ("ADDRESS", "Address")


def fits(columns: Collection[str]) -> bool:
    """Whether a file with these columns is of this kind."""
    return any(name in columns for name in _NAMES) and any(name in columns for name in _ADDRESSES)


def row(record: Record, line: int) -> AddressRow | RowFault:
    """One row as places keep it, or what is wrong with it."""
    point = point_of(record, line)
    if isinstance(point, RowFault):
        return point
    name, text = told(record, *_NAMES)[:160], told(record, *_ADDRESSES)[:160]
    if not name:
        return RowFault(line, _NAMES[0], "", "the name of the place")
    # A branch's list says "Parkdale" where people say "Parkdale Library".
    if "BranchName" in record and "library" not in words_of(name):
        name = f"{name} Library"[:160]
    address = numbered(text)
    return AddressRow(
        line=line,
        lat=point.lat,
        lon=point.lon,
        number=address.number if address else 0,
        suffix=address.suffix if address else "",
        high_number=address.high_number if address else None,
        street_name=address.street_name[:120] if address else "",
        municipality="",
        place_name=name,
        address_text=_shown(address.number, address.suffix, address.street_name) if address else text,
        neighbourhood=None,
    )


def _shown(number: int, suffix: str, street: str) -> str:
    return f"{number}{f' {suffix}' if '/' in suffix else suffix} {street}"[:160]
