""" "Where I am now": the device's place goes with the form, or the page says in plain words why not."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.interfaces.public.browser.ground import visiting

pytestmark = pytest.mark.browser


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
