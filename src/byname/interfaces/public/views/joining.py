"""Joining a published concern: one page, one receipt, however often its button is pressed."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.http import RETRY_SECONDS, Audience, audience, caller, failure, unlike_a_form
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import proof
from byname.interfaces.public.context import offered, origin_of
from byname.interfaces.public.draft import Draft
from byname.interfaces.public.holding import contact_faults, holder_of, name_of
from byname.interfaces.public.views.raising import too_large
from byname.interfaces.public.views.sending import RAISED
from byname.vocabulary import PUBLIC, NotThere, Refused

_log = logging.getLogger("byname.joining")


@audience(Audience.PUBLIC)
def join(request: HttpRequest, reference: str) -> HttpResponse:
    """What is to be joined and how to be reached, if at all; by POST the receipt. Nothing is kept before."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    line = _line(reference)
    # A form another site sends is nobody's: its number would open the receipt to that site.
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return _page(request, line, drafts.begun())
    draft = drafts.read(request.POST)
    danger = rules.danger(draft.texts)
    new = tuple(kind for kind in danger.kinds if kind not in draft.seen) if danger else ()
    if new:
        return _page(request, line, replace(draft, seen=(*draft.seen, *new)), kinds=new, first=new[0])
    contact = replace(draft, who="reach").contact
    faults = {} if contact.is_empty else contact_faults(contact)
    if faults:
        return _page(request, line, draft, status=422, faults=faults)
    return _joined(request, line, draft, contact)


def _joined(request: HttpRequest, line: queries.Published, draft: Draft, contact: rules.Contact) -> HttpResponse:
    at = timezone.now()
    code = translation.get_language() or settings.LANGUAGE_CODE
    how = actions.Joining(
        language=code if contact.is_empty else draft.language or code,
        contact=rules.Contact() if contact.is_empty else contact,
        under_18=bool(draft.under_18),
        more_letters=bool(draft.more_letters),
    )
    once = draft.number.encode()
    try:
        # However often its button is pressed, a form that is on disk has its receipt.
        receipt = queries.joined_with(line.reference, once, viewer=PUBLIC)
        if receipt is None:
            # For what it joins besides: one number would else open every concern to one solution.
            if puzzle := proof.asked(request, RAISED, f"{line.reference} {draft.number}", at=at):
                return _later(_page(request, line, draft, status=429, puzzle=puzzle), puzzle.wait(at) or RETRY_SECONDS)
            receipt = actions.join_concern(line.reference, how, once=once, network=caller(request), by=PUBLIC, at=at)
            # Pressed twice at the same moment.
            if not receipt.newly:
                proof.was_nothing(request, RAISED, at=at)
        concern = queries.followed(receipt.link, at=at, viewer=PUBLIC)
    except Refused as refused:
        if refused.code == "ended":
            return _page(request, _line(line.reference), draft, status=422)
        if refused.code == "too-often":
            sentence = _("That was asked very often from here. Please try again in a little while.")
            return failure(request, 429, sentence, headers={"Retry-After": str(actions.WITHOUT_ADDRESS.seconds)})
        raise
    except (OperationalError, InterfaceError, PoolTimeout) as fault:
        _log.warning("somebody could not join a concern", extra={"fault": type(fault).__name__})
        return _later(_page(request, line, draft, status=503, away=True), RETRY_SECONDS)
    found = drafts.found_of(concern.area or f"{drafts.DIVISION}{concern.division}", snapshot.city())
    waits = concern.answered_at is None and concern.due_at > at
    receipt = receipt.as_shown(at)
    page = render(
        request,
        "public/raise/receipt.html",
        {
            "receipt": receipt,
            "draft": replace(draft, who="reach"),
            "link": origin_of(request) + reverse("follow", args=[receipt.link]) if receipt.link else "",
            "holder": holder_of(found, sergeant=concern.holder == "sergeant"),
            "named": name_of(found),
            "due": timezone.localtime(receipt.due_at) if waits else None,
            "joined": line,
            "category": snapshot.hearing().category(line.category),
            "kinds": draft.seen,
            "first": draft.seen[0] if draft.seen else "",
        },
    )
    return _closed(page)


def _line(reference: str) -> queries.Published:
    found = queries.published(references=[reference], viewer=PUBLIC)
    if not found:
        raise NotThere
    return found[0]


def _page(
    request: HttpRequest, line: queries.Published, draft: Draft, *, status: int = 200, **shown: Any
) -> HttpResponse:
    said: dict[str, Any] = {
        "line": line,
        "category": snapshot.hearing().category(line.category),
        "draft": draft,
        "languages": offered(snapshot.profile()),
        "chosen_language": draft.language or translation.get_language(),
        "faults": {},
    }
    return _closed(render(request, "public/seen/join.html", said | shown, status=status))


def _later(page: HttpResponse, seconds: int) -> HttpResponse:
    page.headers["Retry-After"] = str(seconds)
    return page


def _closed(page: HttpResponse) -> HttpResponse:
    page.headers["Cache-Control"] = "no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page
