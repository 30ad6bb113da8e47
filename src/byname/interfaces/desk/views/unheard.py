"""Who are we not hearing: concerns by way, language and place, beside the people who live there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from byname.concerns import queries
from byname.interfaces import snapshot
from byname.interfaces.desk import unheard as told
from byname.interfaces.http import staff, viewer_of
from byname.people import rules as people_rules


@staff("see_unheard")
@require_safe
def unheard(request: HttpRequest) -> HttpResponse:
    """Who was not heard in the last twelve months, and what to ask about it."""
    viewer, city = viewer_of(request), snapshot.city()
    found = queries.unheard(city.territory.neighbourhoods, at=timezone.now(), viewer=viewer)
    whole = people_rules.reach(viewer, "see_unheard") == "service"
    own = [division.name for division in city.territory.divisions if division.code in viewer.divisions]
    shown = {
        "found": found,
        "figures": told.figures(found),
        "questions": told.questions(found),
        "reach": "The whole service" if whole else ", ".join(own) or "Your division",
        "on": city.on,
    }
    return render(request, "desk/concerns/unheard.html", shown)


urls = [path("unheard/", unheard, name="unheard")]
