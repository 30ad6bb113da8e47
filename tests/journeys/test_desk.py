"""The desk in a browser, each act seen where residents would see it: invited, posted, handed over, hidden."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.colleagues import (
    CITY,
    COMING,
    ELSEWHERE,
    LEAVING,
    Staff,
    invited,
    joins,
    name_of,
    serving,
    with_passkeys,
)
from tests.journeys.ground import HERE, Town, Visitor, asked_everywhere, pdf_text

WITHIN_SECONDS = 1.0


def _seconds_until(holds: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < 10, "it did not come true in ten seconds"
        time.sleep(0.02)
    return time.monotonic() - began


def test_from_an_invitation_by_a_passkey_to_a_posting_that_residents_see(town: Town, visitor: Visitor) -> None:
    coordinator = visitor()
    page = coordinator.page
    coordinator.expected.add("/desk/sign-in/invitation/" + "x" * 43 + "/")
    device = with_passkeys(coordinator)
    link = invited(town, "morgan@example.org", "--role", "coordinator", "--name", "Morgan Adeyemi")
    joins(coordinator, link)
    expect(page.locator(".who")).to_contain_text("Morgan Adeyemi")
    # Once in, the passkey alone opens the desk again; the link opens nothing.
    page.get_by_role("button", name="Sign out").click()
    if page.locator("h1").inner_text() == "Sign out?":
        page.locator("main").get_by_role("button", name="Sign out").click()
    coordinator.lands_on("/desk/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    coordinator.lands_on("/desk/")
    assert town.ask(link).status == 404
    assert device.send("WebAuthn.enable") == {}

    mover = serving(ELSEWHERE, "member")
    name = name_of(mover.badge_number)
    area = "black-creek"
    assert name not in town.ask(f"/at/{area}").text
    coordinator.go(f"/desk/areas/{area}/")
    page.get_by_role("link", name="Propose a posting here").click()
    page.locator("[name=officer]").fill(mover.badge_number)
    page.get_by_label("Leads the team").check()
    page.locator("[name=first_on]").fill(CITY.today.isoformat())
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("heading", name="It cannot be adopted as it stands")).to_be_visible()
    expect(page.locator(".weighed .no")).to_have_count(1)
    expect(page.get_by_role("button", name="Adopt it")).to_have_count(0)
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("Joins the team").check()
    page.get_by_role("button", name="See what it would change").click()
    expect(page.get_by_role("heading", name="What it would break")).to_be_visible()
    expect(page.locator(".weighed .look").first).to_contain_text("early")
    page.locator("form select").select_option("operational_need")
    page.get_by_role("button", name="Adopt it").click()
    expect(page.locator(".done")).to_contain_text("Adopted on")
    assert _seconds_until(lambda: name in town.ask(f"/at/{area}").text) < WITHIN_SECONDS
    time.sleep(WITHIN_SECONDS)
    assert sum(name in text for text in asked_everywhere(town, f"/at/{area}")) == 40
    assert sum(name in text for text in asked_everywhere(town, f"/at/{ELSEWHERE}")) == 0
    resident = visitor()
    resident.go(f"/at/{area}")
    face = resident.page.get_by_alt_text(f"Portrait of {name}")
    face.scroll_into_view_if_needed()
    assert face.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_an_area_is_handed_over_by_the_word_of_both(visitor: Visitor, staff: Staff) -> None:
    leaving, coming = staff.desk(visitor, "leaving"), staff.desk(visitor, "coming")
    for each in (leaving, coming):
        each.page.get_by_role("link", name="Open the list").click()
        expect(each.page.locator("h1")).to_be_visible()
    page = leaving.page
    promises = page.locator("section.part", has=page.locator("#promise"))
    promises.locator("summary").click()
    promises.locator("textarea").fill("The school was promised a walk on the first Monday.")
    promises.get_by_role("button", name="Add it").click()
    expect(promises).to_contain_text("The school was promised a walk")
    unticked = page.locator("button.tick[aria-pressed=false]")
    assert unticked.count() == 3
    while unticked.count():
        unticked.first.click()
    page.get_by_role("button", name="Everything is here").click()
    expect(page.locator(".given")).to_contain_text("Everything is here.")

    coming.page.reload()
    coming.page.get_by_role("button", name="I have met them and taken it over").click()
    expect(coming.page.locator(".done")).to_contain_text("This handover is finished")
    leaving.page.reload()
    expect(leaving.page.locator(".done")).to_contain_text("This handover is finished")
    leaving.go("/desk/")
    expect(leaving.page.get_by_role("link", name="Open the list")).to_have_count(0)
    assert (LEAVING.area, LEAVING.role) == (COMING.area, COMING.role)


def _doors(town: Town, area: str) -> dict[str, str]:
    middle = json.loads(town.ask(f"/api/v1/areas/{area}").text)
    found = re.search(r'"lat":([0-9.-]+),"lon":([0-9.-]+)', json.dumps(middle, separators=(",", ":")))
    assert found
    return {
        "page": f"/at/{area}",
        "embedded card": f"/embed/{area}",
        "area in the API": f"/api/v1/areas/{area}",
        "a point, from memory": f"/api/v1/team?lat={found[1]}&lon={found[2]}",
    }


def _pictures(town: Town, area: str, name: str) -> list[str]:
    """The officer's photo in every size there is."""
    found = re.search(rf'src="(/photo/[^"]+)" alt="Portrait of {re.escape(name)}"', town.ask(f"/at/{area}").text)
    assert found
    sizes = [re.sub("small|medium|large", size, found[1]) for size in ("small", "medium", "large")]
    there = [path for path in sizes if town.ask(path).status == 200]
    assert found[1] in there
    return there


def test_one_tap_hides_an_officer_everywhere_and_one_brings_them_back(
    town: Town, visitor: Visitor, staff: Staff
) -> None:
    name = name_of(serving(ELSEWHERE).badge_number)
    doors, pictures = _doors(town, ELSEWHERE), _pictures(town, ELSEWHERE, name)
    assert [door for door, path in doors.items() if name not in town.ask(path).text] == []
    assert name in pdf_text(town.ask(f"/at/{ELSEWHERE}/poster-a4.pdf").body)[1]
    officer = staff.desk(visitor, "hiding", viewport={"width": 390, "height": 844}, has_touch=True)
    officer.page.get_by_role("button", name="Hide me now").tap()
    expect(officer.page.locator("h1")).to_have_text("You are hidden")
    took = _seconds_until(
        lambda: (
            all(name not in town.ask(path).text for path in doors.values())
            and {town.ask(path).status for path in pictures} == {404}
        )
    )
    assert took < WITHIN_SECONDS
    time.sleep(WITHIN_SECONDS)
    shown = {door: sum(name in text for text in asked_everywhere(town, path)) for door, path in doors.items()}
    assert shown == dict.fromkeys(doors, 0)
    assert {town.ask(path).status for path in pictures for _ in range(20)} == {404}
    for _ in range(6):
        assert name not in pdf_text(town.ask(f"/at/{ELSEWHERE}/poster-a4.pdf").body)[1]
    expect(officer.page.get_by_role("link", name="New poster")).to_have_attribute(
        "href", f"/at/{ELSEWHERE}/poster-a4.pdf"
    )

    officer.page.get_by_role("button", name="Show me again").tap()
    _seconds_until(lambda: all(name in town.ask(path).text for path in doors.values()))


def test_a_photo_taken_away_is_gone_in_every_size_and_the_name_stays(
    town: Town, visitor: Visitor, staff: Staff
) -> None:
    name = name_of(serving(ELSEWHERE).badge_number)
    # They were just shown again: every worker knows by then.
    time.sleep(WITHIN_SECONDS)
    pictures = _pictures(town, ELSEWHERE, name)
    reference = pictures[0].split("/")[2]
    officer = staff.desk(visitor, "hiding")
    officer.go("/desk/me/")
    officer.page.get_by_role("button", name="Take my photo away").click()
    expect(officer.page.locator("main")).to_contain_text("Give a photo")
    assert _seconds_until(lambda: {town.ask(path).status for path in pictures} == {404}) < WITHIN_SECONDS
    time.sleep(WITHIN_SECONDS)
    for path in _doors(town, ELSEWHERE).values():
        heard = asked_everywhere(town, path)
        assert (sum(f"/photo/{reference}/" in text for text in heard), sum(name in text for text in heard)) == (0, 40)
    assert {town.ask(path).status for path in pictures for _ in range(20)} == {404}
    assert name in pdf_text(town.ask(f"/at/{ELSEWHERE}/poster-a4.pdf").body)[1]


def test_what_is_read_at_the_desk_is_seen_by_the_overseer(visitor: Visitor, staff: Staff) -> None:
    coordinator, overseer = staff.desk(visitor, "coordinator"), staff.desk(visitor, "overseer")
    coordinator.go("/desk/officers/?q=" + serving(HERE).badge_number)
    coordinator.page.locator('main a[href^="/desk/officers/O-"]').first.click()
    reference = coordinator.path.split("/")[3]
    overseer.go("/desk/readings/")
    expect(overseer.page.locator("main")).to_contain_text(reference)
    overseer.expected.add("/desk/accounts/")
    overseer.go("/desk/accounts/")
    expect(overseer.page.locator("h1")).to_have_text("There is no such page")
