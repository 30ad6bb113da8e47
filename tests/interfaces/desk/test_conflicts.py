"""Declaring places one will not act on, and what a sergeant is told of it."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from pytest_django import Settings

from byname.people.models import Conflict
from tests import staff
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(addresses: None, cast: Cast) -> Client:
    """Ana's browser."""
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


def offered(client: Client, words: str) -> list[str]:
    """What the page offers for some words."""
    page = client.post("/desk/own/conflicts/", {"place": words}).content.decode()
    return [piece.partition('"')[0] for piece in page.split('name="chosen" value="')[1:]]


def test_a_place_is_found_by_name_number_or_address_and_declared(officer: Client) -> None:
    assert offered(officer, "Old Mill")[0] == "area:old-mill"
    assert offered(officer, "3")[0] == "neighbourhood:3"
    assert offered(officer, "12 Millrace Lane")[0] == "neighbourhood:4"
    answer = officer.post("/desk/own/conflicts/", {"chosen": ["area:old-mill"]})
    assert (answer.status_code, answer["Location"]) == (303, "/desk/own/conflicts/?done=declared")
    assert sorted(Conflict.objects.values_list("place", flat=True)) == ["neighbourhood:1", "neighbourhood:4"]
    page = officer.get("/desk/own/conflicts/").content.decode()
    assert [name in page for name in ("Old Town, neighbourhood 1", "Mill, neighbourhood 4")] == [True, True]


def test_a_place_drawn_by_hand_is_declared_as_itself(officer: Client) -> None:
    officer.post("/desk/own/conflicts/", {"chosen": ["area:night-market"]})
    assert list(Conflict.objects.values_list("place", flat=True)) == ["area:night-market"]


def test_an_address_that_was_typed_is_kept_nowhere(officer: Client) -> None:
    page = officer.post("/desk/own/conflicts/", {"place": "12 Millrace Lane"}).content.decode()
    assert ("Millrace" in page, Conflict.objects.count()) == (False, 0)


def test_what_is_no_place_is_told_and_nothing_is_declared(officer: Client) -> None:
    for sent in ({"place": "zzzzqqqq"}, {"place": ""}, {"place": "x" * 2000}):
        answer = officer.post("/desk/own/conflicts/", sent)
        assert (answer.status_code, "There is something to put right" in answer.content.decode()) == (422, True)
    assert officer.post("/desk/own/conflicts/", {"chosen": ["area:nowhere", "neighbourhood:99"]}).status_code == 422
    assert Conflict.objects.count() == 0


def test_one_s_own_conflict_is_ended_and_nobody_else_s(officer: Client, cast: Cast) -> None:
    officer.post("/desk/own/conflicts/", {"chosen": ["neighbourhood:3"]})
    number = Conflict.objects.get().pk
    other = staff.at_the_desk(staff.account("officer", officer=cast.ines))
    assert other.post(f"/desk/own/conflicts/{number}/end/").status_code == 404
    assert "Ring" not in other.get("/desk/own/conflicts/").content.decode()
    assert officer.post(f"/desk/own/conflicts/{number}/end/").status_code == 303
    assert Conflict.objects.filter(ended_at=None).count() == 0


def test_a_place_that_cannot_be_read_any_more_is_said_to_be_so_and_can_be_ended(
    officer: Client, settings: Settings
) -> None:
    officer.post("/desk/own/conflicts/", {"chosen": ["neighbourhood:3"]})
    number = Conflict.objects.get().pk
    assert "cannot be read" not in officer.get("/desk/own/conflicts/").content.decode()
    # Another installation's key, as after `restore --other-keys`; the sessions stand in the database and stay.
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    assert [officer.get(path).status_code for path in ("/desk/", "/desk/me/", "/desk/areas/")] == [200, 200, 200]
    assert "A place that cannot be read any more" in officer.get("/desk/own/conflicts/").content.decode()
    assert officer.post(f"/desk/own/conflicts/{number}/end/").status_code == 303
    assert "cannot be read" not in officer.get("/desk/own/conflicts/").content.decode()


def test_a_sergeant_is_told_how_many_and_of_their_own_division_only(officer: Client) -> None:
    officer.post("/desk/own/conflicts/", {"chosen": ["area:old-mill"]})
    told = []
    for division in ("D1", "D2"):
        sergeant = staff.at_the_desk(staff.account("sergeant", divisions=[division], email=f"{division}@s.example"))
        page = sergeant.get("/desk/own/conflicts/").content.decode()
        told.append(("have declared 2 places" in page, "Old Town" in page))
    assert told == [(True, False), (False, False)]
    assert "In your division" not in officer.get("/desk/own/conflicts/").content.decode()
