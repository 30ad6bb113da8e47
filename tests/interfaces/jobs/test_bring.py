"""The `bring` command: what a person at a terminal sees, and the exit code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from byname.interfaces.jobs.bring import KINDS
from byname.places.models import Area, Edition
from tests.places import town

pytestmark = pytest.mark.django_db


def bring(*words: object) -> tuple[int, str, str]:
    """(exit code, what was told, what was said beside it)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("bring", *map(str, words), stdout=out, stderr=err, no_color=True)
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "hoods.geojson").write_bytes(town.neighbourhoods())
    (tmp_path / "divisions.geojson").write_bytes(town.divisions())
    (tmp_path / "areas.csv").write_bytes(town.AREAS)
    return tmp_path


EDITION = ("--edition", "2022", "--valid-from", "2022-04-12")


def test_a_file_is_brought_in_and_told(files: Path) -> None:
    assert bring("neighbourhoods", files / "hoods.geojson", *EDITION) == (
        0,
        "Brought in: 4 neighbourhoods, edition “2022” from 2022-04-12: 4 new, 0 kept under their id, 0 gone.\n",
        "  reading hoods.geojson\n  comparing 4 neighbours\n  working out what each division holds\n",
    )
    assert bring("divisions", files / "divisions.geojson", *EDITION, "--schematic")[:2] == (
        0,
        "Brought in: 2 divisions, edition “2022” from 2022-04-12, schematic: 2 new, 0 kept under their id, 0 gone.\n",
    )
    assert bring("divisions", files / "divisions.geojson", *EDITION)[:2] == (
        0,
        (
            "Replaced: 2 divisions, edition “2022” from 2022-04-12: 0 new, 2 kept under their id, 0 gone.\n"
            "2 of 4 neighbourhoods lie in two or more divisions (2 % of the land or more in each).\n"
        ),
    )
    assert bring("areas", files / "areas.csv")[:2] == (
        0,
        "Brought in areas.csv: 2 new areas, 0 changed, 0 as they were.\n",
    )
    assert bring("areas", files / "areas.csv")[:2] == (0, "Nothing changed: all 2 areas are so already.\n")


def test_a_refused_file_is_exit_code_1_with_every_fault(files: Path) -> None:
    town.build()
    (files / "areas.csv").write_text("slug,name,division,neighbourhoods\nA,,D1,1\nb,B,D1,x\n")
    assert bring("areas", files / "areas.csv") == (
        1,
        "",
        (
            "Not brought in. Some areas cannot be used.\n"
            "  line 2, slug: found “A”, expected small letters and digits with hyphens between, such as "
            "little-portugal\n"
            "  line 2, name: expected the area's name, up to 120 plain letters\n"
            "  line 3, neighbourhoods: found “x”, expected numbers of neighbourhoods, each once, with ; between them, "
            "such as 78;84\n"
        ),
    )
    assert Area.objects.count() == 0


def test_a_bad_feature_is_told_as_a_feature(files: Path) -> None:
    (files / "hoods.geojson").write_bytes(town.neighbourhoods(town.neighbourhood(1), town.feature(None)))
    code, _, said = bring("neighbourhoods", files / "hoods.geojson", *EDITION)
    assert (code, said.splitlines()[1:]) == (
        1,
        [
            "Not brought in. Feature 2 cannot be used: it has no geometry. Expected a Polygon or a MultiPolygon.",
            "  feature 2, geometry: found “it has no geometry”, expected a Polygon or a MultiPolygon",
        ],
    )
    assert Edition.objects.count() == 0


def test_of_very_many_faults_the_first_thousand_are_shown(files: Path) -> None:
    town.build()
    (files / "areas.csv").write_text("slug,name,division,neighbourhoods\n" + "A,A,D1,1\n" * 1010)
    lines = bring("areas", files / "areas.csv")[2].splitlines()
    assert (len(lines), lines[-1]) == (1002, "  and 10 more")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("areas",), "Which file? Write: bring areas FILE"),
        (("areas", "{}/nowhere.csv"), "There is no file {}/nowhere.csv."),
        (("areas", "{}"), "{} is a folder, not a file."),
        (("neighbourhoods", "{}/hoods.geojson", "--template"),
         "There is no template for neighbourhoods: it is the official file, as published."),
        (("neighbourhoods", "{}/hoods.geojson"),
         ("Neighbourhoods come in editions: write --edition with its name and --valid-from with its first day, such as "
         '--edition "2022" --valid-from 2022-04-12.')),
        (("divisions", "{}/hoods.geojson", "--edition", "2022", "--valid-from", "12/04/2022"),
         "'12/04/2022' is no day: write it as 2022-04-12."),
        (("divisions", "{}/hoods.geojson", "--edition", " ", "--valid-from", "2022-04-12"),
         'An edition has a short name of letters and digits, such as "2022".'),
    ],
)  # fmt: skip
def test_a_slip_on_the_command_line_is_told_in_a_sentence(files: Path, words: tuple[str, ...], sentence: str) -> None:
    code, told, said = bring(*(word.format(files) for word in words))
    assert (code, told, said) == (1, "", f"Not brought in. {sentence.format(files)}\n")


def test_each_template_has_a_header_and_an_example(tmp_path: Path) -> None:
    for name, kind in KINDS.items():
        if kind.template:
            assert bring(name, "--template") == (0, kind.template.rstrip("\n") + "\n", "")


def test_the_templates_of_places_can_be_brought_in(tmp_path: Path) -> None:
    numbers = {"AREA_SHORT_CODE": 23}, {"AREA_SHORT_CODE": 84}
    town.bring(
        "neighbourhoods", town.neighbourhoods(*(town.neighbourhood(n, **said) for n, said in enumerate(numbers, 1)))
    )
    far = town.collection(
        *(town.feature(town.polygon(town.SQUARES[n]), DIV=code) for n, code in ((1, "D14"), (2, "D31")))
    )
    town.bring("divisions", far)
    for name in ("home-divisions", "home-languages", "areas", "service", "concerns"):
        path = tmp_path / name
        path.write_text(bring(name, "--template")[1])
        code, told, said = bring(name, path)
        assert (name, code, said) == (name, 0, ""), told


def test_a_database_that_does_not_answer_is_told(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("byname.places.actions.bring_areas", away)
    assert bring("areas", files / "areas.csv") == (
        1,
        "",
        "Not brought in. The database does not answer: is byname running (./byname up), or DATABASE_URL right?\n",
    )
