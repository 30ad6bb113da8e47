"""Areas come in a file, all or none, each fault with its line; those the file does not name stay."""

from __future__ import annotations

import pytest

from byname.ledger import queries as ledger
from byname.places import actions
from byname.places import queries as places
from byname.places.models import Area
from byname.vocabulary import PUBLIC, FileRefused, Refused, RowFault
from tests.places import town

pytestmark = pytest.mark.django_db

HEADER = "slug,name,division,neighbourhoods,served_since,phone,email\n"
STRIP = town.box(-79.3985, 43.60, -79.3975, 43.80)


def slugs() -> list[str]:
    return list(Area.objects.order_by("slug").values_list("slug", flat=True))


def faults(content: bytes) -> list[tuple[int, str, str]]:
    with pytest.raises(FileRefused) as no:
        town.bring_areas(content)
    return [(fault.line, fault.column, fault.found) for fault in no.value.faults]


def drawn(**properties: object) -> bytes:
    said = {"slug": "subway", "name": "Subway", "division": "D1"} | properties
    return town.collection(town.feature(town.polygon(STRIP), **said))


def test_areas_are_brought_in_from_csv() -> None:
    town.build()
    receipt = town.bring_areas()
    assert receipt.told == ("Brought in areas.csv: 2 new areas, 0 changed, 0 as they were.",)
    first, second = places.territory(on=town.TODAY, viewer=PUBLIC).areas
    assert (first.slug, first.division_code, first.official_ids, str(first.served_since), first.phone, first.email) == (
        "old-mill", "D1", (1,), "2013-11-01", "416-555-0101", "old-mill@example.org",
    )  # fmt: skip
    assert (second.slug, second.official_ids, second.served_since, second.phone, second.email) == (
        "the-east", (2, 4), None, "", "",
    )  # fmt: skip


def test_the_same_areas_again_change_nothing() -> None:
    town.build()
    town.bring_areas()
    before = ledger.public_versions(viewer=PUBLIC)
    again = town.bring_areas(town.AREAS.replace(b",", b";").replace(b"2;4", b'"2;4"'))
    assert (again.changed, again.told) == (False, ("Nothing changed: all 2 areas are so already.",))
    assert ledger.public_versions(viewer=PUBLIC) == before


def test_a_file_changes_the_areas_it_names_and_leaves_the_others() -> None:
    town.build()
    town.bring_areas()
    before = dict(Area.objects.values_list("slug", "pk"))
    receipt = town.bring_areas(f"{HEADER}the-east,The Far East,D1,2;3,,,\nnew,New,D2,4,,,\n".encode())
    assert receipt.told == ("Brought in areas.csv: 1 new areas, 1 changed, 0 as they were.",)
    found = {area.slug: area for area in places.territory(on=town.TODAY, viewer=PUBLIC).areas}
    assert (found["the-east"].name, found["the-east"].division_code, found["the-east"].official_ids) == (
        "The Far East", "D1", (2, 3),
    )  # fmt: skip
    assert {slug: pk for slug, pk in Area.objects.values_list("slug", "pk") if slug != "new"} == before


def test_a_place_drawn_by_hand_comes_as_geojson() -> None:
    town.build()
    assert town.bring_areas(drawn(phone="416-555-0160")).changed is True
    assert town.bring_areas(drawn(phone="416-555-0160")).changed is False
    [area] = places.territory(on=town.TODAY, viewer=PUBLIC).areas
    assert (area.slug, area.phone, area.official_ids) == ("subway", "416-555-0160", ())


def test_every_fault_is_told_with_its_line_and_nothing_is_kept() -> None:
    town.build()
    bad = (
        f"{HEADER}good,Good,D1,1,,,\n"
        "Bad Slug,,X Y,1;1,01/02/2013,call me,nobody\n"
        '"two\nlines",T\u202ewo,D1,,,,\n'
        "late,Late,D1,3,2013-02-30,,\n"
    )
    assert faults(bad.encode()) == [
        (3, "slug", "Bad Slug"),
        (3, "name", ""),
        (3, "division", "X Y"),
        (3, "served_since", "01/02/2013"),
        (3, "phone", "call me"),
        (3, "email", "nobody"),
        (3, "neighbourhoods", "1;1"),
        (4, "slug", "two lines"),
        (4, "name", "T\u202ewo"),
        (4, "neighbourhoods", ""),
        (6, "served_since", "2013-02-30"),
    ]
    assert slugs() == []


def test_rows_right_alone_may_be_wrong_together() -> None:
    town.build()
    bad = f"{HEADER}one,One,D1,1,,,\none,One again,D1,2,,,\ntwo,Two,D9,1;77,,,\n"
    assert faults(bad.encode()) == [(3, "slug", "one"), (4, "division", "D9"), (4, "neighbourhoods", "77")]
    assert slugs() == []


def test_a_neighbourhoods_slug_belongs_to_the_area_that_is_that_neighbourhood() -> None:
    town.build()
    with pytest.raises(FileRefused) as no:
        town.bring_areas(f"{HEADER}old-mill,Old Mill and more,D1,1;3,,,\nst-andrew,St.Andrew,D1,3,,,\n".encode())
    assert no.value.faults == (RowFault(2, "slug", "old-mill", "another slug: this one is neighbourhood 1's own page"),)
    assert town.bring_areas(f"{HEADER}st-andrew,St.Andrew,D1,3,,,\n".encode()).changed is True
    assert faults(drawn(slug="old-mill")) == [(1, "slug", "old-mill")]


def test_faults_of_a_drawn_place_count_features() -> None:
    town.build()
    with pytest.raises(FileRefused) as no:
        town.bring_areas(drawn(neighbourhoods="1", served_since=2013))
    assert [(fault.line, fault.column) for fault in no.value.faults] == [(1, "served_since"), (1, "neighbourhoods")]
    assert no.value.counted == "feature"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (
            b"slug,name\na,A\n",
            "The file has no column division and no column neighbourhoods. Its header is: slug, name.",
        ),
        (b"slug,name,division,neighbourhoods,slug\n", "The column slug stands in the header twice."),
        (b"slug,name,division,neighbourhoods\n\n", "The file has a header and no rows."),
        (b"slug,name,division,neighbourhoods\n\xe9,A,D1,1\n", "The file is not UTF-8 text: save it as “CSV UTF-8”."),
        (b"slug,name,division,neighbourhoods\na\0,A,D1,1\n", "The file is no CSV text."),
        (b"slug,name,division,neighbourhoods\na,A\n", "Some lines do not fit the header."),
        (b'{"type": "FeatureCollection", "features": []}', "The file holds no features."),
    ],
)
def test_what_is_no_table_of_areas_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    town.build()
    with pytest.raises(Refused) as no:
        town.bring_areas(content)
    assert no.value.sentence == sentence


def test_areas_need_the_boundaries_first() -> None:
    with pytest.raises(Refused, match="Bring the neighbourhoods in first"):
        town.bring_areas()
    town.bring("neighbourhoods", town.neighbourhoods())
    with pytest.raises(Refused, match="Bring the divisions in first"):
        town.bring_areas()


def test_an_area_nobody_was_posted_to_can_be_taken_out() -> None:
    town.build()
    town.bring_areas()
    assert actions.remove_area("the-east", by=town.BY, at=town.AT).told == ("The East is taken out.",)
    assert slugs() == ["old-mill"]
    with pytest.raises(Refused, match="There is no area called the-east"):
        actions.remove_area("the-east", by=town.BY, at=town.AT)
