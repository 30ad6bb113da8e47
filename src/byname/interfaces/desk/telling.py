"""Concerns in words for the desk: how each stands, when it happens, what is to be minded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils import timezone

from byname.concerns import rules
from byname.people.queries import PublicOfficer

STATES: Final = {
    "received": "New",
    "answered": "Answered",
    "working": "Being worked on",
    "in_problem": "Part of a problem",
    "handed_on": "Handed on",
    "closed": "Closed",
    "reopened": "Opened again",
}
CHANNELS: Final = {
    "web": "on the page",
    "counter": "at a counter",
    "door": "at a door",
    "phone": "by phone",
    "paper": "on paper",
    "mail": "by mail",
    "text": "by text message",
    "program": "through a program",
}
RECORDED: Final = ("counter", "door", "phone", "paper")
"""The ways in which somebody else writes a concern down."""
DAYS: Final = {
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
}
TIMES: Final = {
    "morning": "in the morning",
    "midday": "around noon",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
    "night": "at night",
}
SINCE: Final = {
    "today": "since today",
    "week": "for some days",
    "month": "for some weeks",
    "months": "for some months",
    "year": "for a year or more",
}
PLACES: Final = {
    "address": "",
    "point": "A point on the map",
    "area": "The whole area",
    "untold": "They would rather not say exactly",
}
_WORKING_DAYS: Final = frozenset(("mon", "tue", "wed", "thu", "fri"))


@dataclass(frozen=True, slots=True)
class Alarm:
    """A kind of danger in words: what it may be, and what to do first."""

    title: str
    todo: str


DANGERS: Final = {
    "now": Alarm(
        "These words may speak of harm that is happening now.",
        "Read them before anything else. If anybody may be in danger, have the dispatcher told at once: do not wait "
        "for an answer here.",
    ),
    "home": Alarm(
        "These words may speak of violence at home.",
        "Do not visit, phone or write before you have read how and when they can be reached safely. Somebody else may "
        "see a letter or pick up the phone. Talk to your sergeant before you act.",
    ),
    "crisis": Alarm(
        "These words may speak of somebody in a crisis.",
        "If there is no violence, the community crisis team comes first. If a life is in danger, have the dispatcher "
        "told at once.",
    ),
}
HINTS: Final = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "plate": "a plate",
    "name": "somebody's name",
    "accusation": "that somebody did a crime",
    "address": "where somebody lives",
    "appearance": "what somebody looks like",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a concern stands, in words, and the tone they are shown in: "late", "near", "calm" or "well"."""

    says: str
    tone: str


def stands(due_at: datetime, answered_at: datetime | None, standing: str, at: datetime, *, ended: bool) -> Standing:
    """How the promise of an answer stands `at` a moment: "due today 16:00", "2 hours late", "answered"."""
    if ended:
        return Standing("ended", "calm")
    if answered_at is not None:
        return Standing("answered late" if standing == "overdue" else "answered", "well")
    if standing == "overdue":
        return Standing(f"{_length(at - due_at)} late", "late")
    return Standing(f"due {moment(due_at, at)}", "near" if standing == "near" else "calm")


def moment(when: datetime, at: datetime) -> str:
    """A moment as it is said on the day of `at`: "today 16:00", "tomorrow 9:00", "Thu 26 Nov 16:00"."""
    here, today = timezone.localtime(when), timezone.localtime(at).date()
    day = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((here.date() - today).days)
    if day is None:
        year = f" {here.year}" if here.year != today.year else ""
        day = f"{here:%a} {here.day} {here:%b}{year}"
    return f"{day} {here.hour}:{here:%M}"


def _length(late: timedelta) -> str:
    hours = int(late.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours} hour{'s' if hours > 1 else ''}"
    return f"{hours // 24} days"


def when(told: rules.Told) -> str:
    """When it happens: "Mondays and Fridays, in the evening, for some weeks"; empty where nothing was said."""
    days = set(told.days)
    if days == set(DAYS):
        named = "every day"
    elif days == _WORKING_DAYS:
        named = "Mondays to Fridays"
    else:
        named = _joined([says for code, says in DAYS.items() if code in days])
    times = _joined([says for code, says in TIMES.items() if code in told.times])
    return ", ".join(part for part in (named, times, SINCE.get(told.since, "")) if part)


def apart(metres: int | None, area_name: str) -> str:
    """How far off something is: "at the same place", "about 200 m away"; its area where no distance is known."""
    if metres is None:
        return f"in {area_name}" if area_name else "where the programme is not yet"
    return f"about {metres} m away" if metres else "at the same place"


def title(officer: PublicOfficer) -> str:
    """An officer with their rank."""
    return f"{officer.rank} {officer.name}".strip()


def category(code: str, hearing: rules.Profile) -> str:
    """What a concern is about, in the service's own words; the code for what the service no longer names."""
    known = hearing.category(code)
    return known.name("en") if known else code


def language(code: str) -> str:
    """A language by its name in English; the code itself for one nobody named."""
    slug = code.replace("_", "-").lower()
    return str(LANG_INFO.get(slug, {}).get("name") or rules.INTERPRETED.get(slug, code))


def languages() -> list[tuple[str, str]]:
    """The languages letters are written in: code and name, and the name it has for itself."""
    return [(code, own if own == language(code) else f"{language(code)} ({own})") for code, own in settings.LANGUAGES]


def alarms(kinds: Sequence[str]) -> list[Alarm]:
    """What to mind and do first, for each kind of danger."""
    return [DANGERS[kind] for kind in kinds if kind in DANGERS]


def told_names(kinds: Sequence[str]) -> str:
    """Kinds of hints in words: "somebody's name and a plate"."""
    return _joined([HINTS[kind] for kind in dict.fromkeys(kinds) if kind in HINTS])


def _joined(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
