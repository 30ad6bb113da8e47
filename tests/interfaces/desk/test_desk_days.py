"""How the desk writes a day: with its year where it is another, and the last day served."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from byname.interfaces.desk.templatetags import desk_days


def test_a_day_of_another_year_tells_its_year() -> None:
    today = timezone.localdate()
    assert desk_days.near_day(date(today.year, 3, 1)) == f"{date(today.year, 3, 1):%A %-d %B}"
    assert desk_days.near_day(date(today.year + 1, 3, 1)) == f"{date(today.year + 1, 3, 1):%A %-d %B %Y}"
    assert desk_days.near_day(None) == ""


def test_the_last_day_is_the_one_before_the_first_no_longer_served() -> None:
    assert (desk_days.day_before(date(2027, 1, 1)), desk_days.day_before(None)) == (date(2026, 12, 31), None)
