"""The city's own files, brought into the running town: the last journey, because the town is another one afterwards."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.config.ground import wait_until
from tests.conftest import SHARED, needed
from tests.journeys.ground import HERE, NAMED, Town, Visitor, drawn


def _neighbourhoods(town: Town) -> dict[int, str]:
    listed = json.loads(town.ask("/api/v1/neighbourhoods").body)
    rows = listed if isinstance(listed, list) else next(value for value in listed.values() if isinstance(value, list))
    return {row["id"]: row["url"] for row in rows}


def test_the_real_boundaries_replace_the_drawn_ones_and_keep_the_ids(town: Town, visitor: Visitor) -> None:
    land = needed(SHARED / "boundaries/toronto_neighbourhoods_158.geojson")
    divisions = needed(SHARED / "boundaries/tps_police_divisions_16.geojson")
    resident = visitor()
    resident.go(f"/at/{HERE}")
    drawn_by_hand = resident.page.locator("figcaption").inner_text()
    assert drawn_by_hand.startswith("Drawn by hand")
    team_before = drawn(resident.page.locator(".team .face"))
    before = _neighbourhoods(town)
    assert len(before) == 158

    edition = ("--edition", "2022", "--valid-from", "2022-04-12")
    town.command("bring", "neighbourhoods", str(land), *edition)
    town.command("bring", "divisions", str(divisions), *edition)
    # Every worker reads the land anew; on a busy machine that may take a few seconds.
    wait_until(lambda: not any("Drawn by hand" in town.ask(f"/at/{HERE}").text for _ in range(20)), 15)

    assert _neighbourhoods(town) == before
    resident.go("/")
    resident.find("350 Dovercourt Rd")
    resident.lands_on(f"/at/{HERE}")
    assert drawn(resident.page.locator(".team .face")) == team_before
    assert team_before[0] == f"Portrait of {NAMED}"
    expect(resident.page.locator(".crumb")).to_have_text("14 Division")
    expect(resident.page.locator("figcaption")).not_to_contain_text("Drawn by hand")
    resident.go("/about")
    expect(resident.page.locator("main")).not_to_contain_text("drawn for the demonstration")
    resident.go("/")
    resident.page.locator("[data-map]").scroll_into_view_if_needed()
    resident.page.locator('[data-map][data-state="moving"]').wait_for()
    expect(resident.page.locator(".map-schematic")).to_have_count(0)
    answer = json.loads(town.ask("/api/v1/team?address=350%20Dovercourt%20Rd").body)
    assert (answer["neighbourhood"]["id"], answer["division"]["name"], answer["team"]["officers"][0]["name"]) == (
        84,
        "14 Division",
        NAMED,
    )
