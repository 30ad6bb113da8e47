"""The page on which somebody confirms the phone that texts go to: a code is sent to it, and read back here."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from byname.concerns import actions, queries
from byname.interfaces import snapshot, texting
from byname.interfaces.http import Audience, audience, caller, held_up, see_other, unlike_a_form
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import hearing
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC, NotThere, Refused

ASKED: Final = Limit("ask-for-code", most=20, seconds=3600)
"""A shared computer's address: several people may confirm their phones from it."""


@audience(Audience.PUBLIC)
def phone(request: HttpRequest, link: str) -> HttpResponse:
    """How it stands with the phone; by POST a code is sent, or read back. Looking changes nothing."""
    if refusal := unlike_a_form(request):
        return refusal
    if texting.carrier(settings.BYNAME_TEXTS, demo=snapshot.profile().demo) is None:
        raise NotThere
    if request.method != "POST":
        return _page(request, link)
    try:
        if request.POST.get("act") == "send":
            if wait := held_up(request, ASKED, caller(request)):
                return wait
            actions.send_code(link, by=PUBLIC, at=timezone.now())
        else:
            code = drafts.line(request.POST.get("code", ""))[:20]
            actions.confirm_phone(link, code, by=PUBLIC, at=timezone.now())
    except Refused as refused:
        if isinstance(refused, NotThere):
            raise
        return _page(request, link, fault=hearing.fault(refused.code), status=422)
    return see_other(reverse("follow-phone", args=[link]))


def _page(request: HttpRequest, link: str, *, fault: str = "", status: int = 200) -> HttpResponse:
    found = queries.phone_of(link, at=timezone.now(), viewer=PUBLIC)
    first, end = found.hours.shown
    shown = {"link": link, "phone": found, "first": first, "end": end, "faults": {"code": fault} if fault else {}}
    answer = render(request, "public/follow/phone.html", shown, status=status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
