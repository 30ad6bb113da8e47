"""Shapes: the fast ways against slow plain twins, and against the official boundaries."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import textwrap
import time
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from byname.analysis import geometry
from byname.vocabulary import Point
from tests.conftest import ROOT, needed


def box(west: float, south: float, east: float, north: float) -> geometry.Ring:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def land(*polygons: tuple[geometry.Ring, ...]) -> BaseGeometry:
    return geometry.land_of(polygons)


# ----------------------------------------------------------------------------------------------------------------------
# The slow plain twin: exact arithmetic, every edge asked, border included.


def holds(outline: geometry.Outline, lon: float, lat: float) -> bool:
    """Whether a shape holds a point, by counting crossings of a ray with exact fractions."""
    x, y = Fraction(lon), Fraction(lat)
    inside = False
    for polygon in outline:
        for ring in polygon:
            corners = [(Fraction(a), Fraction(b)) for a, b in ring]
            for (x1, y1), (x2, y2) in zip(corners, corners[1:], strict=False):
                turn = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
                if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                    return True
                if (y1 > y) != (y2 > y) and ((turn > 0) == (y2 > y1)):
                    inside = not inside
    return inside


def first_that_holds(outlines: list[geometry.Outline], lon: float, lat: float) -> int:
    return next((position for position, outline in enumerate(outlines) if holds(outline, lon, lat)), -1)


def coarse(lands: list[BaseGeometry]) -> geometry.Mosaic:
    """A mosaic on a grid so coarse that most of its cells are crossed by borders."""
    with mock.patch.object(geometry, "_COLUMNS", 11):
        return geometry.Mosaic(lands)


def eighths(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low * 8, high * 8).map(lambda eighth: eighth / 8)


@st.composite
def shapes(draw: Any) -> BaseGeometry:
    """A box with perhaps a hole and perhaps an island, or a slanted triangle: on eighths, so that borders meet."""
    if draw(st.booleans()):
        corners = draw(st.lists(st.tuples(eighths(-4, 4), eighths(-4, 4)), min_size=3, max_size=3, unique=True))
        triangle = shapely.Polygon(corners)
        if triangle.area > 0:
            return shapely.MultiPolygon([triangle])
    west, south = draw(eighths(-4, 2)), draw(eighths(-4, 2))
    wide, high = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rings = [box(west, south, west + wide, south + high)]
    if draw(st.booleans()):
        rings.append(box(west + 0.25, south + 0.25, west + wide - 0.5, south + high - 0.5))
    polygons = [tuple(rings)]
    if draw(st.booleans()):
        polygons.append((box(west + wide + 0.5, south, west + wide + 1, south + 1),))
    return land(*polygons)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(shapes(), min_size=0, max_size=6),
    st.lists(st.tuples(eighths(-5, 6), eighths(-5, 6)), max_size=30),
    st.lists(st.tuples(st.floats(-6, 6), st.floats(-6, 6)), max_size=20),
)
def test_the_grid_answers_as_the_slow_twin_does_on_corners_on_borders_and_anywhere(
    lands: list[BaseGeometry], on_eighths: list[tuple[float, float]], anywhere: list[tuple[float, float]]
) -> None:
    mosaic = coarse(lands)
    outlines = [geometry.outline_of(shape) for shape in lands]
    corners = [corner for outline in outlines for polygon in outline for ring in polygon for corner in ring]
    middles = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(corners, corners[1:], strict=False)]
    points = [*on_eighths, *anywhere, *corners, *middles]
    wanted = [first_that_holds(outlines, lon, lat) for lon, lat in points]
    assert [mosaic.at(lon, lat) for lon, lat in points] == wanted
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    assert mosaic.all_at(array[:, 0].copy(), array[:, 1].copy()).tolist() == wanted


@settings(max_examples=40, deadline=None)
@given(
    # Centres a metre or more apart: nearer ones make cells thinner than a float can tell.
    st.lists(
        st.tuples(*[st.integers(0, 99_991).map(lambda step: step / 99_991)] * 2), min_size=2, max_size=12, unique=True
    ),
    st.integers(0, 1000),
)
def test_neighbours_that_share_slanted_borders_answer_as_the_slow_twin_does(
    centres: list[tuple[float, float]], seed: int
) -> None:
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=shapely.box(0, 0, 1, 1)))
    lands = [shapely.MultiPolygon([cell]) for cell in cells]
    mosaic = coarse(lands)
    outlines = [geometry.outline_of(shape) for shape in lands]
    corners = [corner for outline in outlines for corner in outline[0][0]]
    middles = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in zip(corners, corners[1:], strict=False)]
    chance = random.Random(seed)
    points = [*corners, *middles, *((chance.random(), chance.random()) for _ in range(20))]
    assert [mosaic.at(lon, lat) for lon, lat in points] == [first_that_holds(outlines, lon, lat) for lon, lat in points]


def test_what_is_no_number_or_far_away_is_nowhere() -> None:
    mosaic = geometry.Mosaic([land((box(0, 0, 1, 1),))])
    lons = np.array([0.5, math.nan, math.inf, 0.5, -math.inf, 180.0, 1e300, 0.0, 1.0])
    lats = np.array([0.5, 0.5, 0.5, math.nan, 0.5, 90.0, 0.5, 0.0, 1.0])
    assert mosaic.all_at(lons, lats).tolist() == [0, -1, -1, -1, -1, -1, -1, 0, 0]
    assert [mosaic.at(lon, lat) for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)] == [
        0, -1, -1, -1, -1, -1, -1, 0, 0,
    ]  # fmt: skip


def test_more_points_than_one_piece_holds_are_all_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "_CHUNK", 7)
    mosaic = geometry.Mosaic([land((box(0, 0, 1, 1),)), land((box(1, 0, 2, 1),))])
    lons = np.linspace(-1, 3, 50)
    assert mosaic.all_at(lons, np.full(50, 0.5)).tolist() == [mosaic.at(lon, 0.5) for lon in lons.tolist()]


def test_no_shapes_hold_nothing() -> None:
    empty = geometry.Mosaic([])
    assert (empty.at(0.0, 0.0), empty.all_at(np.zeros(2), np.zeros(2)).tolist()) == (-1, [-1, -1])


def test_a_hairline_gap_is_found_with_the_first_shape_beside_it_and_a_true_hole_is_not() -> None:
    west = land((((0, 0), (1, 0), (1, 0.5), (0.999999, 0.6), (1, 0.7), (1, 1), (0, 1), (0, 0)),))
    east = land((box(1, 0, 2, 1), box(1.4, 0.4, 1.6, 0.6)))
    found = geometry.hairline_gaps([west, east])
    assert [position for position, _ in found] == [0]
    assert shapely.intersects_xy(found[0][1], 0.9999995, 0.6)


# ----------------------------------------------------------------------------------------------------------------------
# Measures


def test_areas_are_those_of_the_earth() -> None:
    # One degree by one between two parallels: the belt of the ellipsoid has a closed form.
    [size] = geometry.km2([land((box(0, 43, 1, 44),))])
    lat1, lat2 = math.radians(43), math.radians(44)
    b, e = 6356752.314245, 0.0818191908426

    def belt(lat: float) -> float:
        s = e * math.sin(lat)
        return math.sin(lat) / (2 * (1 - s * s)) + math.log((1 + s) / (1 - s)) / (4 * e)

    wanted = math.radians(1) * b * b * (belt(lat2) - belt(lat1)) / 1e6
    assert size == pytest.approx(wanted, rel=1e-6)


def test_shares_say_how_much_of_each_lies_in_which_other() -> None:
    parts = {"a": land((box(0, 0, 0.02, 0.01),)), "b": land((box(5, 5, 5.01, 5.01),))}
    wholes = {1: land((box(-1, -1, 0.005, 1),)), 2: land((box(0.005, -1, 1, 1),)), 3: land((box(0.02, 0, 1, 1),))}
    found = geometry.shares(parts, wholes)
    assert {part: {whole: round(share, 6) for whole, share in held.items()} for part, held in found.items()} == {
        "a": {1: 0.25, 2: 0.75},
        "b": {},
    }


def test_overlaps_and_gaps_name_the_neighbours_and_their_size() -> None:
    ring = land((box(0, 0, 0.03, 0.03), box(0.01, 0.01, 0.02, 0.02)))
    over = land((box(0.03 - 0.001, 0, 0.06, 0.03),))
    [overlap] = geometry.overlaps([ring, over])
    [gap] = geometry.gaps([ring, over])
    assert (overlap.between, round(overlap.share, 4)) == ((0, 1), 0.0375)
    assert (gap.between, round(gap.share, 4)) == ((0,), 0.125)
    assert overlap.km2 == pytest.approx(0.001 * 0.03 * 111.32 * 110.57, rel=0.01)


def test_shapes_a_metre_apart_touch_and_shapes_ten_metres_apart_do_not() -> None:
    lands = [land((box(0, 0, 1, 1),)), land((box(1 + 5e-6, 0, 2, 1),)), land((box(2.0001, 0, 3, 1),))]
    assert [pair for pair in geometry.touching(lands, lands) if pair[0] < pair[1]] == [(0, 1)]


# ----------------------------------------------------------------------------------------------------------------------
# Drawing


@settings(max_examples=60, deadline=None)
@given(shapes())
def test_a_label_stands_inside_its_shape(shape: BaseGeometry) -> None:
    label = geometry.label_point(shape)
    assert shapely.contains_xy(shape, label.lon, label.lat)


def test_the_label_of_a_bent_shape_stands_in_its_widest_part() -> None:
    bent = land((((0, 0), (3, 0), (3, 0.2), (1, 0.2), (1, 1), (0, 1), (0, 0)),), (box(5, 0, 5.1, 0.1),))
    assert shapely.box(0, 0, 1, 1).contains(
        shapely.Point(geometry.label_point(bent).lon, geometry.label_point(bent).lat)
    )


def test_simplified_neighbours_still_share_their_border() -> None:
    wiggle = [(1 + 0.00003 * (step % 2), step / 10_000) for step in range(10_001)]
    west = land(((*[(0.0, 0.0)], *wiggle, (0.0, 1.0), (0.0, 0.0)),))
    east = land(((*wiggle[::-1], (2.0, 0.0), (2.0, 1.0), wiggle[-1]),))
    plain = geometry.simplified([west, east], 20.0)
    assert [shapely.get_num_coordinates(shape) < 1000 for shape in plain] == [True, True]
    assert shapely.area(shapely.intersection(*plain)) == 0
    assert shapely.area(shapely.union_all(plain)) == pytest.approx(2.0, rel=1e-4)


def test_outlines_and_coordinates_hold_the_same_corners() -> None:
    shape = land((box(0, 0, 3, 3), box(1, 1, 2, 2)), (box(5, 5, 6, 6),))
    outline = geometry.outline_of(shape)
    assert outline == ((box(0, 0, 3, 3), box(1, 1, 2, 2)), (box(5, 5, 6, 6),))
    assert geometry.land_of(geometry.coordinates_of(shape)) == shape
    assert json.loads(json.dumps(geometry.coordinates_of(shape))) == [
        [[list(corner) for corner in ring] for ring in polygon] for polygon in outline
    ]


# ----------------------------------------------------------------------------------------------------------------------
# The official boundaries


def official(path: Path) -> dict[int, BaseGeometry]:
    features = json.loads(needed(path).read_text())["features"]
    found = {int(feature["properties"]["AREA_SHORT_CODE"]): feature["geometry"] for feature in features}
    return {
        official_id: geometry.land_of(
            found[official_id]["coordinates"]
            if found[official_id]["type"] == "MultiPolygon"
            else [found[official_id]["coordinates"]]
        )
        for official_id in sorted(found)
    }


@pytest.mark.slow
def test_every_corner_of_the_official_neighbourhoods_belongs_to_the_first_that_holds_it(shared: Path) -> None:
    lands = list(official(shared / "boundaries/toronto_neighbourhoods_158.geojson").values())
    mosaic = geometry.Mosaic(lands)
    corners = np.unique(shapely.get_coordinates(lands), axis=0)
    tree = shapely.STRtree(lands)
    points, holders = tree.query(shapely.points(corners), predicate="intersects")
    wanted = np.full(len(corners), len(lands))
    np.minimum.at(wanted, points, holders)
    assert mosaic.all_at(corners[:, 0].copy(), corners[:, 1].copy()).tolist() == wanted.tolist()
    assert [mosaic.at(lon, lat) for lon, lat in corners.tolist()] == wanted.tolist()
    outlines = [geometry.outline_of(shape) for shape in lands]
    some = list(range(0, len(corners), 2999))
    assert [first_that_holds(outlines, *corners[position].tolist()) for position in some] == wanted[some].tolist()


def test_no_gap_between_official_neighbours_is_wider_than_a_hair(shared: Path) -> None:
    lands = list(official(shared / "boundaries/toronto_neighbourhoods_158.geojson").values())
    gaps = geometry.hairline_gaps(lands)
    assert len(gaps) == len(shapely.union_all(lands).interiors)
    mosaic = geometry.Mosaic([*lands, *(gap for _, gap in gaps)])
    middles = [shapely.point_on_surface(gap) for _, gap in gaps]
    assert [mosaic.at(middle.x, middle.y) >= 0 for middle in middles] == [True] * len(gaps)


@pytest.mark.slow
def test_five_million_points_are_placed_within_ten_seconds_and_700_megabytes(shared: Path) -> None:
    path = needed(shared / "boundaries/toronto_neighbourhoods_158.geojson")
    script = textwrap.dedent(f"""
        import json, re, time
        from pathlib import Path
        import numpy as np
        from byname.analysis import geometry
        features = json.load(open({str(path)!r}))["features"]
        mosaic = geometry.Mosaic([geometry.land_of(f["geometry"]["coordinates"]) for f in features])
        chance = np.random.default_rng(1)
        lons, lats = chance.uniform(-79.64, -79.11, 5_000_000), chance.uniform(43.58, 43.86, 5_000_000)
        began = time.perf_counter()
        found = mosaic.all_at(lons, lats)
        seconds = time.perf_counter() - began
        # Not getrusage: its figure is inherited from the process that started this one.
        most = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
        print(seconds, most, (found >= 0).sum())
    """)
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "src")},
    )
    seconds, megabytes, inside = (float(number) for number in told.stdout.split())
    assert (seconds <= 10, megabytes <= 700) == (True, True), told.stdout
    assert inside == pytest.approx(2_418_000, rel=0.01)


@pytest.mark.slow
def test_one_point_is_placed_within_twenty_microseconds_on_average(shared: Path) -> None:
    mosaic = geometry.Mosaic(list(official(shared / "boundaries/toronto_neighbourhoods_158.geojson").values()))
    chance = np.random.default_rng(2)
    points = list(
        zip(chance.uniform(-79.64, -79.11, 20_000).tolist(), chance.uniform(43.58, 43.86, 20_000).tolist(), strict=True)
    )
    fastest = math.inf
    for _ in range(5):
        began = time.perf_counter()
        for lon, lat in points:
            mosaic.at(lon, lat)
        fastest = min(fastest, (time.perf_counter() - began) / len(points))
    assert fastest <= 20e-6


def test_the_label_of_a_square_stands_in_its_middle() -> None:
    label = geometry.label_point(land((box(0, 0, 1, 1),)))
    assert Point(round(label.lat, 2), round(label.lon, 2)) == Point(0.5, 0.5)
