"""Lists of concerns somebody keeps under names of their own, and the keys of a keyboard."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from byname.concerns import actions
from byname.interfaces.desk.views import concerns
from byname.interfaces.http import see_other, staff, viewer_of
from byname.vocabulary import NotThere, Refused


@staff("keep_lists")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """The list that is shown is kept under a name."""
    viewer = viewer_of(request)
    form, asked = concerns.asked_for(request.POST, viewer)
    url = concerns.url_of(asked)
    try:
        if form.errors:
            raise Refused("What the list is cut by cannot be read. Show the list first, then keep it.")
        actions.keep_list(request.POST.get("name", "").replace("\0", "")[:200], asked, by=viewer, at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return render(request, "desk/concerns/not_kept.html", {"refusal": no.sentence, "url": url}, status=422)
    return see_other(f"{url}{'&' if '?' in url else '?'}done=kept")


@staff("keep_lists")
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """A list of one's own goes."""
    actions.drop_list(number, by=viewer_of(request), at=timezone.now())
    return see_other(f"{reverse('desk-concerns')}?done=dropped")


@staff("see_concern")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Which keys do what on the list of concerns."""
    return render(request, "desk/concerns/keys.html")


urls = [
    path("concerns/lists/keep/", keep, name="keep-list"),
    path("concerns/lists/<int:number>/drop/", drop, name="drop-list"),
    path("concerns/keys/", keys, name="desk-keys"),
]
