"""Postings: terms, early ends, who may serve where, what is announced, and how continuity is counted."""

from __future__ import annotations

from datetime import date

from byname.postings import rules
from byname.vocabulary import Period
from tests.spec.tables import refused, rule

TODAY = date(2026, 11, 23)


def day(text: str) -> date:
    return date.fromisoformat(text)


def on_the_team(text: str) -> list[rules.Served]:
    """A team's postings, written "Ada member 2024-01-01 to 2026-01-01 announced 2025-12-01; …"."""
    served = []
    for part in filter(None, map(str.strip, text.split(";"))):
        words = part.split()
        last = day(words[words.index("to") + 1]) if "to" in words else None
        told = day(words[words.index("announced") + 1]) if "announced" in words else None
        served.append(rules.Served(words[0], words[1], Period(day(words[2]), last), told))
    return served


@rule(
    "A term ends on the same day of the year, four years on unless stated; 29 February becomes 1 March.",
    columns=("begins", "years", "ends"),
    rows=[
        (day("2024-03-01"), 4, day("2028-03-01")),
        (day("2024-02-29"), 4, day("2028-02-29")),
        (day("2024-02-29"), 2, day("2026-03-01")),
    ],
)
def test_the_end_of_a_term(first: date, years: int) -> date:
    return rules.term_ends_on(first, years)


@rule(
    "A posting that ends before its promised end says why, by a code from the list; one that does not, says nothing.",
    columns=("role", "first", "last", "promised end", "reason", "what is wrong"),
    rows=[
        ("member", day("2024-01-01"), None, None, "", ()),
        ("member", day("2024-01-01"), day("2028-01-01"), None, "", ()),
        (
            "member", day("2024-01-01"), day("2026-01-01"), None, "",
            (("ended_early_reason: a reason, as it ends before 2028-01-01: one of promotion, transfer_requested, "
             "operational_need, leave, left_service, other"),),
        ),
        ("member", day("2024-01-01"), day("2026-01-01"), None, "leave", ()),
        ("member", day("2024-01-01"), day("2026-01-01"), day("2026-01-01"), "", ()),
        (
            "member", day("2024-01-01"), day("2026-01-01"), day("2026-01-01"), "leave",
            ("ended_early_reason: nothing, as it does not end before 2026-01-01",),
        ),
        (
            "lead", day("2024-01-01"), day("2026-01-01"), None, "bored",
            ("ended_early_reason: one of promotion, transfer_requested, operational_need, leave, left_service, other",),
        ),
        ("lead", day("2024-01-01"), day("2024-01-01"), None, "leave", ("last: a day after the first, 2024-01-01",)),
        ("lead", day("2024-01-01"), None, day("2023-01-01"), "", ("planned_end: a day after the first, 2024-01-01",)),
        ("cover", day("2026-11-20"), day("2026-11-27"), None, "", ()),
        ("cover", day("2026-11-20"), None, None, "", ("last: the day a cover ends",)),
        (
            "cover", day("2026-11-20"), day("2026-11-27"), day("2026-12-01"), "",
            ("planned_end: nothing: a cover promises no term",),
        ),
        ("cover", day("2026-11-20"), day("2027-03-20"), None, "", ()),
        (
            "cover", day("2026-11-20"), day("2027-03-21"), None, "",
            ("last: a day at most 120 days after the first: whoever stays longer has a posting",),
        ),
        ("boss", day("2024-01-01"), None, None, "", ("role: one of lead, member, cover",)),
        ("lead", day("9998-01-01"), None, None, "", ("first: a day between 1950 and 2150",)),
        ("lead", day("1949-12-31"), None, None, "", ("first: a day between 1950 and 2150",)),
        ("lead", day("2024-01-01"), None, day("9999-12-31"), "", ("planned_end: a day between 1950 and 2150",)),
        ("cover", day("2150-12-30"), day("2151-01-01"), None, "", ("last: a day between 1950 and 2150",)),
    ],
)  # fmt: skip
def test_what_a_posting_may_say(
    role: str, first: date, last: date | None, planned: date | None, reason: str
) -> tuple[str, ...]:
    faults = rules.row_faults(rules.PostingRow("8123", "oak", role, first, last, planned, None, reason))
    return tuple(f"{fault.column}: {fault.expected}" for fault in faults)


@rule(
    "Nobody is posted where they live.",
    columns=("lives in", "the area's neighbourhoods", "answer"),
    rows=[
        (None, (84, 85), "may be posted"),
        (78, (84, 85), "may be posted"),
        (
            85,
            (84, 85),
            refused("Constable Okoye (8123) cannot be posted to Little Portugal: nobody is posted where they live."),
        ),
        (85, (), "may be posted"),
    ],
)
def test_nobody_is_posted_where_they_live(lives_in: int | None, official_ids: tuple[int, ...]) -> str:
    rules.refuse_home("Constable Okoye (8123)", lives_in, official_ids, "Little Portugal")
    return "may be posted"


@rule(
    "A posting that never was may be struck from the record until sixty days after its first day; later it is ended.",
    columns=("first day", "on", "answer"),
    rows=[
        (day("2026-12-01"), TODAY, "struck"),
        (day("2026-09-24"), TODAY, "struck"),
        (
            day("2026-09-23"),
            TODAY,
            refused(
                "A posting can be struck from the record until 60 days after its first day. The one from 2026-09-23 is "
                "ended instead, with a reason."
            ),
        ),
    ],
)
def test_striking_a_posting(first: date, on: date) -> str:
    rules.refuse_strike(first, on)
    return "struck"


def in_a_file(text: str) -> list[rules.Placed]:
    """Postings written "Ada oak lead 2024-01-01 to 2026-01-01; …", on lines 2, 3 and so on."""
    placed = []
    for line, part in enumerate(map(str.strip, text.split(";")), 2):
        officer, area, role, first, *rest = part.split()
        period = Period(day(first), day(rest[1]) if rest else None)
        placed.append(rules.Placed(officer, officer, area, area.title(), role, period, line))
    return placed


@rule(
    "An officer holds one lead or member posting at a time, an area has one lead at a time; one may end and the next "
    "begin on the same day, and covers clash with nothing.",
    columns=("postings", "clashes"),
    rows=[
        ("Ada oak lead 2024-01-01 to 2026-01-01; Ada elm lead 2026-01-01", ()),
        (
            "Ada oak lead 2024-01-01 to 2026-01-01; Ada elm member 2025-12-31",
            ("line 3: Ada serves Oak from 2024-01-01 to 2026-01-01 (line 2); one officer has one posting at a time",),
        ),
        (
            "Ada oak lead 2024-01-01; Ben oak lead 2025-01-01 to 2026-01-01",
            ("line 3: Ada leads Oak since 2024-01-01 (line 2); an area has one lead at a time",),
        ),
        (
            "Ada oak lead 2024-01-01; Ada oak lead 2025-01-01",
            ("line 3: Ada serves Oak since 2024-01-01 (line 2); one officer has one posting at a time",),
        ),
        ("Ada oak lead 2024-01-01; Ben oak member 2024-01-01; Cy oak member 2024-01-01", ()),
        ("Ada oak lead 2024-01-01; Ada elm cover 2025-01-01 to 2025-01-02", ()),
        (
            (
                "Ada oak member 2020-01-01 to 2024-01-01; Ada oak member 2021-01-01 to 2022-01-01; "
                "Ada elm member 2023-01-01 to 2025-01-01"
            ),
            (
                "line 3: Ada serves Oak from 2020-01-01 to 2024-01-01 (line 2); one officer has one posting at a time",
                "line 4: Ada serves Oak from 2020-01-01 to 2024-01-01 (line 2); one officer has one posting at a time",
            ),
        ),
    ],
)
def test_postings_that_clash(postings: str) -> tuple[str, ...]:
    return tuple(f"line {placed.line}: {why}" for placed, why in rules.clashes(in_a_file(postings)))


@rule(
    "An officer has been with an area since the first day of their unbroken service on its team, whatever the role; a "
    "gap of one day begins it anew.",
    columns=("postings on the area", "officer", "with it since"),
    rows=[
        ("Ada member 2024-01-01", "Ada", day("2024-01-01")),
        ("Ada member 2020-01-01 to 2024-01-01; Ada lead 2024-01-01", "Ada", day("2020-01-01")),
        ("Ada member 2020-01-01 to 2023-12-31; Ada lead 2024-01-01", "Ada", day("2024-01-01")),
        ("Ada member 2020-01-01 to 2024-01-01; Ben lead 2024-01-01", "Ben", day("2024-01-01")),
        ("Ada member 2020-01-01 to 2024-01-01", "Ada", None),
        ("Ada member 2026-11-24", "Ada", None),
    ],
)
def test_since_when(postings: str, officer: str) -> date | None:
    return rules.since(officer, on_the_team(postings), TODAY)


@rule(
    "Continuity on 23 November 2026. The median is of the days served by those on the team today; between two in "
    "the middle, their mean, rounded down. A day on which somebody left the team is one change, however many left on "
    "it and whoever took their place; going on in another role is none, nor is joining a growing team. Counted are the "
    "days after 23 November 2025, today among them.",
    columns=("postings on the area", "officers, median days, changes in twelve months"),
    rows=[
        ("", (0, None, 0)),
        ("Ada lead 2026-11-13", (1, 10, 0)),
        ("Ada lead 2026-11-13; Ben member 2026-11-02", (2, 15, 0)),
        ("Ada lead 2026-11-13; Ben member 2026-11-02; Cy member 2026-11-22", (3, 10, 0)),
        # A replacement on the same day is one change.
        ("Ada member 2022-01-01 to 2026-11-13; Ben member 2026-11-13", (1, 10, 1)),
        # Two leave on one day: one change. On two days: two.
        ("Ada member 2022-01-01 to 2026-01-05; Ben member 2022-01-01 to 2026-01-05", (0, None, 1)),
        ("Ada member 2022-01-01 to 2026-01-05; Ben member 2022-01-01 to 2026-01-06", (0, None, 2)),
        # From member to lead on the same day is no change, and the days served go on.
        ("Ada member 2026-11-03 to 2026-11-13; Ada lead 2026-11-13", (1, 20, 0)),
        # Leaving and coming back is a change, and the days begin anew.
        ("Ada member 2022-01-01 to 2026-11-12; Ada lead 2026-11-13", (1, 10, 1)),
        # The window: a year ago today no longer counts, the day after and today do.
        ("Ada member 2022-01-01 to 2025-11-23", (0, None, 0)),
        ("Ada member 2022-01-01 to 2025-11-24", (0, None, 1)),
        ("Ada member 2022-01-01 to 2026-11-23", (0, None, 1)),
        ("Ada member 2022-11-24 to 2026-11-24", (1, 1460, 0)),
    ],
)
def test_continuity(postings: str) -> tuple[int, int | None, int]:
    team = on_the_team(postings)
    firsts = [first for officer in {each.officer for each in team} if (first := rules.since(officer, team, TODAY))]
    found = rules.continuity(firsts, team, on=TODAY, next_change_on=None)
    return found.officers, found.median_days, found.changes_in_twelve_months


@rule(
    "A change is told from the day it is announced until sixty days after it. An arrival announced also tells who "
    "leaves the same role that day; an end is announced once the posting has begun.",
    columns=("postings on the area", "to come and recent"),
    rows=[
        ("Ada lead 2022-12-01 to 2026-12-01; Ben lead 2026-12-01", ()),
        (
            "Ada lead 2022-12-01 to 2026-12-01; Ben lead 2026-12-01 announced 2026-11-23",
            ("2026-12-01 lead: Ben for Ada",),
        ),
        ("Ada lead 2022-12-01 to 2026-12-01; Ben lead 2026-12-01 announced 2026-11-24", ()),
        ("Ada lead 2022-12-01 to 2026-12-01 announced 2026-11-01", ("2026-12-01 lead: nobody yet for Ada",)),
        ("Ada lead 2022-12-01 to 2026-12-01 announced 2022-11-01", ()),
        ("Ben member 2026-12-01 announced 2026-11-01", ("2026-12-01 member: Ben",)),
        (
            "Ada lead 2022-12-01 to 2026-12-01; Ben member 2026-12-01 announced 2026-11-01",
            ("2026-12-01 member: Ben",),
        ),
        (
            (
                "Ada lead 2022-12-01 to 2026-12-01; Ben member 2024-01-01 to 2026-12-01; "
                "Ben lead 2026-12-01 announced 2026-11-01"
            ),
            ("2026-12-01 lead: Ben for Ada",),
        ),
        ("Ada lead 2022-12-01 to 2026-12-01; Ada lead 2026-12-01 announced 2026-11-01", ()),
        (
            "Ada lead 2022-12-01 to 2026-09-25; Ben lead 2026-09-25 announced 2026-09-01",
            ("2026-09-25 lead: Ben for Ada",),
        ),
        ("Ada lead 2022-12-01 to 2026-09-24; Ben lead 2026-09-24 announced 2026-09-01", ()),
        ("Ada lead 2022-12-01 to 2026-10-01; Ben lead 2026-10-01", ()),
    ],
)
def test_changes_that_are_told(postings: str) -> tuple[str, ...]:
    coming, recent = rules.announced_changes(on_the_team(postings), TODAY)
    return tuple(
        f"{change.on} {change.role}: {change.joins or 'nobody yet'}"
        + (f" for {change.leaves}" if change.leaves else "")
        for change in (*coming, *recent)
    )
