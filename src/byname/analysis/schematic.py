"""Stand-in boundaries for places known only by their centres: Voronoi cells that tile a hand-drawn outline."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import shapely
from shapely import Polygon as ShapelyPolygon
from shapely.geometry.base import BaseGeometry

from byname.vocabulary import Point

Ring = tuple[tuple[float, float], ...]
"""Corners as (longitude, latitude), the first repeated at the end: the order of GeoJSON."""
MultiPolygon = tuple[tuple[Ring, ...], ...]
"""Polygons, each an outer ring and then its holes."""

GRID = 1e-6
"""Degrees (about a tenth of a metre): every corner lies on this grid, so that neighbours share corners exactly."""


def drawn(corners: Sequence[Point]) -> MultiPolygon:
    """One polygon through the given corners, closed; refuses, as a ValueError, a line that crosses itself."""
    polygon = ShapelyPolygon([(corner.lon, corner.lat) for corner in corners])
    if not polygon.is_valid:
        raise ValueError(f"The drawn line crosses itself: {shapely.is_valid_reason(polygon)}.")
    return _plain(polygon)


def cells(centres: Mapping[int, Point], outline: Sequence[Point]) -> dict[int, MultiPolygon]:
    """For each centre one polygon in one piece; together they tile the outline, and neighbours share every corner.

    ```
    +------+-----+      Nearness is measured in metres, not degrees. Where the outline's shape cuts
    |  1   |  2  |      a cell in two, the piece without the centre goes to the neighbour it shares
    +---+--+-----+      the longest border with.
    | 3 |    4   |
    +---+--------+
    ```
    Raises ValueError where a centre lies outside the outline or two centres are one point.
    """
    border = ShapelyPolygon([(corner.lon, corner.lat) for corner in outline])
    ids = sorted(centres)
    points = [shapely.Point(centres[key].lon, centres[key].lat) for key in ids]
    outside = [key for key, point in zip(ids, points, strict=True) if not border.contains(point)]
    if outside:
        raise ValueError(f"These centres lie outside the outline: {outside}.")
    if len({(point.x, point.y) for point in points}) < len(points):
        raise ValueError("Two centres are the same point.")
    pieces = _pieces(points, border)
    tree = shapely.STRtree(pieces)
    owned: dict[int, BaseGeometry] = {}
    taken: set[int] = set()
    for key, point in zip(ids, points, strict=True):
        index = int(tree.query(point, predicate="within")[0])
        owned[key] = pieces[index]
        taken.add(index)
    for index in [index for index in range(len(pieces)) if index not in taken]:
        piece = pieces[index]
        nearest = max(ids, key=lambda key: (shapely.length(shapely.intersection(owned[key], piece)), -key))
        owned[nearest] = shapely.union(owned[nearest], piece)
    return {key: _plain(owned[key]) for key in ids}


def joined(polygons: Iterable[MultiPolygon]) -> MultiPolygon:
    """The given polygons as one shape, their shared borders gone and their other corners untouched."""
    return _plain(shapely.union_all([_shape(polygon) for polygon in polygons]))


def _pieces(points: Sequence[shapely.Point], border: ShapelyPolygon) -> list[ShapelyPolygon]:
    """The outline cut along every Voronoi edge at once, so that no two pieces can disagree about a corner."""
    squeeze = math.cos(math.radians(border.centroid.y))
    squeezed = shapely.MultiPoint([(point.x * squeeze, point.y) for point in points])
    west, south, east, north = border.bounds
    extent = shapely.box(west * squeeze - 1, south - 1, east * squeeze + 1, north + 1)
    edges = shapely.voronoi_polygons(squeezed, extend_to=extent, only_edges=True)
    edges = shapely.transform(edges, lambda corners: corners / (squeeze, 1.0))
    network = shapely.union_all([edges, border.exterior], grid_size=GRID)
    faces = shapely.polygonize(list(shapely.get_parts(network)))
    return [face for face in shapely.get_parts(faces) if border.contains(face.representative_point())]


def _shape(polygon: MultiPolygon) -> BaseGeometry:
    return shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygon])


def _plain(geometry: BaseGeometry) -> MultiPolygon:
    """Plain tuples, in one order whatever the library's version: outer rings anticlockwise, the largest part first."""
    parts = [part for part in shapely.get_parts(geometry) if isinstance(part, ShapelyPolygon)]
    return tuple(
        tuple(_ring(ring, outer=number == 0) for number, ring in enumerate((part.exterior, *part.interiors)))
        for part in sorted(parts, key=lambda part: (-part.area, part.bounds))
    )


def _ring(ring: shapely.LinearRing, *, outer: bool) -> Ring:
    corners = [(round(x, 6), round(y, 6)) for x, y in ring.coords[:-1]]
    if ring.is_ccw != outer:
        corners.reverse()
    start = corners.index(min(corners))
    turned = (*corners[start:], *corners[:start])
    return (*turned, turned[0])
