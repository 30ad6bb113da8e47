"""Cover at the desk: finding who stands in, arranging it, ending it."""

from __future__ import annotations

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from byname.postings.models import Posting
from tests import staff
from tests.cast import Cast

PAGE = "/desk/areas/ring/cover/"


def days(first: int, last: int) -> dict[str, str]:
    today = timezone.localdate()
    return {
        "first_day": (today + timedelta(days=first)).isoformat(),
        "last_day": (today + timedelta(days=last)).isoformat(),
    }


def test_an_officer_is_found_chosen_and_covers(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    found = desk.get(PAGE, {"who": "juhl"}).content.decode()
    assert f'href="?officer={cast.jonas.reference}"' in found
    assert "Night Market" in found
    chosen = desk.get(PAGE, {"officer": cast.elif_.reference}).content.decode()
    assert "Sergeant Erdem (1005) covers" in chosen
    answer = desk.post(PAGE, {"officer": cast.elif_.reference, **days(1, 3)})
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    cover = Posting.objects.get(area__slug="ring", role="cover")
    assert (cover.period.upper - cover.period.lower).days == 3


def test_a_caution_is_read_before_it_is_done(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    asked = {"officer": cast.jonas.reference, **days(1, 3)}
    first = desk.post(PAGE, asked)
    text = first.content.decode()
    assert first.status_code == 422
    assert "Constable Juhl (1010) is the only officer of Night Market." in text
    assert '<input type="hidden" name="seen" value="on">' in text
    assert desk.post(PAGE, asked | {"seen": "on"}).status_code == 303


def test_what_cannot_be_is_said_beside_the_form(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    for asked in (days(3, 1), days(0, 200), {"first_day": "x", "last_day": ""}, {}):
        answer = desk.post(PAGE, {"officer": cast.elif_.reference, **asked})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert "Enter a valid date" not in answer.content.decode()
        assert "This field is required" not in answer.content.decode()
    assert (
        "Choose a day, such as 2027-03-01."
        in desk.post(PAGE, {"officer": cast.elif_.reference, **days(1, 3), "last_day": "x"}).content.decode()
    )
    assert Posting.objects.filter(area__slug="ring", role="cover").count() == 0


def test_a_sergeant_covers_the_own_division_alone(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    assert desk.get(PAGE).status_code == 200
    assert "No officer you answer for is called that." in desk.get(PAGE, {"who": "albuquerque"}).content.decode()
    missing = desk.get("/desk/areas/no-such-area/cover/")
    other = desk.get("/desk/areas/old-mill/cover/")
    assert (other.status_code, missing.status_code) == (404, 404)
    one, two = (re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", page.content) for page in (other, missing))
    assert one == two
    assert desk.get(PAGE, {"officer": cast.ana.reference}).status_code == 404
    officer = staff.at_the_desk(staff.account("officer", officer=cast.hugo))
    assert officer.get(PAGE).status_code == 404


def test_covers_that_end_this_week_stand_on_today_and_end_when_told(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    assert "The cover of Old Mill ends" in desk.get("/desk/").content.decode()
    assert "Constable Dellarosa" in desk.get(reverse("covers")).content.decode()
    ended = {"officer": cast.dina.reference, "first_day": timezone.localdate().isoformat()}
    for _ in range(2):
        answer = desk.post("/desk/areas/old-mill/cover/end/", ended)
        assert (answer.status_code, answer["Location"]) == (303, "/desk/areas/old-mill/cover/")
    elsewhere = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    assert elsewhere.post("/desk/areas/old-mill/cover/end/", ended).status_code == 404
    assert desk.post("/desk/areas/old-mill/cover/end/", {}).status_code == 404
    assert "The cover of Old Mill ends" not in desk.get("/desk/").content.decode()
