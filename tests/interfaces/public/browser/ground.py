"""Five invented places and their pages, as the tests of the map serve them, and somebody who looks at one."""

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, expect

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
