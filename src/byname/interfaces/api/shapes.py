"""What the API says: each answer's shape, and how a value of the directory becomes it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Schema

from byname.places.queries import AreaFacts, DivisionFacts, NeighbourhoodFacts, ServiceProfile
from byname.postings.queries import (
    Announcement,
    Continuity,
    Directory,
    Found,
    MonthHours,
    PublicOfficer,
    PublicPosting,
    Team,
)

NOT_HERE_YET = "The programme is not here yet. The division answers for this neighbourhood."


class Division(Schema):
    """A command district of the service."""

    code: str
    name: str
    address: str
    phone: str


class Neighbourhood(Schema):
    """An official neighbourhood, by its official id."""

    id: int
    name: str
    url: str
    lat: float
    lon: float
    area_km2: float
    population: int | None
    home_division: str
    division_shares: dict[str, float]


class Area(Schema):
    """What one team serves."""

    slug: str
    name: str
    url: str
    division: str
    neighbourhoods: list[int]
    served_since: date | None
    phone: str
    email: str
    lat: float
    lon: float
    neighbours: list[str]


class Photo(Schema):
    """Where a photo is, by size; asked for each time, never kept: consent can end at any moment."""

    small: str
    medium: str
    large: str


class Officer(Schema):
    """An officer as the public page shows them."""

    name: str
    pronunciation: str
    rank: str
    badge_number: str
    languages: list[str]
    skills: list[str]
    words: str
    phone: str
    email: str
    photo: Photo | None
    role: Literal["lead", "member", "cover"]
    since: date | None
    until: date | None


class Change(Schema):
    """An announced change of a team."""

    on: date
    role: str
    joins: str | None
    leaves: str | None


class Steadiness(Schema):
    """How steady a team is."""

    officers: int
    median_days: int | None
    changes_in_twelve_months: int
    next_change_on: date | None


class Hours(Schema):
    """A team's hours of one month, in tens, as they were published once and for good; never one officer's."""

    month: str
    officers: int
    present_hours: int
    away_hours: int
    away_by_reason: dict[str, int]


class TeamShape(Schema):
    """The team of one area today."""

    area: Area
    division: Division | None
    officers: list[Officer]
    covers: list[Officer]
    coming: list[Change]
    recent: list[Change]
    continuity: Steadiness
    hours: Hours | None


class Answer(Schema):
    """Every answer says whether it comes from the demonstration, and of which day it speaks."""

    demo: bool
    on: date


class TeamAnswer(Answer):
    """Who serves at a place: the team, or the plain statement that there is none yet."""

    served: bool
    message: str | None
    neighbourhood: Neighbourhood | None
    division: Division | None
    team: TeamShape | None
    also: list[str]


class Matched(Schema):
    """What the words of an address were taken to mean."""

    label: str
    sure: bool
    others: list[str]


class AddressTeamAnswer(TeamAnswer):
    """Who serves at an address, and what the address was taken to mean."""

    matched: Matched


class NeighbourhoodsAnswer(Answer):
    """Neighbourhoods by id."""

    count: int
    page: int
    per_page: int
    neighbourhoods: list[Neighbourhood]


class NeighbourhoodAnswer(Answer):
    """One neighbourhood, and the slug of the area whose team serves it."""

    neighbourhood: Neighbourhood
    served_by: str | None


class AreasAnswer(Answer):
    """Areas by name."""

    count: int
    page: int
    per_page: int
    areas: list[Area]


class DivisionsAnswer(Answer):
    """Divisions by code."""

    divisions: list[Division]


class AreaContinuity(Schema):
    """How steady the team of one area is."""

    area: str
    continuity: Steadiness


class ContinuityAnswer(Answer):
    """How steady each team is."""

    areas: list[AreaContinuity]


class Problem(Schema):
    """What went wrong, in one sentence (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""


class Feature(Schema):
    """One GeoJSON feature."""

    type: Literal["Feature"]
    id: str | int
    properties: dict[str, Any]
    geometry: dict[str, Any]


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946), WGS 84."""

    type: Literal["FeatureCollection"]
    demo: bool
    on: date
    schematic: bool
    features: list[Feature]


def division(facts: DivisionFacts | None) -> dict[str, Any] | None:
    """A division as the API says it."""
    if facts is None:
        return None
    return {"code": facts.code, "name": facts.name, "address": facts.address, "phone": facts.phone}


def neighbourhood(facts: NeighbourhoodFacts) -> dict[str, Any]:
    """A neighbourhood as the API says it."""
    return {
        "id": facts.official_id,
        "name": facts.name,
        "url": f"/at/{facts.slug}",
        "lat": round(facts.label.lat, 6),
        "lon": round(facts.label.lon, 6),
        "area_km2": round(facts.area_km2, 3),
        "population": facts.population,
        "home_division": facts.home_division_code,
        "division_shares": {code: round(share, 3) for code, share in facts.division_shares},
    }


def area(facts: AreaFacts) -> dict[str, Any]:
    """An area as the API says it."""
    return {
        "slug": facts.slug,
        "name": facts.name,
        "url": f"/at/{facts.slug}",
        "division": facts.division_code,
        "neighbourhoods": list(facts.official_ids),
        "served_since": _day(facts.served_since),
        "phone": facts.phone,
        "email": facts.email,
        "lat": round(facts.label.lat, 6),
        "lon": round(facts.label.lon, 6),
        "neighbours": list(facts.neighbours),
    }


def continuity(facts: Continuity) -> dict[str, Any]:
    """Continuity as the API says it."""
    return {
        "officers": facts.officers,
        "median_days": facts.median_days,
        "changes_in_twelve_months": facts.changes_in_twelve_months,
        "next_change_on": _day(facts.next_change_on),
    }


def hours(facts: MonthHours | None) -> dict[str, Any] | None:
    """Published hours as the API says them; none where the team is too small to stand by itself."""
    if facts is None:
        return None
    return {
        "month": f"{facts.month:%Y-%m}",
        "officers": facts.officers,
        "present_hours": facts.present,
        "away_hours": facts.away,
        "away_by_reason": dict(facts.by_reason),
    }


def team(facts: Team) -> dict[str, Any]:
    """A team as the API says it: what the public page shows."""
    return {
        "area": area(facts.area),
        "division": division(facts.division),
        "officers": [_posting(posting) for posting in facts.postings],
        "covers": [_posting(posting) for posting in facts.covers],
        "coming": [_change(change) for change in facts.coming],
        "recent": [_change(change) for change in facts.recent],
        "continuity": continuity(facts.continuity),
        "hours": hours(facts.hours),
    }


def team_answer(found: Found, directory: Directory, profile: ServiceProfile) -> dict[str, Any]:
    """The answer to "who serves here?"."""
    return {
        **said(directory, profile),
        "served": found.team is not None,
        "message": None if found.team else NOT_HERE_YET,
        "neighbourhood": neighbourhood(found.neighbourhood) if found.neighbourhood else None,
        "division": division(found.division),
        "team": team(found.team) if found.team else None,
        "also": [other.area.slug for other in found.also],
    }


def said(directory: Directory, profile: ServiceProfile) -> dict[str, Any]:
    """What every answer says of itself."""
    return {"demo": profile.demo, "on": directory.on.isoformat()}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _photo(officer: PublicOfficer) -> dict[str, str] | None:
    if officer.photo is None:
        return None
    form = "svg" if "svg" in officer.photo.formats else "jpeg"
    return {
        size: f"/photo/{officer.reference}/{size}.{form}?{officer.photo.token}" for size in ("small", "medium", "large")
    }


def _posting(posting: PublicPosting) -> dict[str, Any]:
    officer = posting.officer
    return {
        "name": officer.name,
        "pronunciation": officer.pronunciation,
        "rank": officer.rank,
        "badge_number": officer.badge_number,
        "languages": list(officer.languages),
        "skills": list(officer.skills),
        "words": officer.words,
        "phone": officer.phone,
        "email": officer.email,
        "photo": _photo(officer),
        "role": posting.role,
        "since": _day(posting.since),
        "until": _day(posting.until),
    }


def _change(change: Announcement) -> dict[str, Any]:
    return {
        "on": change.on.isoformat(),
        "role": change.role,
        "joins": change.joins.name if change.joins else None,
        "leaves": change.leaves.name if change.leaves else None,
    }
