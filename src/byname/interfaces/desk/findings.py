"""What command reads about lasting teams: each finding in words, its picture, its table, and how it is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse

from byname.interfaces.desk import charts
from byname.postings import queries, rules

_SHOWN: Final = 12
"""Rows of a picture; all of them stand in the table or the CSV."""
_IN_A_TABLE: Final = 60

REASONS: Final = {
    "promotion": "Promotion",
    "transfer_requested": "Transfer asked for",
    "operational_need": "Needed elsewhere",
    "leave": "Leave",
    "left_service": "Left the service",
    "other": "Other reasons",
}
AWAY: Final = {
    "general_patrol": "general patrol",
    "event": "events",
    "building": "guarding buildings",
    "court": "court",
    "training": "training",
    "other": "other reasons",
}
_FOLLOWED: Final = {"none": "nobody yet", "proposed": "proposed", "adopted": "follows"}

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """The same figures as a picture's, as a table: its head, and rows whose first cell names them."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int = 0
    """How many more rows the CSV has."""
    urls: tuple[str, ...] = ()
    """Where each row leads, in their order; none lead anywhere where there are none."""

    @property
    def lines(self) -> list[tuple[Row, str]]:
        """Each row with where it leads."""
        return [(row, self.urls[place] if self.urls else "") for place, row in enumerate(self.rows)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One finding: its picture, where there is something to draw, its table, and how it is counted."""

    name: str
    title: str
    picture: charts.Picture | None
    table: Table | None
    counted: str
    empty: str = ""
    csv: str = ""


def leaving(found: queries.Leaving, serving: queries.LeadsToday, on: date) -> Figure:
    """The leads who leave within ninety days, those with nobody to follow first, out of those who lead today."""
    without = found.without
    counted = (
        f"Counted are the areas whose lead’s posting ends within {rules.LEAVES_WITHIN.days} days of today, by the day "
        "that is set or, where none is, by the end that was promised. Who goes on leading the same area is not "
        "leaving. “Follows” is an adopted posting to lead that begins at most 30 days after; a proposal that "
        "waits decides nothing yet."
    )
    late = "One lead more serves" if serving.beyond == 1 else f"{serving.beyond:,} leads more serve"
    beyond = f" {late} beyond the promised end, with no day set." if serving.beyond else ""
    empty = f"Of {many(serving.led, 'area')} with a lead, none loses them soon.{beyond}"
    if not found.leads:
        return Figure("leaving", "No lead leaves within 90 days", None, None, counted, empty, "leaving")
    if without:
        title = f"{len(without)} of {many(len(found.leads), 'lead')} who leave within 90 days have nobody to follow yet"
        if len(found.leads) == 1:
            title = "One lead leaves within 90 days, and nobody is adopted to follow"
    else:
        title = f"{many(len(found.leads), 'lead')} leave within 90 days, and somebody follows in each area"
        if len(found.leads) == 1:
            title = "One lead leaves within 90 days, and somebody follows"
    # Where nobody follows comes first: that is what is to be done.
    order = sorted(found.leads, key=lambda each: (each.succession == "adopted", each.ends_on, each.area_name))
    shown = sorted(order[:_SHOWN], key=lambda each: (each.ends_on, each.area_name))
    days = rules.LEAVES_WITHIN.days
    marks = [
        charts.Mark(
            each.area_name,
            (each.ends_on - on).days / days,
            f"{each.ends_on:%-d %b}, {_FOLLOWED[each.succession]}",
            each.succession,
        )
        for each in shown
    ]
    ticks = [(0.0, "Today"), (1 / 3, "30 days"), (2 / 3, "60 days"), (1.0, "90 days")]
    rows = tuple(_leaving_row(each) for each in order[:_IN_A_TABLE])
    return Figure(
        "leaving",
        title,
        charts.days_ahead("leaving-picture", title, marks, ticks),
        Table(
            _LEAVING_HEAD,
            rows,
            len(order) - len(rows),
            tuple(reverse("desk-area", args=[each.area]) for each in order[:_IN_A_TABLE]),
        ),
        counted + beyond,
        csv="leaving",
    )


def without_lead(teams: Sequence[queries.Team]) -> Figure:
    """The areas nobody leads today, each with how many serve there."""
    counted = "Counted are the areas the programme has begun in where nobody leads the team today; a cover is no lead."
    title = f"{many(len(teams), 'area')} {'has' if len(teams) == 1 else 'have'} no lead today"
    rows = tuple((team.area.name, team.area.division_code, len(team.postings)) for team in teams)
    urls = tuple(reverse("desk-area", args=[team.area.slug]) for team in teams)
    first = ", ".join(team.area.name for team in teams[:_SHOWN])
    more = f" and {len(teams) - _SHOWN:,} more" if len(teams) > _SHOWN else ""
    table = Table(("Area", "Division", "On the team"), rows, urls=urls)
    return Figure("without-lead", title, None, table, counted, f"{first}{more}.")


_LEAVING_HEAD: Final = ("Area", "Lead", "Leaves on", "The day is", "Who follows", "From")


def _leaving_row(each: queries.LeadLeaving) -> Row:
    return (
        each.area_name,
        each.lead or "a lead",
        each.ends_on,
        "set" if each.is_set else "promised",
        each.follower or "somebody" if each.succession == "adopted" else
        f"{each.follower or 'somebody'}, proposed" if each.succession == "proposed" else "nobody yet",
        each.follows_on or "",
    )  # fmt: skip


def tenure(steady: queries.Steadiness) -> Figure:
    """How long teams have served: the spread of their medians."""
    counted = (
        "For each team: the median of the days its officers of today have served the area without a break, in "
        "whatever role, as its public page tells it. Officers who are hidden are not counted."
    )
    if steady.median_days is None:
        return Figure("tenure", "How long teams stay", None, None, counted, "Nobody serves on a team today.", "teams")
    vacant = (
        f" {many(steady.vacant, 'area')} {'has' if steady.vacant == 1 else 'have'} nobody on the team today."
        if steady.vacant
        else ""
    )
    title = f"Half of all officers have served their area for {lasting(steady.median_days)} or longer"
    spread = steady.spread
    return Figure(
        "tenure",
        title,
        charts.bars(
            "tenure-picture",
            title,
            [charts.Bar(f"Teams of {name}", count, many(count, "area")) for name, count in spread],
        ),
        Table(("Median of the team", "Areas"), spread),
        counted + vacant,
        csv="teams",
    )


def divisions(steady: queries.Steadiness) -> Figure:
    """How long officers have served in each division, beside everybody's median."""
    known = [each for each in steady.divisions if each.median_days is not None]
    shown = known if len(known) <= _SHOWN else [*known[: _SHOWN // 2], *known[-_SHOWN // 2 :]]
    shortest, longest = known[0], known[-1]
    title = f"Officers have served shortest in {shortest.name}, longest in {longest.name}"
    if shortest.median_days == longest.median_days:
        title = "Officers have served equally long in every division"
    median = steady.median_days or 0
    return Figure(
        "divisions",
        title,
        charts.bars(
            "divisions-picture",
            title,
            [
                charts.Bar(each.name, each.median_days or 0, lasting(each.median_days or 0),
                           "late" if (each.median_days or 0) * 2 < median else "")
                for each in shown
            ],
            line_at=(median, f"everybody: {lasting(median)}"),
        ),
        Table(
            ("Division", "Areas", "Officers", "Median time served", "Changes in twelve months"),
            tuple(
                (each.name, each.areas, each.officers, lasting(each.median_days or 0), each.changes)
                for each in steady.divisions[:_IN_A_TABLE]
            ),
            max(0, len(steady.divisions) - _IN_A_TABLE),
        ),
        "The median of the days served in their area by every officer on a division’s teams today. Brick bars are "
        "shorter than half of everybody’s. A change is a day on which somebody left a team.",
        csv="divisions",
    )  # fmt: skip


def changes(steady: queries.Steadiness) -> Figure:
    """In how many areas the team changed in twelve months, and how often."""
    counts = Counter(min(each.changes, 4) for each in steady.areas)
    calm, areas = counts[0], len(steady.areas)
    title = f"In {calm} of {many(areas, 'area')} nobody left the team in twelve months"
    spread = tuple((_CHANGES[number], counts[number]) for number in range(5))
    counted = (
        "A change is a day on which somebody left an area’s team, however many left on it and whoever took their "
        "place. Going on in another role is none, nor is joining a growing team. Counted are the last twelve months."
    )
    if not areas:
        return Figure("changes", "Changes", None, None, counted, "The programme has begun in no area yet.")
    kinds = ("well", "", "", "late", "late")
    return Figure(
        "changes",
        title,
        charts.bars(
            "changes-picture",
            title,
            [
                charts.Bar(name, count, many(count, "area"), kind)
                for (name, count), kind in zip(spread, kinds, strict=True)
            ],
        ),
        Table(("Changes in twelve months", "Areas"), spread),
        counted,
        csv="teams",
    )


_CHANGES: Final = ("No change", "One change", "Two changes", "Three changes", "Four or more")


def hours(months: Sequence[queries.HoursOfMonth]) -> Figure:
    """Hours in the area against hours pulled away, by month."""
    counted = (
        "Hours as they were published, added up; what was never published is in no figure here, so nothing can be "
        "subtracted to tell of a small team. Present is in the area; pulled away is out of it, with a reason. Months "
        "are published on the 6th of the next."
    )
    if not months:
        return Figure(
            "hours",
            "Hours in the area, and pulled away",
            None,
            None,
            counted,
            "No month is published yet. The first one stands here on the 6th after officers began to record hours.",
        )
    latest = months[-1]
    percent = latest.away_percent
    most = AWAY[latest.by_reason[0][0]] if latest.by_reason else ""
    title = f"{percent} of 100 hours were pulled away in {latest.month_from:%B}" + (
        f", most for {most}" if most else ""
    )
    tallest = max(month.present + month.away for month in months)
    return Figure(
        "hours",
        title,
        charts.columns(
            "hours-picture",
            title,
            [
                charts.Column(
                    f"{month.month_from:%b}",
                    ((month.present, "calm"), (month.away, "late")),
                    str(month.away_percent),
                )
                for month in months
            ],
            above=("Pulled away, of 100", "late"),
            below="in the area",
            most_says=f"up to {tallest:,} hours",
        ),
        Table(_HOURS_HEAD, tuple(_hours_row(month) for month in reversed(months))),
        counted,
        csv="hours",
    )


_HOURS_HEAD: Final = (
    "Month",
    "In the area",
    "Pulled away",
    "Of 100 hours",
    *(name.capitalize() for name in AWAY.values()),
)


def _hours_row(month: queries.HoursOfMonth) -> Row:
    by_reason = dict(month.by_reason)
    return (
        f"{month.month_from:%B %Y}",
        month.present,
        month.away,
        month.away_percent,
        *(by_reason.get(reason, 0) for reason in rules.AWAY),
    )


def early_ends(years: Sequence[queries.EarlyEndsOfYear]) -> Figure:
    """Terms cut short by year and reason; what is withheld is a dash."""
    latest, before = years[-1], years[-2]
    counted = (
        "Postings as lead or member of the whole service that ended before their promised day, by the year they ended "
        "in; whole years only, never by area or officer: in a team of four a reason would unmask an illness. A dash is "
        "a figure that is withheld: it is under five, or would tell one that is when subtracted."
    )
    if all(year.total is None for year in years):
        return Figure(
            "early-ends",
            "Terms cut short",
            None,
            None,
            counted,
            f"In each year from {years[0].year} to {latest.year} there were too few to tell, or none.",
        )
    if latest.total is None:
        title = f"How many terms were cut short in {latest.year} is withheld: too few"
    else:
        title = f"{many(latest.total, 'term')} {'was' if latest.total == 1 else 'were'} cut short in {latest.year}"
        if before.total is not None:
            more = latest.total - before.total
            title += f", {abs(more)} {'more' if more > 0 else 'fewer'} than the year before" if more else (
                ", as many as the year before"
            )  # fmt: skip
    heads = [str(year.year) for year in years]
    lines = [charts.Line("All reasons together", tuple(year.total for year in years))]
    lines += [
        charts.Line(said, tuple(dict(year.by_reason)[reason] for year in years)) for reason, said in REASONS.items()
    ]
    return Figure(
        "early-ends",
        title,
        charts.small_columns("early-ends-picture", title, heads, lines),
        Table(
            ("Reason", *heads),
            tuple((line.label, *("–" if value is None else value for value in line.values)) for line in lines),
        ),
        counted,
        csv="early-ends",
    )


def lasting(days: int) -> str:
    """A length of time as people say it: "2 years 3 months", "5 months", "12 days"."""
    years, months = divmod(int(days / 30.4375), 12)
    if not years and not months:
        return many(days, "day")
    return " ".join(many(count, thing) for count, thing in ((years, "year"), (months, "month")) if count)


def many(count: int, thing: str) -> str:
    """A number with its thing, in the plural where there is not one."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
