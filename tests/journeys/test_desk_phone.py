"""The desk on a phone, by keyboard alone, and without JavaScript."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect

from tests.journeys.colleagues import (
    CITY,
    ELSEWHERE,
    MOMENTS,
    PASSWORD,
    Staff,
    code_of_app,
    invited,
    joins_by_password,
    name_of,
    serving,
)
from tests.journeys.ground import HERE, Town, Visitor

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_the_code_an_officer_speaks_opens_their_face_on_the_residents_screen(visitor: Visitor, staff: Staff) -> None:
    officer, resident = staff.desk(visitor, "officer", **PHONE), visitor(**PHONE)
    officer.go("/desk/me/")
    officer.page.get_by_role("link", name="Show my code").tap()
    # A code that is about to change would be spoken too late.
    left = int(officer.page.locator("#left b").inner_text())
    if left < 15:
        time.sleep(left + 1)
    digits = re.sub(r"\D", "", officer.page.locator("#code").inner_text())
    resident.go(f"/at/{HERE}/check")
    resident.page.locator("#code").fill(digits)
    resident.page.locator("form .button").tap()
    expect(resident.page.locator(".shown bdi").first).to_have_text(name_of(serving(HERE).badge_number))
    assert resident.page.locator(".shown .face").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_usual_day_is_two_taps_and_so_are_hours_pulled_away(visitor: Visitor, staff: Staff) -> None:
    officer = staff.desk(visitor, "officer", **PHONE)
    page = officer.page
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Hours").tap()
    page.locator("button.usual").tap()
    expect(page.locator(".figures li")).to_have_count(1)
    expect(page.locator(".figures")).to_contain_text("10 h")
    page.locator("summary", has_text="Court").tap()
    page.locator("details[open]").get_by_role("button").first.tap()
    expect(page.locator(".figures li")).to_have_count(2)
    expect(page.locator(".figures")).to_contain_text("9 h")
    for left in (1, 0):
        page.locator(".figures").get_by_role("button", name=re.compile("^Remove")).first.tap()
        expect(page.locator(".figures li")).to_have_count(left)


def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.innerText").strip() == name:
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nothing shows that {name} is in focus"
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_hours_and_hiding_need_no_mouse(visitor: Visitor, staff: Staff) -> None:
    page = staff.desk(visitor, "hiding").page
    _tab_to(page, "Hours")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Hours")
    _tab_to(page, "Court")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text("ourt")
    _tab_to(page, "Remove")
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_have_count(0)
    _tab_to(page, "Today")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Today")
    _tab_to(page, "Hide me now")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("You are hidden")
    _tab_to(page, "Show me again")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Hide me now")).to_be_visible()


def test_everything_works_without_javascript(town: Town, visitor: Visitor) -> None:
    who = next(
        one
        for one in CITY.postings
        if one.area == MOMENTS.member_hands_over and one.role == "member" and one.last and one.last > CITY.today
    )
    plain = visitor(java_script_enabled=False, **PHONE)
    page = plain.page
    words = ("--role", "officer", "--role", "coordinator", "--officer", who.badge_number)
    secret = joins_by_password(plain, invited(town, "plain@example.org", *words))
    used = code_of_app(secret)
    page.get_by_role("button", name="Sign out").tap()
    if page.locator("h1").inner_text() == "Sign out?":
        page.locator("main").get_by_role("button", name="Sign out").tap()

    # By keyboard alone: the way in for whoever has neither a mouse nor a passkey.
    plain.lands_on("/desk/sign-in/")
    _tab_to(page, "Use e-mail and password instead")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("plain@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("One more step")
    while code_of_app(secret) == used:  # each code opens once
        time.sleep(0.5)
    page.locator("#id_code").fill(code_of_app(secret))
    page.keyboard.press("Enter")
    plain.lands_on("/desk/")

    plain.go(f"/desk/proposals/new/?area={HERE}")
    page.locator("[name=officer]").fill(serving(ELSEWHERE).badge_number)
    page.get_by_role("button", name="See what it would change").tap()
    expect(page.get_by_role("heading", name="What it would break")).to_be_visible()
    page.get_by_role("button", name="Drop it").tap()
    expect(page.locator(".done")).to_contain_text("dropped")

    plain.go("/desk/hours/")
    page.locator("button.usual").tap()
    expect(page.locator(".figures")).to_contain_text("10 h")
    page.locator(".figures").get_by_role("button", name=re.compile("^Remove")).tap()
    expect(page.locator(".figures")).to_have_count(0)

    plain.go("/desk/")
    page.get_by_role("link", name="Open the list").first.tap()
    notes = page.locator("section.part", has=page.locator("#note"))
    notes.locator("summary").tap()
    notes.locator("textarea").fill("The market sets up at six.")
    notes.get_by_role("button", name="Add it").tap()
    expect(notes).to_contain_text("The market sets up at six.")
    page.get_by_role("button", name="Everything is here").tap()
    expect(page.locator(".given")).to_contain_text("Everything is here.")
