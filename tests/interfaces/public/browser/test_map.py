"""The map moves under a strict policy, obeys the keyboard, takes the page's colours, steps back if it cannot draw."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[4] / "src/byname/interfaces/public/static/public"
POLICY = "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; style-src 'self'"
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2"}
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Five invented places round a crossing. Ell is a hook: its centroid lies in Middle, its name must not.
SQUARES: list[tuple[str, str, str, bool, list[tuple[float, float]]]] = [
    ("north", "North Meadow", "area", True, [(0, 2), (3, 2), (3, 3), (0, 3)]),
    ("west", "Westbrook", "neighbourhood", False, [(0, 0), (1, 0), (1, 2), (0, 2)]),
    ("middle", "Mill End", "area", True, [(1, 1), (2, 1), (2, 2), (1, 2)]),
    ("hook", "Ell", "area", True, [(1, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1)]),
    ("east", "Eastgate-by-the-Łąka", "neighbourhood", False, [(3, 0), (4, 0), (4, 3), (3, 3)]),
]
WEST, SOUTH, STEP = -79.44, 43.64, 0.01


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + x * STEP, SOUTH + y * STEP * 0.72


AREAS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"slug": slug, "name": name, "kind": kind, "url": f"/at/{slug}", "served": served},
            "geometry": {"type": "Polygon", "coordinates": [[at(*corner) for corner in [*corners, corners[0]]]]},
        }
        for slug, name, kind, served, corners in SQUARES
    ],
}

STYLE = """
:root{color-scheme:light dark;--paper:#fbf9f5;--card:#fff;--ink:#1e2530;--soft:#5a6270;--line:#ddd7cb;--brand:#1f4f7a;
--warm:#b4532f;--map:#eef0ea;--cell:#dfe3da;--round:14px}
@media(prefers-color-scheme:dark){:root{--paper:#14181f;--card:#1c222b;--ink:#eceff3;--soft:#a8b0bc;--line:#343c48;
--brand:#8fc1ee;--warm:#e8946f;--map:#1a2027;--cell:color-mix(in oklab,#262e38 100%,#fff 0%)}}
body{margin:1rem;background:var(--paper);color:var(--ink)}
.map{inline-size:min(100%,44rem)}
.below{margin-block-start:300vh}
"""

WORDS = (
    'data-label="Map of five places" data-zoom-in="Closer" data-zoom-out="Farther" '
    'data-schematic-words="Schematic map" data-not-yet="no officers of its own yet" '
    'data-keys="Arrow keys move the map, Enter opens the place in the ring." '
    'data-two-fingers="Use two fingers to move the map" data-hold-ctrl="Hold Ctrl and scroll to zoom the map" '
    'data-hold-cmd="Hold ⌘ and scroll to zoom the map"'
)

DRAWING = (
    '<svg viewBox="0 0 420 300" role="img" aria-label="Map of five places"><rect width="420" height="300" '
    'fill="#eef0ea"/><text x="150" y="150">The drawing</text></svg>'
)


def page_of(more: str = "", place: str = "", language: str = "en", direction: str = "ltr") -> str:
    """A page with one map, with more attributes on it, standing in the class `place`."""
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8"><title>A map</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/css/fonts.css"><link rel="stylesheet" href="/page.css">'
        '<link rel="stylesheet" href="/css/map.css">'
        '<script type="module" src="/map.js"></script><script type="module" src="/place.js"></script>'
        '<p>Find <a href="#map">your officers</a>.</p>'
        '<form id="find" action="/found"><input name="q" aria-label="Address"><button>Find</button>'
        '<button type="button" hidden data-locate data-form="#find" data-working="Looking…" '
        'data-refused="Your device may not say." data-unfound="Your device does not know." '
        'data-vague="Your device knows only roughly.">Use where I am now</button>'
        '<p data-told aria-live="polite"></p></form>'
        f'<div class="{place}"><div class="map" id="map" data-map '
        'data-src="/areas.geojson" data-lib="/vendor/maplibre-gl.mjs" data-worker="/vendor/maplibre-gl-worker.mjs" '
        f'data-css="/vendor/maplibre-gl.css" {WORDS} {more}>{DRAWING}</div></div></html>'
    )


PAGES = {
    "/": page_of(),
    "/area": page_of('data-selected="middle" data-schematic="true"'),
    "/fr/": page_of('data-prefix="/fr/"', language="fr"),
    "/pick": page_of('data-pick-form="#find"'),
    "/low": page_of(place="below"),
    "/urdu": page_of('data-schematic="true" data-names-lang="en"', language="ur", direction="rtl"),
    "/english": '<!doctype html><html lang="en"><title>T</title><link rel="icon" href="data:,"><link rel="stylesheet" '
    'href="/css/fonts.css"><h1>Your officers</h1><a href="/ur" hreflang="ur" lang="ur">اردو</a> '
    '<a href="/ta" hreflang="ta" lang="ta">தமிழ்</a>',
    "/tamil": '<!doctype html><html lang="ta"><title>T</title><link rel="icon" href="data:,"><link rel="stylesheet" '
    'href="/css/fonts.css"><h1>உங்கள் காவலர்கள்</h1><p>Ana</p><p lang="ur">آپ کے افسر</p>',
    "/broken": page_of().replace("/areas.geojson", "/nothing.geojson"),
}


class Town(BaseHTTPRequestHandler):
    """Serves the pages above and byname's own static files, under the strict policy."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        carried = STATIC / path.lstrip("/")
        if path in PAGES:
            self.answer(200, "text/html; charset=utf-8", PAGES[path].encode())
        elif path == "/areas.geojson":
            self.answer(200, "application/geo+json", json.dumps(AREAS).encode())
        elif path == "/page.css":
            self.answer(200, "text/css", STYLE.encode())
        elif carried.is_file():
            self.answer(200, TYPES[carried.suffix], carried.read_bytes())
        elif path == "/found" or path.startswith(("/at/", "/fr/at/")):
            self.answer(200, "text/html; charset=utf-8", b'<link rel="icon" href="data:,"><p>Here.</p>')
        else:
            self.answer(404, "text/plain", b"nothing here")

    def answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Says nothing: the tests look at what the browser asked for."""


@pytest.fixture(scope="module")
def town() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Town)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def player() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(player: Playwright) -> Iterator[Browser]:
    with player.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM) as chromium:
        yield chromium


@dataclass
class Visit:
    """One page somebody looks at, with all it asked for and all it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def sees_the_map(self) -> None:
        self.page.wait_for_function("() => window.seenMap && window.seenMap.loaded()")

    def violations(self) -> list[str]:
        found: list[str] = self.page.evaluate("() => window.violations")
        return found

    def map(self, expression: str) -> Any:
        return self.page.evaluate(f"() => {{ const map = window.seenMap; return {expression} }}")

    def names(self, words: str) -> None:
        expect(self.page.locator(".map-name")).to_have_text(words)

    def has_ground(self, colour: str) -> None:
        self.page.wait_for_function(
            "(wish) => seenMap.getPaintProperty('ground', 'background-color') === wish && seenMap.loaded()",
            arg=colour,
        )

    def on_screen(self, x: float, y: float) -> tuple[float, float]:
        """Where a corner of the invented grid stands on the page, in CSS pixels."""
        lon, lat = at(x, y)
        spot = self.map(f"map.project([{lon}, {lat}])")
        box = self.map("map.getCanvas().getBoundingClientRect()")
        return spot["x"] + box["x"], spot["y"] + box["y"]

    def colour_at(self, x: float, y: float) -> str:
        left, top = self.on_screen(x, y)
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        spot = round(left), round(top)
        return "#" + picture.crop((*spot, spot[0] + 1, spot[1] + 1)).tobytes().hex()


@contextmanager
def visiting(browser: Browser, address: str, **wishes: Any) -> Iterator[Visit]:
    with ExitStack() as leaving:
        context = browser.new_context(**{"viewport": {"width": 900, "height": 700}, "color_scheme": "light", **wishes})
        leaving.callback(context.close)
        context.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation', (e) => window.violations.push(e.violatedDirective));"
            "document.addEventListener('byname:map', (e) => { window.seenMap = e.detail });"
            "document.addEventListener('byname:point', (e) => { window.point = e.detail });"
        )
        page = context.new_page()
        visit = Visit(page)
        context.on("request", lambda request: visit.asked.append(request.url))
        page.on("console", lambda said: visit.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda problem: visit.complaints.append(str(problem)))
        page.goto(address)
        yield visit


def test_the_map_draws_its_places_and_names_under_the_strict_policy_and_asks_only_its_own_origin(
    browser: Browser, town: str
) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        assert visit.page.locator(".map canvas.maplibregl-canvas").count() == 1
        drawn = visit.map("map.queryRenderedFeatures({layers: ['cells']}).map((f) => f.properties.slug)")
        assert sorted(set(drawn)) == ["east", "hook", "middle", "north", "west"]
        named = visit.map("map.queryRenderedFeatures({layers: ['names']}).map((f) => f.properties.name)")
        assert sorted(set(named)) == ["Eastgate-by-the-Łąka", "Ell", "Mill End", "North Meadow", "Westbrook"]
        assert visit.violations() == []
        # The software renderer of a machine without a graphics card warns that reading pixels back is slow.
        assert [said for said in visit.complaints if "GPU stall due to ReadPixels" not in said] == []
        asked = {address.removeprefix(town) for address in visit.asked if not address.startswith(("data:", "blob:"))}
        assert asked == {
            "/",
            "/page.css",
            "/css/fonts.css",
            "/css/map.css",
            "/map.js",
            "/place.js",
            "/areas.geojson",
            "/fonts/atkinson-hyperlegible-next-latin.woff2",
            "/fonts/atkinson-hyperlegible-next-latin-ext.woff2",
            "/vendor/maplibre-gl.css",
            "/vendor/maplibre-gl.mjs",
            "/vendor/maplibre-gl-worker.mjs",
        }


def test_a_name_stands_inside_its_own_place_even_when_the_place_is_a_hook(browser: Browser, town: str) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        lon, lat = visit.map(
            "map.getStyle().sources.names.data.features.find((f) => f.properties.slug === 'hook').geometry.coordinates"
        )
        x, y = (lon - WEST) / STEP, (lat - SOUTH) / (STEP * 0.72)
        assert (1 < x < 3 and 0 < y < 1) or (2 < x < 3 and 0 < y < 2)


def test_the_library_is_not_fetched_before_the_map_comes_into_view(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/low") as visit:
        visit.page.wait_for_load_state("networkidle")
        assert [address for address in visit.asked if "/vendor/" in address] == []
        visit.page.locator("#map").scroll_into_view_if_needed()
        visit.sees_the_map()
        fetched = {address.removeprefix(town) for address in visit.asked if "/vendor/" in address}
        assert fetched == {"/vendor/maplibre-gl.css", "/vendor/maplibre-gl.mjs", "/vendor/maplibre-gl-worker.mjs"}


def test_who_saves_data_keeps_the_drawing_until_they_ask_for_the_map(browser: Browser, town: str) -> None:
    with visiting(browser, "about:blank") as visit:
        visit.page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
        visit.page.goto(town)
        visit.page.wait_for_load_state("networkidle")
        assert [address for address in visit.asked if "/vendor/" in address] == []
        visit.page.get_by_role("link", name="your officers").click()
        visit.sees_the_map()
        assert visit.page.locator(".map").get_attribute("data-state") == "moving"


def test_a_click_opens_the_place_and_the_pointer_shows_its_name(browser: Browser, town: str) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        visit.page.mouse.move(*visit.on_screen(0.5, 0.6))
        visit.names("Westbrook: no officers of its own yet")
        visit.page.mouse.move(*visit.on_screen(1.5, 1.3))
        visit.names("Mill End")
        visit.page.mouse.click(*visit.on_screen(1.5, 1.3))
        visit.page.wait_for_url(f"{town}/at/middle")


def test_a_place_opens_in_the_language_of_the_page(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/fr/") as visit:
        visit.sees_the_map()
        visit.page.mouse.click(*visit.on_screen(1.5, 1.3))
        visit.page.wait_for_url(f"{town}/fr/at/middle")


def test_the_keyboard_reaches_the_map_moves_it_and_opens_the_place_in_the_ring(browser: Browser, town: str) -> None:
    with visiting(browser, town, reduced_motion="reduce") as visit:
        visit.sees_the_map()
        visit.page.locator("#find").get_by_role("button", name="Use where I am now").focus()
        visit.page.keyboard.press("Tab")
        map_itself = visit.page.get_by_role("application", name="Map of five places")
        assert map_itself.evaluate("(canvas) => canvas === document.activeElement")
        assert map_itself.evaluate("(canvas) => getComputedStyle(canvas).outline").endswith("solid 3px")
        assert visit.page.locator(".map-aim").is_visible()
        centre = visit.map("map.getCenter().lng")
        zoom = visit.map("map.getZoom()")
        visit.page.keyboard.press("ArrowRight")
        visit.page.wait_for_function(
            "(was) => window.seenMap.getCenter().lng > was && !window.seenMap.isMoving()", arg=centre
        )
        visit.names("Ell")
        visit.page.keyboard.press("ArrowRight")
        visit.names("Eastgate-by-the-Łąka: no officers of its own yet")
        visit.page.keyboard.press("+")
        visit.page.wait_for_function("(was) => window.seenMap.getZoom() >= was + 1", arg=zoom)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(f"{town}/at/east")


def test_the_zoom_buttons_carry_the_page_s_words_and_say_when_they_can_go_no_further(
    browser: Browser, town: str
) -> None:
    with visiting(browser, town, reduced_motion="reduce") as visit:
        visit.sees_the_map()
        closer = visit.page.get_by_role("button", name="Closer")
        farther = visit.page.get_by_role("button", name="Farther")
        box = closer.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) == (44, 44)
        assert (closer.get_attribute("aria-disabled"), farther.get_attribute("aria-disabled")) == ("false", "false")
        zoom = visit.map("map.getZoom()")
        closer.click()
        assert visit.map("map.getZoom()") == pytest.approx(zoom + 1)
        farther.click()
        farther.click()
        assert farther.get_attribute("aria-disabled") == "true"


def test_the_place_the_page_is_about_stands_out_and_does_not_reload_the_page(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/area") as visit:
        visit.sees_the_map()
        chosen = visit.map(
            "map.querySourceFeatures('places', {filter: ['get', 'chosen']}).map((f) => f.properties.slug)"
        )
        assert set(chosen) == {"middle"}
        assert visit.page.locator(".map-schematic").inner_text() == "Schematic map"
        lon, lat = visit.map("map.getCenter().toArray()")
        assert (lon, lat) == pytest.approx(at(1.5, 1.5), abs=1e-4)
        visit.page.mouse.click(*visit.on_screen(1.5, 1.2))
        visit.page.wait_for_timeout(300)
        assert visit.page.url == f"{town}/area"


def test_the_map_takes_the_page_s_colours_and_follows_a_change_of_scheme(browser: Browser, town: str) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        assert visit.colour_at(0.2, 0.3) == "#dfe3da"
        visit.page.emulate_media(color_scheme="dark")
        visit.has_ground("rgb(26, 32, 39)")
        assert visit.colour_at(0.2, 0.3) == "#262e38"
        visit.page.emulate_media(color_scheme="light")
        visit.has_ground("rgb(238, 240, 234)")
        assert visit.colour_at(0.2, 0.3) == "#dfe3da"


def test_a_point_chosen_on_the_map_is_told_and_sent_with_its_form(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/pick") as visit:
        visit.sees_the_map()
        visit.page.locator("#map").evaluate(
            "(map) => map.addEventListener('byname:point', (e) => e.preventDefault(), { once: true })"
        )
        visit.page.mouse.click(*visit.on_screen(1.5, 1.5))
        point = visit.page.evaluate("() => window.point")
        assert (point["lon"], point["lat"]) == pytest.approx(at(1.5, 1.5), abs=1e-4)
        assert visit.page.url == f"{town}/pick"
        visit.page.mouse.click(*visit.on_screen(3.5, 1.5))
        visit.page.wait_for_url(f"{town}/found?**")
        sent = parse_qs(urlsplit(visit.page.url).query)
        assert (float(sent["lon"][0]), float(sent["lat"][0])) == pytest.approx(at(3.5, 1.5), abs=1e-4)


def test_without_webgl_the_drawing_stays_and_nothing_more_is_fetched(player: Playwright, town: str) -> None:
    with (
        player.chromium.launch(executable_path="/usr/bin/chromium", args=[*CHROMIUM, "--disable-3d-apis"]) as plain,
        visiting(plain, town) as visit,
    ):
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.locator(".map > svg").is_visible()
        assert visit.page.locator(".map canvas").count() == 0
        assert [address for address in visit.asked if "/vendor/" in address] == []


def test_without_javascript_the_drawing_stays(browser: Browser, town: str) -> None:
    with visiting(browser, town, java_script_enabled=False) as visit:
        assert visit.page.locator(".map > svg").is_visible()
        assert not visit.page.get_by_role("button", name="Use where I am now").is_visible()


def test_when_the_areas_cannot_be_fetched_the_drawing_stays(browser: Browser, town: str) -> None:
    with visiting(browser, "about:blank") as visit:
        with visit.page.expect_console_message(lambda said: said.text.startswith("The drawn map stays")):
            visit.page.goto(f"{town}/broken")
        assert visit.page.locator(".map > svg").is_visible()
        assert visit.page.locator(".map canvas").count() == 0


def test_when_the_graphics_card_drops_the_map_the_drawing_comes_back_until_it_returns(
    browser: Browser, town: str
) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        assert not visit.page.locator(".map > svg").is_visible()
        visit.map("(window.lost = map.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context'))")
        visit.page.evaluate("() => window.lost.loseContext()")
        visit.page.wait_for_function("() => !document.querySelector('#map').dataset.state")
        assert visit.page.locator(".map > svg").is_visible()
        visit.page.evaluate("() => window.lost.restoreContext()")
        visit.page.wait_for_function("() => document.querySelector('#map').dataset.state === 'moving'")
        assert not visit.page.locator(".map > svg").is_visible()


def test_on_paper_the_drawing_stands_in_for_the_map(browser: Browser, town: str) -> None:
    with visiting(browser, town) as visit:
        visit.sees_the_map()
        visit.page.emulate_media(media="print")
        assert visit.page.locator(".map > svg").is_visible()
        assert not visit.page.locator(".map canvas").is_visible()


def test_the_wheel_scrolls_the_page_over_the_map(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/low") as visit:
        visit.page.locator("#map").scroll_into_view_if_needed()
        visit.sees_the_map()
        zoom, was = visit.map("map.getZoom()"), visit.page.evaluate("() => window.scrollY")
        visit.page.mouse.move(*visit.on_screen(1.5, 1.5))
        visit.page.mouse.wheel(0, -200)
        visit.page.wait_for_function("(was) => window.scrollY < was", arg=was)
        assert visit.map("map.getZoom()") == zoom


def test_an_urdu_page_says_which_language_the_names_are_in_and_puts_the_buttons_on_its_own_side(
    browser: Browser, town: str
) -> None:
    with visiting(browser, f"{town}/urdu") as visit:
        visit.sees_the_map()
        assert visit.page.locator(".map-name").get_attribute("lang") == "en"
        button, whole = visit.page.locator(".map-zoom").bounding_box(), visit.page.locator("#map").bounding_box()
        assert button is not None
        assert whole is not None
        assert button["x"] - whole["x"] < 20


@pytest.mark.parametrize(
    ("address", "fonts"),
    [
        ("/english", {"atkinson-hyperlegible-next-latin"}),
        ("/tamil", {"atkinson-hyperlegible-next-latin", "noto-sans-tamil", "noto-nastaliq-urdu"}),
    ],
)
def test_a_page_fetches_the_scripts_it_shows_and_not_those_of_its_language_links(
    browser: Browser, town: str, address: str, fonts: set[str]
) -> None:
    with visiting(browser, f"{town}{address}") as visit:
        visit.page.evaluate("async () => { await document.fonts.ready }")
        assert {Path(asked).stem for asked in visit.asked if asked.endswith(".woff2")} == fonts


def test_axe_finds_nothing_wrong_with_a_map_that_moves(browser: Browser, town: str) -> None:
    with visiting(browser, f"{town}/area") as visit:
        visit.sees_the_map()
        found = Axe().run(visit.page, context="#map").response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_where_i_am_now_sends_the_form_with_the_place_the_device_knows(browser: Browser, town: str) -> None:
    here = {"latitude": 43.65107, "longitude": -79.42215, "accuracy": 30}
    with visiting(browser, town, geolocation=here, permissions=["geolocation"]) as visit:
        visit.page.get_by_role("button", name="Use where I am now").click()
        visit.page.wait_for_url(f"{town}/found?**")
        assert parse_qs(urlsplit(visit.page.url).query) == {"lat": ["43.65107"], "lon": ["-79.42215"]}


def test_a_typed_address_never_carries_the_place_sent_before(browser: Browser, town: str) -> None:
    here = {"latitude": 43.65107, "longitude": -79.42215, "accuracy": 30}
    with visiting(browser, town, geolocation=here, permissions=["geolocation"]) as visit:
        visit.page.get_by_role("button", name="Use where I am now").click()
        visit.page.wait_for_url(f"{town}/found?**")
        visit.page.go_back()
        visit.page.locator("#find").evaluate(
            "(form) => form.insertAdjacentHTML('beforeend', '<input type=hidden name=lat value=43.6><input name=lon>')"
        )
        visit.page.get_by_label("Address").fill("350 Mill Street")
        visit.page.get_by_role("button", name="Find", exact=True).click()
        visit.page.wait_for_url(f"{town}/found?**")
        assert parse_qs(urlsplit(visit.page.url).query) == {"q": ["350 Mill Street"]}


def test_a_device_that_may_not_say_where_it_is_answers_in_plain_words(browser: Browser, town: str) -> None:
    with visiting(browser, town, permissions=[]) as visit:
        button = visit.page.get_by_role("button", name="Use where I am now")
        said = visit.page.locator("[data-told]")
        button.click()
        expect(said).to_have_text("Your device may not say.")
        assert button.get_attribute("aria-disabled") is None


def test_a_device_that_knows_only_roughly_is_not_sent_to_the_wrong_team(browser: Browser, town: str) -> None:
    roughly = {"latitude": 43.65, "longitude": -79.42, "accuracy": 4000}
    with visiting(browser, town, geolocation=roughly, permissions=["geolocation"]) as visit:
        visit.page.get_by_role("button", name="Use where I am now").click()
        expect(visit.page.locator("[data-told]")).to_have_text("Your device knows only roughly.")
        assert visit.page.url == f"{town}/"
