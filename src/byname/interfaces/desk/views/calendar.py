"""The calendar: who serves where over the years, as a picture, a table and a file."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import paging, sheets, wording, years
from byname.interfaces.desk.views.areas import divisions_offered
from byname.interfaces.http import staff, viewer_of
from byname.places.queries import AreaFacts
from byname.postings import queries, rules
from byname.vocabulary import FIRST_YEAR, LAST_YEAR, Actor

_A_PAGE: Final = 20
_AT_ONCE: Final = 200
"""So many areas stand on one page where all are asked for: a division, to print."""


def _year(request: HttpRequest, name: str) -> int:
    said = request.GET.get(name, "")
    year = int(said) if len(said) == 4 and said.isascii() and said.isdigit() else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else 0


def _asked(request: HttpRequest, viewer: Actor) -> tuple[dict[str, Any], tuple[AreaFacts, ...], years.Years]:
    """The question as it was understood, the areas it is about, and the years."""
    on = snapshot.today()
    start, end = rules.year_span(on, _year(request, "from"), _year(request, "to"))
    role = request.GET.get("role", "")
    text, division = request.GET.get("q", "")[:120], request.GET.get("division", "")[:12]
    asked = {
        "text": text,
        "division": division,
        "role": role if role in rules.ROLES else "",
        "from_year": start,
        "to_year": end,
    }
    found = queries.areas_in_reach(
        snapshot.city().territory.areas,
        "see_postings",
        viewer=viewer,
        division=division,
        text=text,
    )
    return asked, found, years.Years(date(start, 1, 1), date(end + 1, 1, 1), on)


def _rows(
    areas: tuple[AreaFacts, ...], span: years.Years, role: str, viewer: Actor, told: queries.ReadAtOnce | None = None
) -> tuple[queries.CalendarRow, ...]:
    """The calendar's rows; `told` is how much of it is read at once, which is recorded: "table", "whole" or "file"."""
    roles = (role,) if role else rules.ROLES
    if not told:
        return queries.calendar(areas, first=span.first, last=span.last, on=span.today, roles=roles, viewer=viewer)
    return queries.calendar_at_once(
        areas,
        first=span.first,
        last=span.last,
        on=span.today,
        at=timezone.now(),
        roles=roles,
        told=told,
        viewer=viewer,
    )


def _finding(rows: tuple[queries.CalendarRow, ...], on: date) -> str:
    """What the picture shows, in a sentence: where nobody leads today."""
    bare = [row.area.name for row in rows if any(gap.holds(on) for gap in row.unled)]
    if not rows:
        return ""
    if not bare:
        return "Every team here has a lead today."
    named = ", ".join(bare[:3]) + (f" and {len(bare) - 3} more" if len(bare) > 3 else "")
    return f"Nobody leads today in {named}."


@staff("see_postings")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Who serves where over the years: one row an area, one bar a posting; or the same as a table."""
    viewer = viewer_of(request)
    asked, areas, span = _asked(request, viewer)
    whole = request.GET.get("whole") == "1"
    pages = paging.pages(request, len(areas), _AT_ONCE if whole else _A_PAGE)
    as_table = request.GET.get("as") == "table"
    shown_areas = areas[pages.offset : pages.offset + pages.size]
    rows = _rows(shown_areas, span, asked["role"], viewer, "table" if as_table else "whole" if whole else None)
    here = request.GET.copy()
    here["as"] = "" if as_table else "table"
    at_once = request.GET.copy()
    at_once["whole"], at_once["page"] = "1", "1"
    shown = asked | {
        "rows": rows,
        "drawn": [] if as_table else years.rows_of(rows, span),
        "table": years.table_of(rows) if as_table else [],
        "span": span,
        "finding": _finding(rows, span.today),
        "as_table": as_table,
        "other": "?" + here.urlencode(),
        "question": "?" + request.GET.urlencode(),
        "total": len(areas),
        "at_once": "?" + at_once.urlencode() if pages.count > 1 and len(areas) <= _AT_ONCE else "",
        "pages": pages,
        "divisions": divisions_offered(viewer, "see_postings"),
        "roles": wording.ROLES,
    }
    return render(request, "desk/calendar/calendar.html", shown)


@staff("see_postings")
@require_safe
def calendar_file(request: HttpRequest) -> HttpResponse:
    """The same as a file, every area the question is about."""
    viewer = viewer_of(request)
    asked, areas, span = _asked(request, viewer)
    head = (
        "area", "name", "division", "officer", "badge_number", "role", "first_day", "until", "promised_until", "state"
    )  # fmt: skip
    lines = (
        (
            row.area.slug,
            row.area.name,
            row.area.division_code,
            bar.officer.title,
            bar.officer.badge_number,
            bar.role,
            bar.period.first,
            bar.period.last or "",
            bar.planned_end_on or "",
            "proposed" if bar.proposed else "ended early" if bar.early else "adopted",
        )
        for row in _rows(areas, span, asked["role"], viewer, "file")
        for bar in row.bars
    )
    return sheets.sheet("calendar", head, lines)


urls = [
    path("calendar/", calendar, name="calendar"),
    path("calendar/calendar.csv", calendar_file, name="calendar-csv"),
]
