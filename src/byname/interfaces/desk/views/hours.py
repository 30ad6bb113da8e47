"""Hours in the area and hours pulled away: two taps a usual day, for oneself or an officer of one's division."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from byname.interfaces.desk.days import written
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import actions as postings_actions
from byname.postings import queries as postings
from byname.postings import rules
from byname.vocabulary import Actor, NotThere, Refused

REASONS: Final = {
    "general_patrol": "General patrol",
    "event": "Event",
    "building": "Guarding a building",
    "court": "Court",
    "training": "Training",
    "other": "Something else",
}
_SAID: Final = {"present": "in {area}", **{kind: f"pulled away: {name.lower()}" for kind, name in REASONS.items()}}
_LISTED_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of hours to tap."""

    minutes: int
    says: str

    @property
    def written(self) -> str:
        """As a button sends it."""
        return f"{self.minutes // 60}:{self.minutes % 60:02d}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One figure of a day in words."""

    area: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class ListedDay:
    """One day of the list."""

    on: date
    name: str
    says: str
    url: str
    usual: Amount | None
    """What one tap records, where nothing is recorded yet."""
    area: str


@staff("record_hours")
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, reference: str = "") -> HttpResponse:
    """A day's card, and the days behind it: my own, or those of an officer of my division."""
    viewer = viewer_of(request)
    officer = reference or viewer.officer
    if not officer:
        return see_other(reverse("hours-of-division"))
    here = reverse("officer-hours", args=[reference]) if reference else reverse("my-hours")
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            return see_other(f"{here}?{_record(request, officer, viewer)}")
        except NotThere:
            raise
        except Refused as no:
            refusal = no
    sheet = postings.hours_of(officer, at=timezone.now(), viewer=viewer)
    asked = request.POST if request.method == "POST" else request.GET
    day = sheet.day(written(asked.get("on", "")) or sheet.days[0].on) or sheet.days[0]
    area = next((area for area in day.areas if area.slug == asked.get("area")), day.areas[0] if day.areas else None)
    shown = {
        "sheet": sheet,
        "mine": officer == viewer.officer,
        "leads": people_rules.reach(viewer, "record_hours") == "division",
        "here": here,
        "day": day,
        "name": _named(day.on, sheet.days[0].on),
        "recorded": [
            Recorded(each.area, each.kind, f"{spoken(each.minutes)} {_SAID[each.kind].format(area=each.area_name)}")
            for each in day.figures
        ],
        "area": area,
        "others": [other for other in day.areas if area and other.slug != area.slug],
        "rest": _rest(sheet, day),
        "amounts": _amounts(sheet.usual(day.on)),
        "reasons": REASONS.items(),
        "days": [_listed(sheet, each, here) for each in sheet.days[:_LISTED_DAYS]],
        "earliest": sheet.days[-1].on,
        "today": sheet.days[0].on,
        "refusal": refusal.sentence if refusal else "",
    }
    return render(request, "desk/hours/day.html", shown, status=422 if refusal else 200)


def _record(request: HttpRequest, officer: str, viewer: Actor) -> str:
    """What leads back to the day just recorded, as the words of an address."""
    on, area, kind = written(request.POST.get("on", "")), request.POST.get("area", ""), request.POST.get("kind", "")
    if on is None:
        raise Refused("Say which day.", code="no-day", field="on")
    minutes = rules.minutes_written(request.POST.get("hours", ""))
    if minutes is None:
        raise Refused("Write hours as a number, such as 7.5 or 7:30.", code="no-number", field="hours")
    at = timezone.now()
    if kind == rules.PRESENT:
        postings_actions.record_hours(officer, area, on=on, kind=kind, minutes=minutes, by=viewer, at=at)
    else:
        postings_actions.pull_away(officer, area, on=on, reason=kind, minutes=minutes, by=viewer, at=at)
    return urlencode({"on": on.isoformat(), "area": area})


@staff("record_hours")
@require_safe
def hours_of_division(request: HttpRequest) -> HttpResponse:
    """The officers of my division, those with the fewest recorded days first."""
    viewer = viewer_of(request)
    if people_rules.reach(viewer, "record_hours") != "division":
        raise NotThere
    officers = postings.officers_to_record(at=timezone.now(), viewer=viewer)
    return render(request, "desk/hours/division.html", {"officers": officers})


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """An officer's last two working days where nothing is recorded of either; how many officers a sergeant misses."""
    if not people_rules.reach(viewer, "record_hours"):
        return
    if viewer.officer:
        days = working_days_before(on, 2)
        if postings.days_without_hours(viewer.officer, days, viewer=viewer) == tuple(days):
            named = " and ".join(date_format(day, "l j F") for day in days)
            sentence = f"Nothing is recorded for {named}. Days off need nothing."
            yield Matter("Your hours", sentence, f"{reverse('my-hours')}?on={days[-1]}", "Record hours")
    silent = postings.silent_for_a_week(on=on, viewer=viewer)
    if silent:
        who = "One officer has" if silent == 1 else f"{silent} officers have"
        yield Matter(
            "Hours of your officers",
            f"{who} recorded no hours for a week.",
            reverse("hours-of-division"),
            "See who",
        )


def working_days_before(on: date, count: int) -> list[date]:
    """The last working days before a day, Monday to Friday, the earliest first."""
    found: list[date] = []
    while len(found) < count:
        on -= timedelta(days=1)
        if on.weekday() < 5:
            found.insert(0, on)
    return found


def spoken(minutes: int) -> str:
    """Minutes as people say them: "10 h", "7 h 30 min", "45 min"."""
    whole, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{whole} h" if whole else "", f"{rest} min" if rest else "") if part) or "0 h"


def _named(day: date, today: date) -> str:
    close = {today: "Today", today - timedelta(days=1): "Yesterday"}
    said = date_format(day, "l j F")
    return f"{close[day]}, {said}" if day in close else said


def _rest(sheet: postings.HoursSheet, day: postings.DayOfHours) -> Amount | None:
    """What a usual day still lacks; nothing once hours in an area are recorded."""
    lacking = sheet.usual(day.on) - day.total
    if lacking <= 0 or any(figure.kind == rules.PRESENT for figure in day.figures):
        return None
    return Amount(lacking, spoken(lacking))


def _amounts(usual: int) -> list[Amount]:
    half = usual // 30 * 15
    return [
        Amount(60, "1 hour"),
        Amount(half, f"Half a day, {spoken(half)}"),
        Amount(usual, f"The whole day, {spoken(usual)}"),
    ]


def _listed(sheet: postings.HoursSheet, day: postings.DayOfHours, here: str) -> ListedDay:
    present = sum(figure.minutes for figure in day.figures if figure.kind == rules.PRESENT)
    away = day.total - present
    parts = [f"{spoken(present)} in the area" if present else "", f"{spoken(away)} pulled away" if away else ""]
    usual = sheet.usual(day.on)
    open_here = bool(day.areas) and not day.published and not day.figures
    return ListedDay(
        on=day.on,
        name=_named(day.on, sheet.days[0].on),
        says=", ".join(filter(None, parts)) or ("nothing recorded" if day.areas else "not on a team"),
        url=f"{here}?on={day.on}",
        usual=Amount(usual, spoken(usual)) if open_here else None,
        area=day.areas[0].slug if day.areas else "",
    )


urls = [
    path("hours/", hours, name="my-hours"),
    path("hours/of/", hours_of_division, name="hours-of-division"),
    path("hours/of/<str:reference>/", hours, name="officer-hours"),
]
