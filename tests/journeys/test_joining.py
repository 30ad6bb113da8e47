"""What an officer published is found by a neighbour, joined and followed: without JavaScript, in English and Urdu."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from xml.etree import ElementTree as ET

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests.journeys.colleagues import Staff
from tests.journeys.ground import HERE, NAMED, Town, Visit, Visitor, drawn, sideways

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TOLD = "Zebediah from 77 Quietwater Crescent races past the school at eight."


def raised(town: Town) -> str:
    """The reference of a concern somebody raised by plain requests."""
    form = {
        "kind": "area",
        "at": HERE,
        "category": "traffic",
        "what": TOLD,
        "whom": "team",
        "who": "anonymous",
        "number": secrets.token_urlsafe(16),
        "step": "check",
        "go": "send",
        "hinted": "",
    }
    said = town.ask("/raise/", form).text
    if "receipt" not in said:  # their words tell of somebody: they are asked once more
        hinted = re.search(r'name="hinted" value="(\w+)"', said)
        assert hinted
        said = town.ask("/raise/", form | {"hinted": hinted[1]}).text
    found = re.search(r"C(-[0-9A-Z]{4}){2}-[0-9A-Z]{3}", said)
    assert found
    return found[0]


def published(town: Town, visitor: Visitor, staff: Staff, words: str) -> str:
    """The reference of a concern whose wording the area's officer made public at the desk."""
    reference = raised(town)
    officer = staff.desk(visitor, "officer")
    officer.go(f"/desk/concerns/{reference}/publish/")
    officer.page.locator('[name="words"]').fill(words)
    officer.page.locator('[name="done"]').fill("A sign is asked for.")
    officer.page.locator('button[value="look"]').click()
    officer.page.locator('button[value="publish"]').click()
    expect(officer.page.locator("main")).to_contain_text("It is public.")
    return reference


def joins(resident: Visit, words: str) -> str:
    """The private page's path of whoever joins from the way of raising."""
    page = resident.page
    page.locator('main a.button[href*="/raise/"]').first.click()
    page.locator('#tell button[value="whole"]').click()
    page.locator('input[value="traffic"]').check()
    page.locator('#tell button[value="next"]').click()
    expect(page.locator("main")).to_contain_text(words)
    page.locator(".heard > li", has_text=words).locator('a[href*="/join/"]').click()
    page.locator("#email").fill("joan")
    page.locator(".onward button.button").click()
    expect(page.locator("#faults")).to_be_visible()
    page.locator("#email").fill("joan@home.example")
    page.locator(".onward button.button").click()
    assert NAMED in drawn(page.locator(".receipt .face"))[0]
    return page.locator("a.link").get_attribute("href") or ""


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_published_concern_is_found_joined_and_followed_without_javascript(
    language: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    words = f"Speeding on the school stretch, weekday mornings ({language})"
    reference = published(town, visitor, staff, words)
    resident = visitor(java_script_enabled=False, locale=f"{language}-CA", **PHONE)
    # What is not complete is said with a 422, which the browser's console repeats.
    prefix = "" if language == "en" else f"/{language}"
    resident.expected.add(f"{prefix}/join/{reference}")
    resident.go(f"/at/{HERE}")
    page = resident.page
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")
    page.locator(f'a[href="{prefix}/at/{HERE}/heard"]').click()
    expect(page.locator(f"#{reference}")).to_contain_text(words)
    pushed = [sideways(page)]
    resident.go(f"{prefix}/heard/")
    expect(page.locator(".counted")).to_contain_text("Little Portugal")
    pushed.append(sideways(page))
    resident.go(f"{prefix}/at/{HERE}")
    link = joins(resident, words)
    pushed.append(sideways(page))
    page.locator("a.link").click()
    expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("main")).not_to_contain_text("Zebediah")
    pushed.append(sideways(page))
    page.locator("#words").fill("It is so in the evenings as well.")
    page.locator("form:has(#words) .button").click()
    expect(page.locator("#last")).to_contain_text("It is so in the evenings as well.")
    assert (link.startswith(f"{town.origin}{prefix}/c/"), [wide for wide in pushed if wide]) == (True, [])
    feed = ET.fromstring(town.ask(f"{prefix}/at/{HERE}/heard.atom").body)
    assert words in {node.text for node in feed.iter("{http://www.w3.org/2005/Atom}title")}
    for path in (f"/at/{HERE}/heard", "/heard/", f"/at/{HERE}/heard.rss", "/api/v1/heard", f"/join/{reference}"):
        assert [secret for secret in ("Zebediah", "Quietwater", "joan") if secret in town.ask(path).text] == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ur", "dark")])
def test_axe_finds_nothing_on_what_strangers_see(
    language: str, scheme: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    reference = published(town, visitor, staff, f"Cars on the pavement ({language}, {scheme})")
    resident = visitor(color_scheme=scheme, reduced_motion="reduce", locale=f"{language}-CA")
    prefix = "" if language == "en" else f"/{language}"
    found: dict[str, object] = {}
    for path in (f"/at/{HERE}/heard", "/heard/", f"/join/{reference}", "/weekly/unknown/"):
        resident.go(prefix + path)
        page = resident.page
        page.evaluate(AXE)
        for width in (1280, 500, 320):
            page.set_viewport_size({"width": width, "height": 800})
            said = page.evaluate(f"() => axe.run(document, {json.dumps(EVERYTHING)}).then((said) => said.violations)")
            faults = [f"{rule['id']} {node['target']}" for rule in said for node in rule["nodes"]]
            if faults or sideways(page):
                found[f"{path}, {width}"] = (faults, sideways(page))
        page.set_viewport_size({"width": 1280, "height": 800})
    assert found == {}
