"""Cover: who stands in for a team, from which day to which; the public sees it on the day only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import actions, queries
from byname.vocabulary import Actor, NotThere, Refused

_ENDS_WITHIN: Final = timedelta(days=7)
_OFFERED: Final = 8
_LONGEST_TEXT: Final = 60
_SAYS_A_DAY: Final = {"required": "Choose a day.", "invalid": "Choose a day, such as 2027-03-01."}


class Wanted(forms.Form):
    """Who covers, and from which day to and with which."""

    officer = forms.CharField(max_length=12, widget=forms.HiddenInput)
    first_day = days.Day(
        label="First day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_SAYS_A_DAY,
    )
    last_day = days.Day(
        label="Last day",
        help_text="The last day they cover. At most 120 days after the first.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=_SAYS_A_DAY,
    )
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)


class Ended(forms.Form):
    """Which cover ends: whose, from which first day."""

    officer = forms.CharField(max_length=12)
    first_day = days.Day()


@staff("cover_area")
@require_safe
def covers(request: HttpRequest) -> HttpResponse:
    """Every cover that runs or is to come, the one that ends first before."""
    on = snapshot.today()
    found = queries.covers(on=on, viewer=viewer_of(request))
    return render(request, "desk/cover/covers.html", {"covers": [_shown(each, on) for each in found]})


@staff("cover_area")
@require_http_methods(["GET", "HEAD", "POST"])
def cover_area(request: HttpRequest, slug: str) -> HttpResponse:
    """Who covers an area now and soon; finding an officer, and arranging the next cover."""
    viewer, on = viewer_of(request), snapshot.today()
    area = queries.area_to_cover(slug, on=on, viewer=viewer)
    shown: dict[str, object] = {"area": area, "covers": [_shown(each, on) for each in area.covers]}
    if request.method == "POST":
        form = Wanted(request.POST)
        if form.is_valid():
            asked = form.cleaned_data
            try:
                cautions = actions.arrange_cover(
                    asked["officer"],
                    slug,
                    first=asked["first_day"],
                    last_day=asked["last_day"],
                    cautions_seen=asked["seen"],
                    by=viewer,
                    at=timezone.now(),
                )
            except NotThere:
                raise
            except Refused as no:
                shown |= {"refusal": no.sentence, "refusal_field": no.field}
            else:
                if not isinstance(cautions, tuple):
                    return see_other(reverse("cover-area", args=[slug]))
                shown["cautions"] = cautions
        return _page(request, shown | {"form": form}, form["officer"].value() or "", status=422)
    return _page(request, shown, request.GET.get("officer", ""))


@staff("cover_area")
@require_POST
def end_cover(request: HttpRequest, slug: str) -> HttpResponse:
    """A cover ends today: it shows no more."""
    form = Ended(request.POST)
    if not form.is_valid():
        raise NotThere
    asked = form.cleaned_data
    viewer = viewer_of(request)
    try:
        actions.end_cover(asked["officer"], slug, first=asked["first_day"], by=viewer, at=timezone.now())
    except NotThere:
        # Tapped twice: it has ended. Whoever does not reach the area is refused here.
        queries.area_to_cover(slug, on=snapshot.today(), viewer=viewer)
    return see_other(reverse("cover-area", args=[slug]))


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """Covers that end within a week: somebody decides who stands there after."""
    if not people_rules.reach(viewer, "cover_area"):
        return
    ending = [
        each
        for each in queries.covers(on=on, viewer=viewer)
        if each.period.last and each.period.first <= on and each.period.last <= on + _ENDS_WITHIN
    ]
    if len(ending) == 1:
        (each,) = ending
        yield Matter(
            title=f"The cover of {each.area_name} ends",
            sentence=f"{each.officer_title} stands in there. From the day after, nobody does unless you say who.",
            url=reverse("cover-area", args=[each.area]),
            act="See to it",
            on=_last_day(each),
        )
    elif ending:
        yield Matter(
            title=f"{len(ending)} covers end within a week",
            sentence=f"The first is that of {ending[0].area_name}.",
            url=reverse("covers"),
            act="See which",
            on=_last_day(ending[0]),
        )


def _page(request: HttpRequest, shown: dict[str, object], officer: str, status: int = 200) -> HttpResponse:
    viewer, on = viewer_of(request), snapshot.today()
    text = request.GET.get("who", "")[:_LONGEST_TEXT].strip()
    chosen = queries.officer_to_cover(officer, on=on, viewer=viewer) if officer else ""
    found = (
        queries.officers_in_reach(on=on, at=timezone.now(), viewer=viewer, text=text, limit=_OFFERED)
        if text and not chosen
        else None
    )
    if chosen and "form" not in shown:
        shown["form"] = Wanted(initial={"officer": officer, "first_day": on})
    return render(
        request, "desk/cover/area.html", {**shown, "who": text, "chosen": chosen, "found": found}, status=status
    )


def _shown(each: queries.Cover, on: date) -> dict[str, object]:
    return {"cover": each, "last_day": _last_day(each), "now": each.period.holds(on)}


def _last_day(each: queries.Cover) -> date:
    return (each.period.last or date.max) - timedelta(days=1)


urls = [
    path("covers/", covers, name="covers"),
    path("areas/<slug:slug>/cover/", cover_area, name="cover-area"),
    path("areas/<slug:slug>/cover/end/", end_cover, name="end-cover"),
]
