"""Conflicts of interest: places I will not act on, for my own eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from byname.interfaces import snapshot
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import actions, rules
from byname.people import queries as people
from byname.places.queries import addresses
from byname.postings import queries as postings
from byname.postings.queries import Directory
from byname.vocabulary import Actor, Refused

MOST_OFFERED: Final = 8
_UNREADABLE: Final = "A place that cannot be read any more, as its key is lost: end it, and declare it anew"


@dataclass(frozen=True, slots=True)
class Offered:
    """A place that may be meant: what the form sends, and what it is called."""

    place: str
    says: str


@staff("declare_conflict")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """What I declared, and the way to declare more: looked for by name first, then chosen."""
    viewer = viewer_of(request)
    directory = snapshot.city()
    words = request.POST.get("place", "").replace("\0", "")
    chosen = [place for place in request.POST.getlist("chosen") if _says(place, directory)]
    refusal, offered = "", list[Offered]()
    try:
        if chosen:
            places = [each for place in chosen for each in _stands_for(place, directory)]
            actions.declare_conflict(places, by=viewer, at=timezone.now())
            return see_other(reverse("my-conflicts") + "?done=declared")
        if request.method == "POST":
            offered = _offered(words, directory, viewer)
            if not offered:
                refusal = "No neighbourhood or area is called anything like that."
    except Refused as no:
        refusal = no.sentence
    shown = {
        "own": [
            {
                "number": each.number,
                "says": _says(each.place, directory) if each.place else _UNREADABLE,
                "at": each.declared_at,
            }
            for each in people.own_conflicts(viewer=viewer)
        ],
        "words": words,
        "offered": offered,
        "refusal": refusal,
        "done": request.GET.get("done", ""),
        "count": (
            postings.conflicts_in_divisions(on=snapshot.today(), viewer=viewer)
            if rules.reach(viewer, "count_conflicts")
            else None
        ),
    }
    return render(request, "desk/conflicts/mine.html", shown, status=422 if refusal else 200)


@staff("declare_conflict")
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """One of mine is over."""
    actions.end_conflict(number, by=viewer_of(request), at=timezone.now())
    return see_other(reverse("my-conflicts") + "?done=ended")


def _offered(words: str, directory: Directory, viewer: Actor) -> list[Offered]:
    """The neighbourhoods and areas the words may mean; of an address, the neighbourhood it lies in."""
    land = directory.territory
    number = words.strip()
    found = [f"neighbourhood:{number}"] if number.isascii() and number.isdigit() else []
    for match in addresses.search_addresses(words, viewer=viewer):
        if match.kind == "area":
            found.append(f"area:{match.slug}")
        elif official_id := match.neighbourhood or land.neighbourhood_at(match.point):
            found.append(f"neighbourhood:{official_id}")
    offered = [Offered(place, says) for place in dict.fromkeys(found) if (says := _says(place, directory))]
    return offered[:MOST_OFFERED]


def _says(place: str, directory: Directory) -> str:
    """What a place is called today; empty where there is no such place any more."""
    kind, _, name = place.partition(":")
    if kind == "area":
        team = directory.teams.get(name)
        return f"{team.area.name}, the area" if team else ""
    for each in directory.territory.neighbourhoods:
        if str(each.official_id) == name:
            return f"{each.name}, neighbourhood {each.official_id}"
    return ""


def _stands_for(place: str, directory: Directory) -> tuple[str, ...]:
    kind, _, name = place.partition(":")
    return rules.places_of(name, directory.teams[name].area.official_ids) if kind == "area" else (place,)


urls = [
    path("own/conflicts/", mine, name="my-conflicts"),
    path("own/conflicts/<int:number>/end/", end, name="end-conflict"),
]
