"""Days no service has: every form and address of the desk that takes a day answers them with a sentence."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from byname.postings import actions
from byname.postings.models import DutyHours, Posting, Proposal
from byname.vocabulary import Refused
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words

UNLIKELY = ("0001-01-01", "1949-12-31", "2151-01-01", "9999-12-31")
THE_YEARS = "Choose a day between 1950 and 2150."


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    """A coordinator's browser."""
    return staff.at_the_desk(staff.account("coordinator"))


@pytest.mark.parametrize("day", UNLIKELY)
def test_no_cover_is_arranged_nor_ended_then(coordinator: Client, cast: Cast, day: str) -> None:
    page = "/desk/areas/ring/cover/"
    answer = coordinator.post(page, {"officer": cast.elif_.reference, "first_day": day, "last_day": day})
    assert (answer.status_code, THE_YEARS in words(answer.content)) == (422, True)
    gone = coordinator.post(f"{page}end/", {"officer": cast.elif_.reference, "first_day": day})
    assert gone.status_code == 404
    assert Posting.objects.filter(area__slug="ring", role="cover").count() == 0


def test_a_cover_up_to_the_last_day_there_is_is_refused(coordinator: Client, cast: Cast) -> None:
    asked = {"officer": cast.elif_.reference, "first_day": "9999-12-30", "last_day": "9999-12-31"}
    assert coordinator.post("/desk/areas/ring/cover/", asked).status_code == 422


@pytest.mark.parametrize("day", UNLIKELY)
def test_nobody_s_looking_is_asked_for_then(cast: Cast, day: str) -> None:
    overseer = staff.at_the_desk(staff.account("overseer"))
    near = {"0001-01-01": "0001-02-01", "9999-12-31": "9999-12-31"}.get(day, day)
    for asked in ({"first": day, "last": near}, {"first": day}, {"last": day}):
        page = overseer.get("/desk/readings/", asked)
        assert (page.status_code, THE_YEARS in words(page.content)) == (200, True)
        assert overseer.get("/desk/readings.csv", asked).status_code == 200


@pytest.mark.parametrize("day", UNLIKELY)
@pytest.mark.parametrize("field", ["first_on", "planned_end_on"])
def test_nothing_is_proposed_then(coordinator: Client, cast: Cast, field: str, day: str) -> None:
    asked = {"area": "ring", "officer": "1012", "role": "member", "first_on": f"{cast.on.year + 1}-03-01", field: day}
    answer = coordinator.post("/desk/proposals/new/", asked)
    assert (answer.status_code, THE_YEARS in words(answer.content)) == (422, True)
    assert Proposal.objects.count() == 0


@pytest.mark.parametrize("day", ["0001-01-01", "2151-01-01", "9999-12-31"])
def test_a_term_promised_for_ever_is_adopted_by_nobody(coordinator: Client, cast: Cast, day: str) -> None:
    first = cast.on.replace(year=cast.on.year + 1, day=1)
    by = staff.acting(staff.account("coordinator", email="other@service.example"))
    with pytest.raises(Refused, match="The promised end is a day between 1950 and 2150"):
        actions.propose_posting(
            "1012", "ring", "member", first=first, planned_end_on=first.fromisoformat(day), by=by, at=timezone.now()
        )
    number = actions.propose_posting("1012", "ring", "member", first=first, by=by, at=timezone.now())
    Proposal.objects.filter(pk=number).update(planned_end_on=max(day, "1960-01-01") if day > "2" else "9999-12-31")
    page = coordinator.get(f"/desk/proposals/{number}/")
    assert "It cannot be adopted as it stands" in words(page.content)
    assert coordinator.post(f"/desk/proposals/{number}/adopt/").status_code == 422
    assert Posting.objects.filter(area__slug="ring", officer__badge_number="1012").count() == 0


@pytest.mark.parametrize("day", UNLIKELY)
def test_no_posting_ends_then(coordinator: Client, cast: Cast, day: str) -> None:
    answer = coordinator.post(
        f"/desk/areas/ring/end/{cast.ines.reference}/", {"last_day": day, "reason": "operational_need"}
    )
    assert (answer.status_code, THE_YEARS in words(answer.content)) == (422, True)


@pytest.mark.parametrize("day", UNLIKELY)
def test_no_hours_are_recorded_then(cast: Cast, day: str) -> None:
    officer = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    asked = {"on": day, "area": "old-mill", "kind": "present", "hours": "8"}
    before = DutyHours.objects.count()
    assert officer.post("/desk/hours/", asked).status_code == 422
    assert officer.get("/desk/hours/", {"on": day}).status_code == 200
    assert DutyHours.objects.count() == before


@pytest.mark.parametrize("day", UNLIKELY)
def test_no_handover_tells_of_it_then(coordinator: Client, cast: Cast, day: str) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1", "D2"]))
    opened = sergeant.post("/desk/areas/harbour/handover/", {"officer": cast.elif_.reference})
    assert opened.status_code == 303, words(opened.content)
    place = opened["Location"]
    item = {"kind": "contact", "words": "The shelter", "agreed": "on", "agreed_on": day}
    assert sergeant.post(f"{place}add/", item).status_code == 422
    assert coordinator.post(f"{place}told/", {"day": day}).status_code == 422


@pytest.mark.parametrize("year", ["0001", "1949", "2151", "9999", "1950", "2150"])
def test_the_calendar_shows_years_it_can_draw(coordinator: Client, cast: Cast, year: str) -> None:
    for asked in ({"from": year}, {"to": year}, {"from": year, "to": year, "as": "table"}):
        assert coordinator.get("/desk/calendar/", asked).status_code == 200
        assert coordinator.get("/desk/calendar/calendar.csv", asked).status_code == 200


@pytest.mark.parametrize("day", UNLIKELY)
def test_an_address_with_such_a_day_is_no_page(coordinator: Client, cast: Cast, day: str) -> None:
    place = f"/desk/officers/{cast.ana.reference}/ended/old-mill/{day}/"
    assert coordinator.get(place).status_code == 404
