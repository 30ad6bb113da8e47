"""Continuity at the desk: the findings, their tables, their files, and who sees how much."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from xml.etree import ElementTree

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.interfaces import snapshot
from byname.interfaces.desk import charts
from byname.interfaces.desk import findings as told
from byname.interfaces.desk.views import continuity as views
from byname.people import actions as people
from byname.places.models import Area
from byname.postings import actions
from byname.postings.models import Posting, PublishedHours
from byname.vocabulary import Actor
from tests import staff
from tests.cast import Cast

PAGE = "/desk/continuity/"


def publish() -> None:
    PublishedHours.objects.create(
        month_from=timezone.localdate().replace(day=1),
        area=Area.objects.get(slug="harbour"),
        officers=3,
        present_hours=300,
        away_hours=100,
        away_by_reason={"court": 60, "event": 40},
        published_at=timezone.now(),
    )


def findings(text: str) -> list[str]:
    return re.findall(r'<section class="finding".*?<h2[^>]*>(.*?)</h2>', text, re.DOTALL)


def test_each_finding_is_said_in_words(cast: Cast) -> None:
    publish()
    Posting.objects.filter(officer__reference=cast.farid.reference).delete()
    text = staff.at_the_desk(staff.account("coordinator")).get(PAGE).content.decode()
    month = timezone.localdate().strftime("%B")
    assert findings(text) == [
        "1 area has no lead today",
        "One lead leaves within 90 days, and nobody is adopted to follow",
        "Half of all officers have served their area for 1 year 4 months or longer",
        "Officers have served equally long in every division",
        "In 4 of 5 areas nobody left the team in twelve months",
        f"25 of 100 hours were pulled away in {month}, most for court",
        "Terms cut short",
        "How concerns were answered",
    ]


def test_every_picture_is_whole_named_and_has_its_table(cast: Cast) -> None:
    publish()
    text = staff.at_the_desk(staff.account("coordinator")).get(PAGE).content.decode()
    pictures = re.findall(r"<svg class=\"picture\".*?</svg>\s*</figure>", text, re.DOTALL)
    assert len(pictures) == 5
    for picture in pictures:
        drawn = ElementTree.fromstring(picture.replace("</figure>", ""))
        title, described = drawn.find("title"), drawn.find("desc")
        assert title is not None
        assert described is not None
        assert drawn.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
        assert title.text
        assert described.text
    assert text.count("<summary>The same as a table</summary>") == 6
    assert "style=" not in text


def test_the_files_hold_all_of_it_and_no_formula(cast: Cast) -> None:
    publish()
    Area.objects.filter(slug="harbour").update(name="=HYPERLINK(1)")
    desk = staff.at_the_desk(staff.account("coordinator"))
    got = {}
    for which in views._FILES:
        answer = desk.get(f"{PAGE}{which}.csv")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
        got[which] = list(csv.reader(io.StringIO(answer.content.decode())))
    assert [row[0] for row in got["leaving"]] == ["area", "harbour"]
    assert [row[:2] for row in got["teams"]][1:] == [
        ["harbour", "'=HYPERLINK(1)"],
        ["chapel-hill", "Chapel Hill"],
        ["night-market", "Night Market"],
        ["old-mill", "Old Mill"],
        ["ring", "Ring"],
    ]
    assert got["hours"][1][1:5] == ["1", "no", "300", "100"]
    assert [row[1] for row in got["early-ends"]][1:] == [""] * 5
    assert desk.get(f"{PAGE}everything.csv").status_code == 404


def test_a_sergeant_sees_the_own_division(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    text = desk.get(PAGE).content.decode()
    assert findings(text)[:3] == [
        "1 area has no lead today",
        "No lead leaves within 90 days",
        "Half of all officers have served their area for 1 year 4 months or longer",
    ]
    assert "harbour" not in desk.get(f"{PAGE}teams.csv").content.decode()
    officer = staff.at_the_desk(staff.account("officer", officer=cast.ana))
    assert (officer.get(PAGE).status_code, officer.get(f"{PAGE}teams.csv").status_code) == (404, 404)


def test_who_plans_hears_of_leads_that_leave_with_nobody_to_follow(cast: Cast) -> None:
    coordinator, overseer = (staff.at_the_desk(staff.account(role)) for role in ("coordinator", "overseer"))
    assert "about to lose the lead" not in coordinator.get("/desk/").content.decode()
    Posting.objects.filter(officer__reference=cast.farid.reference).delete()
    assert "1 area is about to lose the lead" in coordinator.get("/desk/").content.decode()
    assert "about to lose the lead" not in overseer.get("/desk/").content.decode()


def test_the_page_costs_the_same_for_one_lead_and_for_three(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    desk.get(PAGE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(PAGE).status_code == 200
        return len(captured)

    one = cost()
    soon = timezone.localdate() + timedelta(days=9)
    Posting.objects.filter(role="lead", area__slug__in=["ring", "night-market"]).update(planned_end_on=soon)
    assert cost() == one


def test_a_label_that_is_too_long_or_odd_stays_inside_the_picture() -> None:
    picture = charts.bars("x", "title", [charts.Bar("<b>" + "A very long name of an area " * 3, 1, "3 areas")])
    assert "&lt;b&gt;A very long name of an a…" in picture.inside
    assert charts.bars("x", "t", [charts.Bar("nothing", 0, "0 areas")]).inside.count("<rect") == 2


def test_lengths_of_time_as_people_say_them() -> None:
    assert [told.lasting(days) for days in (0, 1, 30, 31, 365, 366, 800)] == [
        "0 days", "1 day", "30 days", "1 month", "11 months", "1 year", "2 years 2 months",
    ]  # fmt: skip


def test_who_sees_figures_only_reads_no_name_and_nobody_hidden_is_named(cast: Cast, clerk_of_records: Actor) -> None:
    told = {}
    for role in ("analyst", "overseer", "coordinator", "sergeant"):
        desk = staff.at_the_desk(staff.account(role, divisions=["D2"]))
        pages = [desk.get(url).content.decode() for url in (PAGE, f"{PAGE}leaving.csv")]
        told[role] = [name in page for page in pages for name in ("Erdem", "Farahani")]
        assert "harbour" in pages[1]
    assert told == {
        "analyst": [False] * 4,
        "overseer": [False] * 4,
        "coordinator": [True] * 4,
        "sergeant": [True] * 4,
    }
    Posting.objects.filter(officer__reference=cast.farid.reference).delete()
    actions.propose_posting(
        "1006",
        "harbour",
        "lead",
        first=cast.on + timedelta(20),
        by=staff.acting(staff.account("coordinator", email="who-plans@service.example")),
        at=timezone.now(),
    )
    people.hide_officer(cast.farid.reference, by=clerk_of_records, at=timezone.now())
    desk = staff.at_the_desk(staff.account("sergeant", divisions=["D2"], email="own@service.example"))
    row = list(csv.reader(io.StringIO(desk.get(f"{PAGE}leaving.csv").content.decode())))[1]
    assert (row[2], row[6]) == ("Sergeant Erdem", "An officer")


def test_an_area_that_lost_its_lead_comes_first_and_on_the_day_of_its_planner(cast: Cast) -> None:
    client = staff.at_the_desk(staff.account("coordinator"))
    assert "1 area has no lead" in client.get("/desk/").content.decode()
    Posting.objects.filter(area__slug="old-mill", role="lead").update(role="member")
    snapshot.forget()
    page, today = (client.get(url).content.decode() for url in (PAGE, "/desk/"))
    assert findings(page)[0] == "2 areas have no lead today"
    assert re.findall(r'<th scope="row"><a href="([^"]+)"', page)[:2] == [
        "/desk/areas/chapel-hill/",
        "/desk/areas/old-mill/",
    ]
    assert "2 areas have no lead" in today
    assert "The first: Chapel Hill." in today
    elsewhere = staff.at_the_desk(staff.account("sergeant", divisions=["D2"])).get("/desk/").content.decode()
    assert "no lead" not in elsewhere
