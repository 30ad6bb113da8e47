"""From an address, a place or a list to the page of an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from byname.interfaces import lookup, snapshot
from byname.interfaces.http import (
    Audience,
    audience,
    caller,
    held_up,
    see_other,
    unlike_a_form,
)
from byname.interfaces.public import drawing, kept
from byname.postings.queries import Directory, Found, Team
from byname.safekeeping.limits import Limit
from byname.vocabulary import Point, Refused

LOOKUPS: Final = Limit("look-up", most=120, seconds=60)
_pages: Final = kept.Pages()


@audience(Audience.PUBLIC)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One box, some faces, the map and the list."""
    directory = snapshot.city()
    return _pages.answer(request, directory, lambda: _home(request, directory))


def _home(request: HttpRequest, directory: Directory) -> HttpResponse:
    leads = [
        posting.officer
        for team in directory.serving
        for posting in team.postings
        if posting.role == "lead" and posting.officer.photo
    ]
    # Another eight each day, the same for everybody: no order of merit.
    turn = directory.on.toordinal() * 8 % len(leads) if leads else 0
    faces = (leads + leads)[turn : turn + 8] if len(leads) >= 8 else leads
    return render(
        request,
        "public/home.html",
        {
            "faces": faces,
            "whole": drawing.whole(directory),
            "directory": directory,
        },
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing the words may have meant, and the page it leads to."""

    label: str
    area: str
    slug: str


@audience(Audience.PUBLIC)
def find(request: HttpRequest) -> HttpResponse:
    """The way from an address, a place or a point to its page.

    Asked by POST, so that no address stands in a web address, a history or a proxy's log; GET works as well, for links.
    """
    if refusal := unlike_a_form(request):
        return refusal
    asked = request.POST if request.method == "POST" else request.GET
    if wait := held_up(request, LOOKUPS, caller(request)):
        return wait
    directory = snapshot.city()
    words = asked.get("q", "").strip()
    shown: dict[str, object] = {"words": words[:200]}
    try:
        if asked.get("lat") or asked.get("lon"):
            found = directory.at(_point(asked.get("lat", ""), asked.get("lon", "")))
            if slug := lookup.page_of(found):
                return see_other(reverse("area", args=[slug]))
            if found and found.division:
                # Open water, say: no neighbourhood's page to lead to, but a division that answers for it.
                return _not_yet(request, found)
            return _found(request, shown | {"outside": True})
        if not words:
            return _found(request, shown | {"empty": True})
        looked_up = lookup.look_up(words, directory)
    except Refused as refused:
        return _found(request, shown | {"refused": refused.sentence}, status=422)
    candidates = [
        Candidate(sighting.label, _served_by(sighting.found), slug)
        for sighting in looked_up.sightings
        if sighting.found and (slug := lookup.page_of(sighting.found))
    ]
    if looked_up.sure and candidates and looked_up.sightings[0].found:
        return see_other(reverse("area", args=[candidates[0].slug]))
    outside = bool(looked_up.sightings) and not candidates
    return _found(request, shown | {"candidates": candidates, "outside": outside})


def _found(request: HttpRequest, shown: dict[str, object], *, status: int = 200) -> HttpResponse:
    """The page that says what was found; kept by nobody, for it repeats what was typed."""
    page = render(request, "public/found.html", shown, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _not_yet(request: HttpRequest, found: Found) -> HttpResponse:
    name = found.division.name if found.division else ""
    page = render(request, "public/not_yet.html", {"name": name, "found": found})
    page.headers["Cache-Control"] = "no-store"
    return page


def _served_by(found: Found) -> str:
    if found.team:
        return found.team.area.name
    return found.neighbourhood.name if found.neighbourhood else ""


def _point(lat: str, lon: str) -> Point:
    try:
        return Point(float(lat), float(lon))
    except ValueError:
        raise Refused(_("A place is given by two numbers, latitude and longitude.")) from None


def _groups(directory: Directory) -> list[tuple[str, list[Team]]]:
    """Teams by division, divisions by name."""
    names = {division.code: division.name for division in directory.territory.divisions}
    grouped: dict[str, list[Team]] = {}
    for team in directory.serving:
        grouped.setdefault(team.area.division_code, []).append(team)
    return [(names.get(code, code), teams) for code, teams in sorted(grouped.items())]


@audience(Audience.PUBLIC)
@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """Every area by division, then every neighbourhood by name; those without a team say so."""
    directory = snapshot.city()
    return _pages.answer(request, directory, lambda: _areas(request, directory))


def _areas(request: HttpRequest, directory: Directory) -> HttpResponse:
    hoods = [
        (hood, directory.of_neighbourhood(hood.official_id))
        for hood in sorted(directory.territory.neighbourhoods, key=lambda hood: hood.name.casefold())
    ]
    return render(request, "public/areas.html", {"groups": _groups(directory), "hoods": hoods, "directory": directory})
