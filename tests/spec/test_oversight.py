"""Oversight: what stands out in what somebody looked at, and what a conflict of interest closes"""

from __future__ import annotations

from datetime import date

from byname.people import rules
from tests.spec.tables import refused, rule

FRIDAY = date(2026, 11, 20)


@rule(
    "A day of looking stands out for its number of records, for what lies outside, at night, or off duty.",
    columns=("records", "usual a day", "outside", "at night", "off duty", "stands out"),
    rows=[
        (6, 6, 0, 0, False, ()),
        (19, 1, 0, 0, False, ()),
        (20, 6, 0, 0, False, ("Many records: 20, where 6 a day is usual for them.",)),
        (45, 15, 0, 0, False, ()),
        (46, 15, 0, 0, False, ("Many records: 46, where 15 a day is usual for them.",)),
        (20, None, 0, 0, False, ("Many records: 20, where they had looked at none before.",)),
        (2, 2.5, 1, 0, False, ("Outside their own areas and divisions: once.",)),
        (2, 2.5, 0, 2, False, ("At night, between 22:00 and 06:00: 2 times.",)),
        (2, 2.5, 0, 0, True, ("Off duty: no hours are recorded for that day.",)),
        (
            30,
            4,
            3,
            1,
            False,
            (
                "Many records: 30, where 4 a day is usual for them.",
                "Outside their own areas and divisions: 3 times.",
                "At night, between 22:00 and 06:00: once.",
            ),
        ),
    ],
)
def test_what_stands_out(
    records: int, usual: float | None, outside: int, at_night: int, off_duty: bool
) -> tuple[str, ...]:
    day = rules.DayOfReading(
        FRIDAY, lookings=records, records=records, outside=outside, at_night=at_night, usual=usual, off_duty=off_duty
    )
    return rules.what_stands_out(day)


@rule(
    "What is usual is the middle of the days on which somebody looked at anything.",
    columns=("records on earlier days", "usual"),
    rows=[((), None), ((4,), 4.0), ((1, 1, 40), 1.0), ((2, 4), 3.0)],
)
def test_what_is_usual(earlier: tuple[int, ...]) -> float | None:
    return rules.usual(earlier)


@rule(
    "Off duty is a day without hours of somebody who records them; hours may come in three days late.",
    columns=("days with hours", "today", "off duty on 2026-11-20"),
    rows=[
        ((FRIDAY,), date(2026, 12, 1), False),
        ((date(2026, 11, 19),), date(2026, 12, 1), True),
        ((date(2026, 11, 19),), date(2026, 11, 23), True),
        ((date(2026, 11, 19),), date(2026, 11, 22), False),
        ((), date(2026, 12, 1), False),
    ],
)
def test_off_duty(on_duty: tuple[date, ...], today: date) -> bool:
    return rules.off_duty(FRIDAY, frozenset(on_duty) or None, today)


@rule(
    "A conflict about an area is one about each of its neighbourhoods, or about the area where it was drawn by hand.",
    columns=("area", "its neighbourhoods", "stands for"),
    rows=[
        ("old-mill", (4, 1), ("neighbourhood:1", "neighbourhood:4")),
        ("night-market", (), ("area:night-market",)),
    ],
)
def test_what_an_area_stands_for(area: str, official_ids: tuple[int, ...]) -> tuple[str, ...]:
    return rules.places_of(area, official_ids)


@rule(
    "A conflict names a place of the service, and nobody declares more than forty.",
    columns=("places", "declared already", "answer"),
    rows=[
        (("neighbourhood:1",), 0, ("neighbourhood:1",)),
        (("area:night-market", "area:night-market"), 39, ("area:night-market",)),
        ((), 0, refused("Name a neighbourhood or an area of this service.")),
        (("12 Millrace Lane",), 0, refused("Name a neighbourhood or an area of this service.")),
        (
            ("neighbourhood:1", "neighbourhood:2"),
            39,
            refused("You have declared 39 places, and 40 is the most. Please speak to your sergeant."),
        ),
    ],
)
def test_which_places_are_admitted(places: tuple[str, ...], declared: int) -> tuple[str, ...]:
    return rules.admitted_places(places, declared=declared)


@rule(
    "It is asked who looked at what from one day up to and with another, in the years byname knows.",
    columns=("first day", "last day", "answer"),
    rows=[
        (FRIDAY, FRIDAY, "shown"),
        (FRIDAY, date(2026, 11, 19), refused("Choose a day that is not before the first one.")),
        (date(1, 1, 1), date(1, 2, 1), refused("Choose a day between 1950 and 2150.")),
        (date(9999, 12, 1), date(9999, 12, 31), refused("Choose a day between 1950 and 2150.")),
    ],
)
def test_the_days_asked_for(first: date, last: date) -> str:
    rules.refuse_days(first, last)
    return "shown"
