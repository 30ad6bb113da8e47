"""How concerns were answered, as command reads it: the published figures in words, as a table and as a file."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import PublishedHearing
from byname.concerns.queries import QuarterFigures
from byname.interfaces.desk.heard_findings import answered
from byname.places.models import Area
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words

JULY = date(2026, 7, 1)
TOLD = rules.Figures(31, answered=26, in_time=20, asked=40, replied=20, better_yes=9, better_partly=5, better_no=6)


def test_the_finding_names_the_area_with_the_lowest_share_in_time() -> None:
    figure = answered(
        [
            QuarterFigures(JULY, "mill", "Old Mill", TOLD),
            QuarterFigures(JULY, "quay", "Quay", rules.Figures(20, in_time=15)),
            QuarterFigures(JULY, "", "", rules.Figures(40, all_but_few_in_time=True)),
        ]
    )
    assert figure.title == "From July to September 2026, Old Mill answered fewest in time: 64 in a hundred"
    assert figure.table is not None
    assert figure.table.rows == (
        ("Old Mill", 31, "20", "20 of 40: 9 better, 5 partly better, 6 not better"),
        ("Quay", 20, "15", "–"),
        ("Small areas together", 40, "all but a few", "–"),
    )
    assert figure.picture is not None
    assert figure.picture.described.startswith("Old Mill")


@pytest.mark.parametrize(
    ("figures", "title"),
    [
        (rules.Figures(40, all_but_few_in_time=True), "all but a few concerns were answered in time in 1 area"),
        (rules.Figures(9), "How concerns were answered, July to September 2026"),
    ],
)
def test_where_shares_may_not_be_told_the_title_says_what_may(figures: rules.Figures, title: str) -> None:
    figure = answered([QuarterFigures(JULY, "mill", "Old Mill", figures)])
    assert (figure.title.endswith(title), figure.picture) == (True, None)


@pytest.mark.django_db
def test_command_reads_it_with_continuity_and_takes_it_as_a_file(cast: Cast) -> None:
    desk = staff.at_the_desk(staff.account("coordinator"))
    before = words(desk.get(reverse("continuity")).content)
    assert "A quarter’s figures follow five weeks after it ended." in before
    area = Area.objects.get(slug="old-mill")
    PublishedHearing.objects.create(quarter_on=JULY, area=area, figures=TOLD.kept(), published_at=timezone.now())
    file = desk.get(reverse("continuity-csv", args=["answers"])).content.decode("utf-8-sig")
    assert file.splitlines()[1].startswith("old-mill,2026-07-01,31,26,20,")
