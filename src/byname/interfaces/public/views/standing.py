"""Pages that say the same every day, and what machines read."""

from __future__ import annotations

import contextlib
import re
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from psycopg_pool import PoolTimeout

from byname.concerns import queries as concerns
from byname.interfaces import snapshot
from byname.interfaces.http import (
    LANGUAGE_COOKIE,
    Audience,
    audience,
    see_other,
)
from byname.interfaces.public import kept
from byname.interfaces.public.context import in_language, offered, origin_of
from byname.postings.queries import Directory
from byname.vocabulary import PUBLIC

_COLOUR: Final = re.compile("[0-9a-f]{6}", re.ASCII).fullmatch
# More than a megabyte each, and a host may be named with any port.
_maps = kept.Pages(most=4)
_YEAR: Final = 365 * 24 * 3600


@audience(Audience.PUBLIC)
@require_safe
def counting(request: HttpRequest) -> HttpResponse:
    """How each published figure is counted."""
    try:
        hours = snapshot.city().hours
    except snapshot.Away:
        hours = None
    year = snapshot.today().year - 1
    shown = {"hours": hours, "left_in": year}
    with contextlib.suppress(OperationalError, InterfaceError, PoolTimeout):
        shown |= {"left": concerns.leavings_of(year, viewer=PUBLIC), "left_known": True}
    return render(request, "public/counting.html", shown)


@audience(Audience.PUBLIC)
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Whom to call, for what, in which languages."""
    return render(request, "public/help_now.html")


@audience(Audience.PUBLIC)
@require_safe
def languages(request: HttpRequest) -> HttpResponse:
    """The page in each language."""
    return render(request, "public/languages.html", {"before": request.GET.get("page") or "/"})


@audience(Audience.PUBLIC)
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs this, what it keeps, where the data comes from."""
    return render(request, "public/about.html", {"directory": snapshot.city(), "editions": snapshot.editions()})


@audience(Audience.PUBLIC)
@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Every part of a page in every state, for developers only."""
    if not settings.BYNAME_DEVELOPER:
        raise Http404
    teams = snapshot.city().serving
    return render(request, "public/parts.html", {"teams": teams[:2]})


@audience(Audience.PUBLIC)
@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remembers a language on this device and goes to the page in it."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    page = request.GET.get("page", "/")
    if not page.startswith("/") or page.startswith(("//", "/\\")) or any(mark in page for mark in "\r\n\\"):
        page = "/"
    answer = see_other(in_language(page, code))
    answer.set_cookie(
        LANGUAGE_COOKIE, code, max_age=_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


@audience(Audience.MACHINE)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page in every language, for search engines."""
    directory = snapshot.city()
    return _maps.answer(request, directory, lambda: _sitemap(request, directory), kind="application/xml")


def _sitemap(request: HttpRequest, directory: Directory) -> HttpResponse:
    unserved = (h.slug for h in directory.territory.neighbourhoods if _unserved(directory, h.official_id))
    slugs = sorted({*(team.area.slug for team in directory.serving), *unserved})
    pages = [reverse(name) for name in ("home", "areas", "counting", "help", "about")]
    pages += [reverse("area", args=[slug]) for slug in slugs]
    entries = [[(code, in_language(page, code)) for code, _name in offered(snapshot.profile())] for page in pages]
    return render(
        request,
        "public/sitemap.xml",
        {"entries": entries, "origin": origin_of(request)},
        content_type="application/xml",
    )


def _unserved(directory: Directory, official_id: int) -> bool:
    found = directory.of_neighbourhood(official_id)
    return found is not None and found.team is None


@audience(Audience.MACHINE)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: everything but faces and look-ups."""
    kept_out = ("/photo/", "/find", "/demo/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in kept_out), f"Sitemap: {origin_of(request)}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@audience(Audience.MACHINE)
@require_safe
def colours(request: HttpRequest, light: str, dark: str) -> HttpResponse:
    """The service's own colours as a style sheet: the address says them, so it may be kept for ever."""
    if not (_COLOUR(light) and _COLOUR(dark)):
        raise Http404
    sheet = f"@layer tokens{{:root{{--brand:#{light}}}@media(prefers-color-scheme:dark){{:root{{--brand:#{dark}}}}}}}"
    return HttpResponse(
        sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
