"""The City's Address Points: one row a door, with LINEAR_NAME_FULL, LO_NUM and a geometry column."""

from __future__ import annotations

from collections.abc import Collection

from byname.places.rules.addresses import HIGHEST_NUMBER, AddressRow, numbered, suffix_told
from byname.places.sources.records import Record, point_of, told, whole_number
from byname.vocabulary import RowFault


def fits(columns: Collection[str]) -> bool:
    """Whether a file with these columns is of this kind."""
    return "LINEAR_NAME_FULL" in columns and ("LO_NUM" in columns or "ADDRESS_FULL" in columns)


def row(record: Record, line: int) -> AddressRow | RowFault:
    """One row as places keep it, or what is wrong with it."""
    point = point_of(record, line)
    if isinstance(point, RowFault):
        return point
    street = told(record, "LINEAR_NAME_FULL")[:120]
    place_name = told(record, "PLACE_NAME")[:160]
    number_text = told(record, "LO_NUM", "ADDRESS_NUMBER")
    number = whole_number(number_text) if number_text else 0
    suffix = suffix_told(told(record, "LO_NUM_SUF"))
    high = whole_number(told(record, "HI_NUM"))
    if number is None:
        full = numbered(f"{number_text} {street}")
        number, suffix, high = (full.number, full.suffix, full.high_number) if full else (None, "", None)
    if number is None or not 0 <= number <= HIGHEST_NUMBER:
        return RowFault(line, "LO_NUM", number_text[:60], f"a house number from 1 to {HIGHEST_NUMBER}")
    if not (number and street) and not place_name:
        return RowFault(line, "LO_NUM, LINEAR_NAME_FULL", f"{number_text} {street}"[:60], "a house number and a street")
    return AddressRow(
        line=line,
        lat=point.lat,
        lon=point.lon,
        number=number if street else 0,
        suffix=suffix,
        high_number=high if high and number < high <= HIGHEST_NUMBER else None,
        street_name=street,
        municipality=told(record, "MUNICIPALITY_NAME", "MUNICIPALITY")[:60],
        place_name=place_name,
        address_text=told(record, "ADDRESS_FULL")[:160],
        neighbourhood=None,
    )
