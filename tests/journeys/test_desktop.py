"""A resident at a desk: from an address to faces, and everything that hangs on it."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.ground import (
    HERE,
    LANGUAGES,
    NAMED,
    Town,
    Visitor,
    code_of,
    drawn,
    pdf_text,
    spoken,
)

ALEXANDRA_PARK = {"latitude": 43.6545, "longitude": -79.3987}
NIAGARA = {"latitude": 43.09, "longitude": -79.07}


def test_an_address_leads_to_four_faces_with_the_lead_first(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/")
    resident.find("350 dovercourt")
    resident.lands_on(f"/at/{HERE}")
    faces = drawn(resident.page.locator(".team .face"))
    assert faces[0] == f"Portrait of {NAMED}"
    assert len(faces) == 4
    lead = resident.page.locator(".officer").first
    expect(lead.locator(".role")).to_have_text("Leads the team")
    sizes = [face.bounding_box() or {} for face in resident.page.locator(".team .face").all()]
    assert all(sizes[0]["width"] > other["width"] for other in sizes[1:])
    expect(resident.page.locator("figure .drawing")).to_be_visible()


def test_the_language_is_switched_remembered_and_switched_back(visitor: Visitor) -> None:
    resident = visitor()
    resident.go(f"/at/{HERE}")
    resident.page.get_by_role("link", name="Français").click()
    resident.lands_on(f"/fr/at/{HERE}")
    assert resident.page.locator("html").get_attribute("lang") == "fr"
    resident.go("/")
    resident.lands_on("/fr/")
    resident.page.get_by_role("link", name="English").click()
    resident.lands_on("/")
    resident.go(f"/at/{HERE}")
    assert resident.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("fr-CA,fr;q=0.9,en;q=0.5", "fr"), ("fil", "tl"), ("zh-TW", "zh-hant"), ("zh-CN", "zh-hans"), ("xx", "en")],
)
def test_the_browser_s_own_language_is_spoken(town: Town, asked: str, answered: str) -> None:
    answer = town.ask("/areas", **{"Accept-Language": asked})
    assert answer.url == town.origin + spoken("/areas", answered)
    assert re.search(r'<html lang="([^"]*)"', answer.text)[1] == answered  # type: ignore[index]


def test_every_language_of_a_page_is_named_in_it(visitor: Visitor) -> None:
    resident = visitor()
    resident.go(f"/at/{HERE}")
    named = {
        link.get_attribute("hreflang"): link.get_attribute("href")
        for link in resident.page.locator('link[rel="alternate"]').all()
    }
    origin = resident.town.origin
    assert {code: named.get(code) for code in LANGUAGES} == {
        code: origin + spoken(f"/at/{HERE}", code) for code in LANGUAGES
    }


def test_a_spoken_code_shows_the_face_once(visitor: Visitor) -> None:
    officer, resident = visitor(), visitor()
    code, name = code_of(officer, 0)
    resident.go(f"/at/{HERE}")
    resident.page.get_by_role("link", name="Is this really my officer?").click()
    resident.lands_on(f"/at/{HERE}/check")
    resident.page.locator("#code").fill(f"{code[:3]} {code[3:]}")
    resident.page.locator("#code").press("Enter")
    assert drawn(resident.page.locator(".shown .face")) == [f"Portrait of {name}"]
    expect(resident.page.locator(".shown bdi").first).to_have_text(NAMED)
    refusals = []
    for wrong in (code, "12", "abcdef"):
        resident.go(f"/at/{HERE}/check")
        resident.page.locator("#code").fill(wrong)
        resident.page.locator("#code").press("Enter")
        refusals.append(resident.page.locator(".fault strong").inner_text())
        assert resident.page.locator(".shown").count() == 0
    spent, short, letters = refusals
    assert (short, letters) == ("A code has six digits.", "A code has six digits.")
    assert spent.startswith("No officer has that code now.")


def test_who_guesses_codes_is_stopped(visitor: Visitor) -> None:
    guesser = visitor()
    guesser.expected.add("/check")
    for _ in range(10):
        guesser.go("/check")
        guesser.page.locator("#code").fill("1")
        guesser.page.locator("#code").press("Enter")
        guesser.page.locator(".fault").wait_for()
    guesser.go("/check")
    guesser.page.locator("#code").fill("1")
    with guesser.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        guesser.page.locator("#code").press("Enter")
    assert answered.value.status == 429
    assert 0 < int(answered.value.headers["retry-after"]) <= 600


def test_the_posters_open_and_hold_the_names(visitor: Visitor) -> None:
    resident = visitor()
    resident.go(f"/at/{HERE}")
    names = [alt.removeprefix("Portrait of ") for alt in drawn(resident.page.locator(".team .face"))]
    resident.page.get_by_role("link", name="Poster and door card").click()
    sheets = resident.page.locator("td a")
    assert sheets.count() == 3 * len(LANGUAGES)
    for sheet in sheets.all()[:3]:
        answer = resident.page.request.get(resident.town.origin + (sheet.get_attribute("href") or ""))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        pages, words = pdf_text(answer.body())
        assert pages == 1
        assert [name for name in names if name not in words] == []


def test_the_map_draws_and_enter_opens_the_place_in_its_middle(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/")
    resident.page.locator("[data-map]").scroll_into_view_if_needed()
    resident.page.locator('[data-map][data-state="moving"]').wait_for()
    canvas = resident.page.locator(".map-moving canvas")
    canvas.focus()
    canvas.press("+")
    resident.page.locator(".map-moving[data-aim]").wait_for()
    expect(resident.page.locator(".map-name")).not_to_be_empty()
    name = resident.page.locator(".map-name").inner_text().split("\n")[0]
    canvas.press("Enter")
    resident.page.wait_for_url(re.compile("/at/[a-z-]+$"))
    assert name.startswith(resident.page.locator("h1").inner_text())


class Elsewhere(BaseHTTPRequestHandler):
    """Another site that frames what its address names."""

    def do_GET(self) -> None:
        framed = html.escape(self.path.partition("?")[2])
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f'<!doctype html><title>Elsewhere</title><iframe src="{framed}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def another_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/?"
        server.shutdown()
        thread.join()


def test_another_site_may_frame_the_card_and_nothing_else(town: Town, browser: Browser) -> None:
    with another_site() as frames, browser.new_page(viewport={"width": 700, "height": 500}) as page:
        page.goto(f"{frames}{town.origin}/embed/{HERE}")
        card = page.frame_locator("iframe")
        faces = drawn(card.locator(".face"))
        assert (len(faces), faces[0]) == (4, f"Portrait of {NAMED}")
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{frames}{town.origin}/at/{HERE}")
        expect(page.frame_locator("iframe").locator("h1", has_text="Little Portugal")).to_have_count(0)
        assert [line for line in said if "frame-ancestors 'none'" in line] != []


@pytest.mark.parametrize("typed", ["350 dovercort", "Dovercourt Rd 350", "350 DOVERCOURT ROAD", "litle portugal"])
def test_a_misspelling_still_leads_there(visitor: Visitor, typed: str) -> None:
    resident = visitor()
    resident.go("/")
    resident.find(typed)
    resident.page.wait_for_url(re.compile(r"/at/little-portugal$|/find$"))
    if resident.path == "/find":
        resident.page.locator(f'.choices a[href="/at/{HERE}"]').first.click()
    resident.lands_on(f"/at/{HERE}")


def test_words_that_fit_many_places_give_choices(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/")
    resident.find("libary")
    expect(resident.page.locator("h1")).to_have_text("Which one is it?")
    choices = resident.page.locator(".choices li")
    assert choices.count() > 2
    choices.filter(has_text="Parkdale").locator("a").click()
    resident.lands_on("/at/south-parkdale")


def test_what_nobody_knows_is_said_plainly_and_the_words_stay(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/")
    resident.find("Qwertzuiop 999")
    expect(resident.page.locator(".fault")).to_contain_text("We found no such place.")
    expect(resident.page.locator("#q")).to_have_value("Qwertzuiop 999")


def test_where_the_programme_is_not_yet_the_division_answers(visitor: Visitor) -> None:
    resident = visitor()
    resident.go("/areas")
    resident.page.locator('.index a[href="/at/alderwood"]').last.click()
    expect(resident.page.locator(".lede")).to_contain_text("The programme is not here yet")
    box = resident.page.locator("main .box")
    expect(box).to_contain_text("22 Division")
    expect(box.locator('a.button[href^="tel:"]')).to_contain_text("416-808-2222")


@pytest.mark.parametrize(
    ("place", "answered"),
    [
        (ALEXANDRA_PARK, "/at/kensington-chinatown"),
        (NIAGARA, "/find"),
    ],
)
def test_where_i_am_now_is_enough(visitor: Visitor, place: dict[str, float], answered: str) -> None:
    resident = visitor(geolocation=place, permissions=["geolocation"])
    resident.go("/")
    resident.page.locator("[data-locate]").click()
    resident.lands_on(answered)
    if answered == "/find":
        expect(resident.page.locator(".fault")).to_contain_text("outside the area this service serves (Toronto)")


def test_who_keeps_their_place_to_themselves_is_asked_to_type(visitor: Visitor) -> None:
    resident = visitor(permissions=[])
    resident.go("/")
    resident.page.locator("[data-locate]").click()
    expect(resident.page.locator("[data-told]")).to_have_text(
        "We could not tell where you are. Please type your address."
    )
    assert resident.path == "/"
