"""The `officer` command: an officer in danger is hidden by one line, and what to do next is said."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from byname.interfaces import snapshot
from byname.ledger import queries as ledger
from byname.people import queries as people
from byname.vocabulary import PUBLIC, Actor
from tests import cast as city

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(clerk_of_records: Actor) -> city.Cast:
    """The invented city."""
    return city.build(by=clerk_of_records, at=timezone.now())


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, what was printed, what was complained of."""
    try:
        call_command("officer", *words)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    said = capsys.readouterr()
    return code, said.out, said.err


def lead(cast: city.Cast) -> tuple[str, str]:
    """Reference and badge of the officer who leads the first team."""
    first = next(posting for team in snapshot.city().serving for posting in team.postings if posting.role == "lead")
    return first.officer.reference, first.officer.badge_number


def test_a_hidden_officer_is_gone_and_the_posters_are_named(
    cast: city.Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    reference, badge = lead(cast)
    code, out, _ = run(capsys, "hide", badge)
    areas = [team.area.slug for team in snapshot.city().serving if reference in repr(team)]
    assert (code, areas, reference in snapshot.city().references) == (0, [], False)
    assert out.split("; posters to take down: ")[0].endswith(f"({badge}): hidden")
    assert out.count("posters to take down") == 1
    assert [line.event for line in ledger.lines_about("officer", reference, viewer=PUBLIC)][-1] == "officer.hidden"


def test_hiding_twice_says_so_and_showing_undoes_it(cast: city.Cast, capsys: pytest.CaptureFixture[str]) -> None:
    reference, badge = lead(cast)
    run(capsys, "hide", badge)
    assert "was hidden already" in run(capsys, "hide", reference)[1]
    assert run(capsys, "show", badge)[1].endswith("shown again\n")
    assert run(capsys, "show", badge)[1].endswith("was not hidden\n")
    assert reference in snapshot.city().references


def test_a_withdrawn_photo_is_destroyed(cast: city.Cast, capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(
        posting.officer
        for team in snapshot.city().serving
        for posting in team.postings
        if posting.officer.photo is not None
    )
    form = shown.photo.formats[0] if shown.photo else ""
    assert people.photo(shown.reference, "large", form, viewer=PUBLIC) is not None
    assert run(capsys, "withdraw-photo", shown.badge_number)[1].endswith("the photo is gone\n")
    assert people.photo(shown.reference, "large", form, viewer=PUBLIC) is None
    assert run(capsys, "withdraw-photo", shown.badge_number)[1].endswith("had no photo\n")


def test_one_unknown_name_changes_nothing(cast: city.Cast, capsys: pytest.CaptureFixture[str]) -> None:
    reference, badge = lead(cast)
    assert run(capsys, "hide", badge, "00000") == (1, "", "There is no officer 00000. Nothing was changed.\n")
    assert reference in snapshot.city().references
