"""Covers: who stands in, for how long, what to know before, and ending one early."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from byname.ledger.models import LedgerLine
from byname.postings import actions, queries
from byname.postings.models import Posting
from byname.vocabulary import PUBLIC, Actor, NotThere, Period, Refused
from tests import staff
from tests.cast import Cast

DAY = timedelta(days=1)


@pytest.fixture
def coordinator(db: None) -> Actor:
    return staff.acting(staff.account("coordinator"))


def shown_on(cast: Cast, area: str, days: int) -> list[str]:
    directory = queries.directory(on=cast.on + days * DAY, version=1, viewer=PUBLIC)
    return [each.officer.name for each in directory.teams[area].covers]


def test_a_cover_runs_from_its_first_day_to_and_with_its_last_and_shows_on_those_alone(
    cast: Cast, noon: datetime, sergeant: Actor
) -> None:
    made = actions.arrange_cover(
        cast.hugo.reference, "harbour", first=cast.on + 2 * DAY, last_day=cast.on + 4 * DAY, by=sergeant, at=noon
    )
    assert isinstance(made, actions.Posted)
    assert made.period == Period(cast.on + 2 * DAY, cast.on + 5 * DAY)
    assert [shown_on(cast, "harbour", day) for day in (0, 1, 2, 4, 5)] == [
        [], [], ["Hugo Hartwell"], ["Hugo Hartwell"], [],
    ]  # fmt: skip


def test_a_cover_lasts_at_most_a_hundred_and_twenty_days(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    def ask(first: int, last: int) -> object:
        return actions.arrange_cover(
            cast.hugo.reference,
            "harbour",
            first=cast.on + first * DAY,
            last_day=cast.on + last * DAY,
            by=sergeant,
            at=noon,
        )

    for first, last, said in (
        (0, 120, "at most 120 days"),
        (3, 2, "before the first"),
        (-9, -1, "have passed"),
    ):
        with pytest.raises(Refused, match=said):
            ask(first, last)
    assert isinstance(ask(0, 119), actions.Posted)


def test_who_is_away_on_another_cover_is_told_before_and_can_be_sent_all_the_same(
    cast: Cast, noon: datetime, coordinator: Actor
) -> None:
    day = cast.on
    said = actions.arrange_cover(cast.dina.reference, "ring", first=day, last_day=day, by=coordinator, at=noon)
    assert said == ("Constable Dellarosa (1004) already covers Old Mill on 23 November. Nobody is in two places.",)
    assert Posting.objects.filter(area__slug="ring", role="cover").count() == 0
    made = actions.arrange_cover(
        cast.dina.reference, "ring", first=day, last_day=day, cautions_seen=True, by=coordinator, at=noon
    )
    assert isinstance(made, actions.Posted)


def test_whose_own_area_is_left_with_nobody_is_told_before(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    said = actions.arrange_cover(cast.jonas.reference, "ring", first=cast.on, last_day=cast.on, by=sergeant, at=noon)
    (sentence,) = said if isinstance(said, tuple) else ("",)
    assert sentence == (
        "Constable Juhl (1010) is the only officer of Night Market. While they are away, nobody of its own team serves "
        "there."
    )


def test_nobody_covers_where_they_serve_or_one_place_twice(cast: Cast, noon: datetime, coordinator: Actor) -> None:
    with pytest.raises(Refused, match="is on this team already"):
        actions.arrange_cover(cast.ana.reference, "old-mill", first=cast.on, last_day=cast.on, by=coordinator, at=noon)
    with pytest.raises(Refused, match="covers here on 23 November already"):
        actions.arrange_cover(
            cast.dina.reference, "old-mill", first=cast.on, last_day=cast.on + DAY, by=coordinator, at=noon
        )


def test_a_sergeant_covers_the_own_division_with_its_own_officers(cast: Cast, noon: datetime, sergeant: Actor) -> None:
    for officer, area in (
        (cast.hugo.reference, "old-mill"),
        (cast.ana.reference, "harbour"),
        (cast.hugo.reference, "no-such-area"),
        ("O-222222", "harbour"),
    ):
        with pytest.raises(NotThere):
            actions.arrange_cover(officer, area, first=cast.on, last_day=cast.on, by=sergeant, at=noon)
    officer = staff.acting(staff.account("officer", officer=cast.hugo), areas=["ring"])
    with pytest.raises(NotThere):
        actions.arrange_cover(cast.ines.reference, "harbour", first=cast.on, last_day=cast.on, by=officer, at=noon)
    assert (queries.covers(on=cast.on, viewer=sergeant), [each.area for each in queries.covers(
        on=cast.on, viewer=staff.acting(staff.account("coordinator"))
    )]) == ((), ["old-mill"])  # fmt: skip


def test_a_running_cover_ends_today_and_one_to_come_is_struck(cast: Cast, noon: datetime, coordinator: Actor) -> None:
    first, last = cast.on + 5 * DAY, cast.on + 9 * DAY
    actions.arrange_cover(cast.hugo.reference, "harbour", first=first, last_day=last, by=coordinator, at=noon)
    actions.end_cover(cast.hugo.reference, "harbour", first=first, by=coordinator, at=noon + 6 * DAY)
    ended = Posting.objects.get(area__slug="harbour", role="cover")
    assert (ended.period.lower, ended.period.upper) == (first, cast.on + 6 * DAY)
    actions.end_cover(cast.dina.reference, "old-mill", first=cast.on, by=coordinator, at=noon)
    assert (Posting.objects.filter(area__slug="old-mill", role="cover").count(), shown_on(cast, "old-mill", 0)) == (
        0,
        [],
    )
    assert LedgerLine.objects.filter(event="posting.cover_ended").count() == 2
    with pytest.raises(NotThere):
        actions.end_cover(cast.dina.reference, "old-mill", first=cast.on, by=coordinator, at=noon)
