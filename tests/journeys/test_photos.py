"""Photos with a concern, from a phone without JavaScript to the officer's desk, and one of them set apart."""

from __future__ import annotations

import io
import json
from pathlib import Path

import axe_playwright_python
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.colleagues import Staff
from tests.journeys.ground import HERE, Visit, Visitor, sideways

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WORDS = "The lamp over the steps is dark."


def _photo(name: str, colour: tuple[int, int, int], size: tuple[int, int] = (2400, 1800)) -> FilePayload:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET-PLACE"
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def _sizes(page: Page, where: str) -> list[tuple[int, int]]:
    """The real sizes of the pictures in a part of the page, once they are there."""
    script = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
    pictures = page.locator(f"{where} img").all()
    for each in pictures:
        each.scroll_into_view_if_needed()
    return [tuple(each.evaluate(script)) for each in pictures]


def _to_the_last_page(resident: Visit) -> None:
    page = resident.page

    def on(go: str = "next") -> None:
        page.locator(f'#tell button[name="go"][value="{go}"]').first.click()

    resident.go(f"/raise/?area={HERE}")
    on("whole")
    page.locator('input[value="traffic"]').check()
    on()
    if page.locator("#what").count() == 0:
        # What others told nearby is offered first.
        on("words")
    page.locator("#what").fill(WORDS)
    for _ in range(4):
        on()
    page.locator('input[value="anonymous"]').check()
    on()
    expect(page.locator("dl.back")).to_contain_text(WORDS)


def test_photos_go_with_a_concern_without_javascript_and_stand_upright_on_its_page(visitor: Visitor) -> None:
    resident = visitor(java_script_enabled=False, **PHONE)
    page = resident.page
    _to_the_last_page(resident)
    resident.expected.add("/raise/send")
    page.locator("#photos").set_input_files([
        _photo("lamp.jpg", (200, 30, 30)),
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"},
    ])  # fmt: skip
    page.locator('button[value="send"]').click()
    expect(page.locator("#faults")).to_contain_text("notes.txt")
    expect(page.locator("dl.back")).to_contain_text(WORDS)
    assert sideways(page) == 0
    page.locator("#photos").set_input_files([_photo("lamp.jpg", (200, 30, 30)), _photo("steps.jpg", (30, 30, 200))])
    page.locator('button[value="send"]').click()
    page.locator("a.link").click()
    # Without scripts nothing is measured in the page: the pictures are asked for as the browser would.
    shown = [each.get_attribute("src") or "" for each in page.locator(".entry img").all()]
    contents = [page.request.get(resident.town.origin + address).body() for address in shown]
    assert [Image.open(io.BytesIO(content)).size for content in contents] == [(1200, 1600), (1200, 1600)]
    assert [b"SECRET" in content for content in contents] == [False, False]
    assert sideways(page) == 0
    page.locator("#words").fill("And from the other side.")
    page.locator("#photos").set_input_files([_photo("third.jpg", (30, 160, 30), (300, 200))])
    page.locator("form:has(#words) .button").click()
    expect(page.locator("#last img")).to_have_attribute("height", "300")
    assert resident.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_officer_sees_them_and_sets_one_apart_and_the_sergeant_sees_what_to_do(
    visitor: Visitor, staff: Staff, scheme: str
) -> None:
    resident = visitor()
    _to_the_last_page(resident)
    resident.page.locator("#photos").set_input_files([_photo("a.jpg", (90, 90, 90)), _photo("b.jpg", (9, 90, 9))])
    resident.page.locator('button[value="send"]').click()
    reference = resident.page.locator(".keep .number bdi").first.inner_text()
    officer = staff.desk(visitor, "officer", color_scheme=scheme, reduced_motion="reduce")
    found: dict[str, object] = {}

    def look(visit: Visit, name: str) -> None:
        page = visit.page
        page.evaluate(AXE)
        for width in (1280, 500, 320):
            page.set_viewport_size({"width": width, "height": 800})
            said = page.evaluate(f"() => axe.run(document, {json.dumps(EVERYTHING)}).then((said) => said.violations)")
            faults = [f"{rule['id']} {node['target']}" for rule in said for node in rule["nodes"]]
            if faults or sideways(page):
                found[f"{name}, {width}"] = (faults, sideways(page))
        page.set_viewport_size({"width": 1280, "height": 800})

    page = officer.page
    officer.go(f"/desk/concerns/{reference}/")
    assert _sizes(page, ".pictures") == [(1200, 1600), (1200, 1600)]
    look(officer, "concern")
    page.get_by_role("link", name="This may show harm to a child: photo 2").click()
    look(officer, "before")
    page.get_by_role("button", name="Set it apart now").click()
    expect(page.locator("h1")).to_have_text("It is set apart")
    look(officer, "after")
    page.get_by_role("link", name="Back to the concern").click()
    assert _sizes(page, ".pictures") == [(1200, 1600)]
    sergeant = staff.desk(visitor, "sergeant", color_scheme=scheme, reduced_motion="reduce")
    page = sergeant.page
    sergeant.go("/desk/")
    page.get_by_role("link", name="See what to do").click()
    line = page.locator(".apart li", has_text=reference)
    expect(line).to_have_count(1)
    look(sergeant, "set apart")
    line.locator("summary").click()
    # Pressing it before the operator wrote the photo out is refused: tests/interfaces/desk/test_pictures.py.
    expect(line.get_by_role("button", name="Yes, the unit has opened it")).to_be_visible()
    assert found == {}
