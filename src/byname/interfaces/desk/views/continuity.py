"""Continuity for command: who is about to leave, terms cut short, how long teams stay, hours pulled away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from byname.concerns import queries as concerns
from byname.interfaces import snapshot
from byname.interfaces.desk import findings, heard_findings, sheets
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import staff, viewer_of
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.vocabulary import Actor, NotThere


class Drawn:
    """The findings as far as somebody reaches, as they stand on the page: drawing them costs a large city a lot.

    Who leaves hangs on what waits for a decision too: it is asked each time, and drawn anew only where it changed.
    """

    def __init__(self, city: queries.Directory, viewer: Actor) -> None:
        self._on = city.on
        self._serving = queries.leads_today(on=city.on, viewer=viewer)
        unled = queries.areas_without_lead(city, viewer=viewer)
        self._unled = (_drawn(findings.without_lead(unled)),) if unled else ()
        steady = queries.steadiness(city, viewer=viewer)
        self._lasting = (
            _drawn(findings.tenure(steady)),
            *([_drawn(findings.divisions(steady))] if len(steady.divisions) > 1 else []),
            _drawn(findings.changes(steady)),
            _drawn(findings.hours(queries.hours_by_month(on=city.on, viewer=viewer))),
            _drawn(findings.early_ends(queries.early_ends_by_year(on=city.on, viewer=viewer))),
            _drawn(heard_findings.answered(concerns.latest_hearing_figures(viewer=viewer))),
        )
        self._leaving: tuple[queries.Leaving, SafeString] | None = None

    def with_leaving(self, found: queries.Leaving) -> tuple[SafeString, ...]:
        """All of them, first where nobody leads, then who leaves."""
        kept = self._leaving
        if kept is None or kept[0] != found:
            kept = self._leaving = found, _drawn(findings.leaving(found, self._serving, self._on))
        return *self._unled, kept[1], *self._lasting


def _drawn(figure: findings.Figure) -> SafeString:
    return render_to_string("desk/continuity/figure.html", {"figure": figure})


class Kept:
    """What can be told from what is public, made once for each directory and reach."""

    def __init__(self) -> None:
        self._kept: tuple[queries.Directory | None, dict[frozenset[str] | None, Drawn]] = None, {}

    def of(self, city: queries.Directory, viewer: Actor) -> Drawn:
        """The findings on a day's directory as far as somebody reaches."""
        whole = people_rules.require_reach(viewer, "see_continuity") == "service"
        reach = None if whole else viewer.divisions
        made_from, known = self._kept
        if made_from is not city:
            known = {}
            self._kept = city, known
        drawn = known.get(reach)
        if drawn is None:
            drawn = known[reach] = Drawn(city, viewer)
        return drawn


_kept: Final = Kept()


@staff("see_continuity")
@require_safe
def continuity(request: HttpRequest) -> HttpResponse:
    """Everything command asks about lasting teams, each finding as a picture with its table."""
    viewer, city = viewer_of(request), snapshot.city()
    figures = _kept.of(city, viewer).with_leaving(queries.leads_leaving(on=city.on, viewer=viewer))
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
    return sheets.sheet(f"{which}-{snapshot.today()}", head, rows)


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """Areas nobody leads, and leads who leave within ninety days with nobody to follow: for whoever plans postings."""
    if not (people_rules.reach(viewer, "propose_posting") and people_rules.reach(viewer, "see_continuity")):
        return
    unled = queries.areas_without_lead(snapshot.city(), viewer=viewer)
    if unled:
        slug = unled[0].area.slug
        yield Matter(
            title=f"{findings.many(len(unled), 'area')} {'has' if len(unled) == 1 else 'have'} no lead",
            sentence=f"{'It is' if len(unled) == 1 else 'The first:'} {unled[0].area.name}.",
            url=reverse("desk-area", args=[slug]) if len(unled) == 1 else reverse("continuity"),
            act="See to it" if len(unled) == 1 else "See which",
            pressing=True,
        )
    alone = queries.leads_not_followed(on=on, viewer=viewer)
    if alone is not None:
        first = alone.first
        yield Matter(
            title=f"{findings.many(alone.areas, 'area')} {'is' if alone.areas == 1 else 'are'} about to lose the lead",
            sentence="Nobody is adopted to follow. "
            f"The first: {first.area_name}, where {first.lead or 'the lead'} leaves.",
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


def _answers_file(viewer: Actor, on: date) -> tuple[findings.Row, Iterable[findings.Row]]:
    return heard_findings.HEAD, heard_findings.rows_of_file(concerns.latest_hearing_figures(viewer=viewer))


_FILES: Final[dict[str, Callable[[Actor, date], tuple[findings.Row, Iterable[findings.Row]]]]] = {
    "leaving": _leaving_file,
    "teams": _teams_file,
    "divisions": _divisions_file,
    "hours": _hours_file,
    "early-ends": _early_ends_file,
    "answers": _answers_file,
}


urls = [
    path("continuity/", continuity, name="continuity"),
    path("continuity/<slug:which>.csv", as_csv, name="continuity-csv"),
]
