"""An area's weekly letter: asked for on its page, confirmed and ended by the links in it. Looking changes nothing."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from byname.concerns import actions, queries
from byname.interfaces.http import Audience, audience, caller, held_up, see_other, unlike_a_form
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import hearing
from byname.interfaces.public.views.raising import too_large
from byname.interfaces.public.views.seen import shown_here, team_of
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC, Refused

ASKED: Final = Limit("ask-weekly-letter", most=30, seconds=3600)
"""A library's computers share one address."""


@audience(Audience.PUBLIC)
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The same answer for every address: only its own mailbox learns whether the letter came there already."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    team_of(slug)
    # What another site sends in somebody's browser asks for nothing.
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return see_other(reverse("heard-here", args=[slug]))
    if wait := held_up(request, ASKED, caller(request)):
        return wait
    email = drafts.line(request.POST.get("email", ""))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    try:
        actions.ask_weekly_letter(slug, email, language, by=PUBLIC, at=timezone.now())
    except Refused as refused:
        if refused.field != "email":
            raise
        faults = {"email": hearing.fault(refused.code)}
        return shown_here(request, slug, status=422, email=email, chosen_language=language, faults=faults)
    return _page(request, asked=True, slug=slug)


@audience(Audience.PUBLIC)
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One button that confirms the letter; once it is confirmed, one that ends it."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    if request.method == "POST" and queries.weekly_letter(key, viewer=PUBLIC):
        actions.confirm_weekly_letter(key, by=PUBLIC, at=timezone.now())
    return _page(request, key=key, letter=queries.weekly_letter(key, viewer=PUBLIC))


@audience(Audience.PUBLIC)
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """One button that ends the letter; a mail program's own button for it sends the same."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    if request.method == "POST":
        actions.stop_weekly_letter(key, by=PUBLIC, at=timezone.now())
    return _page(request, key=key, stopping=True, letter=queries.weekly_letter(key, viewer=PUBLIC))


def _page(request: HttpRequest, **shown: Any) -> HttpResponse:
    page = render(request, "public/seen/weekly.html", shown)
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
