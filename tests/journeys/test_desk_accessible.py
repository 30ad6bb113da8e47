"""axe finds nothing at the desk either: every page, every role, both colour schemes, down to 320 pixels."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.colleagues import LEAVING, MOMENTS, Staff
from tests.journeys.ground import HERE, Visitor, sideways
from tests.journeys.test_accessible import AXE, COLOURS, EVERYTHING, violations

MINE = ("/desk/", "/desk/more/", "/desk/own/sign-in/", "/desk/own/readings/")
PAGES: dict[str, tuple[str, ...]] = {
    "officer": (
        *MINE,
        "/desk/concerns/",
        "/desk/concerns/new/",
        "/desk/me/",
        "/desk/me/words/",
        "/desk/me/photo/",
        "/desk/me/code/",
        "/desk/hours/",
        "/desk/own/conflicts/",
        "/desk/handovers/",
        f"/desk/areas/{HERE}/",
        "/desk/no-such-page/",
    ),
    "sergeant": (*MINE, "/desk/areas/", "/desk/officers/", "/desk/hours/of/", "/desk/hide/", "/desk/continuity/"),
    "coordinator": (
        *MINE,
        "/desk/areas/",
        f"/desk/areas/{LEAVING.area}/",
        f"/desk/areas/{HERE}/cover/",
        "/desk/officers/",
        "/desk/proposals/",
        "/desk/proposals/2/",
        "/desk/proposals/new/",
        f"/desk/proposals/new/?area={MOMENTS.vacancy}",
        "/desk/calendar/",
        "/desk/covers/",
        "/desk/continuity/",
    ),
    "overseer": (*MINE, "/desk/readings/", "/desk/readings/?by=person", "/desk/readings/?by=day"),
    "administrator": (*MINE, "/desk/accounts/", "/desk/accounts/invite/", "/desk/letters/"),
}
# The first link or form of a page that leads to one whose address only the page knows.
FOLLOWED = {
    "officer": (("/desk/handovers/", 'main a[href^="/desk/handovers/H-"]'),),
    "sergeant": (("/desk/hours/of/", 'main a[href^="/desk/hours/of/O-"]'),),
    "coordinator": (
        ("/desk/officers/", 'main a[href^="/desk/officers/O-"]'),
        (f"/desk/areas/{LEAVING.area}/", 'main a[href*="/end/"]'),
        (f"/desk/areas/{LEAVING.area}/", 'main a[href^="/desk/handovers/H-"]'),
    ),
    "administrator": (("/desk/accounts/", 'main a[href^="/desk/accounts/"]:not([href$="/invite/"])'),),
}


def _looked_at(page: Page) -> dict[str, Any]:
    """What axe finds on the page as it stands, light and dark, wide and narrow; and what sticks out sideways."""
    found: dict[str, Any] = {}
    page.evaluate(AXE)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found[f"{scheme}, {width}"] = violations(page, EVERYTHING if scheme == "light" else COLOURS)
        found[f"sideways, {width}"] = sideways(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    return {where: what for where, what in found.items() if what}


@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing_at_the_desk(visitor: Visitor, staff: Staff, who: str) -> None:
    someone = staff.desk(visitor, who, reduced_motion="reduce")
    someone.expected.add("/desk/no-such-page/")
    found: dict[str, Any] = {}
    for path in PAGES[who]:
        someone.go(path)
        found[path] = _looked_at(someone.page)
    for path, link in FOLLOWED.get(who, ()):
        someone.go(path)
        links = someone.page.locator(link)
        if links.count():
            someone.go(links.first.get_attribute("href") or "")
            found[someone.path] = _looked_at(someone.page)
    assert {path: what for path, what in found.items() if what} == {}


def test_axe_finds_nothing_before_the_desk(visitor: Visitor) -> None:
    stranger = visitor(reduced_motion="reduce")
    stranger.expected.add("/desk/sign-in/invitation/nothing/")
    found: dict[str, Any] = {}
    for path in ("/desk/sign-in/", "/desk/sign-in/forgotten/", "/desk/sign-in/invitation/nothing/"):
        stranger.go(path)
        found[path] = _looked_at(stranger.page)
    assert {path: what for path, what in found.items() if what} == {}
