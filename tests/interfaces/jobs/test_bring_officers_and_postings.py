"""Bringing officers and postings in from CSV: as people's spreadsheets write it, whole or not at all."""

from __future__ import annotations

import contextlib
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from byname.interfaces.jobs.bring.tables import Line, read_table
from byname.people import queries as people
from byname.people.models import Officer
from byname.places import actions as places
from byname.postings.models import Posting
from byname.vocabulary import PUBLIC, SYSTEM, Actor, FileRefused, RowFault
from tests.places import town as places_town
from tests.postings import town

HEAD = "badge_number,given_name,family_name,rank"


def bring(kind: str, path: Path) -> tuple[int, str, str]:
    """The exit code, what was said, and what was said of faults."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("bring", kind, str(path), stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def template(kind: str) -> str:
    out = io.StringIO()
    call_command("bring", kind, "--template", stdout=out)
    return out.getvalue()


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def built(db: None, noon: datetime, clerk_of_records: Actor) -> None:
    """The land of the town."""
    town.build(by=clerk_of_records, at=noon)


def test_the_template_of_officers_comes_in_as_it_is(
    db: None, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    # The officer of the template lives in neighbourhood 12.
    places.bring_boundaries(
        "neighbourhoods",
        places_town.neighbourhoods(places_town.neighbourhood(1, AREA_SHORT_CODE=12)),
        file_name="twelve.geojson",
        edition="2023",
        valid_from=date(2023, 1, 1),
        by=clerk_of_records,
        at=noon,
    )
    (tmp_path / "faces").mkdir()
    Image.new("RGB", (400, 480)).save(tmp_path / "faces" / "8123.jpg")
    file = written(tmp_path / "officers.csv", template("officers"))
    assert bring("officers", file) == (
        0,
        "1 officers added, 0 brought up to date, 0 as they were\n1 photos made anew\n",
        "",
    )
    reference = Officer.objects.get().reference
    officer = people.public_officers([reference], viewer=PUBLIC)[reference]
    assert (officer.name, officer.languages, officer.skills, officer.photo and officer.photo.formats) == (
        "Amara Okoye",
        ("en", "fr", "yue"),
        ("youth", "mental_health"),
        ("webp", "jpeg"),
    )
    assert people.officers_to_post(["8123"], viewer=SYSTEM)["8123"].lives_in == 12
    assert bring("officers", file)[1] == "nothing changed: 1 officers were as they are\n"


def test_the_template_of_postings_comes_in_as_it_is(built: None, tmp_path: Path) -> None:
    rows = f"{HEAD}\n8123,Amara,Okoye,Constable\n8124,Ben,Roy,Constable\n"
    assert bring("officers", written(tmp_path / "officers.csv", rows))[0] == 0
    file = written(tmp_path / "postings.csv", template("postings").replace("little-portugal", "oak"))
    assert bring("postings", file) == (0, "2 postings added, 0 brought up to date, 0 as they were\n", "")
    assert list(Posting.objects.order_by("pk").values_list("role", "ended_early_reason", "planned_end_on")) == [
        ("lead", "promotion", date(2028, 3, 1)),
        ("lead", "", date(2030, 9, 14)),
    ]
    assert bring("postings", file)[1] == "nothing changed: 2 postings were as they are\n"


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n1,Élodie,Roy,Constable\n".encode(),
        f"{HEAD}\r\n1,Élodie,Roy,Constable\r\n".encode(),
        f"{HEAD}\r1,Élodie,Roy,Constable\r".encode(),
        f"\ufeff{HEAD}\n1,Élodie,Roy,Constable\n".encode(),
        f"\ufeff{HEAD}\r\n1,Élodie,Roy,Constable\r\n".replace(",", ";").encode(),
        f"sep=;\r\n{HEAD}\r\n1,Élodie,Roy,Constable\r\n".replace(",", ";").encode(),
        f"{HEAD}\n1,Élodie,Roy,Constable".replace(",", "\t").encode(),
        f"\n{HEAD.upper()}\n\n 1 , Élodie , Roy , Constable \n,,,\n".encode(),
    ],
)
def test_a_spreadsheet_is_read_however_it_was_saved(db: None, tmp_path: Path, content: bytes) -> None:
    assert bring("officers", written(tmp_path / "o.csv", content))[0] == 0
    assert Officer.objects.values_list("badge_number", "given_name", "family_name").get() == ("1", "Élodie", "Roy")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty; --template prints one to start from."),
        (b"\n\n", "The file is empty; --template prints one to start from."),
        (f"{HEAD}\n,,,\n".encode(), "The file has a header and no rows."),
        (
            f"{HEAD}\n1,Ada,One,Constable\n".replace(",", "|").encode(),
            "Line 1 is one column only: save the file as CSV, with commas between the columns.",
        ),
        (
            f"{HEAD}\n1,Ada,One,Constable\n2,Élodie,Roy,Constable\n".encode("latin-1"),
            "Line 3 is not written in UTF-8; in Excel, save the file as “CSV UTF-8”.",
        ),
        (f"{HEAD}\n".encode("utf-16"), "The file is written in UTF-16; save it as “CSV UTF-8”."),
        (f"{HEAD}\n1,A\0da,One,Constable\n".encode(), "The file is not text: it holds NUL characters."),
        (
            f"{HEAD}\n1,{'x' * 140_000},One,Constable\n".encode(),
            "Line 2 cannot be read as CSV: field larger than field limit (131072).",
        ),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(db: None, tmp_path: Path, content: bytes, sentence: str) -> None:
    code, said, faults = bring("officers", written(tmp_path / "o.csv", content))
    assert (code, said, faults) == (1, "", f"Not brought in. {sentence}\n")


def faults_of(content: str) -> list[RowFault]:
    with pytest.raises(FileRefused) as no:
        read_table(content.encode(), columns=("a", "b", "c"), needed=("a", "b"))
    return list(no.value.faults)


def test_faults_of_shape_are_told_with_their_line_and_column() -> None:
    assert faults_of("a,d,a\n") == [
        RowFault(1, "b", "", "this column; --template shows them all"),
        RowFault(1, "d", "d", "one of a, b, c"),
        RowFault(1, "a", "a", "each column once"),
    ]
    assert faults_of('a,b\n1,2\n\n"two\nlines",3,4\n5\n') == [
        RowFault(
            4,
            "the whole line",
            "3 cells",
            "2 cells, as in the first line; is there a quotation mark that nothing closes?",
        ),
        RowFault(6, "the whole line", "1 cells", "2 cells, as in the first line"),
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text("a,b;\t\n\r\"'=sep123 é\0", max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_refused_with_a_sentence(content: bytes) -> None:
    for whole in (content, b"a,b\n" + content):
        lines: list[Line] = []
        with contextlib.suppress(FileRefused):
            lines = read_table(whole, columns=("a", "b", "c"), needed=("a", "b"))
        assert [set(line.cells) - {"a", "b", "c"} for line in lines] == [set()] * len(lines)


def test_every_fault_of_the_officers_is_told_at_once_and_nothing_comes_in(db: None, tmp_path: Path) -> None:
    rows = (
        f"{HEAD},languages,lives_in,photo_consented_on,photo_file\n"
        "1,Ada,One,Constable,en,,2026-03-15,page.jpg\n"
        "2,Ben,Two,Sheriff,english,here,03/04/2026,faces/none.jpg\n"
        "1,Cy,Three,Constable,en,,,\n"
        "3,Di,Four,Constable,en,,2026-02-30,../../etc/passwd\n"
    )
    written(tmp_path / "page.jpg", "<!doctype html>")
    code, said, faults = bring("officers", written(tmp_path / "o.csv", rows))
    assert (code, said, Officer.objects.count()) == (1, "", 0)
    assert faults.splitlines() == [
        "Not brought in. 9 things in the file need mending.",
        (
            "  line 2, photo_file: found “page.jpg”, expected another photo. This file is not only a picture; "
            "save the photo as a plain JPEG."
        ),
        "  line 3, lives_in: found “here”, expected a whole number, or nothing",
        "  line 3, photo_consented_on: found “03/04/2026”, expected a day such as 2026-03-15",
        "  line 3, photo_file: found “faces/none.jpg”, expected a photo beside the file, such as faces/8123.jpg",
        (
            "  line 3, rank: found “Sheriff”, expected one of Auxiliary Constable, Special Constable, Constable, "
            "Detective Constable, Corporal, Sergeant, Detective Sergeant, Staff Sergeant, Inspector, Superintendent"
        ),
        "  line 3, languages: found “english”, expected language codes such as en;fr;yue (ISO 639)",
        "  line 4, badge_number: found “1”, expected each badge number once; line 2 has it too",
        "  line 5, photo_consented_on: found “2026-02-30”, expected a day such as 2026-03-15",
        "  line 5, photo_file: found “../../etc/passwd”, expected a photo beside the file, such as faces/8123.jpg",
    ]


def test_every_fault_of_the_postings_is_told_at_once_and_nothing_comes_in(
    built: None, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    town.enlist(town.officer("1"), town.officer("2"), by=clerk_of_records, at=noon)
    rows = (
        "badge_number,area,role,first,last\n"
        "1,oak,lead,2024-01-01,\n"
        "2,oak,lead,2025-01-01,\n"
        "2,nowhere,member,2023-01-01,2022-01-01\n"
        "9,elm,member,tomorrow,\n"
        "1,oak,lead,2024-01-01,\n"
    )
    code, _, faults = bring("postings", written(tmp_path / "p.csv", rows))
    assert (code, Posting.objects.count()) == (1, 0)
    assert faults.splitlines() == [
        "Not brought in. 6 things in the file need mending.",
        (
            "  line 3, first: found “2025-01-01”. Constable Ofb (1) leads Oak since 2024-01-01 (line 2); "
            "an area has one lead at a time."
        ),
        "  line 4, last: found “2022-01-01”, expected a day after the first, 2023-01-01",
        (
            "  line 4, area: found “nowhere”, expected an area that was brought in, by its short name such as "
            "little-portugal"
        ),
        "  line 5, first: found “tomorrow”, expected a day such as 2026-03-15",
        "  line 5, badge_number: found “9”, expected the badge number of an officer on the register",
        "  line 6, badge_number: found “1”, expected each officer, area and first day once; line 2 has them too",
    ]


def test_an_officer_does_not_move_into_the_area_they_serve(
    built: None, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    town.enlist(town.officer("1"), by=clerk_of_records, at=noon)
    town.post(town.posting("1", "elm", "member", "2025-01-01"), by=clerk_of_records, at=noon)
    answers = [
        bring("officers", written(tmp_path / "o.csv", f"{HEAD},lives_in\n1,Ada,Ofb,Constable,{home}\n"))
        for home in (3, 1)
    ]
    assert answers == [
        (
            1,
            "",
            (
                "Not brought in. One thing in the file needs mending.\n  line 2, lives_in: found “3”, "
                "expected an end to their posting there first: nobody is posted where they live\n"
            ),
        ),
        (0, "0 officers added, 1 brought up to date, 0 as they were\n0 photos made anew\n", ""),
    ]


def test_an_officer_lives_in_a_neighbourhood_that_is_here(built: None, tmp_path: Path) -> None:
    rows = f"{HEAD},lives_in\n1,Ada,Ofb,Constable,99999\n"
    assert bring("officers", written(tmp_path / "o.csv", rows)) == (
        1,
        "",
        (
            "Not brought in. One thing in the file needs mending.\n  line 2, lives_in: found “99999”, "
            "expected the number of a neighbourhood that was brought in, or nothing\n"
        ),
    )


def test_an_area_does_not_come_to_hold_the_home_of_an_officer_who_serves_it(
    built: None, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    town.enlist(town.officer("1", lives_in=3), by=clerk_of_records, at=noon)
    town.post(town.posting("1", "oak", "member", "2025-01-01"), by=clerk_of_records, at=noon)
    file = "slug,name,division,neighbourhoods,served_since,phone,email\noak,Oak,D11,1;{},2020-01-01,416-555-0111,\n"
    answers = [bring("areas", written(tmp_path / "areas.csv", file.format(more))) for more in (3, 4)]
    assert answers == [
        (
            1,
            "",
            (
                "Not brought in. Constable Ofb (1) serves Oak, which would hold the neighbourhood they live in. Nobody "
                "is posted where they live: end that posting first.\n"
            ),
        ),
        (0, "Brought in areas.csv: 0 new areas, 1 changed, 0 as they were.\n", ""),
    ]


def test_mistakes_in_a_file_of_postings_are_mended_by_another(
    built: None, tmp_path: Path, noon: datetime, clerk_of_records: Actor
) -> None:
    town.enlist(town.officer("1"), town.officer("2"), by=clerk_of_records, at=noon)
    town.post(
        town.posting("1", "oak", "lead", "2024-01-01"),
        town.posting("2", "elm", "lead", "2026-11-20"),
        by=clerk_of_records,
        at=noon,
    )
    rows = (
        "badge_number,area,role,first,first_was,never_was\n"
        "1,oak,lead,2024-02-01,2024-01-01,\n"
        "2,elm,lead,2026-11-20,,yes\n"
    )
    file = written(tmp_path / "p.csv", rows)
    told = "0 postings added, 1 brought up to date, 0 as they were\n1 struck from the record: they never were\n"
    assert bring("postings", file) == (0, told, "")
    assert [row.period.lower for row in Posting.objects.all()] == [date(2024, 2, 1)]
    assert bring("postings", file)[1] == "nothing changed: 2 postings were as they are\n"


def test_a_long_cell_is_cut_where_it_is_told(db: None, tmp_path: Path) -> None:
    rows = f"{HEAD}\n1,Ada,{'x' * 5000},Constable\n"
    assert bring("officers", written(tmp_path / "o.csv", rows))[2].splitlines()[1] == (
        f"  line 2, family_name: found “{'x' * 60}…”, expected a name of letters, up to 60, such as Okoye"
    )
