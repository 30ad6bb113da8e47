"""Schematic cells tile their outline, and neighbours share every corner."""

import random
from collections import Counter

import pytest
import shapely

from byname.analysis import schematic
from byname.interfaces.jobs.demo.facts import demo_facts
from byname.vocabulary import Point

SQUARE = (Point(0, 0), Point(0, 10), Point(10, 10), Point(10, 0))
HORSESHOE = (Point(0, 0), Point(0, 9), Point(8, 9), Point(8, 6), Point(2, 6), Point(2, 3), Point(8, 3), Point(8, 0))


def shape(polygon: schematic.MultiPolygon) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in polygon])


def sides(polygons: list[schematic.MultiPolygon]) -> Counter[frozenset[tuple[float, float]]]:
    return Counter(
        frozenset(pair)
        for polygon in polygons
        for rings in polygon
        for ring in rings
        for pair in zip(ring, ring[1:], strict=False)
    )


def some_points(outline: tuple[Point, ...], count: int, seed: int) -> dict[int, Point]:
    chance = random.Random(seed)
    border = shape(schematic.drawn(outline))
    points: dict[int, Point] = {}
    while len(points) < count:
        point = Point(chance.uniform(0, 10), chance.uniform(0, 10))
        if border.contains(shapely.Point(point.lon, point.lat)):
            points[len(points) * 3 + 1] = point
    return points


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("outline", [SQUARE, HORSESHOE], ids=["square", "horseshoe"])
def test_cells_tile_the_outline_in_one_piece_each_around_their_own_centre(
    outline: tuple[Point, ...], seed: int
) -> None:
    centres = some_points(outline, 17, seed)
    cells = schematic.cells(centres, outline)
    shapes = {key: shape(cell) for key, cell in cells.items()}
    whole = shape(schematic.drawn(outline))
    assert list(cells) == sorted(centres)
    assert {len(cell) for cell in cells.values()} == {1}
    assert all(one.is_valid for one in shapes.values())
    assert sum(one.area for one in shapes.values()) == pytest.approx(whole.area, rel=1e-6)
    assert shapely.union_all(list(shapes.values())).symmetric_difference(whole).area < 1e-4
    holders = {
        key: [other for other, one in shapes.items() if one.contains(shapely.Point(point.lon, point.lat))]
        for key, point in centres.items()
    }
    assert holders == {key: [key] for key in centres}


@pytest.mark.parametrize("seed", range(12))
def test_every_side_belongs_to_two_cells_or_to_the_outline(seed: int) -> None:
    cells = schematic.cells(some_points(HORSESHOE, 23, seed), HORSESHOE)
    counts = sides(list(cells.values()))
    assert set(counts.values()) == {1, 2}
    border = shape(schematic.drawn(HORSESHOE)).boundary
    alone = [shapely.LineString(list(pair)) for pair, count in counts.items() if count == 1]
    assert (
        max(shapely.hausdorff_distance(shapely.intersection(line, border.buffer(1e-5)), line) for line in alone) < 1e-5
    )
    assert sum(line.length for line in alone) == pytest.approx(border.length, rel=1e-6)


def test_two_centres_are_parted_half_way_measured_in_metres() -> None:
    outline = (Point(60, 0), Point(60, 4), Point(62, 4), Point(62, 0))
    cells = schematic.cells({1: Point(61, 1), 2: Point(61, 3)}, outline)
    assert cells[1] == ((((0.0, 60.0), (2.0, 60.0), (2.0, 62.0), (0.0, 62.0), (0.0, 60.0)),),)
    # At 61 degrees north a degree of longitude is about half a degree of latitude long.
    slanted = schematic.cells({1: Point(60.5, 1), 2: Point(61.5, 3)}, outline)
    border = sorted(set(slanted[1][0][0]) & set(slanted[2][0][0]))
    squeeze = 0.4848096  # cos 61°
    slope = (border[1][1] - border[0][1]) / (border[1][0] - border[0][0])
    assert slope == pytest.approx(-2 * squeeze * squeeze, rel=1e-3)


def test_a_piece_cut_off_from_its_centre_goes_to_the_neighbour_with_the_longest_border() -> None:
    # Without that rule the left arm's cell would own a part of the right arm, on the other side of the gap.
    cells = schematic.cells({1: Point(7.5, 1), 2: Point(1, 8.5)}, HORSESHOE)
    assert {key: len(cell) for key, cell in cells.items()} == {1: 1, 2: 1}
    nearer_to_1_across_the_gap = shapely.Point(6.1, 7.9)
    assert [key for key, cell in cells.items() if shape(cell).contains(nearer_to_1_across_the_gap)] == [2]


def test_a_centre_outside_the_outline_is_refused_by_its_id() -> None:
    with pytest.raises(ValueError, match=r"These centres lie outside the outline: \[7\]\."):
        schematic.cells({5: Point(1, 1), 7: Point(11, 1)}, SQUARE)


def test_two_centres_on_one_point_are_refused() -> None:
    with pytest.raises(ValueError, match="Two centres are the same point"):
        schematic.cells({5: Point(1, 1), 7: Point(1, 1)}, SQUARE)


def test_an_outline_that_crosses_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="crosses itself"):
        schematic.drawn((Point(0, 0), Point(1, 1), Point(0, 1), Point(1, 0)))


def test_joined_cells_lose_their_shared_sides_and_keep_every_other() -> None:
    cells = schematic.cells(some_points(SQUARE, 9, 3), SQUARE)
    everything = schematic.joined(cells.values())
    outer = {pair for pair, count in sides(list(cells.values())).items() if count == 1}
    assert set(sides([everything])) == outer


def test_the_demo_citys_158_cells_tile_its_outline_and_are_the_same_in_any_order() -> None:
    facts = demo_facts()
    centres = {place.official_id: place.centre for place in facts.neighbourhoods}
    cells = schematic.cells(centres, facts.outline)
    assert schematic.cells(dict(reversed(centres.items())), facts.outline) == cells
    assert {len(cell) for cell in cells.values()} == {1}
    assert set(sides(list(cells.values())).values()) == {1, 2}
    whole = shape(schematic.drawn(facts.outline)).area
    assert sum(shape(cell).area for cell in cells.values()) == pytest.approx(whole, rel=1e-6)
