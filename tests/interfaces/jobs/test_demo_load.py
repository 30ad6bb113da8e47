"""The demo city loads into an empty database once, whole, and makes way for the real boundaries."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from byname.interfaces.jobs.demo import load as loading
from byname.interfaces.jobs.demo.city import SEED, demo_city
from byname.interfaces.jobs.demo.facts import demo_facts
from byname.ledger import queries as ledger
from byname.places import actions as place_actions
from byname.places import queries as places
from byname.postings import queries as postings
from byname.vocabulary import PUBLIC, Actor, Refused

TODAY = date(2026, 11, 23)
CITY = demo_city(SEED, TODAY)

pytestmark = pytest.mark.django_db


def quiet(_: str) -> None:
    """Nobody listens."""


def directory() -> postings.Directory:
    return postings.directory(on=TODAY, version=1, viewer=PUBLIC)


def counts() -> dict[str, int]:
    tables = ("area", "officer", "officerphoto", "posting", "neighbourhood", "division", "landmark")
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM byname_{table}")
            (found[table],) = cursor.fetchone()
    return found


def test_the_whole_city_stands_in_the_database_within_four_seconds(noon: datetime, clerk_of_records: Actor) -> None:
    assert loading.is_empty(on=TODAY, by=clerk_of_records)
    began = time.process_time()
    loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    assert time.process_time() - began < 4
    assert not loading.is_empty(on=TODAY, by=clerk_of_records)
    assert counts() == {
        "area": 62,
        "officer": len(CITY.officers),
        "officerphoto": sum(bool(one.face) for one in CITY.officers),
        "posting": len(CITY.postings),
        "neighbourhood": 158,
        "division": 16,
        "landmark": 50,
    }
    profile = places.service_profile(viewer=PUBLIC)
    assert (profile.demo, profile.city, len(profile.lines)) == (True, "Toronto", 8)
    territory = places.territory(on=TODAY, viewer=PUBLIC)
    assert territory.schematic
    assert {one.official_id: one.home_division_code for one in territory.neighbourhoods} == {
        one.official_id: one.division for one in demo_facts().neighbourhoods
    }


def test_every_team_the_city_means_is_the_team_people_find(noon: datetime, clerk_of_records: Actor) -> None:
    loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    teams = directory().teams
    badges = {one.badge_number: one.badge_number if one.badge_shown else "" for one in CITY.officers}
    meant = {
        area.slug: Counter(
            badges[one.badge_number]
            for one in CITY.postings
            if one.area == area.slug
            and one.role != "cover"
            and one.first <= TODAY
            and (one.last is None or one.last > TODAY)
        )
        for area in CITY.areas
    }
    assert {slug: Counter(one.officer.badge_number for one in team.postings) for slug, team in teams.items()} == meant
    assert [one.role for team in teams.values() for one in team.postings[:1]] == ["lead"] * 62
    assert [one for team in teams.values() for one in team.postings if one.officer.photo is None] == []
    assert sum(len(team.coming) for team in teams.values()) == 2
    assert sum(len(team.recent) for team in teams.values()) == 1
    assert sorted(slug for slug, team in teams.items() if team.covers) == sorted(
        one.area for one in CITY.postings if one.role == "cover"
    )
    lead = teams["little-portugal"].postings[0]
    assert (lead.officer.rank, lead.officer.name, lead.since) == ("Constable", "Sarah Thompson", date(2024, 3, 4))
    told = lead.officer
    more = (told.badge_number, told.pronunciation, told.languages, told.skills, told.words, told.phone, told.email)
    assert more == ("", "", (), (), "", "", "")


def test_a_second_loading_changes_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo")
    first = capsys.readouterr().out
    before, version = counts(), ledger.public_versions(viewer=PUBLIC)
    call_command("load_demo")
    assert capsys.readouterr().out == "There are neighbourhoods already: the demo city is not loaded.\n"
    assert (counts(), ledger.public_versions(viewer=PUBLIC)) == (before, version)
    assert first.splitlines()[0] == "The demo city:"
    assert first.splitlines()[-1] == "The demo city is ready. Every officer in it but one is invented."


def test_a_machine_whose_clock_is_behind_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))
    with pytest.raises(CommandError) as refused:
        call_command("load_demo")
    assert str(refused.value) == (
        "The demo city begins on 2026-06-01, and this machine says it is 2026-05-01. "
        "Set its clock, or start without the demo."
    )


def test_a_loading_that_fails_half_way_leaves_nothing(
    noon: datetime, clerk_of_records: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Refused("No.")

    monkeypatch.setattr(loading.postings, "bring_postings", refuse)
    with pytest.raises(Refused):
        loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    assert set(counts().values()) == {0}


def test_the_real_boundaries_replace_the_drawn_ones_and_keep_every_id_area_and_team(
    noon: datetime, clerk_of_records: Actor, shared: Path
) -> None:
    files = {
        "neighbourhoods": shared / "boundaries" / "toronto_neighbourhoods_158.geojson",
        "divisions": shared / "boundaries" / "tps_police_divisions_16.geojson",
    }
    missing = [path.name for path in files.values() if not path.exists()]
    if missing:
        pytest.skip(f"needs shared/data/boundaries/{', '.join(missing)}")
    loading.load(CITY, by=clerk_of_records, at=noon, say=quiet)
    before = directory()
    for kind, path in files.items():
        place_actions.bring_boundaries(
            kind,
            path.read_bytes(),
            file_name=path.name,
            edition="2022",
            valid_from=date(2022, 4, 12),
            by=clerk_of_records,
            at=noon,
        )
    after = directory()
    assert (before.territory.schematic, after.territory.schematic) == (True, False)
    assert [(one.official_id, one.name, one.population) for one in after.territory.neighbourhoods] == [
        (one.official_id, one.name, one.population) for one in before.territory.neighbourhoods
    ]
    assert {slug: team.postings for slug, team in after.teams.items()} == {
        slug: team.postings for slug, team in before.teams.items()
    }
    station = next(place for place in CITY.places if place.name == "14 Division")
    found = after.at(station.point)
    assert found is not None
    assert found.team is not None
    assert (found.team.area.slug, found.team.postings[0].officer.name) == ("little-portugal", "Sarah Thompson")
    # 166 has most of its land in 52 Division; the demo's hand set it to where most of its people live.
    homes = {one.official_id: one.home_division_code for one in after.territory.neighbourhoods}
    assert homes[166] == "D51"
