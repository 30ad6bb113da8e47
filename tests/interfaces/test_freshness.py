"""What is shown changes with what is true: at once, and right across midnight, with the database or without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from byname.interfaces import snapshot
from byname.ledger import queries as ledger
from byname.people import actions as people
from byname.places import actions as places
from byname.places import queries as places_queries
from byname.postings import actions as postings
from byname.vocabulary import Actor
from tests import cast as city
from tests.cast import Cast

BY = Actor("operator", "test")


def faces_and_names(client: Client, slug: str) -> str:
    """Everything an area says, by page, card and API."""
    urls = (f"/at/{slug}", f"/embed/{slug}", f"/api/v1/areas/{slug}")
    return "".join(client.get(url).content.decode() for url in urls)


@dataclass(frozen=True)
class Act:
    """One public act: what it changes, and what to look for before and after."""

    name: str
    area: str
    do: Callable[[Cast, datetime], object]
    before: Callable[[Cast], str]
    after: Callable[[Cast], str]


def _withdrawn(cast: Cast, at: datetime) -> object:
    return people.withdraw_photo(cast.chidi.reference, by=BY, at=at)


ACTS = (
    Act(
        "an officer is hidden",
        "old-mill",
        lambda cast, at: postings.hide_officer(cast.ana.reference, by=BY, at=at),
        lambda cast: "Albuquerque",
        lambda cast: "",
    ),
    Act(
        "an officer is shown again",
        "harbour",
        lambda cast, at: people.show_officer(cast.grace.reference, by=BY, at=at),
        lambda cast: "",
        lambda cast: "Quillfeather",
    ),
    Act("a photo is withdrawn", "old-mill", _withdrawn, lambda cast: f"/photo/{cast.chidi.reference}", lambda cast: ""),
    Act(
        "a face is drawn anew",
        "ring",
        lambda cast, at: people.draw_face(cast.ines.reference, city.face("00ff00"), by=BY, at=at),
        lambda cast: "3b307454e128",
        lambda cast: "",
    ),
    Act(
        "an officer is posted",
        "chapel-hill",
        lambda cast, at: postings.post_officer("1012", "chapel-hill", "lead", first=cast.on, by=BY, at=at),
        lambda cast: "",
        lambda cast: "Lindqvist",
    ),
    Act(
        "a posting ends",
        "old-mill",
        lambda cast, at: postings.end_posting(
            "1003", "old-mill", last=cast.on, reason="transfer_requested", by=BY, at=at
        ),
        lambda cast: "Chukwu",
        lambda cast: "",
    ),
    Act(
        "a cover comes",
        "ring",
        lambda cast, at: postings.cover("1010", "ring", first=cast.on, last=cast.on + timedelta(1), by=BY, at=at),
        lambda cast: "",
        lambda cast: "Juhl",
    ),
    Act(
        "a change is announced",
        "ring",
        lambda cast, at: postings.announce("1011", "ring", change_on=cast.on + timedelta(60), by=BY, at=at),
        lambda cast: "",
        lambda cast: "Kwakuvi",
    ),
    Act(
        "an area changes its number",
        "ring",
        lambda cast, at: places.bring_areas(
            city.AREAS_CSV.replace(b"416-555-0116", b"416-555-0199"), file_name="areas.csv", by=BY, at=at
        ),
        lambda cast: "416-555-0116",
        lambda cast: "416-555-0199",
    ),
    Act(
        "the service changes its name",
        "ring",
        lambda cast, at: places.bring_service(city.service(name="Estuary Police"), file_name="s.toml", by=BY, at=at),
        lambda cast: "Rivermouth Police",
        lambda cast: "Estuary Police",
    ),
    Act(
        "it is no demonstration any more",
        "ring",
        lambda cast, at: places.bring_service(city.service(demo=False), file_name="s.toml", by=BY, at=at),
        lambda cast: '"demo":true',
        lambda cast: '"demo":false',
    ),
    Act(
        "a division is named anew",
        "ring",
        lambda cast, at: places.bring_boundaries(
            "divisions",
            city.DIVISIONS.replace(b"2 Second Street", b"22 Twenty-Second Street"),
            file_name="d.geojson",
            edition="2022",
            valid_from=date(2013, 1, 1),
            by=BY,
            at=at,
        ),
        lambda cast: '"2 Second Street"',
        lambda cast: "22 Twenty-Second Street",
    ),
)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_after_a_public_act_every_answer_has_changed(client: Client, cast: Cast, act: Act) -> None:
    gone, come = act.before(cast), act.after(cast)
    if act.name == "a face is drawn anew":
        gone = snapshot.city().teams["ring"].postings[0].officer.photo.token  # type: ignore[union-attr]
    earlier = faces_and_names(client, act.area)
    assert not gone or gone in earlier
    assert not come or come not in earlier
    act.do(cast, timezone.now())
    later = faces_and_names(client, act.area)
    assert not gone or gone not in later
    assert not come or come in later


def test_a_removed_area_is_gone_and_its_neighbourhood_stays(client: Client, cast: Cast) -> None:
    assert client.get("/at/chapel-hill").status_code == 200
    assert b'"served":true' in client.get("/api/v1/neighbourhoods/2/team").content
    places.remove_area("chapel-hill", by=BY, at=timezone.now())
    assert client.get("/api/v1/areas/chapel-hill").status_code == 404
    assert b'"served":false' in client.get("/api/v1/neighbourhoods/2/team").content


class Clock:
    """The moment this process believes it is, and the zone the service lives in."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def time(self) -> float:
        return self.moment.timestamp()

    def today(self) -> date:
        return timezone.localtime(self.moment).date()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock the test turns."""
    turned = Clock(timezone.now())
    monkeypatch.setattr(snapshot, "time", turned)
    monkeypatch.setattr(snapshot, "today", turned.today)
    return turned


def database_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on nothing can be asked."""

    def away(**_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(ledger, "public_versions", away)


def covers_of(client: Client, slug: str) -> tuple[str, list[str]]:
    """The day an answer speaks of, and who covers on it."""
    said = client.get(f"/api/v1/areas/{slug}").json()
    return said["on"], [officer["name"] for officer in said["team"]["covers"]]


DAYS = [
    ("America/Toronto", date(2026, 11, 23), 24),
    ("America/Toronto", date(2026, 11, 1), 25),
    ("America/Toronto", date(2027, 3, 14), 23),
    ("Asia/Kolkata", date(2026, 11, 23), 24),
    ("Pacific/Auckland", date(2027, 4, 4), 25),
    # Clocks go forward at midnight itself: this day begins at one.
    ("America/Santiago", date(2026, 9, 5), 24),
    ("America/Santiago", date(2026, 9, 6), 23),
]


@pytest.mark.parametrize("with_database", [True, False], ids=["with the database", "without it"])
@pytest.mark.parametrize(("zone", "day", "hours"), DAYS, ids=[f"{zone} {day}" for zone, day, _ in DAYS])
def test_a_cover_goes_at_the_midnight_of_the_service(
    client: Client,
    db: None,
    clock: Clock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    day: date,
    hours: int,
    with_database: bool,
) -> None:
    settings.TIME_ZONE = zone
    there = ZoneInfo(zone)

    def at(on: date, hour: int = 0) -> datetime:
        return datetime(on.year, on.month, on.day, hour, tzinfo=there)

    begins = datetime.fromtimestamp(at(day).timestamp(), there)
    ends = datetime.fromtimestamp(at(day + timedelta(1)).timestamp(), there)
    assert ends.timestamp() - begins.timestamp() == hours * 3600
    city.build(by=BY, at=at(day, 12))
    clock.moment = begins
    assert covers_of(client, "old-mill") == (day.isoformat(), ["Dina Dellarosa"])
    clock.moment = datetime.fromtimestamp(ends.timestamp() - 0.001, there)
    assert covers_of(client, "old-mill") == (day.isoformat(), ["Dina Dellarosa"])
    if not with_database:
        database_gone(monkeypatch)
    clock.moment = ends
    assert covers_of(client, "old-mill") == ((day + timedelta(1)).isoformat(), [])


def test_with_the_database_gone_the_memory_lasts_to_the_end_of_the_second_day(
    client: Client, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/api/v1/areas/ring").status_code == 200
    database_gone(monkeypatch)
    first = timezone.make_aware(datetime.combine(cast.on + timedelta(2), datetime.min.time()))
    clock.moment = first - timedelta(milliseconds=1)
    assert client.get("/api/v1/areas/ring").json()["on"] == (cast.on + timedelta(1)).isoformat()
    assert client.get("/at/ring").status_code == 200
    clock.moment = first
    for url in ("/api/v1/areas/ring", "/at/ring", "/", "/fr/at/ring"):
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), url


def test_with_nothing_held_and_no_database_the_answer_is_a_plain_503(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    database_gone(monkeypatch)
    page, told = client.get("/"), client.get("/api/v1/areas")
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert (told.status_code, told.headers["Content-Type"]) == (503, "application/problem+json")
    assert told.json()["detail"] == "This cannot be answered just now. Please try again in a few seconds."


def test_an_empty_database_is_answered_without_a_fault(client: Client, db: None) -> None:
    answers = {url: client.get(url).status_code for url in ("/", "/areas", "/check", "/about", "/sitemap.xml")}
    assert answers == dict.fromkeys(answers, 200)
    assert client.get("/api/v1/areas").json()["areas"] == []
    assert client.get("/api/v1/team?lat=43.6&lon=-79.4").status_code == 404


def test_nobody_who_hides_waits_for_the_land_to_be_read(
    committed: Cast, clerk_of_records: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, goes_on = threading.Event(), threading.Event()
    read = places_queries.territory

    def slow(*, on: date, viewer: Actor) -> places_queries.Territory:
        began.set()
        assert goes_on.wait(20)
        return read(on=on, viewer=viewer)

    before = snapshot.city().territory
    monkeypatch.setattr(snapshot, "_polling", True)
    monkeypatch.setattr(places_queries, "territory", slow)
    places.set_home_division(4, "D2", by=clerk_of_records, at=timezone.now())
    snapshot._renew()
    assert began.wait(20), "the land is being read beside"
    people.hide_officer(committed.ana.reference, by=clerk_of_records, at=timezone.now())
    snapshot._renew()
    assert (committed.ana.reference in snapshot.city().references, snapshot.city().territory is before) == (False, True)
    goes_on.set()
    until = time.monotonic() + 20
    while snapshot.city().territory is before and time.monotonic() < until:
        time.sleep(0.01)
    after = snapshot.city()
    divisions = {hood.official_id: hood.home_division_code for hood in after.territory.neighbourhoods}
    assert (divisions[4], committed.ana.reference in after.references) == ("D2", False)
