"""The words all packages share."""

from __future__ import annotations

from datetime import date

from byname.vocabulary import Period, Point
from tests.spec.tables import refused, rule

MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
FROM_APRIL = Period(date(2026, 4, 1))


@rule(
    "A period holds its first day and every day before its last, but not the last itself.",
    columns=("from", "until", "day", "held"),
    rows=[
        (MARCH.first, MARCH.last, date(2026, 2, 28), False),
        (MARCH.first, MARCH.last, date(2026, 3, 1), True),
        (MARCH.first, MARCH.last, date(2026, 3, 31), True),
        (MARCH.first, MARCH.last, date(2026, 4, 1), False),
        (FROM_APRIL.first, None, date(2099, 1, 1), True),
    ],
)
def test_a_period_holds_a_day(first: date, last: date | None, day: date) -> bool:
    return Period(first, last).holds(day)


@rule(
    "One officer may leave and the next arrive on the same day: the two periods share no day.",
    columns=("one until", "next from", "share a day"),
    rows=[
        (date(2026, 4, 1), date(2026, 4, 1), False),
        (date(2026, 4, 1), date(2026, 3, 31), True),
        (None, date(2026, 4, 1), True),
    ],
)
def test_two_periods_share_a_day(until: date | None, begins: date) -> bool:
    return Period(date(2026, 1, 1), until).overlaps(Period(begins))


@rule(
    "The days served are counted from the first day to today, or to the end where that came first.",
    columns=("from", "until", "today", "days"),
    rows=[
        (date(2026, 3, 1), None, date(2026, 3, 1), 0),
        (date(2026, 3, 1), None, date(2026, 3, 31), 30),
        (date(2026, 3, 1), date(2026, 3, 11), date(2026, 3, 31), 10),
        (date(2026, 3, 1), None, date(2026, 2, 1), 0),
        (date(2024, 2, 28), None, date(2024, 3, 1), 2),
    ],
)
def test_days_served(first: date, last: date | None, today: date) -> int:
    return Period(first, last).days_until(today)


@rule(
    "A period ends after it begins.",
    columns=("from", "until", "answer"),
    rows=[
        (date(2026, 3, 1), date(2026, 3, 1), refused("The last day must come after the first.")),
        (date(2026, 3, 2), date(2026, 3, 1), refused("The last day must come after the first.")),
    ],
)
def test_a_period_ends_after_it_begins(first: date, last: date) -> Period:
    return Period(first, last)


@rule(
    "A point is a latitude from -90 to 90 and a longitude from -180 to 180.",
    columns=("latitude", "longitude", "answer"),
    rows=[
        (43.6532, -79.3832, "a point"),
        (90, 180, "a point"),
        (-90.1, 0, refused("A latitude is a number from -90 to 90.")),
        (0, 180.5, refused("A longitude is a number from -180 to 180.")),
        (float("nan"), 0, refused("A latitude is a number from -90 to 90.")),
        (0, float("inf"), refused("A longitude is a number from -180 to 180.")),
    ],
)
def test_a_point_on_the_earth(lat: float, lon: float) -> str:
    Point(lat, lon)
    return "a point"
