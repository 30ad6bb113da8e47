"""Who has what is raised somewhere, by when they answer, and whether somebody can be reached as they wish."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from byname.concerns import rules
from byname.concerns.rules import raising
from byname.interfaces import snapshot
from byname.interfaces.public import hearing
from byname.people import queries as people
from byname.places import queries as places
from byname.postings.queries import Found, Team
from byname.vocabulary import Refused


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a concern: a face where one is shown, else the team, else the division."""

    officer: people.PublicOfficer | None
    team: Team | None
    division: places.DivisionFacts | None
    sergeant: bool


def promised() -> rules.Promise:
    """The promise of an answer by the clock of the service."""
    return snapshot.hearing().promise(ZoneInfo(settings.TIME_ZONE))


def name_of(found: Found | None) -> str:
    """What people call the place: its area, else its neighbourhood, else its division."""
    if found is None:
        return ""
    if found.team:
        return found.team.area.name
    return found.neighbourhood.name if found.neighbourhood else found.division.name if found.division else ""


def holder_of(found: Found | None, *, sergeant: bool) -> Holder:
    """Who has what is raised here today."""
    team = found.team if found else None
    shown = [*team.postings, *team.covers] if team and not sergeant else []
    first = next((posting for posting in shown if posting.role == "lead"), shown[0] if shown else None)
    return Holder(first.officer if first else None, team, found.division if found else None, sergeant or team is None)


def contact_faults(contact: rules.Contact) -> dict[str, str]:
    """What is to be mended in how to reach somebody, by field."""
    if not (contact.email or contact.phone):
        return {"email": hearing.fault("reach")}
    faults = {}
    for name, most in (("name", raising.LONGEST_NAME), ("safe_hours", raising.LONGEST_HOURS)):
        if len(getattr(contact, name)) > most:
            faults[name] = hearing.fault("too-long", most=most)
    try:
        rules.refuse_contact(contact)
    except Refused as refused:
        faults[refused.field or "email"] = hearing.fault(refused.code)
    return faults
