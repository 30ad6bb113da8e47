"""Bringing hours in from the duty roster: whole or not at all, and as often as one likes."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from byname.interfaces.jobs import tasks
from byname.postings.models import DutyHours, PublishedHours
from byname.vocabulary import Actor
from tests.postings import town

HEAD = "badge_number,area,date,kind,hours"


def bring(path: Path) -> tuple[int, str, str]:
    """The exit code, what was said, and what was said of faults."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("bring", "hours", str(path), stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def team(db: None, noon: datetime, clerk_of_records: Actor) -> None:
    """Three officers of Oak."""
    by = clerk_of_records
    town.build(by=by, at=noon)
    town.enlist(*(town.officer(badge) for badge in ("8123", "8124", "8125")), by=by, at=noon)
    town.post(
        *(town.posting(badge, town.OAK, "member", "2024-03-01") for badge in ("8123", "8124", "8125")), by=by, at=noon
    )


def test_the_template_comes_in_as_it_is_and_a_second_time_changes_nothing(team: None, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("bring", "hours", "--template", stdout=out)
    file = written(tmp_path / "hours.csv", out.getvalue().replace("little-portugal", "oak"))
    assert bring(file) == (0, "2 figures added, 0 brought up to date, 0 removed, 0 as they were\n", "")
    assert list(DutyHours.objects.order_by("kind").values_list("on", "kind", "minutes")) == [
        (date(2026, 11, 20), "court", 150),
        (date(2026, 11, 20), "present", 450),
    ]
    assert bring(file) == (0, "nothing changed: 2 figures were as they are\n", "")


def test_hours_are_read_as_people_write_them_and_nothing_removes(team: None, tmp_path: Path) -> None:
    days = [f"8123;OAK;2026-11-{day:02};Present;{hours}" for day, hours in ((2, "7,5"), (3, "7:30"), (4, "10"))]
    assert bring(written(tmp_path / "a.csv", "\n".join([HEAD.replace(",", ";"), *days])))[0] == 0
    assert list(DutyHours.objects.order_by("on").values_list("minutes", flat=True)) == [450, 450, 600]
    file = written(tmp_path / "b.csv", f"{HEAD}\n8123,oak,2026-11-03,present,0\n8123,oak,2026-11-04,present,8\n")
    assert bring(file)[1] == "0 figures added, 1 brought up to date, 1 removed, 0 as they were\n"


def test_every_fault_is_named_with_its_line_and_nothing_comes_in(team: None, tmp_path: Path) -> None:
    file = written(
        tmp_path / "hours.csv",
        f"{HEAD}\n8123,oak,2026-11-20,present,7.5\n8123,oak,20.11.2026,present,ten\n9999,oak,2026-11-20,lunch,1\n"
        "8124,elm,2026-11-20,court,25\n8125,oak,2999-01-01,court,2\n",
    )
    assert bring(file) == (
        1,
        "",
        (
            "Not brought in. 7 things in the file need mending.\n"
            "  line 3, date: found “20.11.2026”, expected a day such as 2026-03-15\n"
            "  line 3, hours: found “ten”, expected hours such as 7.5 or 7:30; 0 removes what stood there\n"
            "  line 4, kind: found “lunch”, expected one of present, general_patrol, event, building, court, training, "
            "other\n"
            "  line 4, badge_number: found “9999”, expected the badge number of an officer on the register\n"
            "  line 5, hours: found “25”, expected hours of one day: 0 to 24\n"
            "  line 5, area: found “elm”, expected an area that Constable Ofibce (8124) served on 2026-11-20\n"
            "  line 6, date: found “2999-01-01”. Hours can be recorded once the day has come.\n"
        ),
    )
    assert DutyHours.objects.count() == 0


def test_the_clock_publishes_the_month_before_from_the_sixth_on_and_once(
    team: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{badge},oak,2026-10-{day:02},present,10" for badge in (8123, 8124, 8125) for day in range(1, 21)]
    assert bring(written(tmp_path / "hours.csv", "\n".join([HEAD, *rows])))[0] == 0
    told = []
    for day in range(4, 9):
        at = datetime(2026, 11, day, 17, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        told.append(tasks.publish_hours(0))
    assert told == [False, False, True, False, False]
    assert PublishedHours.objects.values_list("month_from", "area__slug", "officers", "present_hours").get() == (
        date(2026, 10, 1),
        "oak",
        3,
        600,
    )


def test_the_clock_forgets_officers_days_after_their_time(
    team: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(written(tmp_path / "hours.csv", f"{HEAD}\n8123,oak,2026-11-20,present,7.5\n"))
    late = datetime(2026, 11, 20, 17, tzinfo=UTC) + timedelta(days=402)
    monkeypatch.setattr(timezone, "now", lambda: late)
    tasks.publish_hours(0)
    assert DutyHours.objects.count() == 0
