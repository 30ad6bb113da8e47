"""Sending what was told: the photos that come with it, and the receipt once all of it is on disk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from psycopg_pool import PoolTimeout

from byname.concerns import actions as concerns
from byname.concerns import queries, rules
from byname.interfaces import snapshot
from byname.interfaces.http import RETRY_SECONDS, caller
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import proof
from byname.interfaces.public.context import origin_of
from byname.interfaces.public.draft import Draft
from byname.interfaces.public.holding import holder_of, name_of, promised
from byname.postings.queries import Found
from byname.safekeeping import limits
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC, Refused

RAISED: Final = Limit("raise-concern", most=30, seconds=3600)
"""A library's or a shelter's computers share one address: thirty concerns an hour are more than a busy one sends.
Whoever comes after them solves a puzzle first, or waits a minute (interfaces/public/proof.py)."""
IN_DANGER: Final = Limit("raise-in-danger", most=20, seconds=24 * 3600)
"""Under pressure so many forms a day and network whose words speak of danger come through at once. No more: whoever
floods learns soon which words those are."""
MOST_BYTES: Final = 26 * 1024 * 1024
"""Of a form with photos: all that may be sent at once, and room for the words."""
FAULTS: Final[Mapping[str, Promise]] = {
    "photo-too-large": gettext_lazy("%(name)s is too large. A photo may have at most 12 MB."),
    "photo-too-many-pixels": gettext_lazy("%(name)s is too large. A photo may have at most 12 MB."),
    "photo-unread": gettext_lazy("%(name)s is no photo we can read. Take a JPEG, PNG or WebP."),
    "photos-too-large": gettext_lazy("Together these photos are too large. Take fewer, or smaller ones."),
    "too-many-photos": gettext_lazy("At most 4 photos can be sent at once."),
    "no-more-photos": gettext_lazy("No more photos can be added here."),
}
"""Why photos are not taken, by the code of a refusal; any other is a photo that cannot be read."""
_LONGEST_NAME: Final = 60
_log = logging.getLogger("byname.raising")


class Page(Protocol):
    """One page of the way, with every answer so far in it."""

    def __call__(self, name: str, *, step: str, status: int = 200, **shown: object) -> HttpResponse:
        """The page of this name."""


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was answered, and where it belongs."""

    draft: Draft
    found: Found
    profile: rules.Profile


def sent(request: HttpRequest, told: Told, page: Page, again: Callable[[str], HttpResponse]) -> HttpResponse:
    """The receipt, once it is on disk; else a plain page with the reason, from which the same form is sent again.

    `again` is the last page with what is to be mended about the photos.
    """
    at = timezone.now()
    draft, found = told.draft, told.found
    code = translation.get_language() or settings.LANGUAGE_CODE
    raised = rules.checked(
        draft.raised(language=code),
        categories=told.profile.raisable,
        languages=frozenset(code for code, _name in settings.LANGUAGES),
    )
    division = found.division.code if found.division else ""
    where = concerns.Where(
        division=found.team.area.division_code if found.team else division,
        area=found.team.area.slug if found.team else "",
        official_id=found.neighbourhood.official_id if found.neighbourhood else None,
        read_here=rules.reads(found.team.languages if found.team else ()),
    )
    try:
        # However often its button is pressed, a form that is on disk has its receipt, and no work is done for it again.
        if first := queries.raised_with(draft.number.encode(), viewer=PUBLIC):
            return _receipt(request, told, first, page, at)
        if (puzzle := proof.asked(request, RAISED, draft.number, at=at)) and not _pressing(request, draft, at):
            return _pressed(page, puzzle, at)
        pictures, fault = taken_in(request)
        if fault:
            return again(fault)
        receipt = concerns.raise_concern(
            raised,
            where,
            on=snapshot.today(),
            promise=promised(),
            once=draft.number.encode(),
            pictures=pictures,
            by=PUBLIC,
            at=at,
        )
        # Pressed twice at the same moment. Photos were work each time, whatever became of them.
        if not receipt.newly and not pictures:
            proof.was_nothing(request, RAISED, at=at)
    except (OperationalError, InterfaceError, PoolTimeout) as away:
        _log.warning("a concern could not be taken in", extra={"fault": type(away).__name__})
        return _later(page)
    return _receipt(request, told, receipt, page, at)


def taken_in(request: HttpRequest) -> tuple[tuple[rules.Picture, ...], str]:
    """The photos that came with a form, made anew; else none of them, and what to say of the first that cannot be."""
    files = [file for file in request.FILES.getlist("photos") if file.name]
    made: list[rules.Picture] = []
    name = ""
    try:
        rules.refuse_too_many([file.size or 0 for file in files])
        for file in files:
            name = _named(file.name or "")
            made.append(rules.cleaned(file.read(rules.LARGEST_PHOTO + 1)))
    except Refused as refused:
        return (), fault(refused.code, name)
    return tuple(made), ""


def fault(code: str, name: str = "") -> str:
    """What to mend about photos, for a refusal's code and the file it is about."""
    return str(FAULTS.get(code, FAULTS["photo-unread"])) % {"name": name}


def _named(name: str) -> str:
    """A file's name as its owner knows it, set off from the direction of what stands around it."""
    return f"\u2068{drafts.line(name)[:_LONGEST_NAME]}\u2069"


def _later(page: Page) -> HttpResponse:
    answer = page("later", step="check", status=503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _pressing(request: HttpRequest, draft: Draft, at: datetime) -> bool:
    """Whether the words speak of danger, and not too many of this network's did that came through for it today."""
    return rules.danger(draft.texts) is not None and not limits.wait_for(IN_DANGER, caller(request), at=at)


def _pressed(page: Page, puzzle: proof.Puzzle, at: datetime) -> HttpResponse:
    """What was written, and a puzzle: nobody is turned away for sharing a library's network with many others."""
    answer = page("pressed", step="check", status=429, puzzle=puzzle)
    answer.headers["Retry-After"] = str(puzzle.wait(at) or RETRY_SECONDS)
    return answer


def _receipt(request: HttpRequest, told: Told, receipt: queries.Receipt, page: Page, at: datetime) -> HttpResponse:
    seen, shown = told.draft.seen, receipt.as_shown(at)
    return page(
        "receipt",
        step="receipt",
        receipt=shown,
        link=origin_of(request) + reverse("follow", args=[shown.link]) if shown.link else "",
        holder=holder_of(told.found, sergeant=told.draft.whom == "sergeant"),
        named=name_of(told.found),
        due=timezone.localtime(receipt.due_at),
        raised_at=timezone.localtime(at),
        kinds=seen,
        first=seen[0] if seen else "",
    )
