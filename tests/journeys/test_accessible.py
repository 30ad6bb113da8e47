"""axe finds nothing: every page, every language, both colour schemes; and paper shows what the screen shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.journeys.ground import HERE, LANGUAGES, MISSING, NAMED, PAGES, Visitor, drawn, pdf_text, spoken

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Every rule of WCAG 2.2 AA and of good practice; the size of targets is off by default.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
# What a colour scheme can change; the rest of a page is the same in both.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
NARROW = ("home", "area", "check", "help")


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = page.evaluate(f"() => axe.run(document, {json.dumps(options)}).then((said) => said.violations)")
    return [
        f"{rule['id']} {node['target']}: {node.get('failureSummary', '')[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(visitor: Visitor, language: str) -> None:
    reader = visitor(reduced_motion="reduce")
    reader.expected.add(spoken(MISSING, language))
    page = reader.page
    found: dict[str, list[str]] = {}
    for name, path in {**PAGES, "missing": MISSING}.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        reader.go(spoken(path, language))
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            options = EVERYTHING if scheme == "light" else COLOURS
            found[f"{name}, {scheme}"] = violations(page, options)
            if name in NARROW:
                page.set_viewport_size({"width": 320, "height": 640})
                found[f"{name}, {scheme}, narrow"] = violations(page, options)
                page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
    assert {where: what for where, what in found.items() if what} == {}


def test_a_planted_fault_is_found(visitor: Visitor) -> None:
    reader = visitor()
    reader.go("/help-now")
    reader.page.evaluate(AXE)
    reader.page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(document.createElement("img"));
          const pale = document.createElement("p");
          pale.textContent = "Hardly to be read";
          pale.style.color = "#ddd";
          main.append(pale);
        }"""
    )
    rules = {said.split()[0] for said in violations(reader.page, EVERYTHING)}
    assert rules == {"image-alt", "color-contrast"}
    assert {said.split()[0] for said in violations(reader.page, COLOURS)} == {"color-contrast"}


@pytest.mark.parametrize("language", ["en", "ur"])
def test_on_paper_the_page_keeps_its_faces_and_names(visitor: Visitor, language: str) -> None:
    reader = visitor()
    reader.go(spoken(f"/at/{HERE}", language))
    reader.page.emulate_media(media="print")
    assert len(drawn(reader.page.locator(".team .face"))) == 4
    for unneeded in ("header nav", ".skip", "footer .foot"):
        assert not reader.page.locator(unneeded).is_visible()
    pages, words = pdf_text(reader.page.pdf(format="A4", print_background=True))
    assert 1 <= pages <= 3
    assert (NAMED in words, "911" in words, "416-808-2222" in words) == (True, True, True)
