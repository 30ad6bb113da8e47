"""Rows of a CSV, or features of a GeoJSON or of newline-delimited JSON, one at a time, however large the file."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from byname.vocabulary import FileRefused, Point, Refused, RowFault

Record = Mapping[str, Any]
"""One row by column. A feature is its properties, with its geometry as "geometry"."""

_LAT = ("lat", "LATITUDE", "Lat")
_LON = ("lon", "lng", "LONGITUDE", "Long")
_JSON = ("{", "[")
_PIECE = 1 << 20
_LARGEST_FEATURE = 16 << 20
_NOTHING = frozenset({"", "none", "na", "n/a", "null", "nan"})


def records(path: Path) -> Iterator[tuple[int, Record]]:
    """Each row with its line (a feature with its number, from 1).

    Raises FileRefused where the file is no UTF-8 text, no CSV with a header and no JSON.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            is_json = _first_letter(file) in _JSON
            file.seek(0)
            if is_json:
                yield from _features(file)
            else:
                yield from _rows(file)
    except UnicodeDecodeError as fault:
        raise FileRefused("The file is not UTF-8 text. Save it as CSV (UTF-8) or as GeoJSON.") from fault


def holds_features(path: Path) -> bool:
    """Whether the file is JSON, whose features are counted, and not CSV with lines."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return _first_letter(file) in _JSON


def told(record: Record, *columns: str) -> str:
    """The first of the columns that says something, trimmed; "None", "NA" and the like say nothing."""
    for column in columns:
        value = record.get(column)
        if value is None:
            continue
        text = " ".join(str(value).replace("\x00", " ").split())
        if not text.isascii():
            # Half a surrogate pair, which JSON can carry, is no text a database takes.
            text = text.encode("utf-8", "replace").decode("utf-8")
        if text.casefold() not in _NOTHING:
            return text
    return ""


def whole_number(text: str) -> int | None:
    """The whole number a cell holds ("350", "350.0"); None where it holds none."""
    if text.isdecimal() and len(text) < 10:
        return int(text)
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < 1e9 else None


def is_nowhere(record: Record) -> bool:
    """Whether a feature says outright that it has no place: an empty geometry, and no coordinates among its columns."""
    return "geometry" in record and not record["geometry"] and not told(record, *_LAT, *_LON)


def point_of(record: Record, line: int) -> Point | RowFault:
    """Where a row is: its geometry (a Point, or the first of a MultiPoint), else its latitude and longitude."""
    geometry = record.get("geometry")
    if geometry is None or geometry == "":
        lat_text, lon_text = told(record, *_LAT), told(record, *_LON)
        try:
            return Point(float(lat_text), float(lon_text))
        except (ValueError, Refused):
            found = f"{lat_text}, {lon_text}"
            return RowFault(
                line, "lat, lon", found[:60], "latitude and longitude in degrees, such as 43.65131 and -79.42598"
            )
    try:
        if isinstance(geometry, str):
            geometry = json.loads(geometry)
        place = geometry["coordinates"]
        if geometry["type"] == "MultiPoint":
            place = place[0]
        elif geometry["type"] != "Point":
            raise ValueError(geometry["type"])
        return Point(float(place[1]), float(place[0]))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, Refused):
        expected = 'a Point in degrees, such as {"type": "Point", "coordinates": [-79.42598, 43.65131]}'
        return RowFault(line, "geometry", str(geometry)[:60], expected)


def _first_letter(file: TextIO) -> str:
    while piece := file.read(4096):
        if piece.strip():
            return piece.strip()[0]
    raise FileRefused("The file is empty.")


def _rows(file: TextIO) -> Iterator[tuple[int, Record]]:
    reader = csv.reader(file)
    try:
        header = [column.strip() for column in next(reader)]
        for row in reader:
            if row:
                yield reader.line_num, dict(zip(header, row, strict=False))
    except csv.Error as fault:
        raise FileRefused(f"Line {reader.line_num} cannot be read as CSV: {fault}.") from fault


def _features(file: TextIO) -> Iterator[tuple[int, Record]]:
    """Features one after the other: from a FeatureCollection, from an array, or one a line."""
    decoder = json.JSONDecoder()
    buffer = _up_to_features(file)
    number = 0
    while True:
        buffer = buffer.lstrip(" \t\r\n,\x1e")
        if not buffer:
            buffer = file.read(_PIECE)
            if not buffer:
                return
            continue
        if buffer[0] == "]":
            return
        try:
            feature, end = decoder.raw_decode(buffer)
        except (json.JSONDecodeError, RecursionError) as fault:
            more = file.read(_PIECE) if len(buffer) < _LARGEST_FEATURE else ""
            if not more:
                raise FileRefused(f"Feature {number + 1} is not JSON, or the file ends too early.") from fault
            buffer += more
            continue
        number += 1
        # Cut once for many features: slicing at each would copy the buffer each time.
        start = end
        yield number, _record(feature, number)
        while True:
            while start < len(buffer) and buffer[start] in " \t\r\n,\x1e":
                start += 1
            if start >= len(buffer) or buffer[start] == "]":
                break
            try:
                feature, start = decoder.raw_decode(buffer, start)
            except (json.JSONDecodeError, RecursionError):
                break
            number += 1
            yield number, _record(feature, number)
        buffer = buffer[start:]


def _up_to_features(file: TextIO) -> str:
    """What follows the opening of the list of features; everything where there is no such list."""
    buffer = file.read(_PIECE)
    start = buffer.lstrip()
    if start.startswith("["):
        return start[1:]
    mark = buffer.find('"features"')
    if mark < 0:
        return buffer
    opening = buffer.find("[", mark)
    if opening < 0:
        raise FileRefused("The list of features cannot be found in the file.")
    return buffer[opening + 1 :]


def _record(feature: object, number: int) -> Record:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise FileRefused(f"Feature {number} is no GeoJSON feature with properties.")
    return {**feature["properties"], "geometry": feature.get("geometry")}
