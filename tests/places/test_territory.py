"""The territory on a day: which neighbourhood, division and areas hold a point, and what they look like."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext

from byname.analysis import geometry
from byname.places import queries as places
from byname.places.models import Neighbourhood
from byname.places.queries import Territory
from byname.vocabulary import PUBLIC, Point
from tests.conftest import needed
from tests.places import town

pytestmark = pytest.mark.django_db


def today() -> Territory:
    return places.territory(on=town.TODAY, viewer=PUBLIC)


def test_before_anything_is_brought_the_territory_is_empty() -> None:
    empty = today()
    assert (empty.neighbourhoods, empty.divisions, empty.areas, empty.schematic) == ((), (), (), False)
    assert (empty.neighbourhood_at(town.IN_1), empty.division_at(town.IN_1), empty.areas_at(town.IN_1)) == (
        None,
        None,
        (),
    )
    assert places.neighbourhood_at(town.IN_1, on=town.TODAY, viewer=PUBLIC) is None
    assert places.neighbourhoods_at(np.array([43.7]), np.array([-79.4]), on=town.TODAY, viewer=PUBLIC).tolist() == [0]


def test_a_point_belongs_to_the_neighbourhood_and_the_division_that_hold_it() -> None:
    town.build()
    found = today()
    points = (town.IN_1, town.IN_2, town.IN_3, town.IN_4, town.OUTSIDE)
    assert [found.neighbourhood_at(point) for point in points] == [1, 2, 3, 4, None]
    assert [found.division_at(point) for point in points] == ["D1", "D2", "D1", "D2", "D2"]
    assert [places.neighbourhood_at(point, on=town.TODAY, viewer=PUBLIC) for point in points] == [1, 2, 3, 4, None]


def test_a_point_on_a_shared_edge_belongs_to_the_lowest_id() -> None:
    town.build()
    found = today()
    assert [found.neighbourhood_at(point) for point in (
        Point(43.695, -79.39), Point(43.70, -79.385), Point(43.70, -79.395), Point(43.705, -79.39), Point(43.70, -79.39)
    )] == [1, 2, 1, 3, 1]  # fmt: skip
    assert found.division_at(Point(43.65, -79.395)) == "D1"


def test_the_order_of_the_file_does_not_decide_who_has_a_shared_edge() -> None:
    town.bring("neighbourhoods", town.neighbourhoods(*(town.neighbourhood(number) for number in (4, 3, 2, 1))))
    assert today().neighbourhood_at(Point(43.70, -79.39)) == 1


def test_islands_holes_and_neighbours_inside_holes_are_told_apart() -> None:
    hole = town.box(-79.396, 43.694, -79.394, 43.696)
    around = {
        "type": "MultiPolygon",
        "coordinates": [[town.SQUARES[1], hole], [town.box(-79.30, 43.60, -79.29, 43.61)]],
    }
    lake = town.box(-79.3855, 43.6945, -79.3845, 43.6955)
    town.bring(
        "neighbourhoods",
        town.collection(
            town.feature(around, AREA_SHORT_CODE=7, AREA_NAME="Around"),
            town.feature(town.polygon(hole), AREA_SHORT_CODE=8, AREA_NAME="Within"),
            town.feature(town.polygon(town.SQUARES[2], lake), AREA_SHORT_CODE=9, AREA_NAME="Lakeside"),
        ),
    )
    found = today()
    asked = {
        "around": Point(43.691, -79.399),
        "within": Point(43.695, -79.395),
        "edge of the hole": Point(43.694, -79.395),
        "island": Point(43.605, -79.295),
        "between": Point(43.65, -79.32),
        "beside the lake": Point(43.691, -79.385),
        "in the lake": Point(43.695, -79.385),
        "shore": Point(43.6945, -79.385),
    }
    assert {name: found.neighbourhood_at(point) for name, point in asked.items()} == {
        "around": 7, "within": 8, "edge of the hole": 7, "island": 7, "between": None, "beside the lake": 9,
        "in the lake": None, "shore": 9,
    }  # fmt: skip


def test_a_point_in_a_hairline_gap_between_neighbours_still_has_an_answer() -> None:
    west = [[-79.40, 43.69], [-79.39, 43.69], [-79.39, 43.694], [-79.390001, 43.695], [-79.39, 43.696], [-79.39, 43.70],
            [-79.40, 43.70], [-79.40, 43.69]]  # fmt: skip
    town.bring(
        "neighbourhoods",
        town.collection(
            town.feature(town.polygon(west), AREA_SHORT_CODE=5, AREA_NAME="West"),
            town.feature(town.polygon(town.SQUARES[2]), AREA_SHORT_CODE=3, AREA_NAME="East"),
        ),
    )
    assert today().neighbourhood_at(Point(43.695, -79.3900005)) == 3


def test_millions_of_points_get_the_answers_single_points_get() -> None:
    town.build()
    chance = np.random.default_rng(3)
    lats, lons = chance.uniform(43.68, 43.72, 2000), chance.uniform(-79.41, -79.37, 2000)
    lats[:3], lons[:3] = (43.70, np.nan, 95.0), (-79.39, -79.39, -79.39)
    found = today()
    wanted = [1, 0, 0] + [
        found.neighbourhood_at(Point(lat, lon)) or 0
        for lat, lon in zip(lats[3:].tolist(), lons[3:].tolist(), strict=True)
    ]
    assert places.neighbourhoods_at(lats, lons, on=town.TODAY, viewer=PUBLIC).tolist() == wanted


def test_the_edition_of_the_day_answers() -> None:
    town.bring("neighbourhoods", town.neighbourhoods(), edition="first", valid_from=date(2014, 1, 1))
    merged = town.feature(town.polygon(town.box(-79.40, 43.69, -79.38, 43.71)), AREA_SHORT_CODE=50, AREA_NAME="Merged")
    town.bring("neighbourhoods", town.neighbourhoods(merged), edition="second", valid_from=date(2022, 4, 12))
    days = (date(2013, 12, 31), date(2014, 1, 1), date(2022, 4, 11), date(2022, 4, 12), date(2090, 1, 1))
    assert [places.neighbourhood_at(town.IN_4, on=day, viewer=PUBLIC) for day in days] == [None, 4, 4, 50, 50]
    assert [places.territory(on=day, viewer=PUBLIC).neighbourhood_at(town.IN_4) for day in days] == [None, 4, 4, 50, 50]


def test_new_boundaries_are_read_though_the_old_ones_are_held() -> None:
    town.build()
    held = today()
    assert held.neighbourhood_at(Point(43.695, -79.3905)) == 1
    moved = [
        town.feature(town.polygon(town.box(-79.40, 43.69, -79.391, 43.70)), AREA_SHORT_CODE=1, AREA_NAME="Old Mill"),
        town.feature(town.polygon(town.box(-79.391, 43.69, -79.38, 43.70)), AREA_SHORT_CODE=2, AREA_NAME="Parkview"),
    ]
    town.bring("neighbourhoods", town.neighbourhoods(*moved), at=town.AT + timedelta(seconds=1))
    assert (today().neighbourhood_at(Point(43.695, -79.3905)), held.neighbourhood_at(Point(43.695, -79.3905))) == (2, 1)


def test_the_territory_costs_the_same_queries_however_much_it_holds() -> None:
    town.build()
    town.bring_areas(b"slug,name,division,neighbourhoods\nold-mill,Old Mill,D1,1\n")
    today()
    with CaptureQueriesContext(connection) as one:
        today()
    town.bring_areas(b"slug,name,division,neighbourhoods\na,A,D1,1\nb,B,D1,2;3\nc,C,D2,4\n")
    with CaptureQueriesContext(connection) as four:
        today()
    assert (len(one), len(four)) == (9, 9)


# ----------------------------------------------------------------------------------------------------------------------
# Areas


def drawn(slug: str, ring: town.Ring) -> bytes:
    return town.collection(town.feature(town.polygon(ring), slug=slug, name=slug.title(), division="D2"))


def test_areas_made_of_the_neighbourhood_come_first_the_smallest_before_then_drawn_places() -> None:
    town.build()
    town.bring_areas(
        b"slug,name,division,neighbourhoods\nall,All,D1,1;2;3;4\nold-mill,Old Mill,D1,1\neast,East,D2,2;4\n"
    )
    town.bring_areas(drawn("subway", town.box(-79.3985, 43.60, -79.3975, 43.80)))
    found = today()
    points = (town.IN_1, town.IN_2, town.IN_3, town.OUTSIDE, Point(43.65, -79.398), Point(43.69, -79.3985))
    assert [found.areas_at(point) for point in points] == [
        ("old-mill", "all", "subway"), ("east", "all"), ("all", "subway"), (), ("subway",),
        ("old-mill", "all", "subway"),
    ]  # fmt: skip


def test_an_area_knows_its_label_its_neighbours_and_what_it_is_made_of() -> None:
    town.build()
    town.bring_areas()
    town.bring_areas(b"slug,name,division,neighbourhoods\nst-andrew,St.Andrew,D1,3\n")
    town.bring_areas(drawn("subway", town.box(-79.3815, 43.60, -79.3812, 43.80)))
    found = {area.slug: area for area in today().areas}
    assert [area.name for area in today().areas] == ["Old Mill", "St.Andrew", "Subway", "The East"]
    assert {slug: area.neighbours for slug, area in found.items()} == {
        "old-mill": ("st-andrew", "the-east"),
        "the-east": ("old-mill", "st-andrew", "subway"),
        "st-andrew": ("old-mill", "the-east"),
        "subway": ("the-east",),
    }
    assert (found["old-mill"].official_ids, found["the-east"].official_ids, found["subway"].official_ids) == (
        (1,), (2, 4), (),
    )  # fmt: skip
    assert found["old-mill"].served_since == date(2013, 11, 1)
    assert [today().areas_at(found[slug].label)[0] for slug in ("old-mill", "st-andrew", "the-east")] == [
        "old-mill", "st-andrew", "the-east",
    ]  # fmt: skip
    assert "subway" in today().areas_at(found["subway"].label)


def test_an_outline_is_the_land_its_inner_borders_gone() -> None:
    town.build()
    town.bring_areas()
    found = today()
    assert shapely.equals(
        geometry.land_of(found.outline_of_area("the-east")), shapely.box(-79.39, 43.69, -79.38, 43.71)
    )
    plain = geometry.land_of(found.outline_of_area("the-east", simplified=True))
    assert shapely.equals(plain, shapely.box(-79.39, 43.69, -79.38, 43.71))
    assert found.outline_of_neighbourhood(1) == ((tuple(map(tuple, town.SQUARES[1])),),)
    assert shapely.equals(geometry.land_of(found.outline_of_division("D1")), shapely.box(-79.5, 43.6, -79.395, 43.8))
    with pytest.raises(KeyError):
        found.outline_of_area("nowhere")


def test_a_drawn_place_has_the_outline_it_was_drawn_with() -> None:
    town.build()
    ring = town.box(-79.3815, 43.60, -79.3812, 43.80)
    town.bring_areas(drawn("subway", ring))
    assert today().outline_of_area("subway") == ((tuple(map(tuple, ring)),),)
    assert len(today().outline_of_area("subway", simplified=True)[0][0]) == 5


def test_an_area_whose_neighbourhoods_an_edition_does_not_hold_has_no_land_but_stands() -> None:
    town.build()
    town.bring_areas()
    renumbered = town.feature(town.polygon(town.SQUARES[1]), AREA_SHORT_CODE=101, AREA_NAME="Old Mill")
    receipt = town.bring("neighbourhoods", town.neighbourhoods(renumbered), edition="2030", valid_from=date(2030, 1, 1))
    assert receipt.warnings == ("areas are made of neighbourhoods this edition does not hold: 1, 2, 4.",)
    later = places.territory(on=date(2030, 1, 1), viewer=PUBLIC)
    assert [(area.slug, later.outline_of_area(area.slug), later.outline_of_area(area.slug, simplified=True))
            for area in later.areas] == [("old-mill", (), ()), ("the-east", (), ())]  # fmt: skip
    assert later.neighbourhood_at(later.areas[0].label) == 101
    assert later.areas_at(town.IN_1) == ()


def test_a_file_brought_while_the_territory_is_read_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    town.build()
    # By its full name: the package's own name `territory` is the query, not its module.
    module = sys.modules[places.territory.__module__]
    read = module._read
    calls: list[int] = []

    def interrupted(*arguments: object) -> Territory:
        calls.append(1)
        found: Territory = read(*arguments)
        if len(calls) == 1:
            town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1)), at=town.AT + timedelta(seconds=2))
        return found

    monkeypatch.setattr(module, "_read", interrupted)
    assert ([one.official_id for one in today().neighbourhoods], len(calls)) == ([1], 2)


# ----------------------------------------------------------------------------------------------------------------------
# Real places


def bring_official(shared: Path, name: str, edition: str, at: datetime) -> None:
    town.bring(
        "neighbourhoods",
        needed(shared / f"boundaries/{name}.geojson").read_bytes(),
        edition=edition,
        valid_from=date(int(edition), 4, 12),
        at=at,
    )


def plain_twin(path: Path, points: list[tuple[float, float]]) -> list[int | None]:
    """The lowest id whose polygon holds each (lon, lat): every polygon asked, nothing prepared, no grid."""
    features = json.loads(path.read_text())["features"]
    lands = sorted(
        (int(f["properties"]["AREA_SHORT_CODE"]), shapely.from_geojson(json.dumps(f["geometry"]))) for f in features
    )
    return [next((i for i, land in lands if shapely.covers(land, shapely.Point(at))), None) for at in points]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tps/police_facilities.geojson", "addresses/library_branches.geojson"])
def test_every_real_place_lies_in_its_true_neighbourhood(shared: Path, noon: datetime, name: str) -> None:
    bring_official(shared, "toronto_neighbourhoods_158", "2022", noon)
    features = json.loads(needed(shared / name).read_text())["features"]
    points = [tuple(feature["geometry"]["coordinates"][:2]) for feature in features if feature["geometry"]]
    wanted = plain_twin(shared / "boundaries/toronto_neighbourhoods_158.geojson", points)
    found = today()
    assert [found.neighbourhood_at(Point(lat, lon)) for lon, lat in points] == wanted
    assert None not in wanted


@pytest.mark.slow
def test_every_library_lies_in_the_neighbourhood_the_library_says(shared: Path, noon: datetime) -> None:
    bring_official(shared, "toronto_neighbourhoods_158", "2022", noon)
    bring_official(shared, "toronto_neighbourhoods_140", "2014", noon)
    features = json.loads(needed(shared / "addresses/library_branches.geojson").read_text())["features"]
    told = [
        (
            f["properties"]["BranchName"],
            int(f["properties"]["NBHDNo"]),
            Point(f["properties"]["Lat"], f["properties"]["Long"]),
        )
        for f in features
        if f["properties"]["NBHDNo"] and f["properties"]["Lat"]
    ]
    now, before = today(), places.territory(on=date(2022, 1, 1), viewer=PUBLIC)
    differing = {name: (said, point) for name, said, point in told if now.neighbourhood_at(point) != said}
    # Three branches still carry the number of a neighbourhood retired in 2022: there is none of it today, and in the
    # older edition each lies in the one it names.
    assert (len(told), sorted(differing)) == (100, ["Black Creek", "Downsview", "Eatonville"])
    assert {said for said, _ in differing.values()} & {one.official_id for one in now.neighbourhoods} == set()
    assert [before.neighbourhood_at(point) for _, point in differing.values()] == [
        said for said, _ in differing.values()
    ]


@pytest.mark.slow
def test_every_crosswalk_label_lies_in_its_own_neighbourhood(shared: Path, noon: datetime) -> None:
    bring_official(shared, "toronto_neighbourhoods_158", "2022", noon)
    found = today()
    assert [
        one.official_id for one in found.neighbourhoods if found.neighbourhood_at(one.label) != one.official_id
    ] == []
    with needed(shared / "toronto_neighbourhoods_facts.csv").open(encoding="utf-8-sig") as file:
        names = {int(row["id"]): row["name"] for row in csv.DictReader(file)}
    assert {one.official_id: one.name for one in found.neighbourhoods} == names
    assert Neighbourhood.objects.values("slug").distinct().count() == 158
