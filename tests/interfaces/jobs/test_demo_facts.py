"""The demo's facts equal the official ones."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from byname.analysis import schematic
from byname.interfaces.jobs.demo.facts import FOLDER, demo_facts

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
FACTS = demo_facts()


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared file {name} is not there")
    return path


def official_neighbourhoods() -> dict[int, shapely.Geometry]:
    features = json.loads(shared("boundaries/toronto_neighbourhoods_158.geojson").read_text())["features"]
    return {int(one["properties"]["AREA_SHORT_CODE"]): shape(one["geometry"]) for one in features}


def drawn_outline() -> shapely.Polygon:
    return shapely.Polygon([(corner.lon, corner.lat) for corner in FACTS.outline])


def test_the_158_neighbourhoods_are_the_official_ones_by_id_name_centre_area_and_people() -> None:
    with shared("toronto_neighbourhoods_facts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [
        (one.official_id, one.name, one.centre.lat, one.centre.lon, one.area_km2, one.population)
        for one in FACTS.neighbourhoods
    ] == [
        (
            int(row["id"]),
            row["name"],
            float(row["centroid_lat"]),
            float(row["centroid_lon"]),
            float(row["area_km2"]),
            int(row["population_2021"]),
        )
        for row in rows
    ]


def test_each_home_division_is_the_one_around_the_centroid_but_for_the_one_in_the_harbour() -> None:
    with shared("toronto_neighbourhoods_facts.csv").open(encoding="utf-8", newline="") as file:
        official = {int(row["id"]): row["division"] for row in csv.DictReader(file)}
    differing = {
        one.official_id: one.division for one in FACTS.neighbourhoods if one.division != official[one.official_id]
    }
    assert differing == {166: "D51"}


def test_the_16_divisions_are_the_official_ones_by_code_name_and_street() -> None:
    with shared("boundaries/tps_police_divisions_attributes_2026.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(one.code, one.name, one.address) for one in FACTS.divisions] == [
        (row["DIV"], row["UNIT_NAME"], re.sub(r"\bAv\b", "Ave", row["ADDRESS"])) for row in rows
    ]


def test_home_languages_are_the_most_spoken_ones_of_the_official_profile() -> None:
    codes = {"Portuguese": "pt", "Tamil": "ta", "Urdu": "ur", "Yue (Cantonese)": "yue", "Mandarin": "zh"}
    with shared("toronto_neighbourhood_home_languages_2021.csv").open(encoding="utf-8", newline="") as file:
        official = {
            (int(row["id"]), codes[row["language"]], int(row["speakers_most_often_at_home"]))
            for row in csv.DictReader(file)
            if row["language"] in codes
        }
    ours = {
        (one.official_id, code, count)
        for one in FACTS.neighbourhoods
        for code, count in one.home_languages
        if code in codes.values()
    }
    assert ours == official


def test_the_drawn_outline_is_simple_and_close_to_the_citys_true_shape() -> None:
    drawn = drawn_outline()
    true = shapely.union_all(list(official_neighbourhoods().values()))
    assert 40 <= len(FACTS.outline) <= 80
    assert drawn.is_valid
    assert drawn.intersection(true).area / drawn.union(true).area > 0.97


def test_no_corner_of_the_outline_is_taken_from_the_citys_file() -> None:
    official = {
        tuple(pair) for pair in shapely.get_coordinates(list(official_neighbourhoods().values())).round(4).tolist()
    }
    # Four decimals are about ten metres: by chance alone one or two corners fall that near to one of the City's.
    assert sum((corner.lon, corner.lat) in official for corner in FACTS.outline) <= 2


def test_every_place_lies_in_the_neighbourhood_stored_for_it() -> None:
    official = official_neighbourhoods()
    found = {
        place.name: min(
            number for number, land in official.items() if land.covers(shapely.Point(place.point.lon, place.point.lat))
        )
        for place in FACTS.places
    }
    assert found == {place.name: place.neighbourhood for place in FACTS.places}


def test_the_division_stations_stand_where_the_police_say() -> None:
    features = json.loads(shared("tps/police_facilities.geojson").read_text())["features"]
    official = {
        one["properties"]["FACILITY"].strip(): (
            round(one["geometry"]["coordinates"][1], 5),
            round(one["geometry"]["coordinates"][0], 5),
        )
        for one in features
    }
    stations = [place for place in FACTS.places if place.kind == "police station"]
    assert [place.name for place in stations] == [one.name for one in FACTS.divisions]
    assert [(place.point.lat, place.point.lon) for place in stations] == [official[place.name] for place in stations]
    assert [place.address for place in stations] == [one.address for one in FACTS.divisions]


def test_the_schematic_cells_misplace_about_a_fifth_of_the_places_which_is_why_the_truth_is_stored() -> None:
    cells = schematic.cells({one.official_id: one.centre for one in FACTS.neighbourhoods}, FACTS.outline)
    shapes = {
        number: shapely.MultiPolygon([(rings[0], list(rings[1:])) for rings in cell]) for number, cell in cells.items()
    }
    wrong = [
        place.name
        for place in FACTS.places
        if not shapes[place.neighbourhood].covers(shapely.Point(place.point.lon, place.point.lat))
    ]
    assert len(FACTS.places) == 50
    assert len(wrong) == 11


def test_every_area_is_made_of_known_neighbourhoods_each_in_one_area_only() -> None:
    known = {one.official_id for one in FACTS.neighbourhoods}
    served = [number for area in FACTS.areas for number in area.neighbourhoods]
    assert len(served) == len(set(served)) == 61
    assert set(served) <= known
    assert [area.name for area in FACTS.areas if not area.neighbourhoods] == [
        "Subway: Union to Wellesley",
        "Subway: Bloor to Eglinton",
    ]
    double = {area.name: area.neighbourhoods for area in FACTS.areas if len(area.neighbourhoods) > 1}
    assert double == {"Banbury-Don Mills/Victoria Village": (42, 43)}
    assert {area.division for area in FACTS.areas} == {one.code for one in FACTS.divisions}


def test_areas_named_in_the_programmes_story_are_there_under_their_official_ids() -> None:
    ids = {area.slug: area.neighbourhoods for area in FACTS.areas}
    assert ids["little-portugal"] == (84,)
    assert ids["kensington-chinatown"] == (78,)
    assert ids["south-parkdale"] == (85,)


@pytest.mark.parametrize(
    ("day", "areas"),
    [
        (date(2013, 6, 1), 17),
        (date(2018, 6, 30), 33),
        (date(2019, 9, 12), 35),
        (date(2022, 6, 11), 51),
        (date(2023, 1, 31), 52),
        (date(2025, 6, 1), 56),
        (date(2025, 11, 30), 62),
    ],
)
def test_the_programme_grew_as_reported(day: date, areas: int) -> None:
    assert sum(area.served_since <= day for area in FACTS.areas) == areas


def test_drawn_places_lie_inside_the_outline_and_are_thin() -> None:
    drawn = [shapely.Polygon(area.boundary[0][0]) for area in FACTS.areas if area.boundary is not None]
    assert all(one.is_valid and drawn_outline().contains(one) for one in drawn)
    # Degrees of longitude are about 80 km here: 140 m is well under two thousandths of a degree.
    assert all(2 * one.area / one.length < 0.002 for one in drawn)


def test_every_telephone_number_and_address_of_an_area_is_kept_for_fiction() -> None:
    phones = [area.phone for area in FACTS.areas]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"416-555-01\d\d", phone) for phone in phones)
    assert all(area.email == f"{area.slug}@example.org" for area in FACTS.areas)


def test_the_facts_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 120_000
