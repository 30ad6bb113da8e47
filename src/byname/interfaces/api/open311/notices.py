"""What the person is told at once by the program they wrote with: danger first, then who has it, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from byname.concerns.rules import Danger, Profile
from byname.interfaces import site
from byname.places.queries import ServiceProfile
from byname.postings.queries import Found

_CALL: Final = "In danger, or is someone hurt? Call %(number)s now."
_CRISIS: Final = "Someone in crisis, no violence: the community crisis team"
_SUICIDE: Final = "Thoughts of suicide: call or text"
_LISTENS: Final = "Someone listens at any hour. They answer in English and French."
_HOME: Final = (
    "If it is safe to call, a helpline can talk with you about what to do next. Calls can show on a phone bill and "
    "pages in a browser's history."
)
_REGISTERED: Final = (
    "Texting 911 works only for people who are deaf, hard of hearing or have trouble speaking, and who registered "
    "their phone first."
)
UNREAD: Final = "Nobody is reading this now."


def emergency_number(profile: ServiceProfile) -> str:
    """The emergency line as people read it; every service that was brought has one."""
    return next((line.shown for line in profile.lines if line.key == "emergency"), "911")


def of_danger(danger: Danger, profile: ServiceProfile, hearing: Profile, language: str) -> list[str]:
    """What is said before anything else where words speak of danger, in a language and in English beside it.

    The two stand side by side, so that nobody depends on a translation no speaker has approved.
    """
    lines = {line.key: line for line in profile.lines}
    call = _said(_CALL, language, number=emergency_number(profile))
    said: list[str] = []
    if danger.first == "crisis":
        for key, words in (("community_crisis", _CRISIS), ("suicide_crisis", _SUICIDE)):
            if line := lines.get(key):
                said.append(f"{_said(words, language)}: {line.shown}.")
        if "suicide_crisis" in lines:
            said.append(_said(_LISTENS, language))
    said.append(call)
    if "home" in danger.kinds:
        number = lines["violence_at_home"].shown if "violence_at_home" in lines else ""
        said.append(f"{_said(_HOME, language)} {number}".strip())
    if "emergency" in lines and lines["emergency"].facts.get("text_needs_registration"):
        said.append(_said(_REGISTERED, language))
    if not hearing.read_at_all_hours:
        said.append(_said(UNREAD, language))
    return said


def of_receipt(reference: str, found: Found, due_at: datetime, zone: ZoneInfo) -> list[str]:
    """The reference, who has it, and until when a person answers."""
    local = due_at.astimezone(zone)
    by = f"{local:%A} {local.day} {local:%B} at {local:%H:%M}"
    return [f"Your reference is {reference}.", f"{_holder(found)} has it. A person answers by {by}."]


def of_link(link: str, language: str) -> str:
    """Where whoever gave no e-mail address reads the answer and writes again, in their language."""
    return f"Only for whoever raised it, to read the answer and write again: {page_of(link, language)}"


def page_of(link: str, language: str) -> str:
    """The whole address of somebody's own page, in a language."""
    with translation.override(language):
        return site.address() + reverse("follow", args=[link])


def _holder(found: Found) -> str:
    if found.team is None:
        return f"The sergeant of {found.division.name}" if found.division else "The sergeant"
    team = f"the team of {found.team.area.name}"
    lead = next((each.officer for each in found.team.postings if each.role == "lead"), None)
    return f"{lead.rank} {lead.name}, with {team}," if lead else f"{team[0].upper()}{team[1:]}"


def _said(original: str, language: str, **filled: str) -> str:
    with translation.override(language):
        translated = gettext(original) % filled
    plain = original % filled
    return plain if translated == plain else f"{translated} / {plain}"
