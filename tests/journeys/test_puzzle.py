"""A library's computers share one address: whoever comes after many others is still heard, by a puzzle or patience."""

from __future__ import annotations

import secrets

from playwright.sync_api import expect

from byname.interfaces.public.views.sending import RAISED
from tests.journeys.ground import HERE, Visit, Visitor, sideways

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _crowded(visitor: Visitor, **about: object) -> Visit:
    """Somebody on whose network as much was sent as comes freely, on the last page before sending."""
    resident = visitor(**PHONE, **about)
    resident.expected.update(("/raise/send",))
    form = {"kind": "area", "at": HERE, "category": "traffic", "what": "Cars race past.", "who": "anonymous"}
    for _ in range(RAISED.most):
        numbered = {**form, "whom": "team", "step": "check", "go": "send", "number": secrets.token_urlsafe(16)}
        sent = resident.context.request.post(f"{resident.town.origin}/raise/send", form=numbered)
        assert sent.status == 200
    resident.go(f"/raise/?area={HERE}")
    page = resident.page

    def on(go: str = "next") -> None:
        page.locator(f'#tell button[name="go"][value="{go}"]').first.click()

    on("whole")
    page.locator('input[value="traffic"]').check()
    on()
    if page.locator("#what").count() == 0:
        # What others told nearby is offered first.
        on("words")
    page.locator("#what").fill("Cars race past the school every morning.")
    for _ in range(4):
        on()
    page.locator('input[value="anonymous"]').check()
    on()
    on("send")
    expect(page.locator('input[name="what"]')).to_have_value("Cars race past the school every morning.")
    return resident


def test_a_browser_solves_the_puzzle_while_the_page_is_read(visitor: Visitor) -> None:
    resident = _crowded(visitor)
    page = resident.page
    expect(page.locator("[data-puzzle]")).to_be_visible()
    expect(page.locator("[data-patience]")).to_be_hidden()
    assert sideways(page) == 0
    # Pressed before it is done: it is sent when it is.
    page.locator('#tell button[value="send"]').first.click()
    expect(page.locator("a.link")).to_be_visible()


def test_without_javascript_a_minute_is_enough_and_said_so(visitor: Visitor) -> None:
    resident = _crowded(visitor, java_script_enabled=False)
    page = resident.page
    expect(page.locator("[data-patience]")).to_be_visible()
    expect(page.locator("[data-puzzle]")).to_be_hidden()
    assert page.locator('a[href^="tel:"]').count() > 0
