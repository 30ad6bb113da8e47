"""Official boundaries are brought in whole or not at all, and keep what is known by their ids."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pyproj
import pytest

from byname.ledger import queries as ledger
from byname.places import actions
from byname.places import queries as places
from byname.places.models import Division, Edition, Neighbourhood
from byname.vocabulary import PUBLIC, FileRefused, Refused, RowFault
from tests.conftest import needed
from tests.places import town

pytestmark = pytest.mark.django_db


def kept() -> dict[int, tuple[int, str, str]]:
    """(row id, name, slug) by official id."""
    return {row.official_id: (row.pk, row.name, row.slug) for row in Neighbourhood.objects.filter(edition__name="2022")}


def moved(east: float, north: float) -> bytes:
    """The town's neighbourhoods, somewhere else."""
    boxes = {number: [[lon + east, lat + north] for lon, lat in ring] for number, ring in town.SQUARES.items()}
    return town.neighbourhoods(
        *(
            town.feature(town.polygon(ring), AREA_SHORT_CODE=number, AREA_NAME=town.NAMES[number])
            for number, ring in boxes.items()
        )
    )


def refused(kind: Literal["neighbourhoods", "divisions"], content: bytes, **more: Any) -> str:
    before, seen = kept(), versions()
    with pytest.raises(Refused) as no:
        town.bring(kind, content, **more)
    assert (kept(), versions()) == (before, seen)
    return no.value.sentence


ELSEWHERE = "the land would lie somewhere else. Does the file name its own coordinate system, and is it this city's?"


def versions() -> dict[str, int]:
    return ledger.public_versions(viewer=PUBLIC)


def test_a_file_is_brought_in_with_its_names_ids_and_measures() -> None:
    receipt = town.bring("neighbourhoods", town.neighbourhoods())
    found = places.territory(on=town.TODAY, viewer=PUBLIC).neighbourhoods
    assert [(one.official_id, one.name, one.slug) for one in found] == [
        (1, "Old Mill", "old-mill"),
        (2, "O'Connor-Parkview", "oconnor-parkview"),
        (3, "St.Andrew", "st-andrew"),
        (4, "Église-Nord", "eglise-nord"),
    ]
    # A hundredth of a degree each way: 804.6 m by 1,111.1 m at 43.695 north on WGS 84.
    assert [round(one.area_km2, 2) for one in found] == [0.9, 0.9, 0.9, 0.9]
    territory = places.territory(on=town.TODAY, viewer=PUBLIC)
    assert [territory.neighbourhood_at(one.label) for one in found] == [1, 2, 3, 4]
    assert (receipt.features, receipt.created, receipt.updated, receipt.removed) == (4, 4, 0, 0)
    assert receipt.told == (
        "Brought in: 4 neighbourhoods, edition “2022” from 2022-04-12: 4 new, 0 kept under their id, 0 gone.",
    )


def test_ids_may_be_padded_text_or_numbers_and_names_may_carry_them() -> None:
    town.bring(
        "neighbourhoods",
        town.collection(
            town.feature(town.polygon(town.SQUARES[1]), AREA_SHORT_CODE="001", AREA_NAME="Wychwood (1)"),
            town.feature(town.polygon(town.SQUARES[2]), AREA_SHORT_CODE=94, AREA_NAME="Mimico (includes Humber) (94)"),
            town.feature(town.polygon(town.SQUARES[3]), AREA_SHORT_CODE=3.0, AREA_NAME="Third (7)"),
        ),
    )
    assert {official_id: name for official_id, (_, name, _) in kept().items()} == {
        1: "Wychwood",
        94: "Mimico (includes Humber)",
        3: "Third (7)",
    }


def test_two_of_one_name_get_two_addresses() -> None:
    town.bring(
        "neighbourhoods",
        town.neighbourhoods(town.neighbourhood(1, AREA_NAME="Park"), town.neighbourhood(2, AREA_NAME="Park")),
    )
    assert [slug for _, _, slug in kept().values()] == ["park", "park-2"]


def test_a_renamed_neighbourhood_and_division_keep_their_addresses() -> None:
    town.build()
    town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1, AREA_NAME="New Mill")))
    renamed = town.feature(town.polygon(town.box(-79.5, 43.6, -79.3, 43.8)), DIV="D1", UNIT_NAME="First Division")
    town.bring("divisions", town.collection(renamed))
    found = places.territory(on=town.TODAY, viewer=PUBLIC)
    assert [(one.name, one.slug) for one in found.neighbourhoods] == [("New Mill", "old-mill")]
    assert [(one.name, one.slug, one.address) for one in found.divisions] == [
        ("First Division", "1-division", "1 West St"),
    ]  # fmt: skip


def test_an_address_that_an_area_of_several_has_is_not_given_to_a_neighbourhood() -> None:
    town.build()
    town.bring_areas(b"slug,name,division,neighbourhoods\nmidtown,Midtown,D2,2;4\n")
    town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(2, AREA_NAME="Midtown")), edition="2030",
               valid_from=date(2030, 1, 1))  # fmt: skip
    assert Neighbourhood.objects.get(edition__name="2030").slug == "midtown-2"


def test_the_same_file_again_changes_nothing() -> None:
    town.build()
    before, edition = versions(), Edition.objects.get(kind="neighbourhoods").pk
    receipt = town.bring("neighbourhoods", town.neighbourhoods(), at=town.AT + timedelta(days=1))
    assert receipt.changed is False
    assert receipt.told == ("Nothing changed: edition “2022” holds this very file already (4 neighbourhoods).",)
    assert (versions(), len(ledger.lines_about("edition", edition, viewer=PUBLIC))) == (before, 1)


def test_each_file_is_one_ledger_line_and_makes_workers_read_the_land_anew() -> None:
    town.build()
    assert versions() == {"everything": 2, "land": 2}
    [line] = ledger.lines_about("edition", Edition.objects.get(kind="divisions").pk, viewer=PUBLIC)
    assert (line.event, line.actor, line.facts["edition"], line.facts["features"]) == (
        "boundaries.brought",
        "test",
        "2022",
        2,
    )


def test_real_boundaries_replace_a_schematic_edition_and_keep_rows_people_and_home_divisions() -> None:
    drawn = [
        town.feature(
            town.polygon(town.box(-79.40 + number / 1000, 43.69, -79.39, 43.70)),
            AREA_SHORT_CODE=number,
            AREA_NAME=town.NAMES[number],
            POPULATION=1000 * number,
            HOME_DIVISION="D1",
        )
        for number in town.SQUARES
    ]
    town.bring("neighbourhoods", town.neighbourhoods(*drawn), schematic=True)
    town.bring("divisions", town.divisions())
    town.bring_areas()
    before = kept()
    assert places.territory(on=town.TODAY, viewer=PUBLIC).schematic is True
    receipt = town.bring("neighbourhoods", town.neighbourhoods())
    now = places.territory(on=town.TODAY, viewer=PUBLIC)
    assert kept() == before
    assert (receipt.created, receipt.updated, receipt.removed, now.schematic) == (0, 4, 0, False)
    assert [(one.population, one.home_division_code) for one in now.neighbourhoods] == [
        (1000, "D1"), (2000, "D1"), (3000, "D1"), (4000, "D1"),
    ]  # fmt: skip
    assert [now.neighbourhood_at(point) for point in (town.IN_1, town.IN_2, town.IN_3, town.IN_4)] == [1, 2, 3, 4]


def test_a_real_edition_takes_the_place_of_a_schematic_one_of_the_same_day_whatever_its_name() -> None:
    town.bring("neighbourhoods", town.neighbourhoods(), edition="drawn", schematic=True)
    receipt = town.bring("neighbourhoods", town.neighbourhoods(), edition="official")
    assert list(Edition.objects.values_list("name", "schematic")) == [("official", False)]
    assert receipt.updated == 4


def test_a_schematic_edition_that_stays_in_force_is_told() -> None:
    town.bring("neighbourhoods", town.neighbourhoods(), edition="drawn", schematic=True)
    receipt = town.bring("neighbourhoods", town.neighbourhoods(), edition="old", valid_from=date(2014, 1, 1))
    assert receipt.warnings == (
        (
            "the schematic edition “drawn” begins later, on 2022-04-12, and stays in force from then. To replace it, "
            "bring this file with --valid-from 2022-04-12."
        ),
    )


def test_a_drawing_does_not_replace_official_boundaries() -> None:
    town.build()
    with pytest.raises(Refused, match="a schematic drawing does not replace them"):
        town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1)), schematic=True)


def test_two_editions_cannot_begin_on_one_day() -> None:
    town.build()
    with pytest.raises(Refused) as no:
        town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1)), edition="other")
    assert no.value.sentence == (
        "Edition “2022” already begins on 2022-04-12: bring the file under that name to replace it."
    )
    town.bring("neighbourhoods", town.neighbourhoods(), edition="next", valid_from=date(2030, 1, 1))
    with pytest.raises(Refused) as no:
        town.bring("neighbourhoods", town.neighbourhoods(), edition="next")
    assert no.value.sentence == "Edition “2022” already begins on 2022-04-12."


def test_an_id_that_vanishes_is_removed() -> None:
    town.build()
    receipt = town.bring("neighbourhoods", town.neighbourhoods(*map(town.neighbourhood, (1, 2, 3))))
    assert (sorted(kept()), receipt.removed) == ([1, 2, 3], 1)


def test_an_id_that_vanishes_is_refused_where_an_area_is_made_of_it() -> None:
    town.build()
    town.bring_areas()
    before, seen = kept(), versions()
    with pytest.raises(Refused) as no:
        town.bring("neighbourhoods", town.neighbourhoods(*map(town.neighbourhood, (1, 2, 3))))
    assert no.value.sentence == (
        "The file has no neighbourhood 4, but the area “The East” is made of it. Bring the areas without it first."
    )
    assert (kept(), versions()) == (before, seen)


def test_a_division_that_vanishes_is_refused_where_an_area_belongs_to_it() -> None:
    town.build()
    town.bring_areas()
    whole = town.collection(town.feature(town.polygon(town.box(-79.5, 43.6, -79.3, 43.8)), DIV="D2"))
    with pytest.raises(Refused) as no:
        town.bring("divisions", whole)
    assert no.value.sentence == (
        "The file has no division D1, but the area “Old Mill” belongs to it. "
        "Bring the areas with another division first."
    )


def test_a_division_keeps_its_telephone_where_the_new_file_says_none() -> None:
    with_phone = json.loads(town.divisions())
    for member in with_phone["features"]:
        member["properties"]["PHONE"] = "416-555-0199"
    town.bring("divisions", json.dumps(with_phone).encode(), schematic=True)
    before = dict(Division.objects.values_list("code", "pk"))
    town.bring("divisions", town.divisions())
    assert [(row.code, row.pk, row.phone, row.address) for row in Division.objects.order_by("code")] == [
        ("D1", before["D1"], "416-555-0199", "1 West St"),
        ("D2", before["D2"], "416-555-0199", "2 East St"),
    ]


def test_one_bad_feature_refuses_the_whole_file_with_its_number_and_reason() -> None:
    town.build()
    before = kept()
    bad = town.neighbourhoods(
        town.neighbourhood(1, AREA_NAME="Renamed"),
        town.neighbourhood(2, AREA_SHORT_CODE="x2"),
        town.neighbourhood(3, AREA_NAME=""),
        town.neighbourhood(4, AREA_SHORT_CODE=1),
    )
    with pytest.raises(FileRefused) as no:
        town.bring("neighbourhoods", bad)
    assert no.value.sentence == (
        "Feature 2 cannot be used: x2. Expected the neighbourhood's number, such as 94 or 094."
    )
    assert no.value.faults == (
        RowFault(2, "AREA_SHORT_CODE", "x2", "the neighbourhood's number, such as 94 or 094"),
        RowFault(3, "AREA_NAME", "", "a name of up to 120 plain letters"),
        RowFault(4, "AREA_SHORT_CODE", "1", "an id of its own: feature 1 has it already"),
    )
    assert kept() == before


def test_missing_columns_are_named_and_unknown_ones_left_out() -> None:
    with pytest.raises(Refused) as no:
        town.bring("neighbourhoods", town.collection(town.feature(town.polygon(town.SQUARES[1]), Id=1, Title="A")))
    assert no.value.sentence == (
        "The file has no column AREA_SHORT_CODE and no column AREA_NAME. Its columns: id, title."
    )


def test_neighbours_that_overlap_or_leave_a_gap_are_told() -> None:
    wide = town.feature(town.polygon(town.box(-79.392, 43.69, -79.38, 43.70)), AREA_SHORT_CODE=2, AREA_NAME="Wide")
    receipt = town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1), wide))
    assert receipt.warnings == ("Old Mill and Wide share 0.179 km², 20% of the smaller.",)
    ring = town.polygon(town.box(-79.5, 43.6, -79.3, 43.8), town.box(-79.45, 43.65, -79.35, 43.75)[::-1])
    holed = town.neighbourhoods(town.feature(ring, AREA_SHORT_CODE=1, AREA_NAME="Ring"))
    receipt = town.bring("neighbourhoods", holed, edition="2030", valid_from=date(2030, 1, 1))
    assert receipt.warnings == ("a gap of 89.562 km² beside Ring belongs to none.",)


def test_latitude_before_longitude_is_refused() -> None:
    def turned(number: int) -> dict[str, object]:
        ring = [[lat, lon] for lon, lat in town.SQUARES[number]]
        return town.feature(town.polygon(ring), AREA_SHORT_CODE=number, AREA_NAME="Turned")

    with pytest.raises(Refused, match="Latitude and longitude are swapped"):
        town.bring("neighbourhoods", town.neighbourhoods(turned(1)))


def test_a_file_of_another_continent_turned_round_is_refused_once_land_is_known() -> None:
    berlin = town.feature(town.polygon(town.box(13.3, 52.4, 13.4, 52.5)), AREA_SHORT_CODE=1, AREA_NAME="Mitte")
    turned = town.feature(town.polygon(town.box(52.4, 13.3, 52.5, 13.4)), DIV="D1")
    town.bring("neighbourhoods", town.neighbourhoods(berlin))
    with pytest.raises(Refused, match="Latitude and longitude are swapped"):
        town.bring("divisions", town.collection(turned))


@pytest.mark.slow
def test_the_official_158_under_a_coordinate_system_that_is_not_theirs_are_refused(toronto: Path) -> None:
    official = json.loads((toronto / "boundaries" / "toronto_neighbourhoods_158.geojson").read_bytes())
    official["crs"] = {"type": "name", "properties": {"name": "EPSG:26917"}}
    degrees = json.dumps(official).encode()
    assert "look like degrees. Expected metres, as EPSG:26917 counts them" in refused("neighbourhoods", degrees)
    east = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:26917", always_xy=True)
    for member in official["features"]:
        polygons = member["geometry"]["coordinates"]
        for polygon in [polygons] if member["geometry"]["type"] == "Polygon" else polygons:
            polygon[:] = [[list(east.transform(*corner[:2])) for corner in ring] for ring in polygon]
    # Right in zone 17, named zone 18: of the right size, and six degrees away.
    official["crs"]["properties"]["name"] = "EPSG:26918"
    assert refused("neighbourhoods", json.dumps(official).encode()) == (
        f"Only 0 of 158 neighbourhoods would lie in a division: {ELSEWHERE}"
    )
    official["crs"]["properties"]["name"] = "EPSG:26917"
    assert town.bring("neighbourhoods", json.dumps(official).encode()).updated == 158


@pytest.mark.slow
def test_the_official_158_and_16_are_brought_in_without_repair(shared: Path) -> None:
    hoods = needed(shared / "boundaries/toronto_neighbourhoods_158.geojson").read_bytes()
    divisions = needed(shared / "boundaries/tps_police_divisions_16.geojson").read_bytes()
    first = town.bring("neighbourhoods", hoods)
    second = town.bring("divisions", divisions)
    assert (first.features, first.repairs, first.warnings) == (158, (), ())
    assert (second.features, second.repairs, second.warnings) == (16, (), ())
    assert second.told[-1] == (
        "36 of 158 neighbourhoods lie in two or more divisions (2 % of the land or more in each)."
    )


def test_editions_are_listed_the_newest_first_with_their_file() -> None:
    town.build()
    town.bring("neighbourhoods", town.neighbourhoods(), edition="2030", valid_from=date(2030, 1, 1))
    found = places.editions(viewer=PUBLIC)
    assert [(one.kind, one.name, one.file_name) for one in found] == [
        ("neighbourhoods", "2030", "town.geojson"),
        ("neighbourhoods", "2022", "town.geojson"),
        ("divisions", "2022", "town.geojson"),
    ]


def test_boundaries_do_not_leave_the_city() -> None:
    town.build()
    away = moved(6, 0)
    assert refused("neighbourhoods", away) == f"Only 0 of 4 neighbourhoods would lie in a division: {ELSEWHERE}"
    assert refused("neighbourhoods", away, edition="next", valid_from=date(2030, 1, 1)) == (
        f"Only 0 of 4 neighbourhoods would lie in a division: {ELSEWHERE}"
    )
    # Still in the divisions, but none where it was.
    assert refused("neighbourhoods", moved(0.03, 0)) == (
        f"Only 0 of 4 neighbourhoods would keep any of their land: {ELSEWHERE}"
    )
    half = town.collection(
        town.feature(town.polygon(town.box(-70.5, 43.6, -70.4, 43.8)), DIV="D1"),
        town.feature(town.polygon(town.box(-70.4, 43.6, -70.3, 43.8)), DIV="D2"),
    )
    assert refused("divisions", half) == f"Only 0 of 4 neighbourhoods would lie in a division: {ELSEWHERE}"
    assert town.bring("neighbourhoods", moved(0.005, 0)).updated == 4


def test_boundaries_do_not_leave_addresses_and_drawn_places_behind(tmp_path: Path) -> None:
    town.bring("neighbourhoods", town.neighbourhoods())
    file = tmp_path / "addresses.csv"
    file.write_text("address,lat,lon\n1 Mill Street,43.695,-79.395\n3 Mill Street,43.6951,-79.3951\n")
    actions.bring_addresses(file, by=town.BY, at=town.AT)
    assert refused("neighbourhoods", moved(6, 0)) == (
        f"Only 0 of 2 addresses would lie among the neighbourhoods: {ELSEWHERE}"
    )


def test_a_first_file_that_was_wrong_can_be_brought_right() -> None:
    town.bring("neighbourhoods", moved(6, 0))
    assert refused("divisions", town.divisions()) == (
        f"Only 0 of 4 neighbourhoods would lie in a division: {ELSEWHERE}"
    )
    assert town.bring("neighbourhoods", town.neighbourhoods()).updated == 4
    assert town.bring("divisions", town.divisions()).created == 2


def test_land_of_no_size_is_no_city() -> None:
    speck = town.feature(town.polygon(town.box(-79.4, 43.69, -79.3999, 43.6901)), AREA_SHORT_CODE=1, AREA_NAME="Speck")
    assert refused("neighbourhoods", town.neighbourhoods(speck)) == (
        "All of the land together would be 8.96e-05 km². Does the file name its own coordinate system?"
    )


def test_the_first_day_of_an_edition_stays() -> None:
    town.build()
    assert refused("neighbourhoods", town.neighbourhoods(), valid_from=date(1822, 4, 12)) == (
        "Edition “2022” begins on 2022-04-12, not on 1822-04-12. To replace it, bring the file with --valid-from "
        "2022-04-12; for another edition, choose another name."
    )


def test_a_name_holds_no_marks_and_no_letters_that_hide_or_turn_others() -> None:
    for name in ("Old <b>Mill</b>", "Old \u202eMill", "Old \x07Mill"):
        bad = town.neighbourhoods(town.neighbourhood(1, AREA_NAME=name))
        with pytest.raises(FileRefused) as no:
            town.bring("neighbourhoods", bad)
        assert no.value.faults == (RowFault(1, "AREA_NAME", name, "a name of up to 120 plain letters"),)
    assert town.bring("neighbourhoods", town.neighbourhoods(town.neighbourhood(1, AREA_NAME="می\u200cخواهم"))).created
