"""The register at the desk: the list of officers, one officer's entry, and why a posting ended early."""

from __future__ import annotations

from datetime import date
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days, paging, wording
from byname.interfaces.http import staff, viewer_of
from byname.people import rules
from byname.postings import queries
from byname.postings import rules as posting_rules
from byname.vocabulary import NotThere, Refused

_A_PAGE: Final = 40


@staff("see_officer")
@require_safe
def officers(request: HttpRequest) -> HttpResponse:
    """The register within reach, found by name or badge number."""
    viewer, on, at = viewer_of(request), snapshot.today(), timezone.now()
    text = request.GET.get("q", "").replace("\0", "")[:120]
    found = queries.officers_in_reach(
        on=on, at=at, viewer=viewer, text=text, offset=(paging.asked_for(request) - 1) * _A_PAGE, limit=_A_PAGE
    )
    pages = paging.pages(request, found.total, _A_PAGE)
    if found.total and not found.lines:
        # A page beyond the last was asked for: the last is shown.
        found = queries.officers_in_reach(on=on, at=at, viewer=viewer, text=text, offset=pages.offset, limit=_A_PAGE)
    shown = {"lines": found.lines, "total": found.total, "pages": pages, "text": text}
    return render(request, "desk/register/officers.html", shown)


@staff("see_officer")
@require_safe
def officer(request: HttpRequest, reference: str) -> HttpResponse:
    """One officer: the entry, where they served, and what may be done."""
    viewer, on = viewer_of(request), snapshot.today()
    seen = queries.officer_desk(reference, on=on, at=timezone.now(), viewer=viewer)
    of = rules.About(officer=reference, divisions=seen.divisions)
    ends = bool(rules.reach(viewer, "end_posting"))
    begins = {(each.area, each.period.first) for each in seen.served if each.role in posting_rules.ON_THE_TEAM}
    shown = {
        "seen": seen,
        "officer": seen.entry.seen,
        "entry": seen.entry,
        "on": on,
        "now": seen.now(on),
        "roles": wording.ROLES,
        "own": reference == viewer.officer,
        "hides": rules.may(viewer, "hide_officer", of),
        "shows": rules.may(viewer, "show_officer", of),
        "proposes": bool(rules.reach(viewer, "propose_posting")),
        "ends": ends,
        "served": [
            (
                each,
                ends
                and each.role in posting_rules.ON_THE_TEAM
                and posting_rules.can_be_undone(each.period.last, on)
                and (each.area, each.period.last) not in begins,
            )
            for each in seen.served
        ],
        "posters": queries.posters_showing(reference, on=on, viewer=viewer)
        if rules.may(viewer, "hide_officer", rules.About(officer=reference))
        else (),
    }
    return render(request, "desk/register/officer.html", shown)


class Looking(forms.Form):
    """Why somebody looks."""

    reason = forms.ChoiceField(
        label="Why you are looking",
        choices=wording.choices(rules.REASONS_TO_LOOK, wording.REASONS_TO_LOOK, "Choose"),
        help_text="Your name, this reason and the time are kept, and the overseer reads them.",
        error_messages={"required": "Say why you are looking: choose one of the reasons."},
    )


@staff("see_end_reason")
@require_http_methods(["GET", "HEAD", "POST"])
def end_reason(request: HttpRequest, reference: str, slug: str, first: date) -> HttpResponse:
    """Why one posting ended early, once the reader has said why they look."""
    viewer = viewer_of(request)
    asked = Looking(request.POST or None)
    shown: dict[str, object] = {"form": asked, "reference": reference, "slug": slug, "first": first, "found": None}
    if request.method == "POST" and asked.is_valid():
        try:
            found = queries.end_reason(
                reference, slug, first, reason=asked.cleaned_data["reason"], at=timezone.now(), viewer=viewer
            )
            shown |= {"found": found, "why": wording.REASONS[found.reason]}
        except NotThere:
            raise
        except Refused as no:
            shown["refusal"] = no.sentence
    status = 422 if request.method == "POST" and not shown["found"] else 200
    return render(request, "desk/register/end_reason.html", shown, status=status)


class DayInAddress:
    """A day in an address, written 2027-03-01."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        """The day; ValueError, so that there is no such page, for what is none."""
        day = days.written(value)
        if day is None:
            raise ValueError
        return day

    def to_url(self, value: date) -> str:
        """The day as it stands in an address."""
        return value.isoformat()


register_converter(DayInAddress, "day")

urls = [
    path("officers/", officers, name="desk-officers"),
    path("officers/<slug:reference>/", officer, name="desk-officer"),
    path("officers/<slug:reference>/ended/<slug:slug>/<day:first>/", end_reason, name="end-reason"),
]
