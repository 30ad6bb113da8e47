"""The team on paper."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.http import (
    Audience,
    audience,
    caller,
    held_up,
)
from byname.interfaces.public import sheets
from byname.interfaces.public.context import in_language, offered, origin_of
from byname.safekeeping.limits import Limit

POSTERS: Final = Limit("poster", most=60, seconds=60)


@audience(Audience.PUBLIC)
@require_safe
def posters(request: HttpRequest, slug: str) -> HttpResponse:
    """The posters and cards of an area, in each language."""
    team = snapshot.city().team_of(slug)
    if team is None:
        raise Http404
    sheets_in = [
        (code, name, [(paper, in_language(reverse("poster", args=[slug, paper]), code)) for paper in sheets.PAPERS])
        for code, name in offered(snapshot.profile())
    ]
    return render(request, "public/posters.html", {"team": team, "sheets": sheets_in})


@audience(Audience.PUBLIC)
@require_safe
def poster(request: HttpRequest, slug: str, paper: str) -> HttpResponse:
    """One sheet as PDF, made anew each time, so that nobody hidden is printed."""
    team = snapshot.city().team_of(slug)
    if team is None or paper not in sheets.PAPERS:
        raise Http404
    if wait := held_up(request, POSTERS, caller(request)):
        return wait
    content = sheets.sheet(team, snapshot.profile(), paper, origin=origin_of(request), on=snapshot.today())
    name = f"{slug}-{paper}-{translation.get_language()}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Robots-Tag": "noindex",
        },
    )
