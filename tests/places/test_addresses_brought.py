"""Files of addresses: whole or not at all, each fault with its line, the same file twice without effect."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.interfaces.jobs.bench import address_rows
from byname.ledger import queries as ledger
from byname.places.actions.addresses import AddressReceipt, bring_addresses
from byname.places.models import Address, AddressFile, Edition, Landmark, Neighbourhood, Street
from byname.places.queries.addresses import search_addresses
from byname.vocabulary import PUBLIC, Actor, FileRefused, RowFault

pytestmark = pytest.mark.django_db

HEADER = "address,lat,lon,name,neighbourhood\n"
DOVERCOURT = "350 Dovercourt Rd,43.65131,-79.42598,14 Division,84\n"


def written(folder: Path, text: str, name: str = "addresses.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def counts() -> tuple[int, int, int, int]:
    return AddressFile.objects.count(), Street.objects.count(), Address.objects.count(), Landmark.objects.count()


def test_a_plain_file_is_brought_in(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> None:
    path = written(tmp_path, HEADER + DOVERCOURT + "352-356 Dovercourt Rd,43.6514,-79.426,,\n1A King St,43.7,-79.4,,\n")
    receipt = bring_addresses(path, by=clerk_of_records, at=noon)
    assert receipt == AddressReceipt("addresses.csv", 3, 2, 1, nowhere=0, changed=True, replaced=False)
    rows = Address.objects.order_by("number").values_list(
        "street__name", "number", "suffix", "high_number", "lat", "lon", "neighbourhood_id_told"
    )
    assert list(rows) == [
        ("King St", 1, "A", None, 43.7, -79.4, None),
        ("Dovercourt Rd", 350, "", None, 43.65131, -79.42598, 84),
        ("Dovercourt Rd", 352, "", 356, 43.6514, -79.426, None),
    ]
    assert list(Landmark.objects.values_list("name", "address_text", "neighbourhood_id_told")) == [
        ("14 Division", "350 Dovercourt Rd", 84)
    ]


def test_bringing_is_one_line_of_the_ledger_and_renews_the_addresses(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    before = ledger.public_versions(viewer=PUBLIC)
    bring_addresses(written(tmp_path, HEADER + DOVERCOURT), by=clerk_of_records, at=noon)
    file = AddressFile.objects.get()
    (line,) = ledger.lines_about("address_file", file.pk, viewer=PUBLIC)
    assert (line.event, line.at) == ("addresses.brought", noon)
    assert line.facts == {"sha256": file.sha256, "addresses": 1, "streets": 1, "landmarks": 1}
    after = ledger.public_versions(viewer=PUBLIC)
    assert after["addresses"] == before.get("addresses", 0) + 1
    assert after["everything"] == before.get("everything", 0) + 1


def test_the_same_file_again_changes_nothing(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> None:
    path = written(tmp_path, HEADER + DOVERCOURT)
    bring_addresses(path, by=clerk_of_records, at=noon)
    rows, versions = list(Address.objects.values_list("pk")), ledger.public_versions(viewer=PUBLIC)
    again = bring_addresses(path, by=clerk_of_records, at=noon)
    assert again == AddressReceipt("addresses.csv", 1, 1, 1, nowhere=0, changed=False, replaced=False)
    assert list(Address.objects.values_list("pk")) == rows
    assert ledger.public_versions(viewer=PUBLIC) == versions


def test_a_new_edition_of_a_file_replaces_the_earlier_and_no_other(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    bring_addresses(written(tmp_path, HEADER + "1 Other St,43.7,-79.4,,\n", "b.csv"), by=clerk_of_records, at=noon)
    bring_addresses(written(tmp_path, HEADER + DOVERCOURT, "a.csv"), by=clerk_of_records, at=noon)
    receipt = bring_addresses(
        written(tmp_path, HEADER + "9 New Rd,43.7,-79.4,,\n", "a.csv"), by=clerk_of_records, at=noon
    )
    assert receipt.replaced
    assert sorted(Street.objects.values_list("name", flat=True)) == ["New Rd", "Other St"]
    assert counts() == (2, 2, 2, 0)


def test_every_fault_is_told_with_its_line_and_nothing_is_kept(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    bring_addresses(written(tmp_path, HEADER + DOVERCOURT), by=clerk_of_records, at=noon)
    before, kept = counts(), list(Address.objects.values_list("pk"))
    text = (
        HEADER + DOVERCOURT + "no number,43.6,-79.4,,\n1 King St,,-79.4,,\n2 King St,95,-79.4,,\n3 King St,43,-79,,x\n"
    )
    with pytest.raises(FileRefused) as no:
        bring_addresses(written(tmp_path, text), by=clerk_of_records, at=noon)
    where = "latitude and longitude in degrees, such as 43.65131 and -79.42598"
    assert no.value.faults == (
        RowFault(3, "address", "no number", "a house number and a street, such as 350 Dovercourt Rd"),
        RowFault(4, "lat, lon", ", -79.4", where),
        RowFault(5, "lat, lon", "95, -79.4", where),
        RowFault(6, "neighbourhood", "x", "the official number of a neighbourhood, such as 84"),
    )
    assert no.value.sentence == "4 lines cannot be read."
    assert (counts(), list(Address.objects.values_list("pk"))) == (before, kept)


def test_no_more_than_fifty_faults_are_told(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> None:
    with pytest.raises(FileRefused) as no:
        bring_addresses(written(tmp_path, HEADER + "x,1,1,,\n" * 200), by=clerk_of_records, at=noon)
    assert len(no.value.faults) == 50
    assert no.value.sentence == "At least 50 lines cannot be read."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n\n",
        b"one,two\n1,2\n",
        HEADER.encode(),
        b"address,lat,lon\n\xff\xfe 1 St,43,-79\n",
        b"{",
        b'{"type": "FeatureCollection"}',
        b'{"type": "FeatureCollection", "features": [1]}',
        b'{"type": "FeatureCollection", "features": [{"properties": {"Address": "1 A St", "NAME": "x"}, "geom',
        b"[" * 100_000,
        b'{"features": [' + b"[" * 100_000,
        b'address,lat,lon\n"' + b"x" * 200_000,
    ],
)
def test_what_is_no_file_of_addresses_is_refused_with_a_sentence(
    content: bytes, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    path = tmp_path / "addresses.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as no:
        bring_addresses(path, by=clerk_of_records, at=noon)
    assert no.value.sentence.endswith(".")
    assert counts() == (0, 0, 0, 0)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> None:
    with pytest.raises(FileRefused, match="cannot be read"):
        bring_addresses(tmp_path / "none.csv", by=clerk_of_records, at=noon)


def test_swapped_coordinates_are_told_where_neighbourhoods_are_known(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    edition = Edition.objects.create(
        kind="neighbourhoods", name="x", valid_from="2022-04-12", file_name="", file_sha256="", brought_at=noon
    )
    Neighbourhood.objects.create(
        edition=edition, official_id=84, name="Little Portugal", slug="lp", boundary={}, area_km2=1, label_lat=43.65,
        label_lon=-79.43,
    )  # fmt: skip
    text = HEADER + DOVERCOURT + "1 King St,-79.4,43.6,,\n"
    with pytest.raises(FileRefused) as no:
        bring_addresses(written(tmp_path, text), by=clerk_of_records, at=noon)
    expected = "a place in the service's area, latitude and longitude in degrees"
    assert no.value.faults == (RowFault(3, "lat, lon", "-79.4, 43.6", expected),)


POINT = {"type": "Point", "coordinates": [-79.42598, 43.65131]}
CITY = {"LINEAR_NAME_FULL": "Dovercourt Rd", "LO_NUM": 350, "LO_NUM_SUF": None, "HI_NUM": None, "PLACE_NAME": "None"}


def features(*geometries: object) -> list[dict[str, object]]:
    return [{"type": "Feature", "properties": CITY, "geometry": geometry} for geometry in geometries]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"type": "FeatureCollection", "features": features(POINT)}),
        "\ufeff" + json.dumps({"type": "FeatureCollection", "features": features(POINT)}, indent=2),
        json.dumps(features({"type": "MultiPoint", "coordinates": [[-79.42598, 43.65131]]})),
        "\n".join(json.dumps(one) for one in features(POINT)) + "\n",
        '_id,LINEAR_NAME_FULL,LO_NUM,HI_NUM,geometry\n1,Dovercourt Rd,350,NA,"'
        + json.dumps(POINT).replace('"', '""')
        + '"\n',
        "LINEAR_NAME_FULL,LO_NUM,LATITUDE,LONGITUDE\nDovercourt Rd,350.0,43.65131,-79.42598\n",
    ],
)
def test_the_citys_schema_is_read_in_every_form_it_comes_in(
    text: str, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    bring_addresses(written(tmp_path, text, "points"), by=clerk_of_records, at=noon)
    rows = Address.objects.values_list("street__name", "number", "suffix", "high_number", "lat", "lon")
    assert list(rows) == [("Dovercourt Rd", 350, "", None, 43.65131, -79.42598)]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [-79.4, "north"]},
        {"type": "Point", "coordinates": [-7_940_000, 4_360_000]},
        {"type": "LineString", "coordinates": [[-79.4, 43.6], [-79.5, 43.7]]},
        {"coordinates": [-79.4, 43.6]},
    ],
)
def test_a_broken_place_is_told_with_its_feature(
    geometry: object, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features(POINT, geometry)})
    with pytest.raises(FileRefused) as no:
        bring_addresses(written(tmp_path, text), by=clerk_of_records, at=noon)
    assert [(fault.line, fault.column) for fault in no.value.faults] == [(2, "geometry")]
    assert (no.value.sentence, no.value.counted) == ("1 feature cannot be read.", "feature")


def test_a_feature_without_any_place_is_left_out_and_counted(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features(POINT, None)})
    receipt = bring_addresses(written(tmp_path, text), by=clerk_of_records, at=noon)
    assert (receipt.addresses, receipt.nowhere) == (1, 1)


def test_features_are_the_same_however_the_file_is_cut_into_pieces(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [{"type": "Feature", "properties": CITY | {"LO_NUM": number}, "geometry": POINT} for number in range(1, 60)]
    path = written(tmp_path, json.dumps({"type": "FeatureCollection", "features": many}))
    monkeypatch.setattr("byname.places.sources.records._PIECE", 97)
    bring_addresses(path, by=clerk_of_records, at=noon)
    assert sorted(Address.objects.values_list("number", flat=True)) == list(range(1, 60))


def test_a_place_a_list_repeats_is_kept_once(tmp_path: Path, noon: datetime, clerk_of_records: Actor) -> None:
    text = HEADER + DOVERCOURT * 4
    assert bring_addresses(written(tmp_path, text), by=clerk_of_records, at=noon).landmarks == 1


def test_made_up_rows_are_the_same_each_time_and_all_come_in(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    address_rows.write_rows(one, count=3000, streets=200)
    address_rows.write_rows(other, count=3000, streets=200)
    assert one.read_bytes() == other.read_bytes()
    receipt = bring_addresses(one, by=clerk_of_records, at=noon)
    assert (receipt.addresses, receipt.streets) == (3000, 200)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_no_text_in_a_file_is_ever_an_error(
    cells: list[str], tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    properties = {"LINEAR_NAME_FULL": cells[0], "LO_NUM": "12", "PLACE_NAME": cells[1]}
    text = json.dumps([{"type": "Feature", "properties": properties, "geometry": POINT}])
    path = tmp_path / "any.json"
    path.write_text(text, encoding="ascii")
    try:
        receipt = bring_addresses(path, by=clerk_of_records, at=noon)
        told = receipt.addresses + receipt.landmarks
    except FileRefused as no:
        told = len(no.faults)
    assert told in (1, 2)


def test_what_was_brought_in_is_found_at_once_and_what_was_replaced_no_more(
    tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    bring_addresses(written(tmp_path, HEADER + DOVERCOURT), by=clerk_of_records, at=noon)
    assert [match.label for match in search_addresses("350 dovercourt", viewer=PUBLIC)] == ["350 Dovercourt Rd"]
    bring_addresses(written(tmp_path, HEADER + "9 New Rd,43.7,-79.4,,\n"), by=clerk_of_records, at=noon)
    assert search_addresses("350 dovercourt", viewer=PUBLIC) == ()
    assert [match.label for match in search_addresses("9 new rd", viewer=PUBLIC)] == ["9 New Rd"]
