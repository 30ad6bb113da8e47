"""The same way on a phone, down to the narrowest, by thumb."""

from __future__ import annotations

import pytest

from tests.journeys.ground import HERE, MISSING, NAMED, PAGES, Visitor, code_of, drawn, sideways

PHONES = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "narrow": {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True},
    # 1280 pixels at 200 %.
    "zoomed": {"viewport": {"width": 640, "height": 512}, "device_scale_factor": 2},
    # 1280 pixels at 400 %: what reflow is measured at.
    "zoomed far": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
}

LOW = """() => [...document.querySelectorAll("main .button, main .plain, main input:not([type=hidden]), header a")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent.trim() || one.id, Math.round(one.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""
CUT = """() => [...document.querySelectorAll("h1, h2, h3, p, a, dt, dd, button, input")]
  .filter((one) => one.checkVisibility() && !one.closest(".unseen, .skip, .map, .wide"))
  .map((one) => [one.textContent.trim().slice(0, 40), one.getBoundingClientRect()])
  .filter(([, box]) => box.left < -0.5 || box.right > document.documentElement.clientWidth + 0.5)
  .map(([words]) => words)"""


@pytest.mark.parametrize("phone", PHONES)
def test_no_page_must_be_pushed_sideways(visitor: Visitor, phone: str) -> None:
    resident = visitor(**PHONES[phone])
    resident.expected.add(MISSING)
    found: dict[str, object] = {}
    for path in (*PAGES.values(), MISSING):
        resident.go(path)
        found[path] = (sideways(resident.page), resident.page.evaluate(CUT))
    assert {path: fault for path, fault in found.items() if fault != (0, [])} == {}


def test_what_a_thumb_aims_at_is_large_enough(visitor: Visitor) -> None:
    resident = visitor(**PHONES["phone"])
    found = {}
    for path in PAGES.values():
        resident.go(path)
        found[path] = resident.page.evaluate(LOW)
    assert {path: low for path, low in found.items() if low} == {}


def test_the_whole_way_by_thumb(visitor: Visitor) -> None:
    officer, resident = visitor(), visitor(**PHONES["phone"])
    resident.go("/")
    resident.page.locator("#q").tap()
    resident.page.keyboard.type("350 dovercourt")
    resident.page.locator("#find .button").tap()
    resident.lands_on(f"/at/{HERE}")
    faces = drawn(resident.page.locator(".team .face"))
    assert (len(faces), faces[0]) == (4, f"Portrait of {NAMED}")
    boxes = [face.bounding_box() or {} for face in resident.page.locator(".team .face").all()]
    assert boxes[0]["y"] < 844
    assert all(box["width"] >= 96 for box in boxes)
    resident.page.locator(f'a[href="/at/{HERE}/check"]').tap()
    code, name = code_of(officer, 1)
    resident.page.locator("#code").fill(code)
    resident.page.locator("main .button").first.tap()
    assert drawn(resident.page.locator(".shown .face")) == [f"Portrait of {name}"]
