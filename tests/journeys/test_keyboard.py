"""The whole way with the keyboard alone: every stop is seen, and comes in the order of the page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.journeys.ground import HERE, PAGES, Visit, Visitor, code_of, drawn

STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  const before = window.stopBefore, again = at === window.firstStop;
  window.stopBefore = at;
  window.firstStop ??= at;
  return {
    again,
    what: at.id || at.className || at.getAttribute("href") || at.tagName,
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    forward: !before || Boolean(before.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


def _tab(reader: Visit) -> dict[str, Any] | None:
    reader.page.keyboard.press("Tab")
    # Scrolling to the stop may glide.
    reader.page.wait_for_timeout(20)
    stop: dict[str, Any] | None = reader.page.evaluate(STOP)
    return stop


def _tab_to(reader: Visit, selector: str) -> None:
    wanted = reader.page.locator(selector).first
    wanted.wait_for()
    for _ in range(150):
        stop = _tab(reader)
        assert stop is None or (stop["seen"], stop["forward"]) == (True, True), stop
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"{selector} cannot be reached on {reader.page.url}")


def test_find_meet_check_and_print_without_a_mouse(visitor: Visitor) -> None:
    officer, reader = visitor(), visitor(reduced_motion="reduce")
    reader.go("/")
    _tab_to(reader, "#q")
    reader.page.keyboard.type("350 dovercourt")
    reader.page.keyboard.press("Enter")
    reader.lands_on(f"/at/{HERE}")
    _tab_to(reader, f'a[href="/at/{HERE}/check"]')
    reader.page.keyboard.press("Enter")
    reader.lands_on(f"/at/{HERE}/check")
    _tab_to(reader, "#code")
    code, name = code_of(officer, 2)
    reader.page.keyboard.type(code)
    reader.page.keyboard.press("Enter")
    assert drawn(reader.page.locator(".shown .face")) == [f"Portrait of {name}"]
    _tab_to(reader, f'main a[href="/at/{HERE}"]')
    reader.page.keyboard.press("Enter")
    reader.lands_on(f"/at/{HERE}")
    _tab_to(reader, f'a[href="/at/{HERE}/posters"]')
    reader.page.keyboard.press("Enter")
    reader.lands_on(f"/at/{HERE}/posters")
    _tab_to(reader, "td a")
    with reader.context.expect_event("response", lambda answer: answer.url.endswith(".pdf")) as opened:
        reader.page.keyboard.press("Enter")
    assert (opened.value.status, opened.value.headers["content-type"]) == (200, "application/pdf")


def test_the_first_stop_skips_to_the_page(visitor: Visitor) -> None:
    reader = visitor(reduced_motion="reduce")
    reader.go(f"/at/{HERE}")
    first = _tab(reader)
    assert first == {"again": False, "what": "skip", "seen": True, "forward": True}
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#main")).to_be_focused()
    _tab(reader)
    assert reader.page.evaluate("() => document.querySelector('#main').contains(document.activeElement)")


def test_every_stop_of_every_page_is_seen_and_in_order(visitor: Visitor) -> None:
    reader = visitor(reduced_motion="reduce")
    wrong = []
    for path in PAGES.values():
        reader.go(path)
        stops = 0
        # After the last stop the browser begins again at the first.
        while (stop := _tab(reader)) and not stop["again"]:
            stops += 1
            if not (stop["seen"] and stop["forward"]):
                wrong.append((path, stop))
        assert stops >= (1 if path.startswith("/embed") else 10), path
    assert wrong == []
