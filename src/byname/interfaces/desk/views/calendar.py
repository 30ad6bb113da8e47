"""The calendar: who serves where over the years, as a picture, a table and a file."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import paging, wording, years
from byname.interfaces.desk.views.areas import divisions_offered
from byname.interfaces.http import staff, viewer_of
from byname.places.queries import AreaFacts
from byname.postings import queries, rules
from byname.vocabulary import Actor

_A_PAGE: Final = 25


def _year(request: HttpRequest, name: str) -> int:
    said = request.GET.get(name, "")
    return int(said) if len(said) == 4 and said.isascii() and said.isdigit() and 1950 <= int(said) <= 2150 else 0


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


def _rows(areas: tuple[AreaFacts, ...], span: years.Years, role: str, viewer: Actor) -> tuple[queries.CalendarRow, ...]:
    return queries.calendar(
        areas,
        first=span.first,
        last=span.last,
        on=span.today,
        roles=(role,) if role else rules.ROLES,
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
    pages = paging.pages(request, len(areas), _A_PAGE)
    rows = _rows(areas[pages.offset : pages.offset + _A_PAGE], span, asked["role"], viewer)
    as_table = request.GET.get("as") == "table"
    here = request.GET.copy()
    here["as"] = "" if as_table else "table"
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
    kept = StringIO()
    out = csv.writer(kept)
    out.writerow(
        ("area", "name", "division", "officer", "badge_number", "role", "first_day", "until", "promised_until", "state")
    )
    for row in _rows(areas, span, asked["role"], viewer):
        for bar in row.bars:
            state = "proposed" if bar.proposed else "ended early" if bar.early else "adopted"
            out.writerow(
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
                    state,
                )
            )
    answer = HttpResponse(kept.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.csv"'
    return answer


urls = [
    path("calendar/", calendar, name="calendar"),
    path("calendar/calendar.csv", calendar_file, name="calendar-csv"),
]
