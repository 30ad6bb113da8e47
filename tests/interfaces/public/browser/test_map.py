"""The map moves under a strict policy, obeys the keyboard, takes the page's colours, steps back if it cannot draw."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Playwright

from tests.interfaces.public.browser.ground import CHROMIUM, SOUTH, STEP, WEST, at, visiting

pytestmark = pytest.mark.browser


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
