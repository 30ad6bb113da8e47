"""The API's own documentation page, in a real browser under byname's own policy."""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Route, sync_playwright

from tests.cast import Cast

pytestmark = pytest.mark.browser

ORIGIN = "http://localhost"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def test_the_documentation_page_lists_every_operation_and_breaks_no_policy(client: Client, cast: Cast) -> None:
    # Everything is fetched beforehand: the browser's thread may not ask the database.
    answers: dict[str, tuple[dict[str, str], bytes]] = {}
    for path in ("/api/v1/docs", "/api/v1/openapi.json"):
        answer = client.get(path)
        answers[path] = dict(answer.headers), answer.content
    for name in re.findall(r'"/static/([^"]+)"', answers["/api/v1/docs"][1].decode()):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answers[f"/static/{name}"] = {"Content-Type": kind}, Path(str(finders.find(name))).read_bytes()
    asked: list[str] = []
    said: list[str] = []

    def answered(route: Route) -> None:
        asked.append(route.request.url)
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        headers, body = answers.get(path, ({}, b""))
        route.fulfill(status=200 if path in answers else 404, headers=headers, body=body)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = browser.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.route("**/*", answered)
        page.goto(f"{ORIGIN}/api/v1/docs")
        page.wait_for_selector(".opblock-summary-path")
        shown = [text.replace("\u200b", "") for text in page.locator(".opblock-summary-path").all_inner_texts()]
        page.locator(".opblock-summary").first.click()
        page.wait_for_selector(".opblock-body")
        browser.close()
    assert "/api/v1/team" in shown
    assert len(shown) == 14
    assert {url for url in asked if not url.startswith((f"{ORIGIN}/", "data:"))} == set()
    assert said == []
