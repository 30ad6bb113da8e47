"""The whole way in Urdu, from right to left."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.ground import HERE, NAMED, Visitor, code_of, drawn, pdf_text


def test_find_meet_check_and_print_in_urdu(visitor: Visitor) -> None:
    officer, resident = visitor(), visitor(locale="ur-PK")
    resident.go("/")
    resident.lands_on("/ur/")
    page = resident.page
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("dir")) == ("ur", "rtl")
    resident.find("350 dovercourt")
    resident.lands_on(f"/ur/at/{HERE}")

    assert len(drawn(page.locator(".team .face"))) == 4
    boxes = [face.bounding_box() or {} for face in page.locator(".team .face").all()]
    lead_text = page.locator(".officer.lead h3").bounding_box() or {}
    # Mirrored: the lead's face stands right of her name, the first of the others rightmost.
    assert boxes[0]["x"] > lead_text["x"]
    assert boxes[1]["x"] > boxes[2]["x"] > boxes[3]["x"]
    mark, menu = page.locator(".mark").bounding_box() or {}, page.locator("header nav").bounding_box() or {}
    assert mark["x"] > menu["x"]

    for number in page.locator(".tel").all():
        assert number.evaluate("one => getComputedStyle(one).direction") == "ltr"
        assert re.fullmatch(r"[0-9-]+", number.inner_text()), number.inner_text()
    for name in page.locator("h1 bdi, .officer h3 bdi").all():
        assert name.inner_text().isascii()

    # No named speaker has approved the safety sentences yet: the original stands beside each.
    box = page.locator("main .box")
    for sentence in (
        "They are not on duty day and night.",
        "If it cannot wait, call 416-808-2222.",
        "In danger? Call 911 now.",
    ):
        expect(box.locator('[lang="en"][dir="ltr"]', has_text=sentence)).to_have_count(1)

    page.locator(f'a[href="/ur/at/{HERE}/check"]').click()
    code, name = code_of(officer, 3)
    page.locator("#code").fill(code)
    page.locator("#code").press("Enter")
    drawn(page.locator(".shown .face"))
    expect(page.locator(".shown bdi").first).to_have_text(name)
    expect(page.locator('main [lang="en"]', has_text="Look at the person in front of you.")).to_have_count(1)

    resident.go(f"/ur/at/{HERE}/posters")
    sheet = page.locator('td a[hreflang="ur"]').first
    answer = page.request.get(resident.town.origin + (sheet.get_attribute("href") or ""))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert NAMED in pdf_text(answer.body())[1]


def test_the_numbers_to_ring_stand_in_urdu_with_the_original_beside(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/ur/help-now")
    for sentence in ("Violence at home", "Thoughts of suicide: call or text"):
        expect(resident.page.locator('main [lang="en"]', has_text=sentence).first).to_be_visible()
    for number in resident.page.locator("main .number a").all():
        assert number.evaluate("one => getComputedStyle(one).direction") == "ltr"
