"""Today, and the page that leads to everything else."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import today as seam
from byname.interfaces.desk.views import (
    concerns,
    continuity,
    cover,
    handover,
    hours,
    interpreting,
    leavings,
    letters,
    pictures,
    planning,
)
from byname.interfaces.http import staff, viewer_of
from byname.people import rules

SOURCES: Final[tuple[seam.Source, ...]] = (
    concerns.waiting,
    interpreting.waiting,
    pictures.waiting,
    leavings.waiting,
    handover.waiting,
    cover.waiting,
    continuity.waiting,
    hours.waiting,
    planning.waiting,
    letters.waiting,
)
"""Who has something to say on Today."""

_EVERYTHING: Final = (
    ("desk-concerns", "Concerns", "What people raised, and what waits for an answer", "see_concern"),
    ("unheard", "Who are we not hearing?", "By which ways, in which languages, from which places", "see_unheard"),
    ("record-concern", "Record a concern", "For somebody at a counter, a door, by phone, on paper", "record_concern"),
    ("interpreting", "To put into another language", "What people wrote that the team cannot read", "interpret"),
    ("leavings", "Words that leave byname", "For records or an investigation, with a second yes", "ask_leaving"),
    ("holds", "Legal holds", "What is kept longer than a year, and why", "see_holds"),
    ("desk-areas", "Areas", "Teams, cover and handovers, area by area", "see_team"),
    ("desk-officers", "Officers", "The register, and hiding somebody now", "see_officer"),
    ("propose", "Propose a posting", "See at once what it would break", "propose_posting"),
    ("proposals", "Proposals", "What waits for a decision", "propose_posting"),
    ("calendar", "Calendar", "Who serves where over the years", "see_postings"),
    ("handovers", "Handovers", "Who leaves, who takes over, and what is missing", "open_handover"),
    ("covers", "Covers", "Who stands in for a team", "cover_area"),
    ("continuity", "Continuity", "Churn and abstraction, as pictures and tables", "see_continuity"),
    ("my-page", "My page", "What residents see of me; hide me now", "edit_officer"),
    ("my-code", "My code", "The code to speak at a door", "see_spoken_code"),
    ("hide-now", "Hide now", "Take a name and face off every page, at any hour", "hide_officer"),
    ("my-hours", "Hours", "In the area, and pulled away", "record_hours"),
    ("my-conflicts", "Conflicts of interest", "Places I will not act on", "declare_conflict"),
    ("readings", "Who looked at what", "By person, record and day", "see_readings"),
    ("my-readings", "My own reading", "What is recorded of what I looked at", "see_own_readings"),
    ("accounts", "Accounts", "Invite, change, end; reset a second factor", "see_accounts"),
    ("delivery", "Letters", "What was sent, and what was not", "see_delivery"),
    ("own-sign-in", "My sign-in", "Passkeys, password, codes, and where I am signed in", "keep_own_sign_in"),
)


@staff("see_today")
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What needs me now."""
    on = snapshot.today()
    viewer = viewer_of(request)
    found = seam.matters(SOURCES, viewer, on)
    shown = {
        "on": on,
        "matters": found[: seam.MOST],
        "more": max(0, len(found) - seam.MOST),
        "no_role": not viewer.roles,
        "hide_me": rules.may(viewer, "hide_officer", rules.About(officer=viewer.officer)) and bool(viewer.officer),
    }
    return render(request, "desk/today.html", shown)


@staff("see_today")
@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """Everything I may open."""
    viewer = viewer_of(request)
    # The acts that reach one's own entry on the register are for who has one.
    mine = {"edit_officer", "see_spoken_code"}
    links = [
        {"url": reverse(name), "says": says, "about": about}
        for name, says, about, act in _EVERYTHING
        if rules.reach(viewer, act) and (act not in mine or viewer.officer)
    ]
    return render(request, "desk/more.html", {"links": links})


urls = [path("", today, name="today"), path("more/", more, name="more")]
