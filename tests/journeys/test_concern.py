"""Somebody tells their officers of a problem and follows it: on a phone, without JavaScript, in English and Urdu."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import expect

from tests.journeys.ground import HERE, NAMED, Visit, Visitor, drawn, sideways

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WORDS = "Cars race past the crossing by the school."
Look = Callable[[str], None]


def _on(resident: Visit, go: str = "next") -> None:
    resident.page.locator(f'#tell button[name="go"][value="{go}"]').first.click()


def _tells(resident: Visit, look: Look) -> tuple[str, str]:
    """The whole way from the area's page to the receipt: the private link's path and the PIN."""
    page = resident.page
    # What is missing is said with a 422, which the browser's console repeats.
    resident.expected.update(("/raise/", "/ur/raise/"))
    page.locator('main a.button[href*="/raise/"]').click()
    expect(page.locator("#area")).to_have_value(HERE)
    look("where")
    _on(resident, "search")
    expect(page.locator("#faults")).to_be_visible()
    look("where, not told")
    page.locator("#asked").fill("350 dovercourt")
    _on(resident, "search")
    look("what")
    page.locator('input[value="noise"]').check()
    _on(resident)
    look("door")
    _on(resident, "back")
    page.locator('input[value="about-an-officer"]').check()
    _on(resident)
    look("complaint")
    expect(page.locator("textarea")).to_have_count(0)
    _on(resident, "what")
    page.locator('input[value="traffic"]').check()
    _on(resident)
    if page.locator("#what").count() == 0:
        # What others told nearby is offered first.
        look("known")
        _on(resident, "words")
    look("words")
    page.locator("#what").fill("A man with a knife stands there right now.")
    _on(resident)
    expect(page.locator('main [role="alert"] a[href="tel:911"]').first).to_be_visible()
    look("danger")
    _on(resident, "when")
    _on(resident, "back")
    expect(page.locator("#what")).to_have_value("A man with a knife stands there right now.")
    page.locator("#what").fill(f"{WORDS} Ring 416-555-0199.")
    _on(resident)
    look("when")
    page.locator('input[value="mon"]').check()
    page.locator('input[value="morning"]').check()
    _on(resident)
    look("help")
    page.locator("#help").fill("A sign.")
    _on(resident)
    look("whom")
    _on(resident)
    look("who")
    page.locator('input[value="reach"]').check()
    _on(resident)
    page.locator("#email").fill("rosa")
    _on(resident)
    expect(page.locator("#email")).to_have_value("rosa")
    look("contact")
    page.locator("#email").fill("rosa@home.example")
    page.locator('input[name="never_visit"]').check()
    _on(resident)
    look("hints")
    _on(resident, "words")
    page.locator("#what").fill(WORDS)
    _on(resident)
    look("check")
    expect(page.locator("dl.back")).to_contain_text(WORDS)
    _on(resident, "send")
    look("receipt")
    expect(page.locator("h1")).to_contain_text(NAMED)
    assert NAMED in drawn(page.locator(".receipt .face"))[0]
    link = page.locator("a.link").get_attribute("href") or ""
    return urlsplit(link).path, page.locator(".keep .number bdi").last.inner_text()


def _follows(resident: Visit, link: str, pin: str, look: Look) -> None:
    """What somebody does on the private page, up to having everything removed."""
    page = resident.page
    resident.go(link)
    look("concern")
    expect(page.locator(".told").first).to_have_text(WORDS)
    page.locator("#words").fill("It is still so.")
    page.locator("form:has(#words) .button").click()
    expect(page.locator("#last")).to_contain_text("It is still so.")
    page.locator('a[href$="/letters"]').click()
    look("letters")
    page.locator("main form .button").click()
    expect(page.locator("main form")).to_have_count(0)
    resident.go(f"{link}mine")
    look("pin")
    page.locator("#pin").fill(pin)
    page.locator("main form .button").click()
    expect(page.locator("#email")).to_have_value("rosa@home.example")
    look("mine")
    page.locator('button[value="remove"]').click()
    look("remove")
    page.locator("main form button.button").click()
    look("removed")
    resident.expected.add(link)
    resident.go(link)
    assert resident.page.request.get(resident.town.origin + link).status == 404


def test_a_concern_is_told_and_followed_on_a_phone_without_javascript(visitor: Visitor) -> None:
    resident = visitor(java_script_enabled=False, **PHONE)
    pushed: dict[str, object] = {}

    def look(name: str) -> None:
        expect(resident.page.locator("[data-leave]")).to_be_visible()
        if wide := sideways(resident.page):
            pushed[name] = wide

    resident.go(f"/at/{HERE}")
    link, pin = _tells(resident, look)
    assert (re.fullmatch(r"/c/[\w-]{24}/", link) is not None, re.fullmatch(r"\d{3} \d{3}", pin) is not None) == (
        True,
        True,
    )
    expect(resident.page.locator("[data-print]")).to_be_hidden()
    _follows(resident, link, pin, look)
    assert (pushed, resident.context.cookies()) == ({}, [])


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ur", "dark")])
def test_axe_finds_nothing_on_the_whole_way(language: str, scheme: str, visitor: Visitor) -> None:
    resident = visitor(color_scheme=scheme, reduced_motion="reduce", locale=f"{language}-CA")
    found: dict[str, object] = {}

    def look(name: str) -> None:
        page = resident.page
        page.evaluate(AXE)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            said = page.evaluate(f"() => axe.run(document, {json.dumps(EVERYTHING)}).then((said) => said.violations)")
            faults = [f"{rule['id']} {node['target']}" for rule in said for node in rule["nodes"]]
            if faults or sideways(page):
                found[f"{name}, {width}"] = (faults, sideways(page))
        page.set_viewport_size({"width": 1280, "height": 800})

    resident.go(f"/at/{HERE}")
    html = resident.page.locator("html")
    expect(html).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")
    link, pin = _tells(resident, look)
    expect(html).to_have_attribute("lang", language)
    _follows(resident, link, pin, look)
    assert found == {}
