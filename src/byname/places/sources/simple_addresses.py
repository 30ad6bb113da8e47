"""Plain CSV anybody can write: address, lat, lon, and where wanted name and neighbourhood."""

from __future__ import annotations

from collections.abc import Collection

from byname.places.rules.addresses import AddressRow, numbered
from byname.places.sources.records import Record, point_of, told, whole_number
from byname.vocabulary import RowFault

TEMPLATE = "address,lat,lon,name,neighbourhood\n350 Dovercourt Rd,43.65131,-79.42598,14 Division,84\n"


def fits(columns: Collection[str]) -> bool:
    """Whether a file with these columns is of this kind."""
    return {"address", "lat", "lon"} <= set(columns)


def row(record: Record, line: int) -> AddressRow | RowFault:
    """One row as places keep it, or what is wrong with it."""
    point = point_of(record, line)
    if isinstance(point, RowFault):
        return point
    text, name = told(record, "address")[:160], told(record, "name")[:160]
    address = numbered(text)
    if address is None and not name:
        return RowFault(line, "address", text[:60], "a house number and a street, such as 350 Dovercourt Rd")
    neighbourhood = None
    if cell := told(record, "neighbourhood"):
        neighbourhood = whole_number(cell)
        if neighbourhood is None or neighbourhood < 1:
            return RowFault(line, "neighbourhood", cell[:60], "the official number of a neighbourhood, such as 84")
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
        address_text=text,
        neighbourhood=neighbourhood,
    )
