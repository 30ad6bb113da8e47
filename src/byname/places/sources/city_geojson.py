"""Official boundaries with the City's and the police service's own columns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from byname.places.rules import boundaries as rules
from byname.places.sources import geojson
from byname.places.sources.geojson import Feature
from byname.vocabulary import Refused, RowFault

Row = TypeVar("Row", rules.NeighbourhoodRow, rules.DivisionRow)
Read = Callable[[dict[str, Any], Callable[[str, object, str], None]], Row | None]


def neighbourhoods(content: bytes) -> list[tuple[rules.NeighbourhoodRow, Feature]]:
    """The neighbourhoods of a file (AREA_SHORT_CODE, AREA_NAME; CLASSIFICATION, POPULATION, HOME_DIVISION where told).

    Raises Refused, or FileRefused with each feature that cannot be used.
    """
    found = geojson.features(content)
    _require(found, "AREA_SHORT_CODE", "AREA_NAME")
    return _rows(found, _neighbourhood, "AREA_SHORT_CODE", lambda row: row.official_id)


def divisions(content: bytes) -> list[tuple[rules.DivisionRow, Feature]]:
    """The divisions of a file (DIV; UNIT_NAME, ADDRESS, PHONE where told).

    Raises Refused, or FileRefused with each feature that cannot be used.
    """
    found = geojson.features(content)
    _require(found, "DIV")
    return _rows(found, _division, "DIV", lambda row: row.code)


def _require(found: list[Feature], *columns: str) -> None:
    told = {name for feature in found for name in feature.said}
    missing = [column for column in columns if column.lower() not in told]
    if missing:
        has = ", ".join(sorted(told)[:30]) or "none"
        raise Refused(
            f"The file has no column {' and no column '.join(missing)}. Its columns: {has}.", code="no-column"
        )


def _note(faults: list[RowFault], number: int, column: str, value: object, expected: str) -> None:
    faults.append(RowFault(number, column, "" if value is None else str(value)[:60], expected))


def _rows(
    found: list[Feature], read: Read[Row], id_column: str, id_of: Callable[[Row], object]
) -> list[tuple[Row, Feature]]:
    rows: list[tuple[Row, Feature]] = []
    faults: list[RowFault] = []
    first_with: dict[object, int] = {}
    for feature in found:
        fault = partial(_note, faults, feature.number)
        row = read(feature.said, fault)
        if row is None:
            continue
        earlier = first_with.setdefault(id_of(row), feature.number)
        if earlier != feature.number:
            fault(id_column, id_of(row), f"an id of its own: feature {earlier} has it already")
        rows.append((row, feature))
    if faults:
        raise geojson.refused_features(sorted(faults, key=lambda bad: bad.line))
    return rows


def _neighbourhood(said: dict[str, Any], fault: Callable[[str, object, str], None]) -> rules.NeighbourhoodRow | None:
    official_id = rules.official_id(said.get("area_short_code"))
    if official_id is None:
        fault("AREA_SHORT_CODE", said.get("area_short_code"), "the neighbourhood's number, such as 94 or 094")
    name = rules.plain_text(said.get("area_name"), rules.LONGEST_NAME)
    if not name:
        fault("AREA_NAME", said.get("area_name"), f"a name of up to {rules.LONGEST_NAME} plain letters")
    classification = rules.plain_text(said.get("classification"), 80)
    if classification is None:
        fault("CLASSIFICATION", said.get("classification"), "up to 80 plain letters, or nothing")
    population = said.get("population")
    if population is not None:
        people = 0 if population in (0, "0") else rules.official_id(population)
        if people is None:
            fault("POPULATION", population, "a whole number, or nothing")
        population = people
    home = said.get("home_division")
    home_code = rules.division_code(home) if home not in (None, "") else ""
    if home_code is None:
        fault("HOME_DIVISION", home, "a division's code such as D14, or nothing")
    if official_id is None or not name or classification is None or home_code is None:
        return None
    return rules.NeighbourhoodRow(
        official_id, rules.name_without_its_id(name, official_id), classification, population, home_code
    )


def _division(said: dict[str, Any], fault: Callable[[str, object, str], None]) -> rules.DivisionRow | None:
    code = rules.division_code(said.get("div"))
    if code is None:
        fault("DIV", said.get("div"), "the division's code, such as D14")
    told: dict[str, str | None] = {}
    for column, longest in (("UNIT_NAME", 80), ("ADDRESS", 160), ("PHONE", 40)):
        told[column] = rules.plain_text(said.get(column.lower()), longest)
        if told[column] is None:
            fault(column, said.get(column.lower()), f"up to {longest} plain letters, or nothing")
    name, address, phone = told["UNIT_NAME"], told["ADDRESS"], told["PHONE"]
    if code is None or name is None or address is None or phone is None:
        return None
    return rules.DivisionRow(code, name or f"Division {code}", address, phone)
