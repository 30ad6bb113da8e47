"""One town for all journeys, a browser for each file of them, and visitors whose complaints fail the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.journeys.colleagues import Staff
from tests.journeys.ground import CHROMIUM, Town, Visit, Visitor, running_town, somebody

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every journey drives a browser, or stands beside one that does."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    with running_town() as running:
        yield running


@pytest.fixture(scope="session")
def staff(town: Town) -> Staff:
    """The colleagues at the town's desk: who joined once is remembered by every journey."""
    return Staff(town)


# Not for the session: while a player lives, its event loop keeps Django from the database in tests of other folders.
@pytest.fixture(scope="module")
def player() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(player: Playwright) -> Iterator[Browser]:
    with player.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM) as chromium:
        yield chromium


@pytest.fixture
def visitor(town: Town, browser: Browser) -> Iterator[Visitor]:
    """Opens browsers; the test fails when any of them complained, left the origin or met a failure of the server."""
    visits: list[Visit] = []

    def visit(**about: object) -> Visit:
        about = {"locale": "en-CA", "viewport": {"width": 1280, "height": 800}} | about
        context = browser.new_context(extra_http_headers={"X-Forwarded-For": somebody()}, **about)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        visits.append(Visit(town, context, context.new_page()))
        visits[-1].listen()
        return visits[-1]

    yield visit
    faults = [fault for each in visits for fault in each.faults]
    for each in visits:
        each.context.close()
    assert faults == []
