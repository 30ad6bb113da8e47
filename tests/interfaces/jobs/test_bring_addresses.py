"""`bring addresses` at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from byname.places.queries.addresses import search_addresses
from byname.vocabulary import PUBLIC

pytestmark = pytest.mark.django_db


def brought(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    call_command("bring", "addresses", *words)
    said = capsys.readouterr()
    return said.out, said.err


def test_the_template_can_be_brought_in_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template, _ = brought("--template", capsys=capsys)
    path = tmp_path / "mine.csv"
    path.write_text(template, encoding="utf-8")
    out, _ = brought(str(path), capsys=capsys)
    assert out == "mine.csv: addresses 1, streets 1, named places 1.\n"
    assert search_addresses("350 dovercourt", viewer=PUBLIC)[0].label == "350 Dovercourt Rd"
    out, _ = brought(str(path), capsys=capsys)
    assert out == "mine.csv: exactly this file is in already, nothing changed.\n"


def test_each_fault_is_told_with_its_line_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("address,lat,lon\n1 King St,43.6,-79.4\nKing St,43.6,-79.4\n", encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        brought(str(path), capsys=capsys)
    assert end.value.code == 1
    assert capsys.readouterr().err == (
        "Not brought in. 1 line cannot be read.\n"
        "  line 3, address: found “King St”, expected a house number and a street, such as 350 Dovercourt Rd\n"
    )
    assert search_addresses("1 king st", viewer=PUBLIC) == ()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        brought(str(tmp_path / "none.csv"), capsys=capsys)
    assert end.value.code == 1
    assert capsys.readouterr().err == "Not brought in. The file cannot be read: No such file or directory.\n"
