"""Pictures at the desk: one opened, one set apart that may show harm to a child, and those handed over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.concerns import actions, queries
from byname.interfaces.desk import telling
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import jpeg, see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_PASS_SECONDS: Final = 15 * 60
_SALT: Final = "byname.desk.pictures"


def pass_for(reference: str, viewer: Actor) -> str:
    """What a concern's page gives its pictures along: that this viewer reads it now, and the ledger says so already."""
    return signing.TimestampSigner(salt=_SALT).sign(f"{reference}:{viewer.account_id}").removeprefix(f"{reference}:")


def _was_read(reference: str, viewer: Actor, given: str) -> bool:
    try:
        signing.TimestampSigner(salt=_SALT).unsign(f"{reference}:{given}", max_age=_PASS_SECONDS)
    except signing.BadSignature:
        return False
    return given.startswith(f"{viewer.account_id}:")


@staff("see_concern")
@require_safe
def picture(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """One picture, as nothing but a picture; a look that no page recorded is recorded here."""
    viewer = viewer_of(request)
    recorded = _was_read(reference, viewer, request.GET.get("read", ""))
    shown = queries.picture_of_concern(reference, number, recorded=recorded, at=timezone.now(), viewer=viewer)
    return jpeg(shown, f"{reference}-{number}.jpg")


@staff("see_concern")
@require_http_methods(["GET", "HEAD", "POST"])
def set_apart(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What happens to a picture that may show harm to a child; by POST, it is set apart."""
    viewer = viewer_of(request)
    done = request.method == "POST"
    if done:
        actions.set_picture_apart(reference, number, by=viewer, at=timezone.now())
    else:
        queries.refuse_not_shown(reference, number, viewer=viewer)
    shown = {"reference": reference, "number": number, "done": done}
    return render(request, "desk/concerns/set_apart.html", shown)


@staff("take_child_image")
@require_safe
def apart(request: HttpRequest) -> HttpResponse:
    """The pictures that were set apart and wait to be handed over; never the pictures."""
    return _apart_page(request)


@staff("take_child_image")
@require_POST
def handed_over(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The unit has it: here it is gone."""
    try:
        actions.hand_picture_over(reference, number, by=viewer_of(request), at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return _apart_page(request, no)
    return see_other(f"{reverse('pictures-apart')}?done=over")


def _apart_page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    at = timezone.now()
    waiting_ones = queries.pictures_apart(viewer=viewer_of(request))
    shown = {
        "lines": [(each, telling.moment(each.set_apart_at, at)) for each in waiting_ones],
        "done": request.GET.get("done") == "over",
        "refusal": refused.sentence if refused else "",
    }
    return render(request, "desk/concerns/pictures_apart.html", shown, status=422 if refused else 200)


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """A picture that was set apart waits for the sergeant to hand it over."""
    if not people_rules.reach(viewer, "take_child_image") or not viewer.divisions:
        return
    count = len(queries.pictures_apart(viewer=viewer))
    if count:
        yield Matter(
            "A picture was set apart" if count == 1 else f"{count} pictures were set apart",
            "It may show harm to a child. Nobody is shown it. Hand it to the service’s own unit."
            if count == 1
            else "They may show harm to a child. Nobody is shown them. Hand them to the service’s own unit.",
            reverse("pictures-apart"), "See what to do", on, pressing=True,
        )  # fmt: skip


urls = [
    path("concerns/<str:reference>/pictures/<int:number>.jpg", picture, name="concern-picture"),
    path("concerns/<str:reference>/pictures/<int:number>/set-apart/", set_apart, name="set-picture-apart"),
    path("pictures-set-apart/", apart, name="pictures-apart"),
    path("pictures-set-apart/<str:reference>/<int:number>/", handed_over, name="picture-handed-over"),
]
