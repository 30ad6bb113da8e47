"""GeoJSON as it comes: every coordinate system it may name, everything that can be wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.places.sources import geojson
from byname.vocabulary import FileRefused, Refused
from tests.places import town
from tests.places.town import box, collection, feature, polygon

SQUARE = box(-79.40, 43.69, -79.39, 43.70)


def moved(ring: town.Ring, code: str) -> town.Ring:
    there = pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)
    return [list(there.transform(*corner)) for corner in ring]


def read(geometry: Any, **members: Any) -> geojson.Feature:
    [found] = geojson.features(collection(feature(geometry), **members))
    return found


def crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def sentence(content: bytes) -> str:
    with pytest.raises(Refused) as no:
        geojson.features(content)
    return no.value.sentence


# ----------------------------------------------------------------------------------------------------------------------
# Coordinate systems


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (None, "EPSG:4326"),
        (crs("urn:ogc:def:crs:OGC:1.3:CRS84"), "EPSG:4326"),
        (crs("urn:ogc:def:crs:OGC::CRS84"), "EPSG:4326"),
        (crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84"), "EPSG:4326"),
        (crs("EPSG:4326"), "EPSG:4326"),
        (crs("urn:ogc:def:crs:EPSG::4326"), "EPSG:4326"),
        (crs("http://www.opengis.net/def/crs/EPSG/0/4326"), "EPSG:4326"),
        ({"type": "EPSG", "properties": {"code": 4326}}, "EPSG:4326"),
        (crs("EPSG:4269"), "EPSG:4269"),
        (crs("urn:ogc:def:crs:EPSG::2952"), "EPSG:2952"),
        (crs("urn:ogc:def:crs:EPSG:6.9:2952"), "EPSG:2952"),
        (crs("epsg:2952"), "EPSG:2952"),
        (crs("http://www.opengis.net/gml/srs/epsg.xml#26917"), "EPSG:26917"),
        (crs("http://www.opengis.net/def/crs/EPSG/9.8.15/26917"), "EPSG:26917"),
        ({"type": "EPSG", "properties": {"code": "26917"}}, "EPSG:26917"),
        (crs("EPSG:3857"), "EPSG:3857"),
        (crs("EPSG:900913"), "EPSG:3857"),
        (crs("ESRI:102100"), "EPSG:3857"),
    ],
)
def test_a_coordinate_system_is_known_in_its_usual_spellings(member: Any, code: str) -> None:
    found = read(polygon(moved(SQUARE, code)), **({"crs": member} if member else {}))
    difference = shapely.hausdorff_distance(found.land, shapely.Polygon(SQUARE))
    assert difference < 1e-7


@pytest.mark.parametrize(
    ("member", "name"),
    [
        (crs("EPSG:999999"), "EPSG:999999"),
        (crs("my own system"), "my own system"),
        (crs("+proj=utm +zone=17"), "+proj=utm +zone=17"),
        ({"type": "link", "properties": {"href": "http://example.org/crs"}}, "which it does not name"),
        ("EPSG:4326", "which it does not name"),
        ({"type": "name"}, "which it does not name"),
    ],
)
def test_an_unknown_coordinate_system_is_refused(member: Any, name: str) -> None:
    assert sentence(collection(feature(polygon(SQUARE)), crs=member)) == (
        f"The file's coordinate system, {name}, is not known. Export it as WGS 84 (EPSG:4326)."
    )


def test_metres_without_the_name_of_their_system_are_refused() -> None:
    assert sentence(collection(feature(polygon(box(628000, 4838000.5, 629000, 4839000))))) == (
        "Feature 1 cannot be used: 628000, 4838000.5 are no degrees. Expected longitude and latitude in degrees, or "
        "the name of the file's coordinate system in its crs member."
    )


def test_coordinates_off_the_globe_are_refused() -> None:
    assert sentence(collection(feature(polygon(box(170, 40, 190, 41))))) == (
        "Feature 1 cannot be used: 190, 40 are no degrees. Expected longitude and latitude in degrees, or the name of "
        "the file's coordinate system in its crs member."
    )
    assert sentence(collection(feature(polygon(box(43, -123.5, 44, -123))))) == (
        "Feature 1 cannot be used: latitude and longitude are swapped in 43, -123.5. "
        "Expected longitude before latitude."
    )
    assert sentence(collection(feature(polygon(box(0, 0, 1e30, 1e30))), crs=crs("EPSG:2952"))) == (
        "Feature 1 cannot be used: a corner does not lie on the globe. "
        "Expected coordinates of the system the file names."
    )


# ----------------------------------------------------------------------------------------------------------------------
# Shapes


def test_a_shape_that_crosses_itself_is_repaired_and_said_so() -> None:
    bow = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
    found = read(polygon(bow))
    assert (found.land.area, found.repairs) == (2.0, ("repaired (Self-intersection[1 1])",))
    assert found.land.geom_type == "MultiPolygon"


def test_a_spike_left_over_by_a_repair_is_dropped_and_said_so() -> None:
    spike = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 1], [-1, 1], [0, 1], [0, 0]]
    found = read(polygon(spike))
    assert found.land.area == 4.0
    assert found.repairs[0].startswith("repaired (")
    assert {part.geom_type for part in found.land.geoms} == {"Polygon"}


def test_lines_and_points_beside_the_land_are_left_out_and_said_so() -> None:
    mixed = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [0, 0]},
            {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            polygon(box(0, 0, 1, 1)),
            {"type": "GeometryCollection", "geometries": [polygon(box(2, 2, 3, 3))]},
        ],
    }
    found = read(mixed)
    assert (found.land.area, found.repairs) == (2.0, ("2 stray lines or points left out",))


def test_an_open_ring_is_closed_and_said_so() -> None:
    assert read(polygon(box(0, 0, 1, 1)[:-1])).repairs == ("an open ring closed",)


def test_heights_are_left_out() -> None:
    high = [[*corner, 120.5] for corner in SQUARE]
    mixed = [high[0], *SQUARE[1:]]
    assert [read(polygon(ring)).land == shapely.MultiPolygon([shapely.Polygon(SQUARE)]) for ring in (high, mixed)] == [
        True,
        True,
    ]


def test_a_hole_and_parts_are_kept() -> None:
    many = {"type": "MultiPolygon", "coordinates": [[box(0, 0, 4, 4), box(1, 1, 2, 2)], [box(5, 5, 6, 6)]]}
    assert read(many).land.area == 16.0


@pytest.mark.parametrize(
    ("geometry", "found"),
    [
        (None, "it has no geometry"),
        ({"type": "Point", "coordinates": [0, 0]}, "it holds no land (Point)"),
        ({"type": "GeometryCollection", "geometries": []}, "it holds no land (GeometryCollection)"),
        ({"type": "Circle", "coordinates": [0, 0]}, "its geometry is a Circle"),
        ({"type": "Polygon"}, "its coordinates are no list"),
        ({"type": "Polygon", "coordinates": []}, "a polygon is empty"),
        ({"type": "Polygon", "coordinates": [[]]}, "a ring of 0 positions encloses nothing"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "a ring of 3 positions encloses nothing"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "it encloses no land"),
        ({"type": "Polygon", "coordinates": [[["0", "0"], ["1", "0"], ["1", "1"]]]}, "['0', '0'] is no position"),
        ({"type": "Polygon", "coordinates": [[[True, 0], [1, 0], [1, 1]]]}, "[True, 0] is no position"),
        ({"type": "Polygon", "coordinates": [[[0], [1, 0], [1, 1]]]}, "[0] is no position"),
        ({"type": "Polygon", "coordinates": [[None, [1, 0], [1, 1]]]}, "None is no position"),
        ({"type": "Polygon", "coordinates": [[[0, 10**400], [1, 0], [1, 1]]]}, "a number is too large"),
    ],
)
def test_a_shape_that_encloses_nothing_is_refused_with_its_number(geometry: Any, found: str) -> None:
    with pytest.raises(FileRefused) as no:
        geojson.features(collection(feature(polygon(SQUARE)), feature(geometry)))
    assert [(fault.line, fault.column, fault.found) for fault in no.value.faults] == [(2, "geometry", found)]
    assert no.value.counted == "feature"


def test_every_bad_feature_is_told_at_once() -> None:
    with pytest.raises(FileRefused) as no:
        geojson.features(collection(feature(None), feature(polygon(SQUARE)), {"type": "Thing"}, feature(None)))
    assert [fault.line for fault in no.value.faults] == [1, 3, 4]


# ----------------------------------------------------------------------------------------------------------------------
# Files


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"\xff\xfe{\x00}\x00", "The file is not UTF-8 text: save it as GeoJSON in UTF-8."),
        (b"PK\x03\x04", "The file is not JSON: line 1, column 1."),
        (b'{"type": "FeatureCollection", "features": [', "The file is not JSON: line 1, column 44."),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "The file is not JSON: NaN is no number."),
        (b'{"type": "FeatureCollection", "features": [-Infinity]}', "The file is not JSON: -Infinity is no number."),
        (b"[]", "The file is no GeoJSON FeatureCollection: export the layer as GeoJSON."),
        (b'{"type": "Topology"}', "The file is no GeoJSON FeatureCollection: export the layer as GeoJSON."),
        (b'{"type": "FeatureCollection"}', "The file is no GeoJSON FeatureCollection: export the layer as GeoJSON."),
        (b'{"type": "FeatureCollection", "features": []}', "The file holds no features."),
        (b"[" * 100_000, "The file is nested too deeply to be GeoJSON."),
    ],
)
def test_what_is_no_geojson_is_refused_with_a_sentence(content: bytes, wanted: str) -> None:
    assert sentence(content) == wanted


def test_a_number_too_large_for_a_float_is_refused() -> None:
    huge = collection(feature(polygon(SQUARE))).replace(b"43.69", b"1e999")
    assert sentence(huge) == "Feature 1 cannot be used: a number is not finite. Expected finite numbers."


def test_a_byte_order_mark_is_no_harm() -> None:
    assert len(geojson.features(b"\xef\xbb\xbf" + collection(feature(polygon(SQUARE))))) == 1


def test_the_limit_on_features_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "_MOST_FEATURES", 1)
    assert sentence(collection(feature(polygon(SQUARE)), feature(polygon(SQUARE)))) == (
        "The file holds more than 1 features: is it the right one?"
    )


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "properties", "geometry", "coordinates", "geometries", "crs", "name", "features"]),
        inner | st.sampled_from(["Feature", "FeatureCollection", "Polygon", "MultiPolygon", "GeometryCollection"]),
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_json, _json, _json)
def test_nothing_that_is_json_is_more_than_refused(geometry: Any, said: Any, named: Any) -> None:
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "crs": named,
            "features": [{"type": "Feature", "properties": said, "geometry": geometry}, geometry],
        }
    ).encode("utf-8", "surrogatepass")
    with pytest.raises(Refused):
        geojson.features(content)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=8), min_size=1, max_size=3
    )
)
def test_any_rings_become_valid_land_or_are_refused(rings: list[list[tuple[float, float]]]) -> None:
    try:
        land = read({"type": "Polygon", "coordinates": rings}).land
    except FileRefused:
        return
    assert (shapely.is_valid(land), land.geom_type, land.area > 0) == (True, "MultiPolygon", True)


def test_degrees_in_a_file_that_names_a_system_of_metres_are_refused() -> None:
    with pytest.raises(FileRefused) as no:
        read(polygon(SQUARE), crs=crs("EPSG:26917"))
    assert no.value.faults[0].expected == "metres, as EPSG:26917 counts them, or a crs member that names degrees"


def test_rings_too_small_to_mend_are_refused() -> None:
    small = 2.2903437978350513e-84
    ring = [[small, -1.0360566165043644e-152], [0.0, 0.0], [small, 5.6395147409517054e-213],
            [small, -1.0360566165043644e-152], [0.0, small]]  # fmt: skip
    with pytest.raises(FileRefused) as no:
        read({"type": "Polygon", "coordinates": [ring]})
    assert no.value.faults[0].found == "its rings are too tangled to repair"
