"""Loading the demo city into an empty database, through the same actions real files come in by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction

from byname.concerns import actions as concerns
from byname.interfaces.jobs.demo import desk
from byname.interfaces.jobs.demo.city import DemoCity
from byname.interfaces.jobs.demo.facts import FOLDER, Outline
from byname.people import actions as people
from byname.people.rules import OfficerRow
from byname.places import actions as places
from byname.places import queries as land
from byname.places.actions import addresses
from byname.postings import actions as postings
from byname.postings.rules import PostingRow
from byname.vocabulary import Actor

EDITION = "2022 schematic"
VALID_FROM = date(2022, 4, 12)
"""The first day of the City's own edition, so that bringing that one in replaces the drawing."""
IN_THE_HARBOUR = (166, "D51")
"""The one neighbourhood whose centre lies in water, and the division most of its people live in."""


def is_empty(*, on: date, by: Actor) -> bool:
    """Whether nothing stands in the way of a demo: no area and no neighbourhood was brought in."""
    territory = land.territory(on=on, viewer=by)
    return not territory.areas and not territory.neighbourhoods


def load(city: DemoCity, *, by: Actor, at: datetime, say: Callable[[str], None]) -> Mapping[str, str]:
    """The whole demo city stands in the database, or nothing of it; `say` hears of each step.

    Its officers' references by badge number.
    """
    with transaction.atomic():
        say(f"drawing {len(city.cells)} neighbourhoods and {len(city.division_cells)} divisions")
        places.bring_service((FOLDER / "service.toml").read_bytes(), file_name="service.toml", by=by, at=at)
        concerns.bring_hearing((FOLDER / "concerns.toml").read_bytes(), file_name="concerns.toml", by=by, at=at)
        for kind, content in _boundaries(city):
            places.bring_boundaries(
                kind,
                content,
                file_name=f"demo {kind}",
                edition=EDITION,
                valid_from=VALID_FROM,
                schematic=True,
                by=by,
                at=at,
            )
        places.set_home_division(*IN_THE_HARBOUR, by=by, at=at)
        places.bring_home_languages(_home_languages(city), file_name="home_languages.csv", by=by, at=at)
        say(f"setting up {len(city.areas)} areas and {len(city.places)} places to search for")
        for name in ("areas.csv", "drawn_areas.geojson"):
            places.bring_areas((FOLDER / name).read_bytes(), file_name=name, by=by, at=at)
        addresses.bring_addresses(FOLDER / "places.csv", by=by, at=at)
        serving = [one for one in city.officers if one.face]
        say(f"introducing {len(city.officers)} officers, and drawing {len(serving)} faces")
        brought = people.bring_officers(_officers(city), by=by, at=at)
        faces = {brought.references[one.badge_number]: one.face for one in serving}
        people.draw_faces(faces, by=by, at=at)
        say(f"posting them: {len(city.postings)} postings since {min(one.first for one in city.postings).year}")
        postings.bring_postings(_postings(city), by=by, at=at)
        say("recording two months of hours, and setting the desk to work")
        desk.bring_hours(city, by=by, at=at)
        desk.set_to_work(city, by=by, at=at)
    return brought.references


def _boundaries(city: DemoCity) -> tuple[tuple[Literal["neighbourhoods", "divisions"], bytes], ...]:
    cells, districts = dict(city.cells), dict(city.division_cells)
    neighbourhoods = _collection(
        (
            {"AREA_SHORT_CODE": place.official_id, "AREA_NAME": place.name, "POPULATION": place.population},
            cells[place.official_id],
        )
        for place in city.neighbourhoods
    )
    divisions = _collection(
        (
            {"DIV": one.code, "UNIT_NAME": one.name, "ADDRESS": one.address, "PHONE": one.phone},
            districts[one.code],
        )
        for one in city.divisions
    )
    return ("neighbourhoods", neighbourhoods), ("divisions", divisions)


def _home_languages(city: DemoCity) -> bytes:
    rows = (
        f"{place.official_id},{code},{people}" for place in city.neighbourhoods for code, people in place.home_languages
    )
    return "\n".join(("neighbourhood,language,people", *rows)).encode()


def _collection(features: Iterable[tuple[dict[str, Any], Outline]]) -> bytes:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": said, "geometry": {"type": "MultiPolygon", "coordinates": outline}}
            for said, outline in features
        ],
    }
    return json.dumps(collection).encode()


def _officers(city: DemoCity) -> list[OfficerRow]:
    return [
        OfficerRow(
            badge_number=one.badge_number,
            given_name=one.given_name,
            family_name=one.family_name,
            badge_shown=one.badge_shown,
            pronunciation=one.pronunciation,
            rank=one.rank,
            languages=one.languages,
            skills=one.skills,
            words=one.words,
            phone=one.phone,
            email=one.email,
            photo_consented_on=one.face_agreed_on,
            line=line,
        )
        for line, one in enumerate(city.officers, start=2)
    ]


def _postings(city: DemoCity) -> list[PostingRow]:
    return [
        PostingRow(
            officer=one.badge_number,
            area=one.area,
            role=one.role,
            first=one.first,
            last=one.last,
            planned_end_on=one.planned_end,
            announced_on=one.announced_on,
            ended_early_reason=one.reason,
            line=line,
        )
        for line, one in enumerate(city.postings, start=2)
    ]
