"""Words nobody of the team reads: an interpreter puts them into English, the officer answers in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Page, expect

from tests.journeys.colleagues import CITY, Staff
from tests.journeys.ground import HERE, Visitor, sideways

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SAID = {
    "ur": ("Urdu", "ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔", "ہمیں بتانے کا شکریہ۔"),
    "ta": (
        "Tamil",
        "ஒவ்வொரு காலையும் பள்ளிக்கு முன்னால் வண்டிகள் மிக வேகமாகப் போகின்றன.",
        "எங்களிடம் சொன்னதற்கு நன்றி.",
    ),
    "tl": ("Tagalog", "Tuwing umaga ay mabilis ang takbo ng mga sasakyan sa tapat ng paaralan.", "Salamat po sa"),
    "zh-hans": ("Chinese", "每天早上有车在学校门前开得很快。", "谢谢您告诉我们。"),
}
ENGLISH = "Every morning cars drive very fast past the school."


def _unread() -> str:
    """A language nobody who ever served here speaks."""
    here = {one.badge_number for one in CITY.postings if one.area == HERE}
    spoken = {code for one in CITY.officers if one.badge_number in here for code in one.languages}
    return next(code for code in SAID if code.split("-")[0] not in spoken and not (code == "tl" and "fil" in spoken))


def _looker(found: dict[str, object]) -> Callable[[Page, str], None]:
    def look(page: Page, name: str) -> None:
        page.evaluate(AXE)
        before = page.viewport_size
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            said = page.evaluate(f"() => axe.run(document, {json.dumps(EVERYTHING)}).then((said) => said.violations)")
            faults = [f"{rule['id']} {node['target']}" for rule in said for node in rule["nodes"]]
            if faults or sideways(page):
                found[f"{name}, {width}"] = (faults, sideways(page))
        if before:
            page.set_viewport_size(before)

    return look


def _records(page: Page, language: str, words: str) -> tuple[str, str]:
    """The officer writes down what somebody told them; its reference, and the path of that person's own page."""
    page.goto(page.url.split("/desk/")[0] + "/desk/concerns/new/")
    page.locator('input[name="channel"][value="door"]').check()
    page.locator("#id_category").select_option("traffic")
    page.locator('input[name="place_kind"][value="area"]').check()
    page.locator("#id_area").select_option(HERE)
    page.locator("#id_what").fill(words)
    page.locator("#id_language").select_option(language)
    page.get_by_role("button", name="Read it back").click()
    page.get_by_role("button", name="They say it is right: keep it").click()
    return page.locator(".code").first.inner_text(), urlsplit(page.locator(".link bdi").inner_text()).path


def test_an_interpreter_reads_the_words_alone_and_the_answer_goes_out_in_both_languages(
    visitor: Visitor, staff: Staff
) -> None:
    language = _unread()
    name, words, thanks = SAID[language]
    found: dict[str, object] = {}
    look = _looker(found)
    officer, interpreter = staff.desk(visitor, "officer", **PHONE), staff.desk(visitor, "interpreter", **PHONE)
    resident = visitor(java_script_enabled=False, **PHONE)
    reference, link = _records(officer.page, language, words)

    page = interpreter.page
    interpreter.go("/desk/")
    page.get_by_role("navigation", name="Desk").get_by_role("link", name="Languages").tap()
    expect(page.locator("h1")).to_have_text("To put into another language")
    look(page, "the queue")
    page.locator(f'.heard a[href*="{reference}"]', has_text=name).tap()
    expect(page.locator(f'p.said[lang="{language}"]')).to_have_text(words)
    look(page, "one concern")
    assert HERE not in page.content()
    page.locator("textarea").first.fill(ENGLISH)
    page.get_by_role("button", name="It is right so").first.tap()
    expect(page.locator('[role="status"]')).to_have_text("It stands with the concern now. Thank you.")
    interpreter.expected.add("/desk/concerns/")
    assert interpreter.page.request.get(f"{staff.town.origin}/desk/concerns/").status == 404

    page = officer.page
    officer.go(f"/desk/concerns/{reference}/")
    expect(page.locator(".told .beside .said")).to_have_text(ENGLISH)
    page.locator("summary", has_text="Add sentences in").tap()
    page.locator('input[name="phrase"][value="thank-you"]').check()
    look(page, "the concern")
    page.locator("#id_words").fill("I come and look on Monday.")
    page.get_by_role("button", name="Send the answer").tap()
    expect(page.locator(".thread .answer")).to_contain_text("I come and look on Monday.")

    resident.go(link)
    shown = resident.page.locator(".entry.answer p.told")
    expect(shown.first).to_contain_text(thanks)
    expect(shown.first).to_have_attribute("lang", language)
    expect(shown.nth(1)).to_contain_text("I come and look on Monday.")
    assert sideways(resident.page) == 0
    assert found == {}
