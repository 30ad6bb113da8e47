"""Polygons on the earth: which of many holds a point, how much they share, where a label goes, plainer outlines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from byname.vocabulary import Point

Ring = tuple[tuple[float, float], ...]
Outline = tuple[tuple[Ring, ...], ...]
"""Polygons, each a shell and its holes, each ring closed, as (lon, lat) in degrees: the order of GeoJSON."""

Coordinates = Sequence[Sequence[Sequence[Sequence[float]]]]
"""The `coordinates` of a GeoJSON MultiPolygon, as read from JSON."""

_COLUMNS = 384
_CHUNK = 500_000
_METRES_PER_DEGREE = 111_195.0
_HAIRLINE_METRES = 2.0
_UNSURE = -2


# ----------------------------------------------------------------------------------------------------------------------
# In and out of plain values


def land_of(coordinates: Coordinates) -> MultiPolygon:
    """The shape of a GeoJSON MultiPolygon's coordinates."""
    return MultiPolygon([(rings[0], rings[1:]) for rings in coordinates])


def outline_of(land: BaseGeometry) -> Outline:
    """The polygons of a shape as plain tuples."""
    return tuple(
        tuple(tuple(map(tuple, ring.coords)) for ring in (part.exterior, *part.interiors))
        for part in shapely.get_parts(land)
        if isinstance(part, Polygon) and not part.is_empty
    )


def coordinates_of(land: BaseGeometry) -> list[list[list[list[float]]]]:
    """The polygons of a shape as the `coordinates` of a GeoJSON MultiPolygon."""
    return [[[list(corner) for corner in ring] for ring in polygon] for polygon in outline_of(land)]


def united(lands: Sequence[BaseGeometry]) -> BaseGeometry:
    """The given shapes as one."""
    return lands[0] if len(lands) == 1 else shapely.union_all(list(lands))


# ----------------------------------------------------------------------------------------------------------------------
# Which one holds a point


class Mosaic:
    """Many shapes, the earlier before the later, and which of them is the first to hold a point.

    ```
      +----+----+----+     A grid lies over the shapes. A cell no border crosses knows its answer. A cell some border
      | 1  |1 2 | 2  |     crosses knows the few shapes to ask, in order. A border belongs to the shapes on both its
      +----+----+----+     sides, so the earlier one answers.
    ```
    Never changed once made; many threads may ask at once.
    """

    __slots__ = (
        "_bounds",
        "_cells",
        "_columns",
        "_columns_per_degree",
        "_direct",
        "_east",
        "_lands",
        "_north",
        "_rows",
        "_rows_per_degree",
        "_south",
        "_west",
    )

    def __init__(self, lands: Sequence[BaseGeometry]) -> None:
        self._lands: NDArray[np.object_] = np.array([*lands, None], dtype=object)[:-1]
        shapely.prepare(self._lands)
        self._bounds: NDArray[np.float64] = shapely.bounds(self._lands).reshape(-1, 4)
        # The first question builds a shape's index; asked here, before threads share it.
        shapely.intersects_xy(self._lands, self._bounds[:, 0], self._bounds[:, 1])
        if not len(self._lands):
            self._west = self._south = math.inf
            self._east = self._north = -math.inf
            self._columns = self._rows = 1
            self._columns_per_degree = self._rows_per_degree = 1.0
            self._direct = np.full(1, -1, dtype=np.int32)
            self._cells: list[Any] = [-1]
            return
        west, south = self._bounds[:, :2].min(axis=0)
        east, north = self._bounds[:, 2:].max(axis=0)
        # A cell of margin all round: nothing of any shape lies on the grid's own edge.
        side = max(east - west, north - south, 1e-9) / _COLUMNS
        self._west, self._south = float(west - side), float(south - side)
        self._east, self._north = float(east + side), float(north + side)
        self._columns = math.ceil((self._east - self._west) / side) + 1
        self._rows = math.ceil((self._north - self._south) / side) + 1
        self._columns_per_degree = self._rows_per_degree = 1 / side
        self._cells = self._asked_in_each_cell(side)
        self._direct = np.array([cell if isinstance(cell, int) else _UNSURE for cell in self._cells], dtype=np.int32)

    def at(self, lon: float, lat: float) -> int:
        """The position of the first shape that holds the point, its border included; -1 where none does."""
        if not (self._west <= lon <= self._east and self._south <= lat <= self._north):
            return -1
        cell = self._cells[
            int((lat - self._south) * self._rows_per_degree) * self._columns
            + int((lon - self._west) * self._columns_per_degree)
        ]
        if cell.__class__ is int:
            return cell
        asked, otherwise = cell
        for position, land in asked:
            if shapely.intersects_xy(land, lon, lat):
                return int(position)
        return int(otherwise)

    def all_at(self, lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.int32]:
        """`at` for arrays of degrees of one length, in pieces of half a million; what is no number is nowhere."""
        found = np.full(len(lons), -1, dtype=np.int32)
        for start in range(0, len(lons), _CHUNK):
            piece = slice(start, start + _CHUNK)
            self._fill(found[piece], lons[piece], lats[piece])
        return found

    def _fill(self, found: NDArray[np.int32], lons: NDArray[np.float64], lats: NDArray[np.float64]) -> None:
        near = np.flatnonzero(
            (lons >= self._west) & (lons <= self._east) & (lats >= self._south) & (lats <= self._north)
        )
        rows = ((lats[near] - self._south) * self._rows_per_degree).astype(np.int64)
        columns = ((lons[near] - self._west) * self._columns_per_degree).astype(np.int64)
        answers = self._direct[rows * self._columns + columns]
        found[near] = answers
        unsure = near[answers == _UNSURE]
        found[unsure] = -1
        for position, (west, south, east, north) in enumerate(self._bounds):
            if not len(unsure):
                return
            lon, lat = lons[unsure], lats[unsure]
            inside = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            if not len(inside):
                continue
            held = inside[shapely.intersects_xy(self._lands[position], lon[inside], lat[inside])]
            found[unsure[held]] = position
            unsure = np.delete(unsure, held)

    def _asked_in_each_cell(self, side: float) -> list[Any]:
        """For each cell the position that answers, or the shapes to ask in order and who answers if none holds it."""
        cells: list[Any] = [-1] * (self._columns * self._rows)
        for position in range(len(self._lands) - 1, -1, -1):
            land = self._lands[position]
            crossed = self._crossed(land)
            for cell in self._held_whole(position, side).tolist():
                if cell not in crossed:
                    cells[cell] = position
            for cell in crossed:
                known = cells[cell]
                asked, otherwise = ((), known) if isinstance(known, int) else known
                cells[cell] = (((position, land), *asked), otherwise)
        return cells

    def _crossed(self, land: BaseGeometry) -> set[int]:
        """Every cell the border may cross: the boxes of its segments, a hair wider against rounding."""
        crossed: set[int] = set()
        for line in shapely.get_parts(shapely.boundary(land)):
            corners = shapely.get_coordinates(line)
            across = (corners[:, 0] - self._west) * self._columns_per_degree
            up = (corners[:, 1] - self._south) * self._rows_per_degree
            boxes = [
                np.floor(np.minimum(across[:-1], across[1:]) - 1e-6),
                np.floor(np.maximum(across[:-1], across[1:]) + 1e-6),
                np.floor(np.minimum(up[:-1], up[1:]) - 1e-6),
                np.floor(np.maximum(up[:-1], up[1:]) + 1e-6),
            ]
            for left, right, bottom, top in {tuple(box) for box in np.stack(boxes, axis=1).astype(int).tolist()}:
                for row in range(bottom, top + 1):
                    start = row * self._columns
                    crossed.update(range(start + left, start + right + 1))
        return crossed

    def _held_whole(self, position: int, side: float) -> NDArray[np.int64]:
        """The cells whose middle the shape holds: where its border does not cross them, it holds them whole."""
        west, south, east, north = self._bounds[position]
        columns = np.arange(int((west - self._west) / side), int((east - self._west) / side) + 1)
        rows = np.arange(int((south - self._south) / side), int((north - self._south) / side) + 1)
        across, up = (middle.ravel() for middle in np.meshgrid(columns, rows))
        held = shapely.intersects_xy(
            self._lands[position], self._west + (across + 0.5) * side, self._south + (up + 0.5) * side
        )
        cells: NDArray[np.int64] = (up * self._columns + across)[held]
        return cells


def hairline_gaps(lands: Sequence[BaseGeometry]) -> list[tuple[int, BaseGeometry]]:
    """Gaps nowhere wider than two metres between the shapes, each with the position of the first shape beside it.

    Official files leave such gaps where two neighbours' corners were rounded apart; nobody lives in one.
    """
    if not lands:
        return []
    gaps = [Polygon(hole) for part in shapely.get_parts(shapely.union_all(list(lands))) for hole in part.interiors]
    thin = [
        gap
        for gap in gaps
        if shapely.is_empty(shapely.buffer(in_metres(gap), -_HAIRLINE_METRES / 2)) and not shapely.is_empty(gap)
    ]
    if not thin:
        return []
    tree = shapely.STRtree(list(lands))
    beside = ((tree.query(gap, predicate="dwithin", distance=1e-9), gap) for gap in thin)
    return [(int(positions.min()), gap) for positions, gap in beside if len(positions)]


# ----------------------------------------------------------------------------------------------------------------------
# Measures


def in_metres(land: BaseGeometry) -> BaseGeometry:
    """The shape in metres, true to area (cylindrical, so that lines straight in degrees stay straight)."""
    middle = shapely.centroid(shapely.envelope(land))
    return shapely.transform(land, _to_metres(middle.y, middle.x))


def km2(lands: Sequence[BaseGeometry]) -> list[float]:
    """The areas in square kilometres, all on one projection true to area."""
    return [float(area) / 1e6 for area in shapely.area(_together(lands))]


def shares(parts: Mapping[Any, BaseGeometry], wholes: Mapping[Any, BaseGeometry]) -> dict[Any, dict[Any, float]]:
    """For each of `parts`, how much of its land lies in each of `wholes` (above 0, up to 1)."""
    found: dict[Any, dict[Any, float]] = {key: {} for key in parts}
    if not parts or not wholes:
        return found
    part_keys, whole_keys = list(parts), list(wholes)
    lands = _together([*parts.values(), *wholes.values()])
    own, others = lands[: len(part_keys)], lands[len(part_keys) :]
    rows, columns = shapely.STRtree(others).query(own, predicate="intersects")
    common = shapely.area(shapely.intersection(own[rows], others[columns])) / shapely.area(own[rows])
    for row, column, share in zip(rows.tolist(), columns.tolist(), common.tolist(), strict=True):
        if share > 0:
            found[part_keys[row]][whole_keys[column]] = min(1.0, share)
    return found


@dataclass(frozen=True, slots=True)
class Clash:
    """Two neighbours that overlap, or a gap between them that belongs to nobody."""

    between: tuple[int, ...]
    """Positions of the shapes."""
    km2: float
    share: float
    """Of the smallest of these shapes."""


def overlaps(lands: Sequence[BaseGeometry]) -> list[Clash]:
    """Every pair of shapes that share land, not just a border."""
    metres = _together(lands)
    rows, columns = shapely.STRtree(metres).query(metres, predicate="intersects")
    once = rows < columns
    rows, columns = rows[once], columns[once]
    common = shapely.area(shapely.intersection(metres[rows], metres[columns]))
    smaller = np.minimum(shapely.area(metres[rows]), shapely.area(metres[columns]))
    return [
        Clash((row, column), area / 1e6, area / least)
        for row, column, area, least in zip(
            rows.tolist(), columns.tolist(), common.tolist(), smaller.tolist(), strict=True
        )
        if area > 0
    ]


def gaps(lands: Sequence[BaseGeometry]) -> list[Clash]:
    """Every hole in the land of all shapes together, with the shapes around it."""
    metres = _together(lands)
    tree = shapely.STRtree(metres)
    areas = shapely.area(metres)
    found = []
    for part in shapely.get_parts(shapely.union_all(metres)):
        for hole in part.interiors:
            around = np.sort(tree.query(hole, predicate="dwithin", distance=0.01))
            area = Polygon(hole).area
            if len(around):
                found.append(Clash(tuple(around.tolist()), area / 1e6, area / float(areas[around].min())))
    return found


def touching(lands: Sequence[BaseGeometry], others: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Pairs of positions (in `lands`, in `others`) that touch or overlap; a gap of a metre is none."""
    if not lands or not others:
        return []
    rows, columns = shapely.STRtree(list(others)).query(
        list(lands), predicate="dwithin", distance=1 / _METRES_PER_DEGREE
    )
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


# ----------------------------------------------------------------------------------------------------------------------
# Drawing


def label_point(land: BaseGeometry) -> Point:
    """A point well inside the shape: the middle of the largest circle its largest part has room for."""
    largest = max(shapely.get_parts(land), key=shapely.area)
    squeeze = _squeeze([largest])
    room = shapely.transform(largest, lambda corners: corners * (squeeze, 1.0))
    west, south, east, north = room.bounds
    circle = shapely.maximum_inscribed_circle(room, tolerance=max(east - west, north - south) / 200)
    lon, lat = circle.coords[0][0] / squeeze, circle.coords[0][1]
    if not shapely.intersects_xy(largest, lon, lat):
        inside = shapely.point_on_surface(largest)
        lon, lat = inside.x, inside.y
    return Point(lat=float(lat), lon=float(lon))


def simplified(lands: Sequence[BaseGeometry], metres: float) -> list[BaseGeometry]:
    """Plainer shapes for drawings, their shared borders still shared; corners that matter less than `metres` go."""
    if not lands:
        return []
    squeeze = _squeeze(lands)
    flat = shapely.transform(np.array([*lands, None], dtype=object)[:-1], lambda corners: corners * (squeeze, 1.0))
    plain = shapely.coverage_simplify(flat, metres / _METRES_PER_DEGREE)
    return list(shapely.transform(plain, lambda corners: corners / (squeeze, 1.0)))


def _together(lands: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    """The shapes in metres on one projection true to area, centred on them all."""
    array: NDArray[np.object_] = np.array([*lands, None], dtype=object)[:-1]
    west, south, east, north = shapely.total_bounds(array)
    projected: NDArray[np.object_] = shapely.transform(array, _to_metres((south + north) / 2, (west + east) / 2))
    return projected


def _to_metres(lat: float, lon: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    there = pyproj.Transformer.from_crs(
        "OGC:CRS84", f"+proj=cea +lat_ts={lat} +lon_0={lon} +datum=WGS84 +units=m", always_xy=True
    )

    def moved(corners: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(there.transform(corners[:, 0], corners[:, 1]))

    return moved


def _squeeze(lands: Iterable[BaseGeometry]) -> float:
    """How much shorter a degree east is than a degree north, in the middle of the shapes."""
    south, north = shapely.total_bounds(list(lands))[[1, 3]]
    return max(math.cos(math.radians((south + north) / 2)), 0.01)
