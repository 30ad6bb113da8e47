"""What every page of the desk shows around its own content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from byname.interfaces import http, snapshot
from byname.people import rules
from byname.places import queries as places

# The desk's tabs: name of the address, what it says, the act it is for.
_TABS = (
    ("today", "Today", "see_today"),
    ("desk-concerns", "Concerns", "see_concern"),
    ("desk-areas", "Areas", "see_team"),
    ("my-hours", "Hours", "record_hours"),
    ("calendar", "Calendar", "see_postings"),
    ("readings", "Readings", "see_readings"),
    ("accounts", "Accounts", "see_accounts"),
    ("interpreting", "Languages", "interpret"),
    ("record-concern", "Record", "record_concern"),
    ("more", "More", "see_today"),
)


_MOST_TABS = 5


def desk(request: HttpRequest) -> dict[str, Any]:
    """The service, who is at the desk, and the tabs they may open; nothing on residents' pages."""
    if not request.path.startswith(http.DESK):
        return {}
    try:
        profile = snapshot.profile()
    except snapshot.Away:
        profile = places.ServiceProfile()
    viewer = http.viewer_of(request)
    known = [
        {"url": reverse(name), "says": says, "here": request.path == reverse(name)}
        for name, says, act in _TABS
        if rules.reach(viewer, act)
    ]
    # A thumb finds five; whatever else somebody with several roles may open stands behind the last, More.
    tabs = [*known[:-1][: _MOST_TABS - 1], *known[-1:]]
    return {"service": profile, "viewer": viewer, "tabs": tabs}
