"""The page that asks who is not heard: its questions, its counts, and who may see it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from byname.concerns import actions
from byname.concerns.models import Concern
from byname.interfaces.desk import unheard
from byname.places import actions as places
from byname.places.models import Neighbourhood
from byname.vocabulary import Actor
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words
from tests.interfaces.desk.test_concerns import raised

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("coordinator"))


@pytest.fixture
def loud(cast: Cast, clerk_of_records: Actor) -> None:
    """Sixty concerns from Old Town, three from Mill; 3 in 10 speak Tamil in Old Town, and nobody wrote in it."""
    now = timezone.now()
    Neighbourhood.objects.filter(official_id__in=(1, 4)).update(population=1000)
    Neighbourhood.objects.exclude(official_id__in=(1, 4)).update(population=None)
    content = b"neighbourhood,language,people\n1,ta,300\n4,pt,10\n"
    places.bring_home_languages(content, file_name="homes.csv", by=clerk_of_records, at=now)
    for number in range(63):
        where = actions.Where("D1", "old-mill", 1 if number < 60 else 4)
        raised(where=where, at=now - timedelta(days=3))
    Concern.objects.update(written_in="en")


def test_the_page_asks_in_plain_questions_what_the_figures_leave_open(loud: None, coordinator: Client) -> None:
    page = words(coordinator.get("/desk/unheard/").content)
    assert "About 60 concerns." in page
    assert "Nobody wrote in Tamil, and 1 in 3 in Old Town speaks it at home: which door is missing?" in page
    assert "From Mill came fewer than 5. As many people elsewhere raised about 32: who could ask there why?" in page
    assert (
        "Nobody, or fewer than 5, raised one at a counter, at a door, by mail, on paper, by phone or by text message: "
        "are these ways open, and known?"
    ) in page
    assert "One neighbourhood raised less than others, beyond chance" in page
    assert "1 language is written less than spoken at home" in page
    # A count under five stands nowhere, nor the whole from which it could be worked out.
    assert ">3<" not in coordinator.get("/desk/unheard/").content.decode()
    assert "63" not in page


def test_nothing_is_claimed_of_a_service_that_has_heard_nothing(coordinator: Client) -> None:
    page = words(coordinator.get("/desk/unheard/").content)
    assert "Hardly a concern was raised" in page
    assert "Nothing stands out beyond chance." in page
    assert "Nothing is known of which languages are spoken at home" in page


def test_it_stands_under_more_for_those_who_may_see_it(cast: Cast, coordinator: Client) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    officer = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    for client, sees in ((coordinator, True), (sergeant, True), (officer, False)):
        assert ("Who are we not hearing?" in client.get("/desk/more/").content.decode()) is sees
        assert client.get("/desk/unheard/").status_code == (200 if sees else 404)


def test_shares_and_counts_are_said_as_neighbours_say_them() -> None:
    assert [unheard.one_in(share) for share in (0.0, 0.11, 0.34, 0.5, 0.9)] == [
        "nobody", "1 in 9", "1 in 3", "every second person", "every second person",
    ]  # fmt: skip
    assert [unheard.many(count) for count in (None, 0, 12)] == ["fewer than 5", "none", "12"]
    assert [unheard.name(code) for code in ("zh", "ta", "pa", "xx")] == ["Chinese", "Tamil", "Punjabi", "xx"]
