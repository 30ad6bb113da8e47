"""Is this really my officer? The face behind a spoken code."""

from __future__ import annotations

import unicodedata
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.http import (
    Audience,
    audience,
    caller,
    unlike_a_form,
)
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.postings.queries import Directory, Team
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import PUBLIC, SYSTEM

CHECKS: Final = Limit("spoken-code", most=10, seconds=600)
# Far above what a neighbourhood asks: it only slows many callers who guess together, and a guess wins nothing, for it
# shows a face that stands on the page anyway and uses the code up. A low one would let strangers shut the check.
CHECKS_OF_ONE_AREA: Final = Limit("spoken-code-area", most=5000, seconds=600)


@audience(Audience.PUBLIC)
def check(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The face behind a spoken code, or the number to ring: never a bare yes."""
    if refusal := unlike_a_form(request):
        return refusal
    directory = snapshot.city()
    team = directory.team_of(slug)
    if slug and team is None:
        raise Http404
    shown: dict[str, object] = {"team": team, "teams": directory.serving}
    if request.method == "POST":
        at = timezone.now()
        wait = wait_for(CHECKS, caller(request), at=at) or wait_for(CHECKS_OF_ONE_AREA, slug or "everywhere", at=at)
        if wait:
            page = render(request, "public/check.html", shown | {"asked": True, "often": True}, status=429)
            page.headers["Retry-After"] = str(wait)
            page.headers["Cache-Control"] = "no-store"
            return page
        # Digits of any script: somebody may type the code in Urdu or Arabic ones.
        code = "".join(str(unicodedata.digit(mark)) for mark in request.POST.get("code", "") if mark.isdecimal())
        among = directory.references if team is None else _shown_on(team)
        reference = people_actions.open_spoken_code(code, by=PUBLIC, at=at, among=among) if len(code) == 6 else None
        posting, serves = _serving(directory, reference)
        shown |= {"asked": True, "posting": posting, "serves": serves, "malformed": len(code) != 6}
    page = render(request, "public/check.html", shown)
    page.headers["Cache-Control"] = "no-store"
    return page


def _shown_on(team: Team) -> frozenset[str]:
    return frozenset(posting.officer.reference for posting in (*team.postings, *team.covers))


def _serving(directory: Directory, reference: str | None) -> tuple[object, Team | None]:
    """The officer's place on a team today; nothing where they serve nowhere or are hidden."""
    for team in directory.serving:
        for posting in (*team.postings, *team.covers):
            if posting.officer.reference == reference:
                return posting, team
    return None, None


@audience(Audience.PUBLIC)
@require_safe
def spoken_code(request: HttpRequest, reference: str) -> HttpResponse:
    """The officer's side of the check, shown by the demonstration only."""
    if not snapshot.profile().demo:
        raise Http404
    minute = int(timezone.now().timestamp()) // 60
    # Only the demonstration comes here: its visitors stand in for the officer whose phone would show the code.
    code = people.spoken_code_of(reference, minute, viewer=SYSTEM)
    if code is None:
        raise Http404
    left = 60 - int(timezone.now().timestamp()) % 60
    page = render(request, "public/spoken_code.html", {"spoken": code, "left": left})
    page.headers["Cache-Control"] = "no-store"
    return page
