"""Drawn faces are small, plain shapes, the same each time, and fit whom they are drawn for."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from byname.interfaces.jobs.demo import faces
from byname.people import rules as people

MANY = [faces.draw_face(seed) for seed in range(300)]
SHAPES = {"svg", "path", "g", "circle", "ellipse", "rect"}


def test_the_same_seed_draws_the_same_face() -> None:
    assert [faces.draw_face(seed) for seed in range(300)] == MANY


def test_three_hundred_faces_are_three_hundred_different_ones() -> None:
    assert len(set(MANY)) == 300


def test_no_face_is_larger_than_three_kilobytes() -> None:
    assert max(len(face.encode()) for face in MANY) <= 3 * 1024


def test_a_face_is_six_to_seven_and_made_of_shapes_only_without_ids_or_references() -> None:
    for face in MANY:
        root = ElementTree.fromstring(face)
        elements = [root, *root.iter()]
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        assert (root.attrib["width"], root.attrib["height"], 7 * width) == ("120", "140", 6 * height)
        assert {element.tag.split("}")[1] for element in elements} <= SHAPES
        keys = {key for element in elements for key in element.attrib}
        assert not keys & {"id", "href", "style", "class"}
        assert "url(" not in face


def test_every_face_passes_the_rules_for_drawn_photos() -> None:
    assert {people.drawn_face(face).format for face in MANY} == {"svg"}


@pytest.mark.parametrize("style", sorted({*faces.WOMEN_STYLES, *faces.MEN_STYLES}))
@pytest.mark.parametrize("covering", ["", "hijab", "turban", "patka", "cap"])
def test_every_choice_can_be_drawn_at_every_width(style: str, covering: faces.Covering) -> None:
    for width, jaw, chin in ((26, 15, 98), (30, 24, 104)):
        face = faces.Face(skin=3, hair="#221812", style=style, covering=covering, width=width, jaw=jaw, chin=chin)
        for beard in ("", "stubble", "short", "full", "moustache"):
            drawn = faces.draw(replace(face, beard=beard, glasses="round", smile="open", age=2, earrings=True))
            numbers = re.findall(r"-?\d*\.?\d+", " ".join(re.findall(r' d="([^"]*)"', drawn)))
            assert people.drawn_face(drawn).format == "svg"
            assert len(drawn) < 5000
            assert max(abs(float(number)) for number in numbers) <= 140


def test_limits_are_kept() -> None:
    limits = faces.Limits(presents="man", skins=(6, 7), dark_hair=True, coiled=True, covering="")
    chosen = [faces.choose_face(seed, limits) for seed in range(200)]
    assert {face.skin for face in chosen} == {6, 7}
    assert {face.covering for face in chosen} == {""}
    assert {face.style for face in chosen} == set(faces.MEN_STYLES) & set(faces.COILED)
    assert {face.hair for face in chosen} == {*faces.DARK_HAIR, *faces.GREY_HAIR}
    assert {face.lashes for face in chosen} == {False}


def test_every_skin_is_drawn_about_as_often_where_nothing_is_said() -> None:
    counts = Counter(faces.choose_face(seed).skin for seed in range(1600))
    assert sorted(counts) == list(range(8))
    assert min(counts.values()) > 150


def test_a_womans_face_has_no_beard_and_a_turban_goes_with_one() -> None:
    women = [faces.choose_face(seed, faces.Limits(presents="woman")) for seed in range(200)]
    assert {face.beard for face in women} == {""}
    turbans = [faces.choose_face(seed, faces.Limits(presents="man", covering="turban")) for seed in range(50)]
    assert {face.beard for face in turbans} == {"full"}
