"""Hours: what a day may hold, when a month is published, and which figures of it."""

from __future__ import annotations

from datetime import date

from byname.postings import rules
from tests.spec.tables import refused, rule

TODAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 1)


def day(text: str) -> date:
    return date.fromisoformat(text)


@rule(
    "Hours are read as people write them.",
    columns=("written", "minutes"),
    rows=[
        ("10", 600),
        ("7.5", 450),
        ("7,5", 450),
        ("7.25", 435),
        ("7:30", 450),
        (" 0 ", 0),
        ("", None),
        ("ten", None),
        ("-1", None),
        ("7:60", None),
        ("100", None),
    ],
)
def test_hours_as_written(written: str) -> int | None:
    return rules.minutes_written(written)


@rule(
    "A usual day is the length met most often on the days recorded before, of several the latest; else ten hours.",
    columns=("days recorded, latest first, in hours", "usual day in hours"),
    rows=[((), 10), ((8,), 8), ((12, 8, 8), 8), ((12, 8), 12), ((14, 10, 10, 10), 10)],
)
def test_a_usual_day(hours: tuple[int, ...]) -> int:
    return rules.usual_day([told * 60 for told in hours]) // 60


@rule(
    "Hours pulled away come out of what was recorded in the area that day, and go back there when they are corrected; "
    "removing the only figure of a day leaves the day empty.",
    columns=("in the area", "pulled away before", "pulled away now", "left in the area"),
    rows=[(10, 0, 4, 6), (6, 4, 1, 9), (6, 4, 0, 10), (3, 0, 5, 0), (0, 0, 5, 0), (0, 8, 2, 6), (0, 5, 0, 0)],
)
def test_what_is_left_in_the_area(present: int, before: int, now: int) -> int:
    return rules.left_present(present, before, now)


@rule(
    "On 2026-11-23, hours may be recorded of a day that has come, for 35 days, until its month is published; a file "
    "from the duty roster may bring older days.",
    columns=("day", "month is published", "by", "answer"),
    rows=[
        (day("2026-11-23"), False, "hand", "recorded"),
        (day("2026-10-19"), False, "hand", "recorded"),
        (day("2026-10-18"), False, "hand", refused("Hours can be recorded or corrected for 35 days.")),
        (day("2026-06-01"), False, "file", "recorded"),
        (day("2026-11-24"), False, "hand", refused("Hours can be recorded once the day has come.")),
        (day("2026-11-24"), False, "file", refused("Hours can be recorded once the day has come.")),
        (
            day("2026-10-30"),
            True,
            "hand",
            refused("The hours of October 2026 are published and stay as they are."),
        ),
        (
            day("2026-10-30"),
            True,
            "file",
            refused("The hours of October 2026 are published and stay as they are."),
        ),
    ],
)
def test_a_day_that_may_be_recorded(on: date, published: bool, by: str) -> str:
    rules.refuse_day(on, TODAY, published=published, by_file=by == "file")
    return "recorded"


@rule(
    "A day has 24 hours, of kinds that are known.",
    columns=("kind", "hours", "the day's other hours", "answer"),
    rows=[
        ("present", 24, 0, "recorded"),
        ("court", 2, 22, "recorded"),
        ("court", 3, 22, refused("A day has 24 hours: this would make it more.")),
        ("present", -1, 0, refused("A day has 24 hours: this would make it more.")),
        ("lunch", 1, 0, refused("Choose one of the reasons.")),
    ],
)
def test_a_figure_of_a_day(kind: str, hours: int, others: int) -> str:
    rules.refuse_figure(kind, hours * 60, others * 60)
    return "recorded"


@rule(
    "A month is published once, from the sixth of the next month on.",
    columns=("on", "the month that is due"),
    rows=[
        (day("2026-11-05"), day("2026-09-01")),
        (day("2026-11-06"), day("2026-10-01")),
        (day("2026-11-30"), day("2026-10-01")),
        (day("2027-01-05"), day("2026-11-01")),
        (day("2027-01-06"), day("2026-12-01")),
    ],
)
def test_the_month_that_is_due(on: date) -> date:
    return rules.due_month(on)


def city(text: str) -> tuple[dict[str, dict[str, dict[object, int]]], dict[str, str]]:
    """A month's hours and the areas' divisions, written "mill in D11: Ada present 90, Ben present 80; …"."""
    found: dict[str, dict[str, dict[object, int]]] = {}
    divisions: dict[str, str] = {}
    for part in text.split(";"):
        named, _, told = part.partition(":")
        area, _, division = named.strip().partition(" in ")
        divisions[area] = division
        kinds = found.setdefault(area, {})
        for figure in told.split(","):
            officer, kind, hours = figure.split()
            kinds.setdefault(kind, {})[officer] = int(hours) * 60
    return found, divisions


THREE = "mill: Ada present 91, Ben present 80, Cem present 80"
ONE = "ring: Dia present 64"
TWO = "mill in D11: Ada present 91, Abe present 80; ring in D11: Ann present 80"


@rule(
    "No published figure, and no sum or difference of several, tells of fewer than three officers, not even to a "
    "sergeant who takes out the hours of the own division. An officer is one of the three with ten hours or more in "
    "that figure, and no officer has more than 70 % of it. Officers are counted who recorded any hours. Hours are "
    "rounded to tens; what is said of the whole service is the sum of what is published.",
    columns=("recorded in a month, in hours", "published"),
    rows=[
        (THREE, ("mill: 3 officers, 250 here, 0 away",)),
        # A small team joins the others, or would be told by subtraction.
        (f"{THREE}; {ONE}", ("together: 4 officers, 320 here, 0 away",)),
        (
            f"{THREE}; {ONE}; quay: Eve present 70, Flo present 70",
            ("together: 3 officers, 200 here, 0 away", "mill: 3 officers, 250 here, 0 away"),
        ),
        (f"{ONE}; quay: Eve present 70", ()),
        # Two of three were pulled away: the area cannot stand by itself, and there is nobody to join.
        (f"{THREE}, Ada court 20, Ben event 20", ()),
        (
            f"{THREE}, Ada court 20, Ben event 20, Cem event 10",
            ("mill: 3 officers, 250 here, 50 away (other 50)",),
        ),
        (
            f"{THREE}, Ada event 20, Ben event 20, Cem event 10, Ada court 40",
            ("mill: 3 officers, 250 here, 90 away (other 90)",),
        ),
        (
            f"{THREE}, Ada event 20, Ben event 20, Cem event 10, Ada court 14, Ben other 14, Cem training 14",
            ("mill: 3 officers, 250 here, 90 away (event 50, other 40)",),
        ),
        # Who has under ten hours in a figure hides nobody in it.
        (
            f"{THREE}, Ada event 20, Ben event 20, Cem event 10, Ada court 4, Ben other 4, Cem training 4",
            ("mill: 3 officers, 250 here, 60 away (other 60)",),
        ),
        (
            f"{THREE}, Ada event 20, Ben event 20, Cem event 20, Ada court 60, Ben court 1, Cem court 1",
            ("mill: 3 officers, 250 here, 120 away (other 120)",),
        ),
        ("mill: Ada present 91, Ben present 80, Cem present 1", ()),
        ("mill: Ada present 91, Ben present 80, Cem present 9", ()),
        ("mill: Ada present 91, Ben present 80, Cem present 10", ("mill: 3 officers, 180 here, 0 away",)),
        (f"{THREE}, Dan present 1", ("mill: 4 officers, 250 here, 0 away",)),
        # Nor do two hide a third who has nearly all of it.
        ("mill: Ada present 140, Ben present 30, Cem present 30", ("mill: 3 officers, 200 here, 0 away",)),
        ("mill: Ada present 141, Ben present 30, Cem present 30", ()),
        # Nobody in D11 can hide the one officer of D12, whose hours are told nowhere; D11's stand.
        (
            "mill in D11: Ada present 91, Ben present 80, Cem present 80; ring in D12: Dia present 64",
            ("mill: 3 officers, 250 here, 0 away",),
        ),
        # A sergeant of D12 would take out Ben's and Cem's hours, and be left with Ada's.
        ("mill in D11: Ada present 91; quay in D12: Ben present 70, Cem present 62", ()),
        (
            "mill in D11: Ada present 91; quay in D11: Ben present 70, Cem present 62",
            ("together: 3 officers, 220 here, 0 away",),
        ),
        (
            f"{TWO}; quay in D12: Ben present 70, Cem present 62; dock in D12: Dan present 70",
            ("together: 6 officers, 450 here, 0 away",),
        ),
        (
            f"{TWO}; quay in D12: Ben present 70; dock in D12: Dan present 70, Dov present 70, Dia present 70",
            ("together: 7 officers, 530 here, 0 away",),
        ),
    ],
)
def test_what_is_published(recorded: str) -> tuple[str, ...]:
    told = []
    for row in rules.published_rows(OCTOBER, *city(recorded)):
        hours = row.hours
        reasons = ", ".join(f"{reason} {count}" for reason, count in hours.by_reason)
        what = f"{hours.officers} officers, {hours.present} here, {hours.away} away" + (
            f" ({reasons})" if reasons else ""
        )
        told.append((hours.officers, hours.present, f"{row.area or 'together'}: {what}"))
    return tuple(line for _, _, line in sorted(told))
