"""GeoJSON with polygons, in any coordinate system it names: every feature whole, or the file refused."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from byname.vocabulary import FileRefused, Refused, RowFault

_MOST_FEATURES = 50_000
_EXPECTED_TYPES = "a Polygon or a MultiPolygon"

# The usual spellings of a coordinate system: EPSG:2952, urn:ogc:def:crs:EPSG::2952, http://…/EPSG/0/2952, …#2952.
_EPSG = re.compile(r"(?i)(?:^|[:/.])(EPSG|ESRI)(?:[:/#]+|\.xml#)(?:[\d.]*[:/])?(\d{3,6})$")
_CRS84 = re.compile(r"(?i)(?:^|[:/])CRS:?84h?$")
_WEB_MERCATOR = {"900913": "3857", "102100": "3857", "102113": "3785"}

Move = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: what it says and its land in degrees (WGS 84)."""

    number: int
    """As it stands in the file: the first is 1."""
    said: dict[str, Any]
    """Its properties by lower-case name."""
    land: BaseGeometry
    """A valid MultiPolygon."""
    repairs: tuple[str, ...]
    """What was mended in it, a few words each."""


class _Bad(Exception):
    """One feature cannot be used: found this, expected that."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected


def features(content: bytes) -> list[Feature]:
    """Every feature of the file, in order. Raises Refused, or FileRefused with each feature that cannot be used."""
    collection = _collection(content)
    members = collection["features"]
    move = _to_degrees(collection)
    found: list[Feature] = []
    faults: list[RowFault] = []
    for number, member in enumerate(members, start=1):
        try:
            found.append(_feature(number, member, move))
        except _Bad as bad:
            faults.append(RowFault(number, "geometry", bad.found, bad.expected))
    if faults:
        raise refused_features(faults)
    return found


def refused_features(faults: list[RowFault]) -> FileRefused:
    """The refusal of a whole file for its bad features, the first of them in the sentence."""
    first = faults[0]
    found = f": {first.found}" if first.found else ""
    return FileRefused(
        f"Feature {first.line} cannot be used{found}. Expected {first.expected}.", tuple(faults), counted="feature"
    )


def bounds_of(found: list[Feature]) -> tuple[float, float, float, float]:
    """West, south, east and north of all features."""
    west, south, east, north = shapely.total_bounds([feature.land for feature in found]).tolist()
    return west, south, east, north


def _collection(content: bytes) -> dict[str, Any]:
    if not content.strip():
        raise Refused("The file is empty.", code="not-geojson")
    try:
        read = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Refused("The file is not UTF-8 text: save it as GeoJSON in UTF-8.", code="not-geojson") from None
    except RecursionError:
        raise Refused("The file is nested too deeply to be GeoJSON.", code="not-geojson") from None
    except json.JSONDecodeError as fault:
        raise Refused(f"The file is not JSON: line {fault.lineno}, column {fault.colno}.", code="not-geojson") from None
    except ValueError as fault:
        raise Refused(f"The file is not JSON: {fault}", code="not-geojson") from None
    if (
        not isinstance(read, dict)
        or read.get("type") != "FeatureCollection"
        or not isinstance(read.get("features"), list)
    ):
        raise Refused("The file is no GeoJSON FeatureCollection: export the layer as GeoJSON.", code="not-geojson")
    if not read["features"]:
        raise Refused("The file holds no features.", code="no-features")
    if len(read["features"]) > _MOST_FEATURES:
        raise Refused(f"The file holds more than {_MOST_FEATURES:,} features: is it the right one?", code="not-geojson")
    return read


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number.")


def _to_degrees(collection: dict[str, Any]) -> Move | None:
    """How the file's coordinates become degrees; None where they are."""
    crs = collection.get("crs")
    if crs is None:
        return None
    named = crs.get("properties", {}) if isinstance(crs, dict) else {}
    named = named if isinstance(named, dict) else {}
    name = str(named.get("name", named.get("code", "")))[:80].strip()
    if isinstance(crs, dict) and str(crs.get("type", "")).upper() == "EPSG":
        name = f"EPSG:{name}"
    if _CRS84.search(name):
        return None
    match = _EPSG.search(name)
    authority, code = (match[1].upper(), match[2]) if match else ("", "")
    if code in _WEB_MERCATOR:
        authority, code = "EPSG", _WEB_MERCATOR[code]
    if code == "4326":
        return None
    try:
        if not match:
            raise CRSError(name)
        there = pyproj.Transformer.from_crs(f"{authority}:{code}", "OGC:CRS84", always_xy=True)
    except (CRSError, ProjError):
        raise Refused(
            f"The file's coordinate system, {name or 'which it does not name'}, is not known. Export it as WGS 84 "
            "(EPSG:4326).",
            code="unknown-crs",
        ) from None

    counts_metres = bool(there.source_crs and there.source_crs.is_projected)

    def moved(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        if counts_metres and (np.abs(corners) <= (180, 90)).all():
            x, y = corners[0].tolist()
            raise _Bad(
                f"{_short(x)}, {_short(y)} look like degrees",
                f"metres, as {name} counts them, or a crs member that names degrees",
            )
        return np.column_stack(there.transform(corners[:, 0], corners[:, 1]))

    return moved


def _feature(number: int, member: object, move: Move | None) -> Feature:
    if not isinstance(member, dict) or member.get("type") != "Feature":
        raise _Bad("it is no GeoJSON feature", "a Feature with properties and a geometry")
    said = member.get("properties")
    if not isinstance(said, dict):
        raise _Bad("it has no properties", "a Feature with properties and a geometry")
    geometry = member.get("geometry")
    if not isinstance(geometry, dict):
        raise _Bad("it has no geometry", _EXPECTED_TYPES)
    repairs: list[str] = []
    polygons: list[shapely.Polygon] = []
    strays = 0
    for rings in _polygons(geometry):
        if rings is None:
            strays += 1
        else:
            polygons.append(_polygon(rings, repairs))
    if not polygons:
        raise _Bad(f"it holds no land ({str(geometry.get('type'))[:30]})", _EXPECTED_TYPES)
    land: BaseGeometry = shapely.MultiPolygon(polygons)
    if move:
        land = shapely.transform(land, move)
    _on_the_globe(land, moved=move is not None)
    land, dropped = _valid(land, repairs)
    if strays + dropped:
        repairs.append(f"{_count(strays + dropped, 'stray line or point', 'stray lines or points')} left out")
    return Feature(number, {str(name).lower(): value for name, value in said.items()}, land, tuple(repairs))


def _polygons(geometry: dict[str, Any]) -> Iterator[list[Any] | None]:
    """The rings of each polygon of a geometry; None for a line or a point."""
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        for part in _list(geometry.get("geometries")):
            if isinstance(part, dict):
                yield from _polygons(part)
    elif kind == "Polygon":
        yield _list(geometry.get("coordinates"))
    elif kind == "MultiPolygon":
        for rings in _list(geometry.get("coordinates")):
            yield _list(rings)
    elif kind in ("Point", "MultiPoint", "LineString", "MultiLineString"):
        yield None
    else:
        raise _Bad(f"its geometry is a {str(kind)[:30]}", _EXPECTED_TYPES)


def _polygon(rings: list[Any], repairs: list[str]) -> shapely.Polygon:
    if not rings:
        raise _Bad("a polygon is empty", "a ring of at least four positions")
    shell, *holes = [_ring(_list(ring), repairs) for ring in rings]
    return shapely.Polygon(shell, holes)


def _ring(positions: list[Any], repairs: list[str]) -> NDArray[np.float64]:
    for position in positions:
        if (
            not isinstance(position, list)
            or len(position) < 2
            or position[0].__class__ not in (int, float)
            or position[1].__class__ not in (int, float)
        ):
            raise _Bad(f"{str(position)[:40]} is no position", "positions of two numbers, longitude and latitude")
    try:
        # A third number is a height: a neighbourhood has none.
        corners = np.array([position[:2] for position in positions], dtype=np.float64)
    except OverflowError:
        raise _Bad("a number is too large", "finite numbers") from None
    if not np.isfinite(corners).all():
        raise _Bad("a number is not finite", "finite numbers")
    if len(corners) and (corners[0] != corners[-1]).any():
        corners = np.vstack([corners, corners[:1]])
        repairs.append("an open ring closed")
    if len(np.unique(corners, axis=0)) < 3 if len(corners) else True:
        raise _Bad(
            f"a ring of {_count(len(positions), 'position', 'positions')} encloses nothing", "a ring of at least four"
        )
    return corners


def _on_the_globe(land: BaseGeometry, *, moved: bool) -> None:
    corners = shapely.get_coordinates(land)
    lon, lat = np.abs(corners[:, 0]), np.abs(corners[:, 1])
    fine = np.isfinite(corners).all(axis=1) & (lon <= 180) & (lat <= 90)
    if fine.all():
        return
    x, y = corners[int(np.argmin(fine))].tolist()
    if moved:
        raise _Bad("a corner does not lie on the globe", "coordinates of the system the file names")
    if abs(x) <= 90 and 90 < abs(y) <= 180:
        raise _Bad(f"latitude and longitude are swapped in {_short(x)}, {_short(y)}", "longitude before latitude")
    raise _Bad(
        f"{_short(x)}, {_short(y)} are no degrees",
        "longitude and latitude in degrees, or the name of the file's coordinate system in its crs member",
    )


def _valid(land: BaseGeometry, repairs: list[str]) -> tuple[BaseGeometry, int]:
    """The land as a valid MultiPolygon, and how many lines and points the repair left over."""
    dropped = 0
    if not shapely.is_valid(land):
        reason = str(shapely.is_valid_reason(land))
        try:
            land = shapely.make_valid(land, method="structure", keep_collapsed=True)
        except shapely.errors.GEOSException as fault:
            raise _Bad(f"its rings are too tangled to repair ({reason})", _EXPECTED_TYPES) from fault
        repairs.append(f"repaired ({reason})")
    parts = list(itertools.chain.from_iterable(_flat(part) for part in shapely.get_parts(land)))
    polygons = [part for part in parts if isinstance(part, shapely.Polygon) and part.area > 0]
    dropped += len(parts) - len(polygons)
    if not polygons:
        raise _Bad("it encloses no land", _EXPECTED_TYPES)
    whole = shapely.MultiPolygon(polygons)
    if not shapely.is_valid(whole):
        # Rings too small for the numbers to tell their corners apart stay tangled, whatever repairs them.
        raise _Bad("its rings are too tangled to repair", _EXPECTED_TYPES)
    return whole, dropped


def _flat(part: BaseGeometry) -> Iterator[BaseGeometry]:
    if hasattr(part, "geoms"):
        for inner in part.geoms:
            yield from _flat(inner)
    else:
        yield part


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise _Bad("its coordinates are no list", _EXPECTED_TYPES)
    return value


def _short(number: float) -> str:
    return f"{number:.10g}" if math.isfinite(number) else str(number)


def _count(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {many}"
