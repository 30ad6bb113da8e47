"""Continuity for command: who is about to leave, terms cut short, how long teams stay, hours pulled away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import findings
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.vocabulary import Actor, NotThere

_Made = dict[frozenset[str] | None, tuple[findings.Figure, ...]]


class Kept:
    """What can be told from what is public, made once for each directory and reach: it costs a large city a lot."""

    def __init__(self) -> None:
        self._kept: tuple[queries.Directory | None, _Made] = None, {}

    def of(self, city: queries.Directory, viewer: Actor) -> tuple[findings.Figure, ...]:
        """The findings on a day's directory as far as somebody reaches."""
        whole = people_rules.require_reach(viewer, "see_continuity") == "service"
        reach = None if whole else viewer.divisions
        made_from, figures = self._kept
        if made_from is not city:
            figures = {}
            self._kept = city, figures
        if reach not in figures:
            figures[reach] = self._make(city, viewer)
        return figures[reach]

    @staticmethod
    def _make(city: queries.Directory, viewer: Actor) -> tuple[findings.Figure, ...]:
        steady = queries.steadiness(city, viewer=viewer)
        return (
            findings.tenure(steady),
            *([findings.divisions(steady)] if len(steady.divisions) > 1 else []),
            findings.changes(steady),
            findings.hours(queries.hours_by_month(on=city.on, viewer=viewer)),
            findings.early_ends(queries.early_ends_by_year(on=city.on, viewer=viewer)),
        )


_kept: Final = Kept()


@staff("see_continuity")
@require_safe
def continuity(request: HttpRequest) -> HttpResponse:
    """Everything command asks about lasting teams, each finding as a picture with its table."""
    viewer, city = viewer_of(request), snapshot.city()
    leaving = queries.leads_leaving(on=city.on, viewer=viewer)
    figures = (
        findings.leaving(leaving, queries.leads_today(on=city.on, viewer=viewer), city.on),
        *_kept.of(city, viewer),
    )
    if people_rules.reach(viewer, "see_continuity") == "service":
        reach = "The whole service"
    else:
        own = [division.name for division in city.territory.divisions if division.code in viewer.divisions]
        reach = ", ".join(own) or "Your division"
    return render(request, "desk/continuity/continuity.html", {"on": city.on, "figures": figures, "reach": reach})


@staff("see_continuity")
@require_safe
def as_csv(request: HttpRequest, which: str) -> HttpResponse:
    """One finding's figures, all of them, as a CSV file."""
    make = _FILES.get(which)
    if make is None:
        raise NotThere
    head, rows = make(viewer_of(request), snapshot.today())
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    answer = HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{which}-{snapshot.today()}.csv"'
    return answer


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """Leads who leave within ninety days with nobody adopted to follow: for whoever plans postings."""
    if not (people_rules.reach(viewer, "propose_posting") and people_rules.reach(viewer, "see_continuity")):
        return
    alone = queries.leads_leaving(on=on, viewer=viewer).without
    if alone:
        first = alone[0]
        yield Matter(
            title=f"{findings.many(len(alone), 'area')} {'is' if len(alone) == 1 else 'are'} about to lose the lead",
            sentence=f"Nobody is adopted to follow. The first: {first.area_name}, where {first.lead} leaves.",
            url=reverse("continuity"),
            act="See which",
            on=first.ends_on,
            pressing=(first.ends_on - on) <= rules.ANNOUNCED_BEFORE,
        )


def _leaving_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    found = queries.leads_leaving(on=on, viewer=viewer)
    return ("area", "division", *_LEAVING_CSV), (
        (each.area, each.division_code, each.lead, each.ends_on, "set" if each.is_set else "promised",
         each.succession, each.follower, each.follows_on or "")
        for each in found.leads
    )  # fmt: skip


_LEAVING_CSV: Final = ("lead", "leaves_on", "day_is", "successor", "follower", "follows_on")


def _teams_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    steady = queries.steadiness(snapshot.city(), viewer=viewer)
    return ("area", "name", "division", "officers", "median_days", "changes_in_twelve_months"), (
        (each.area, each.area_name, each.division_code, each.officers,
         "" if each.median_days is None else each.median_days, each.changes)
        for each in steady.areas
    )  # fmt: skip


def _divisions_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    steady = queries.steadiness(snapshot.city(), viewer=viewer)
    return ("division", "name", "areas", "officers", "median_days", "changes_in_twelve_months"), (
        (each.code, each.name, each.areas, each.officers, "" if each.median_days is None else each.median_days,
         each.changes)
        for each in steady.divisions
    )  # fmt: skip


def _hours_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    months = queries.hours_by_month(on=on, viewer=viewer)
    head = ("month", "areas", "small_teams", "present_hours", "away_hours", *(f"away_{each}" for each in findings.AWAY))
    return head, (
        (f"{month.month_from:%Y-%m}", month.areas, "yes" if month.small_teams else "no", month.present, month.away,
         *(dict(month.by_reason).get(reason, 0) for reason in findings.AWAY))
        for month in months
    )  # fmt: skip


def _early_ends_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    years = queries.early_ends_by_year(on=on, viewer=viewer)
    return ("year", "total", *rules.REASONS), (
        (year.year, *("" if value is None else value for value in (year.total, *dict(year.by_reason).values())))
        for year in years
    )


_FILES: Final[dict[str, Callable[[Actor, date], tuple[findings.Row, Iterable[findings.Row]]]]] = {
    "leaving": _leaving_file,
    "teams": _teams_file,
    "divisions": _divisions_file,
    "hours": _hours_file,
    "early-ends": _early_ends_file,
}


def _plain(cell: object) -> object:
    # A spreadsheet would run a cell that begins like a formula.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


urls = [
    path("continuity/", continuity, name="continuity"),
    path("continuity/<slug:which>.csv", as_csv, name="continuity-csv"),
]
