"""The directory: who serves where today, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from byname.people import actions as people
from byname.people.models import Officer
from byname.places import queries as places
from byname.postings import actions, queries
from byname.vocabulary import PUBLIC, Actor, operator
from tests.postings.town import (
    AWAY,
    ELM,
    IN_ELM,
    IN_MARKET,
    IN_NONE,
    IN_OAK,
    MARKET,
    OAK,
    enlist,
    officer,
    post,
    posting,
)

TODAY = date(2026, 11, 23)
FACE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 140"><circle cx="60" cy="70" r="30"/></svg>'

Named = Callable[..., dict[str, str]]


@pytest.fixture
def named(built: None, noon: datetime, clerk_of_records: Actor) -> Named:
    """Enlists officers by badge and then posts them."""

    def go(badges: str, *rows: object) -> dict[str, str]:
        found = enlist(*(officer(badge) for badge in badges.split()), by=clerk_of_records, at=noon)
        post(*rows, by=clerk_of_records, at=noon)  # type: ignore[arg-type]
        return found

    return go


def city(on: date = TODAY, **more: object) -> queries.Directory:
    return queries.directory(on=on, version=7, viewer=PUBLIC, **more)  # type: ignore[arg-type]


def badges(postings: tuple[queries.PublicPosting, ...]) -> list[str]:
    return [each.officer.badge_number for each in postings]


def test_the_lead_stands_first_and_the_members_by_days_served(named: Named) -> None:
    named(
        "1 2 3 4",
        posting("1", OAK, "member", "2026-02-01"),
        posting("2", OAK, "member", "2024-02-01"),
        posting("3", OAK, "lead", "2026-05-01"),
        posting("4", OAK, "member", "2025-02-01"),
    )
    team = city().teams[OAK]
    assert badges(team.postings) == ["3", "2", "4", "1"]
    assert [(each.role, each.since, each.until) for each in team.postings[:2]] == [
        ("lead", date(2026, 5, 1), date(2030, 5, 1)),
        ("member", date(2024, 2, 1), date(2028, 2, 1)),
    ]


def test_a_posting_holds_from_its_first_day_until_the_day_before_its_last(named: Named) -> None:
    named("1", posting("1", OAK, "lead", "2022-11-10", "2026-11-20", planned_end_on="2026-11-10"))
    days = [date(2022, 11, 9), date(2022, 11, 10), date(2026, 11, 19), date(2026, 11, 20)]
    assert [badges(city(day).teams[OAK].postings) for day in days] == [[], ["1"], ["1"], []]


def test_a_promised_end_that_has_passed_is_not_shown(named: Named) -> None:
    named("1", posting("1", OAK, "lead", "2020-01-01"))
    assert [each.until for each in city().teams[OAK].postings] == [None]


def test_somebody_who_goes_on_in_another_role_has_been_here_all_along(named: Named) -> None:
    named(
        "1",
        posting("1", OAK, "member", "2024-01-01", "2026-01-01", ended_early_reason="promotion"),
        posting("1", OAK, "lead", "2026-01-01"),
    )
    team = city().teams[OAK]
    assert [(each.role, each.since) for each in team.postings] == [("lead", date(2024, 1, 1))]
    assert team.continuity == queries.Continuity(1, (TODAY - date(2024, 1, 1)).days, 0, None)


def test_a_point_finds_its_neighbourhood_team_and_division(named: Named) -> None:
    named("1 2 3", posting("1", OAK, "lead", "2024-01-01"), posting("2", ELM, "lead", "2024-01-01"))
    known = city()
    found = known.at(IN_OAK)
    assert found is not None
    assert found.neighbourhood is not None
    assert (found.neighbourhood.official_id, found.team, found.also) == (1, known.teams[OAK], ())
    assert found.division is not None
    assert found.division.code == "D11"


def test_the_division_of_a_team_goes_before_that_of_the_land(named: Named) -> None:
    # Quarter 2 lies in D11; Elm, which serves it, belongs to D12.
    named("1", posting("1", ELM, "lead", "2024-01-01"))
    found = city().at(IN_ELM)
    assert found is not None
    assert found.division is not None
    assert found.division.code == "D12"


def test_where_no_team_serves_the_answer_is_plain_and_names_the_division(named: Named) -> None:
    named("1", posting("1", OAK, "lead", "2024-01-01"))
    known = city()
    answers = [known.at(IN_NONE), known.of_neighbourhood(4), known.at(IN_ELM)]
    assert [(each.team, each.also, each.division.code) for each in answers if each and each.division] == [
        (None, (), "D12"),
        (None, (), "D12"),
        (None, (), "D11"),
    ]


def test_an_area_that_has_begun_and_stands_empty_still_has_its_team(named: Named) -> None:
    named("1")
    found = city().at(IN_OAK)
    assert found is not None
    assert found.team == city().teams[OAK]
    assert found.team.postings == ()


def test_outside_the_service_there_is_no_answer(named: Named) -> None:
    named("1")
    assert (city().at(AWAY), city().of_neighbourhood(99), city().of_area("nowhere")) == (None, None, None)


def test_a_place_drawn_by_hand_comes_after_the_team_of_the_neighbourhood(named: Named) -> None:
    named("1 2", posting("1", ELM, "lead", "2024-01-01"), posting("2", MARKET, "lead", "2024-01-01"))
    found = city().at(IN_MARKET)
    assert found is not None
    assert found.team is not None
    assert [found.team.area.slug, *(team.area.slug for team in found.also)] == [ELM, MARKET]


def test_the_same_answer_is_one_value_however_often_it_is_asked_for(named: Named) -> None:
    named("1", posting("1", OAK, "lead", "2024-01-01"))
    known = city()
    assert known.at(IN_OAK) is known.at(IN_OAK)


def test_a_cover_shows_on_its_days_without_since_or_until(named: Named) -> None:
    named("1", posting("1", OAK, "cover", "2026-11-23", "2026-11-24"))
    days = [date(2026, 11, 22), TODAY, date(2026, 11, 24)]
    shown = [[(each.role, each.since, each.until) for each in city(day).teams[OAK].covers] for day in days]
    assert shown == [[], [("cover", None, None)], []]


def test_an_announced_handover_names_both_until_it_happens(named: Named) -> None:
    named(
        "1 2",
        posting("1", OAK, "lead", "2022-12-15", "2026-12-15"),
        posting("2", OAK, "lead", "2026-12-15", announced_on="2026-11-20"),
    )
    team = city().teams[OAK]
    (told,) = team.coming
    assert (told.on, told.role, told.joins and told.joins.badge_number, told.leaves and told.leaves.badge_number) == (
        date(2026, 12, 15),
        "lead",
        "2",
        "1",
    )
    assert [each.until for each in team.postings] == [date(2026, 12, 15)]
    assert team.continuity.next_change_on == date(2026, 12, 15)
    assert (city(date(2026, 11, 19)).teams[OAK].coming, team.recent) == ((), ())


def test_an_announced_handover_is_told_for_sixty_days_and_of_who_left_the_name_alone(
    named: Named, noon: datetime, clerk_of_records: Actor
) -> None:
    named(
        "1 2",
        posting("1", OAK, "lead", "2022-10-01", "2026-10-01"),
        posting("2", OAK, "lead", "2026-10-01", announced_on="2026-09-01"),
    )
    enlist(officer("1", words="Come and say hello.", phone="416-555-0101"), by=clerk_of_records, at=noon)
    (told,) = city(date(2026, 11, 29)).teams[OAK].recent
    assert told.leaves == queries.PublicOfficer(
        told.leaves.reference if told.leaves else "", "Ada Ofb", "", "Constable", "1", (), (), "", "", "", None
    )
    assert city(date(2026, 11, 30)).teams[OAK].recent == ()


def test_the_directory_asks_three_questions_beyond_the_territory_however_large_the_city(
    named: Named, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    named("1 2 3", posting("1", OAK, "lead", "2024-01-01"))
    land = places.territory(on=TODAY, viewer=PUBLIC)
    with django_assert_num_queries(3):
        city(territory=land)
    post(
        posting("2", ELM, "lead", "2024-01-01"),
        posting("3", MARKET, "lead", "2024-01-01"),
        by=operator("test"),
        at=datetime.fromisoformat("2026-11-23T17:00Z"),
    )
    with django_assert_num_queries(3):
        known = city(territory=land)
    assert known.territory is land


def test_nothing_that_is_not_for_everybody_stands_in_the_directory(
    named: Named, noon: datetime, clerk_of_records: Actor
) -> None:
    enlist(
        officer("901", "Homebody", "Plain", lives_in=4),
        officer("902", "Unseen", "Vanished"),
        officer("903", "Faceless", "Withdrawn", photo_consented_on=date(2026, 1, 1)),
        officer("904", "Former", "Gone"),
        officer("905", "Later", "Secret"),
        officer("906", "Standin", "Tomorrow"),
        officer("907", "Leaving", "Quietly"),
        officer("908", "Kept", "Back", shown_as="family", pronunciation="KEHPT bak"),
        by=clerk_of_records,
        at=noon,
    )
    post(
        posting("901", OAK, "lead", "2024-01-01"),
        posting("902", OAK, "member", "2024-01-01"),
        posting("903", OAK, "member", "2024-01-01"),
        posting(
            "904", ELM, "lead", "2020-03-03", "2026-10-07", planned_end_on="2027-01-02", ended_early_reason="leave"
        ),
        posting("905", ELM, "lead", "2027-02-02"),
        posting("906", OAK, "cover", "2026-11-24", "2026-11-25"),
        posting("907", MARKET, "lead", "2024-04-04", "2026-12-24", ended_early_reason="left_service"),
        posting("908", MARKET, "member", "2024-01-01"),
        by=clerk_of_records,
        at=noon,
    )
    faceless = Officer.objects.get(badge_number="903").reference
    token = people.draw_face(faceless, FACE, by=clerk_of_records, at=noon)
    assert token in repr(city().teams)
    people.withdraw_photo(faceless, by=clerk_of_records, at=noon)
    hidden = Officer.objects.get(badge_number="902").reference
    assert hidden in repr(city().teams)
    assert actions.hide_officer(hidden, by=clerk_of_records, at=noon) == actions.Hidden(True, (OAK,))

    seen = repr(city().teams)
    assert [word for word in ("Homebody", "Faceless", "Leaving", "Back") if word not in seen] == []
    planted = [hidden, "Unseen", "Vanished", "902", token, "Former", "Gone", "904", "Later", "Secret", "905"]
    planted += ["Standin", "Tomorrow", "906", "Kept", "KEHPT", "lives_in", "2026, 10, 7", "2027, 2, 2", "2026, 12, 24"]
    planted += ["leave'", "left_service"]
    assert [word for word in planted if word in seen] == []


def test_everybody_hidden_leaves_an_empty_team_and_no_word_of_them(
    named: Named, noon: datetime, clerk_of_records: Actor
) -> None:
    found = named("1", posting("1", OAK, "lead", "2024-01-01"), posting("1", OAK, "cover", "2026-11-23", "2026-11-30"))
    people.hide_officer(found["1"], by=clerk_of_records, at=noon)
    team = city().teams[OAK]
    assert (team.postings, team.covers, team.continuity) == ((), (), queries.Continuity(0, None, 0, None))


def test_team_for_answers_by_point_and_by_area(named: Named) -> None:
    named("1", posting("1", OAK, "lead", "2024-01-01"))
    by_point = queries.team_for(IN_OAK, on=TODAY, viewer=PUBLIC)
    by_area = queries.team_for(OAK, on=TODAY, viewer=PUBLIC)
    assert by_point is not None
    assert by_area is not None
    assert by_point.team is not None
    assert badges(by_point.team.postings) == ["1"]
    assert by_area.team == by_point.team
    assert queries.team_for("nowhere", on=TODAY, viewer=PUBLIC) is None
