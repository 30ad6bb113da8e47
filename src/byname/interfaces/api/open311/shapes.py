"""What Open311 says: services, their definitions and published concerns, each as the specification names its parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from byname.concerns import rules
from byname.concerns.queries import Published
from byname.concerns.rules import Category, Profile
from byname.interfaces import open311
from byname.places.queries import ServiceProfile

CHANGESET: Final = "2026-01-05T00:00:00Z"
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_TIMES: Final = {
    "morning": "In the morning",
    "midday": "At midday",
    "afternoon": "In the afternoon",
    "evening": "In the evening",
    "night": "At night",
}
_SINCE: Final = {
    "today": "Since today",
    "week": "For some days",
    "month": "For some weeks",
    "months": "For some months",
    "year": "For a year or longer",
}
_GROUPS: Final = {"ours": "For the neighbourhood's officers", "door": "Somebody else is the right one first"}
ASKED: Final = ("days", "times", "since", "help")
"""The codes of the attributes that are answered."""


def discovery(profile: ServiceProfile, *, address: str) -> dict[str, Any]:
    """Where the service's Open311 stands, in which forms, and whom to ask; `address` is the site's own."""
    line = {each.key: each.shown for each in profile.lines}.get("non_emergency", "")
    name = profile.name or "The police service"
    return {
        "changeset": CHANGESET,
        "contact": f"{name}: {line}" if line else name,
        "key_service": f"Ask {profile.name or 'the police service'} for a key; its administrators make one.",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{address}{open311.PATH.rstrip('/')}",
                "changeset": CHANGESET,
                "type": "test" if profile.demo else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def service(category: Category, language: str) -> dict[str, Any]:
    """One category a concern may be raised in."""
    return {
        "service_code": category.code,
        "service_name": category.name(language),
        "description": category.advised(language) or category.name(language),
        "metadata": True,
        "type": "realtime",
        "keywords": "",
        "group": _GROUPS[category.kind],
    }


def definition(category: Category, language: str, *, emergency: str) -> dict[str, Any]:
    """What is told and asked besides the description: first what a person must know before they type."""
    attributes = [
        _told("emergency", f"This is not read at once. In danger, or is someone hurt? Call {emergency} now."),
        _told("advice", category.advised(language)) if category.advised(language) else None,
        _told("who", "Write what people do and when. Leave out who they are: names, plates, how somebody looks."),
        _asked("days", "multivaluelist", "On which days does it happen?", dict(zip(rules.DAYS, _DAYS, strict=True))),
        _asked("times", "multivaluelist", "At what time of day?", {each: _TIMES[each] for each in rules.TIMES}),
        _asked(
            "since", "singlevaluelist", "For how long has it been so?", {each: _SINCE[each] for each in rules.SINCE}
        ),
        _asked("help", "text", "What would help?", {}),
    ]
    ordered = [each for each in attributes if each]
    return {
        "service_code": category.code,
        "attributes": [{**each, "order": place} for place, each in enumerate(ordered, start=1)],
    }


def request(concern: Published, hearing: Profile, profile: ServiceProfile, zone: ZoneInfo) -> dict[str, Any]:
    """A published concern: an officer's words, the month it was raised in, and a place no finer than a crossing."""
    category = hearing.category(concern.category)
    return {
        "service_request_id": concern.reference,
        "status": "closed" if concern.ended else "open",
        "status_notes": concern.done or None,
        "service_name": category.name("en") if category else concern.category,
        "service_code": concern.category,
        "description": concern.words,
        "agency_responsible": profile.name or None,
        "service_notice": None,
        "requested_datetime": raised_at(concern.month_on, zone).isoformat(),
        "updated_datetime": concern.changed_at.astimezone(zone).isoformat(),
        "expected_datetime": None,
        "address": ", ".join(part for part in (concern.near, concern.area_name) if part),
        "address_id": None,
        "zipcode": None,
        "lat": concern.lat,
        "long": concern.lon,
        "media_url": None,
    }


def raised_at(month: date, zone: ZoneInfo) -> datetime:
    """The moment told for a concern of a month: the month's beginning, for nothing finer is published."""
    return datetime.combine(month, time(), zone)


def months_between(first: datetime, last: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day whose beginning lies between two moments, both included."""
    day = first.astimezone(zone).date()
    begins = raised_at(day, zone).astimezone(UTC)
    return (day if begins >= first else date.fromordinal(day.toordinal() + 1)), last.astimezone(zone).date()


def _told(code: str, words: str) -> dict[str, Any]:
    return {
        "variable": False,
        "code": code,
        "datatype": "string",
        "required": False,
        "datatype_description": None,
        "order": 0,
        "description": words,
        "values": [],
    }


def _asked(code: str, datatype: str, words: str, values: dict[str, str]) -> dict[str, Any]:
    return {
        **_told(code, words),
        "variable": True,
        "datatype": datatype,
        "values": [{"key": key, "name": name} for key, name in values.items()],
    }
