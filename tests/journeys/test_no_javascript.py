"""The same way without JavaScript, in a browser and by plain requests."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.ground import HERE, LANGUAGES, NAMED, THERE, Town, Visitor, code_of, pdf_text, spoken


def test_find_meet_check_and_print_without_javascript(visitor: Visitor) -> None:
    officer, resident = visitor(), visitor(java_script_enabled=False)
    resident.go("/")
    page = resident.page
    expect(page.locator("[data-locate]")).to_be_hidden()
    expect(page.locator("[data-map] svg")).to_be_visible()
    resident.find("350 dovercourt")
    resident.lands_on(f"/at/{HERE}")
    faces = page.locator(".team .face")
    assert (faces.count(), faces.first.get_attribute("alt")) == (4, f"Portrait of {NAMED}")
    page.get_by_role("link", name="Is this really my officer?").click()
    resident.lands_on(f"/at/{HERE}/check")
    resident.go(f"/at/{THERE}/check")
    code, name = code_of(officer, 0, THERE)
    page.locator("#code").fill(code)
    page.locator("form .button").click()
    expect(page.locator(".shown bdi").first).to_have_text(name)
    resident.go(f"/at/{HERE}")
    page.get_by_role("link", name="Poster and door card").click()
    expect(page.locator("td a")).to_have_count(3 * len(LANGUAGES))
    page.get_by_role("link", name="Languages").click()
    page.locator('.choices a[lang="fr"]').click()
    resident.lands_on(f"/fr/at/{HERE}/posters")
    resident.go("/areas")
    page.locator('.index a[href$="/at/alderwood"]').click()
    expect(page.locator('main a.button[href^="tel:"]')).to_contain_text("416-808-2222")


def test_by_plain_requests_an_address_leads_to_a_team_with_faces(town: Town) -> None:
    found = town.ask("/find", {"q": "350 dovercourt"})
    assert (found.status, found.url) == (200, f"{town.origin}/at/{HERE}")
    pictures = re.findall(r'<img class="face" src="([^"]+)" alt="Portrait of ([^"]+)"', found.text)
    assert (len(pictures), pictures[0][1]) == (4, NAMED)
    for address, _name in pictures:
        picture = town.ask(address)
        assert (picture.status, picture.headers["Content-Type"]) == (200, "image/svg+xml")
        assert (picture.headers["Cache-Control"], picture.headers["X-Robots-Tag"]) == (
            "no-store",
            "noindex, noimageindex",
        )

    sides = re.findall(r'href="(/demo/spoken-code/[^"]+)"', town.ask(f"/at/{THERE}/check").text)
    code = re.search(r'class="code">([0-9 ]+)<', town.ask(sides[1]).text)
    assert code
    shown = town.ask(f"/at/{THERE}/check", {"code": code[1]})
    assert (shown.status, shown.text.count('<img class="face"')) == (200, 1)
    again = town.ask(f"/at/{THERE}/check", {"code": code[1]})
    assert ("No officer has that code now." in again.text, 'class="shown"' in again.text) == (True, False)

    sheet = town.ask(f"/at/{HERE}/poster-a4.pdf")
    assert sheet.headers["Content-Type"] == "application/pdf"
    assert NAMED in pdf_text(sheet.body)[1]


def test_by_plain_requests_a_point_outside_and_a_point_inside(town: Town) -> None:
    assert town.ask("/find?lat=43.6545&lon=-79.3987").url == f"{town.origin}/at/kensington-chinatown"
    outside = town.ask("/find?lat=43.09&lon=-79.07")
    assert (outside.status, "outside the area this service serves" in outside.text) == (200, True)


def test_every_language_answers_plain_requests(town: Town) -> None:
    for language in LANGUAGES:
        answer = town.ask(spoken("/find", language), {"q": "350 dovercourt"})
        assert (answer.status, answer.url) == (200, town.origin + spoken(f"/at/{HERE}", language))
        assert answer.headers["Content-Language"] == language
        assert answer.text.count('<img class="face"') == 4
