"""Continuity: leads about to leave, early ends that cannot be worked out, tenure and changes, published hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as some

from byname.analysis import disclosure
from byname.people.models import Officer
from byname.places.models import Area
from byname.postings import actions, queries, rules
from byname.postings.models import Posting, Proposal, PublishedHours
from byname.vocabulary import PUBLIC, Actor, NotThere
from tests import staff
from tests.cast import Cast

DAY = timedelta(days=1)


@pytest.fixture
def command(db: None) -> Actor:
    return staff.acting(staff.account("coordinator"))


@pytest.fixture
def propose(cast: Cast, noon: datetime) -> Callable[[str, str, int], Proposal]:
    """A proposal that waits: an officer to lead an area from so many days on."""

    def made(badge: str, area: str, days: int) -> Proposal:
        return Proposal.objects.create(
            officer=Officer.objects.get(badge_number=badge),
            area=Area.objects.get(slug=area),
            role="lead",
            first_on=cast.on + days * DAY,
            planned_end_on=cast.on + (days + 1000) * DAY,
            proposed_at=noon,
        )

    return made


def told(leaving: queries.Leaving) -> list[tuple[str, int, bool, str, str]]:
    return [
        (each.area, (each.ends_on - date(2026, 11, 23)).days, each.is_set, each.succession, each.follower)
        for each in leaving.leads
    ]


def test_a_lead_who_leaves_is_told_with_who_follows(
    cast: Cast, command: Actor, propose: Callable[[str, str, int], Proposal]
) -> None:
    found = queries.leads_leaving(on=cast.on, viewer=command)
    assert told(found) == [("harbour", 21, True, "adopted", "Constable Farahani")]
    assert found.without == ()
    assert queries.leads_today(on=cast.on, viewer=command) == queries.LeadsToday(led=4, beyond=0)
    Posting.objects.filter(officer__reference=cast.farid.reference).delete()
    assert told(queries.leads_leaving(on=cast.on, viewer=command)) == [("harbour", 21, True, "none", "")]
    proposal = propose("1006", "harbour", 20)
    found = queries.leads_leaving(on=cast.on, viewer=command)
    assert told(found) == [("harbour", 21, True, "proposed", "Constable Farahani")]
    assert [each.area for each in found.without] == ["harbour"]
    proposal.dropped_at = proposal.proposed_at
    proposal.save()
    assert told(queries.leads_leaving(on=cast.on, viewer=command)) == [("harbour", 21, True, "none", "")]


def test_a_promised_end_counts_where_none_is_set_and_one_that_passed_is_told_apart(cast: Cast, command: Actor) -> None:
    def promise(days: int) -> None:
        Posting.objects.filter(area__slug="ring", role="lead").update(planned_end_on=cast.on + days * DAY)

    seen = {}
    for days in (-1, 0, 1, 90, 91):
        promise(days)
        found = queries.leads_leaving(on=cast.on, viewer=command)
        seen[days] = (
            [each for each in told(found) if each[0] == "ring"],
            queries.leads_today(on=cast.on, viewer=command).beyond,
        )
    assert seen == {
        -1: ([], 1),
        0: ([], 1),
        1: ([("ring", 1, False, "none", "")], 0),
        90: ([("ring", 90, False, "none", "")], 0),
        91: ([], 0),
    }


def test_a_lead_who_goes_on_is_not_leaving(cast: Cast, noon: datetime, command: Actor, clerk_of_records: Actor) -> None:
    posting = Posting.objects.get(area__slug="ring", role="lead")
    end = cast.on + 30 * DAY
    posting.period, posting.planned_end_on = DateRange(posting.period.lower, end), end
    posting.save()
    actions.post_officer(cast.ines.badge, "ring", "lead", first=end, by=clerk_of_records, at=noon)
    assert [each.area for each in queries.leads_leaving(on=cast.on, viewer=command).leads] == ["harbour"]


def test_who_answers_for_a_division_sees_that_division(cast: Cast, noon: datetime) -> None:
    known = queries.directory(on=cast.on, version=1, viewer=PUBLIC)
    for code, leaving, areas in (
        ("D1", [], {"old-mill", "chapel-hill"}),
        ("D2", ["harbour"], {"harbour", "ring", "night-market"}),
    ):
        sergeant = Actor("account", roles=frozenset({"sergeant"}), divisions=frozenset({code}))
        assert [each.area for each in queries.leads_leaving(on=cast.on, viewer=sergeant).leads] == leaving
        assert {each.area for each in queries.steadiness(known, viewer=sergeant).areas} == areas
    for outsider in (PUBLIC, Actor("account", roles=frozenset({"officer"}), areas=frozenset({"harbour"}))):
        for ask in (
            lambda viewer: queries.leads_leaving(on=cast.on, viewer=viewer),
            lambda viewer: queries.early_ends_by_year(on=cast.on, viewer=viewer),
            lambda viewer: queries.hours_by_month(on=cast.on, viewer=viewer),
            lambda viewer: queries.steadiness(known, viewer=viewer),
        ):
            with pytest.raises(NotThere):
                ask(outsider)


def test_the_whole_page_costs_the_same_number_of_queries_for_one_lead_and_for_three(cast: Cast, command: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            queries.leads_leaving(on=cast.on, viewer=command)
            queries.leads_today(on=cast.on, viewer=command)
            queries.early_ends_by_year(on=cast.on, viewer=command)
            queries.hours_by_month(on=cast.on, viewer=command)
        return len(captured)

    one = cost()
    Posting.objects.filter(role="lead", area__slug__in=["ring", "night-market"]).update(
        planned_end_on=cast.on + 9 * DAY
    )
    assert len(queries.leads_leaving(on=cast.on, viewer=command).leads) == 3
    assert (one, cost()) == (6, 6)


def test_steadiness_adds_up_what_the_public_pages_tell(cast: Cast, command: Actor) -> None:
    known = queries.directory(on=cast.on, version=1, viewer=PUBLIC)
    found = queries.steadiness(known, viewer=command)
    assert [(each.area, each.officers, each.median_days, each.changes) for each in found.areas] == [
        (slug, team.continuity.officers, team.continuity.median_days, team.continuity.changes_in_twelve_months)
        for slug, team in sorted(known.teams.items())
        if team.serves(cast.on)
    ]
    # Old Mill: 500, 1200, 200 days; Harbour: 900 twice, as Grace is hidden; Ring 100 and 500; Night Market 500.
    assert [(each.code, each.areas, each.officers, each.median_days, each.changes) for each in found.divisions] == [
        ("D1", 2, 3, 500, 1),
        ("D2", 3, 5, 500, 0),
    ]
    assert (found.officers, found.median_days, found.changes, found.vacant) == (8, 500, 1, 1)
    assert dict(found.spread) == {
        "under 6 months": 0, "6 to 12 months": 1, "1 to 2 years": 2, "2 to 3 years": 1, "3 to 4 years": 0,
        "4 years or more": 0,
    }  # fmt: skip


def ended(cast: Cast, year: int, reasons: dict[str, int]) -> None:
    """So many postings that ended before their term in a year, each of an officer of its own."""
    area = Area.objects.get(slug="chapel-hill")
    number = Officer.objects.count()
    for reason, count in reasons.items():
        for _ in range(count):
            number += 1
            officer = Officer.objects.create(
                reference=f"O-X{number}", given_name="A", family_name="B", rank="Constable", badge_number=f"X{number}"
            )
            Posting.objects.create(
                officer=officer,
                area=area,
                role="member",
                period=DateRange(date(year - 1, 1, 1), date(year, 6, 1)),
                planned_end_on=date(year + 2, 1, 1),
                ended_early_reason=reason,
            )


def test_early_ends_of_five_whole_years_each_withheld_by_itself(cast: Cast, command: Actor) -> None:
    ended(cast, 2025, {"promotion": 9, "transfer_requested": 6, "leave": 2, "other": 1, "left_service": 5})
    ended(cast, 2024, {"promotion": 4})
    ended(cast, 2026, {"promotion": 30})
    found = queries.early_ends_by_year(on=cast.on, viewer=command)
    assert [(each.year, each.total) for each in found] == [
        (2021, None),
        (2022, None),
        (2023, None),
        (2024, None),
        (2025, 23),
    ]
    assert dict(found[-1].by_reason) == {
        "promotion": 9, "transfer_requested": 6, "operational_need": None, "leave": None, "left_service": None,
        "other": None,
    }  # fmt: skip
    assert {figure for _, figure in found[-2].by_reason} == {None}
    # The last year's figures are the ones residents read.
    public = queries.service_wide_early_ends(on=cast.on, viewer=PUBLIC)
    assert (public.year, public.total, public.by_reason) == (2025, found[-1].total, found[-1].by_reason)


@given(some.lists(some.integers(0, 7), min_size=3, max_size=3))
def test_nothing_withheld_can_be_worked_out_of_what_is_told_of_its_year(counts: list[int]) -> None:
    # A slow attacker, who knows the rule and writes down every year that would have been published the same way. Years
    # share no posting and nothing is told that adds them up, so one year is all there is to attack.
    told_year = disclosure.withheld(tuple(counts))
    possible = [each for each in product(range(8), repeat=3) if disclosure.withheld(each) == told_year]
    for place, cell in enumerate(told_year.cells):
        if cell is None:
            assert len({each[place] for each in possible}) > 1


def test_published_hours_are_added_up_by_month_and_cut_to_the_division(
    cast: Cast, noon: datetime, command: Actor
) -> None:
    def publish(month: int, area: str | None, present: int, away: int, **reasons: int) -> None:
        PublishedHours.objects.create(
            month_from=date(2026, month, 1),
            area=Area.objects.get(slug=area) if area else None,
            officers=3,
            present_hours=present,
            away_hours=away,
            away_by_reason=reasons,
            published_at=noon,
        )

    publish(10, "harbour", 300, 100, court=60, event=40)
    publish(10, "old-mill", 500, 50, court=50)
    publish(10, None, 200, 50, event=50)
    publish(9, "harbour", 400, 0)
    PublishedHours.objects.create(
        month_from=date(2025, 10, 1), area=None, officers=3, present_hours=1, away_hours=1, published_at=noon
    )
    found = queries.hours_by_month(on=cast.on, viewer=command)
    assert [(each.month_from.month, each.areas, each.small_teams, each.present, each.away) for each in found] == [
        (9, 1, False, 400, 0),
        (10, 2, True, 1000, 200),
    ]
    assert found[1].by_reason == (("court", 110), ("event", 90))
    assert (found[0].away_percent, found[1].away_percent) == (0, 17)
    sergeant = Actor("account", roles=frozenset({"sergeant"}), divisions=frozenset({"D2"}))
    assert [(each.present, each.away) for each in queries.hours_by_month(on=cast.on, viewer=sergeant)] == [
        (400, 0),
        (300, 100),
    ]


def test_shares_add_up_to_a_hundred() -> None:
    assert [rules.shares(parts) for parts in ((1, 1, 1), (0, 0), (5, 0), (1, 2))] == [
        (34, 33, 33),
        (0, 0),
        (100, 0),
        (33, 67),
    ]
