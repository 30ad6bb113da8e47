"""Published hours on residents' pages and in the API: a team's of three or more, or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.places.models import Area
from byname.postings.models import PublishedHours
from byname.vocabulary import SYSTEM
from tests.cast import Cast

OCTOBER = date(2026, 10, 1)


def publish(area: str, present: int, away: int, month: date = OCTOBER, **reasons: int) -> None:
    """One figure, as if it had been published."""
    PublishedHours.objects.create(
        month_from=month,
        area=Area.objects.get(slug=area) if area else None,
        officers=3,
        present_hours=present,
        away_hours=away,
        away_by_reason=reasons,
        published_at=timezone.now(),
    )


@pytest.fixture
def published(cast: Cast) -> None:
    """October's hours of old-mill, and of the small teams together; and an older month."""
    publish("old-mill", 710, 290, court=200, event=60, other=30)
    publish("", 90, 10, event=10)
    publish("ring", 500, 500, date(2026, 9, 1), court=500)


def test_an_areas_page_says_how_the_team_spent_the_latest_published_month(client: Client, published: None) -> None:
    page = client.get("/at/old-mill").content.decode()
    assert (
        "In October 2026 the team spent 71% of its hours in the area. For 29% it was pulled away: court, events, "
        "other reasons."
    ) in page
    assert "spent" not in client.get("/at/ring").content.decode()
    french = client.get("/fr/at/old-mill").content.decode()
    assert "71\u00a0% de ses heures dans le secteur" in french
    assert "tribunal, événements, autres raisons." in french


def test_a_team_that_was_never_pulled_away_says_so(client: Client, cast: Cast) -> None:
    publish("old-mill", 710, 0)
    assert "In October 2026 the team spent all of its hours in the area." in client.get("/at/old-mill").content.decode()


def test_how_we_count_tells_the_services_own_total(client: Client, published: None) -> None:
    page = client.get("/how-we-count").content.decode()
    assert "In October 2026 all teams together spent 73% of their hours in their areas" in page
    assert "The reasons, the most hours first: court, events, other reasons." in page
    assert "Small teams together: 90% in their areas, 10% pulled away." in page


@pytest.mark.parametrize("code", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_each_language_says_it_in_its_own_words(client: Client, published: None, code: str) -> None:
    for page in ("at/old-mill", "how-we-count"):
        said = client.get(f"/{code}/{page}").content.decode()
        for english in ("In October", "pulled away", "other reasons", "stands by itself"):
            assert english not in said
    assert "71" in client.get(f"/{code}/at/old-mill").content.decode()


def test_the_api_gives_the_figures(client: Client, published: None) -> None:
    areas = {slug: client.get(f"/api/v1/areas/{slug}").json()["team"]["hours"] for slug in ("old-mill", "ring")}
    assert areas == {
        "old-mill": {
            "month": "2026-10",
            "officers": 3,
            "present_hours": 710,
            "away_hours": 290,
            "away_by_reason": {"court": 200, "event": 60, "other": 30},
        },
        "ring": None,
    }


def test_a_publication_is_seen_without_a_restart(client: Client, cast: Cast) -> None:
    assert client.get("/api/v1/areas/old-mill").json()["team"]["hours"] is None
    publish("old-mill", 710, 290, court=290)
    ledger.record("hours.published", subject=("month", "2026-10"), by=SYSTEM, at=timezone.now(), public=True)
    assert client.get("/api/v1/areas/old-mill").json()["team"]["hours"]["present_hours"] == 710
