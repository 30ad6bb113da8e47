"""Whose land it is: shares of divisions, home divisions, and where most of it lay in another edition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from byname.ledger import queries as ledger
from byname.places import actions
from byname.places import queries as places
from byname.places.models import DivisionShare, Edition, Neighbourhood
from byname.vocabulary import PUBLIC, FileRefused, Point, Refused
from tests.conftest import needed
from tests.places import town

pytestmark = pytest.mark.django_db


def test_shares_are_worked_out_whichever_kind_comes_first() -> None:
    wanted = [
        (1, (("D1", 0.5), ("D2", 0.5))),
        (2, (("D2", 1.0),)),
        (3, (("D1", 0.5), ("D2", 0.5))),
        (4, (("D2", 1.0),)),
    ]

    def found() -> list[tuple[int, tuple[tuple[str, float], ...]]]:
        return [
            (one.official_id, tuple(sorted((code, round(share, 6)) for code, share in one.division_shares)))
            for one in places.territory(on=town.TODAY, viewer=PUBLIC).neighbourhoods
        ]

    town.build()
    assert found() == wanted
    Edition.objects.all().delete()
    town.bring("divisions", town.divisions())
    town.bring("neighbourhoods", town.neighbourhoods())
    assert found() == wanted


def test_a_share_under_two_in_a_hundred_is_not_said() -> None:
    town.bring("neighbourhoods", town.neighbourhoods())
    town.bring("divisions", town.divisions(split=-79.3901))
    first = places.territory(on=town.TODAY, viewer=PUBLIC).neighbourhoods[0]
    assert ([code for code, _ in first.division_shares], first.home_division_code) == (["D1"], "D1")
    assert DivisionShare.objects.filter(neighbourhood__official_id=1).count() == 2


def test_the_home_division_is_the_one_set_by_hand_else_that_of_most_land() -> None:
    town.bring("neighbourhoods", town.neighbourhoods())
    town.bring("divisions", town.divisions(split=-79.393))

    def homes() -> list[str]:
        return [one.home_division_code for one in places.territory(on=town.TODAY, viewer=PUBLIC).neighbourhoods]

    assert homes() == ["D1", "D2", "D1", "D2"]
    actions.set_home_division(1, "D2", by=town.BY, at=town.AT)
    assert homes() == ["D2", "D2", "D1", "D2"]
    town.bring("neighbourhoods", town.neighbourhoods(*(town.neighbourhood(n, CLASSIFICATION="x") for n in range(1, 5))))
    assert homes() == ["D2", "D2", "D1", "D2"]
    actions.set_home_division(1, "", by=town.BY, at=town.AT)
    assert homes() == ["D1", "D2", "D1", "D2"]


def test_setting_a_home_division_twice_is_one_act() -> None:
    town.build()
    first = actions.set_home_division(1, "D2", by=town.BY, at=town.AT)
    seen = ledger.public_versions(viewer=PUBLIC)
    again = actions.set_home_division(1, "D2", by=town.BY, at=town.AT)
    assert (first.changed, again.changed, ledger.public_versions(viewer=PUBLIC)) == (True, False, seen)
    assert [line.facts for line in ledger.lines_about("neighbourhood", 1, viewer=PUBLIC)] == [
        {"neighbourhoods": [1], "divisions": ["D2"]}
    ]


def test_a_home_division_is_refused_where_there_is_no_such_place() -> None:
    town.build()
    with pytest.raises(Refused, match=r"There is no neighbourhood 9\."):
        actions.set_home_division(9, "D1", by=town.BY, at=town.AT)
    with pytest.raises(Refused, match=r"There is no division D9\. There are D1, D2\."):
        actions.set_home_division(1, "D9", by=town.BY, at=town.AT)


def test_home_divisions_come_in_a_file_all_or_none() -> None:
    town.build()
    bad = "neighbourhood,division\n1,D2\n9,D1\n2,D9\n1,D1\nx,D1\n3,?\n"
    with pytest.raises(FileRefused) as no:
        actions.bring_home_divisions(bad.encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert [(fault.line, fault.column, fault.found) for fault in no.value.faults] == [
        (5, "neighbourhood", "1"), (6, "neighbourhood", "x"), (7, "division", "?"),
    ]  # fmt: skip
    with pytest.raises(FileRefused) as no:
        actions.bring_home_divisions(bad[:37].encode(), file_name="homes.csv", by=town.BY, at=town.AT)
    assert [(fault.line, fault.column, fault.found) for fault in no.value.faults] == [
        (3, "neighbourhood", "9"), (4, "division", "D9"),
    ]  # fmt: skip
    assert list(Neighbourhood.objects.exclude(home_division_code="").values_list("official_id", flat=True)) == []
    good = b"\xef\xbb\xbfneighbourhood;division\r\n003;d2\r\n"
    assert actions.bring_home_divisions(good, file_name="homes.csv", by=town.BY, at=town.AT).changed is True
    assert Neighbourhood.objects.get(official_id=3).home_division_code == "D2"


@pytest.mark.slow
def test_both_official_editions_stand_side_by_side_and_agree_with_the_files_beside_them(toronto: Path) -> None:
    today = places.territory(on=town.TODAY, viewer=PUBLIC)
    before = places.territory(on=date(2022, 4, 11), viewer=PUBLIC)
    assert (len(today.neighbourhoods), len(before.neighbourhoods), len(today.divisions)) == (158, 140, 16)
    assert sum(len(one.division_shares) > 1 for one in today.neighbourhoods) == 36
    assert today.neighbourhoods[0].name == "West Humber-Clairville"

    # 350 Dovercourt Road, the station of 14 Division.
    station = Point(43.65131, -79.42598)
    assert today.division_at(station) == "D14"

    rows = needed(toronto / "hood_158_to_140_crosswalk.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    wanted = {int(row.split(",")[0]): (int(row.split(",")[2]), float(row.split(",")[4])) for row in rows}
    found = places.crosswalk("2022", "2014", viewer=PUBLIC)
    assert {row.official_id: (row.other_id, round(row.share, 4)) for row in found} == wanted
    assert len(wanted) == 158

    facts = needed(toronto / "toronto_neighbourhoods_facts_extended.csv").read_text(encoding="utf-8-sig").splitlines()
    column = facts[0].split(",").index("division_shares")
    told = {
        int(row.split(",")[0]): {
            pair.split(":")[0]: float(pair.split(":")[1]) for pair in row.split(",")[column].split(";")
        }
        for row in facts[1:]
    }
    differing = [
        (one.official_id, code, share, told[one.official_id].get(code))
        for one in today.neighbourhoods
        for code, share in one.division_shares
        if abs(share - told[one.official_id].get(code, 0.0)) > 0.0006
    ]
    assert differing == []
    sizes = {int(row.split(",")[0]): float(row.split(",")[5]) for row in facts[1:]}
    assert [
        (one.official_id, one.area_km2, sizes[one.official_id])
        for one in today.neighbourhoods
        if abs(one.area_km2 - sizes[one.official_id]) > 0.001 + 0.0005 * sizes[one.official_id]
    ] == []


def test_a_crosswalk_with_an_edition_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match="There is no edition of neighbourhoods called '1999'"):
        places.crosswalk("1999", "2022", viewer=PUBLIC)


def test_a_crosswalk_names_where_most_of_the_land_lay() -> None:
    town.build()
    shifted = town.neighbourhoods(
        town.feature(town.polygon(town.box(-79.40, 43.69, -79.387, 43.70)), AREA_SHORT_CODE=11, AREA_NAME="Wide"),
        town.feature(town.polygon(town.box(-79.40, 43.70, -79.38, 43.71)), AREA_SHORT_CODE=12, AREA_NAME="Both"),
        town.feature(town.polygon(town.box(-79.30, 43.70, -79.29, 43.71)), AREA_SHORT_CODE=13, AREA_NAME="Away"),
    )
    town.bring("neighbourhoods", shifted, edition="old", valid_from=date(2000, 1, 1))
    found = places.crosswalk("old", "2022", viewer=PUBLIC)
    assert [(row.official_id, row.name, row.other_id, row.other_name, round(row.share, 4)) for row in found] == [
        (11, "Wide", 1, "Old Mill", 0.7692),
        (12, "Both", 3, "St.Andrew", 0.5),
    ]
