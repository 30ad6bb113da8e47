"""The demo city keeps every rule the real data must keep, whatever the seed and the day."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from statistics import median

import pytest

from byname.interfaces.jobs.demo import history
from byname.interfaces.jobs.demo.city import SEED, DemoCity, DemoPosting, demo_city
from byname.interfaces.jobs.demo.facts import demo_facts
from byname.interfaces.jobs.demo.names import COMMUNITIES, SAID
from byname.interfaces.jobs.demo.words import WORDS
from byname.people import rules as people
from byname.postings import rules as postings

TODAY = date(2026, 11, 23)
CITIES = [(SEED, TODAY), (1, TODAY), (2, date(2026, 12, 31)), (3, date(2028, 2, 29)), (4, date(2031, 6, 1))]
every_city = pytest.mark.parametrize(("seed", "today"), CITIES)


@cache
def city_of(seed: int, today: date) -> DemoCity:
    return demo_city(seed, today)


def on_the_team(city: DemoCity) -> list[DemoPosting]:
    return [one for one in city.postings if one.role != "cover"]


def serving(city: DemoCity, day: date) -> list[DemoPosting]:
    return [one for one in on_the_team(city) if one.first <= day and (one.last is None or one.last > day)]


def by(postings_: list[DemoPosting], key: str) -> Iterator[tuple[str, list[DemoPosting]]]:
    for value in sorted({getattr(one, key) for one in postings_}):
        yield value, sorted((one for one in postings_ if getattr(one, key) == value), key=lambda one: one.first)


def digest(city: DemoCity) -> str:
    return hashlib.sha256(repr(city).encode()).hexdigest()


def test_the_same_seed_and_day_give_the_same_city() -> None:
    assert digest(demo_city(SEED, TODAY)) == digest(demo_city(SEED, TODAY))
    assert digest(demo_city(SEED, TODAY)) != digest(demo_city(SEED + 1, TODAY))


def test_another_process_with_another_order_of_sets_makes_the_same_city() -> None:
    program = (
        "import hashlib, datetime; from byname.interfaces.jobs.demo.city import demo_city; "
        f"print(hashlib.sha256(repr(demo_city({SEED}, datetime.date({TODAY:%Y, %-m, %-d}))).encode()).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout.strip() == digest(city_of(SEED, TODAY))


def test_a_day_before_the_demo_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-05-31 is before it"):
        demo_city(SEED, date(2026, 5, 31))


@every_city
def test_an_officer_holds_one_lead_or_member_posting_at_a_time(seed: int, today: date) -> None:
    for badge, mine in by(on_the_team(city_of(seed, today)), "badge_number"):
        for before, after in pairwise(mine):
            assert before.last is not None, badge
            assert before.last <= after.first, badge


@every_city
def test_an_area_has_one_lead_at_a_time_and_never_more_than_four_officers(seed: int, today: date) -> None:
    city = city_of(seed, today)
    for area, there in by(on_the_team(city), "area"):
        for before, after in pairwise([one for one in there if one.role == "lead"]):
            assert before.last is not None, area
            assert before.last <= after.first, area
        days = sorted({one.first for one in there})
        assert max(sum(one.first <= day and (one.last is None or one.last > day) for one in there) for day in days) <= 4


@every_city
def test_every_posting_satisfies_the_rules_of_postings(seed: int, today: date) -> None:
    city = city_of(seed, today)
    rows = [
        postings.PostingRow(
            one.badge_number, one.area, one.role, one.first, one.last, one.planned_end, one.announced_on, one.reason
        )
        for one in city.postings
    ]
    assert [fault for row in rows for fault in postings.row_faults(row)] == []


@every_city
def test_a_posting_that_ended_early_has_a_reason_and_no_other_has(seed: int, today: date) -> None:
    for one in on_the_team(city_of(seed, today)):
        assert one.planned_end is not None
        early = one.last is not None and one.last < one.planned_end
        assert bool(one.reason) == early
        assert one.reason in ("", *postings.REASONS)


@every_city
def test_terms_are_two_years_until_september_2019_and_four_since(seed: int, today: date) -> None:
    for one in on_the_team(city_of(seed, today)):
        years = 4 if one.first >= date(2019, 9, 12) else 2
        assert one.planned_end == postings.term_ends_on(one.first, years)


@every_city
def test_nobody_serves_before_the_area_began_nor_past_a_promised_end_that_has_come(seed: int, today: date) -> None:
    city = city_of(seed, today)
    began = {area.slug: area.served_since for area in city.areas}
    assert all(one.first >= began[one.area] for one in city.postings)
    assert all(one.planned_end is not None and one.planned_end > today for one in serving(city, today))


@every_city
def test_every_past_posting_lasted_more_than_a_month(seed: int, today: date) -> None:
    lengths = [(one.last - one.first).days for one in on_the_team(city_of(seed, today)) if one.last is not None]
    assert min(lengths) > 30


@every_city
def test_one_team_is_of_three_and_every_other_of_four_with_one_lead(seed: int, today: date) -> None:
    city = city_of(seed, today)
    there = serving(city, today)
    sizes = Counter(one.area for one in there)
    assert Counter(sizes.values()) == {4: len(city.areas) - 1, 3: 1}
    assert Counter(one.area for one in there if one.role == "lead") == dict.fromkeys(sizes, 1)


@every_city
def test_two_handovers_are_announced_each_on_the_day_the_outgoing_officers_term_ends(seed: int, today: date) -> None:
    city = city_of(seed, today)
    coming = [one for one in on_the_team(city) if one.first > today]
    assert Counter(one.role for one in coming) == {"lead": 1, "member": 1}
    for one in coming:
        assert one.announced_on is not None
        assert one.announced_on <= today
        leaving = [
            other
            for other in serving(city, today)
            if (other.area, other.role, other.last) == (one.area, one.role, one.first)
        ]
        assert [other.planned_end for other in leaving] == [one.first]


@every_city
def test_one_lead_arrived_lately_and_it_was_announced_before(seed: int, today: date) -> None:
    lately = [one for one in serving(city_of(seed, today), today) if one.announced_on is not None]
    assert [(one.role, (today - one.first).days) for one in lately] == [("lead", 12)]
    assert all(one.announced_on is not None and one.announced_on < one.first for one in lately)


@every_city
def test_covers_stand_in_today_for_a_few_days_by_members_of_other_teams(seed: int, today: date) -> None:
    city = city_of(seed, today)
    covers = [one for one in city.postings if one.role == "cover"]
    posted = {one.badge_number: one for one in serving(city, today)}
    assert len(covers) == 4
    assert len({one.badge_number for one in covers}) == 4
    for one in covers:
        assert one.last is not None
        assert one.first <= today < one.last
        assert (one.last - one.first).days <= 30
        assert posted[one.badge_number].role == "member"
        assert posted[one.badge_number].area != one.area


@every_city
def test_some_teams_are_steady_and_some_are_not(seed: int, today: date) -> None:
    city = city_of(seed, today)
    years = [median((today - one.first).days for one in there) / 365 for _, there in by(serving(city, today), "area")]
    assert sum(one < 1 for one in years) >= 5
    assert sum(one > 2.5 for one in years) >= 5
    assert max(years) < 4


def test_the_programme_grew_in_officers_as_it_did_in_areas() -> None:
    city = city_of(SEED, TODAY)
    days = [date(2013, 7, 1), date(2018, 7, 1), date(2019, 10, 1), date(2022, 7, 1), TODAY]
    assert [len({one.area for one in serving(city, day)}) for day in days] == [17, 33, 35, 51, 62]
    # 98 officers in 33 neighbourhoods were reported in June 2018.
    assert abs(len(serving(city, days[1])) - 98) <= 4


@every_city
def test_members_who_became_lead_did_so_without_a_day_between(seed: int, today: date) -> None:
    promoted = 0
    for _, mine in by(on_the_team(city_of(seed, today)), "badge_number"):
        for before, after in pairwise(mine):
            assert (before.role, after.role, before.area, before.last) == ("member", "lead", after.area, after.first)
            promoted += 1
    assert promoted >= 20


@every_city
def test_the_one_officer_the_story_names_has_a_name_a_rank_and_one_posting_and_nothing_more(
    seed: int, today: date
) -> None:
    city = city_of(seed, today)
    (officer,) = [one for one in city.officers if (one.given_name, one.family_name) == ("Sarah", "Thompson")]
    mine = [one for one in city.postings if one.badge_number == officer.badge_number]
    assert [(one.area, one.role, one.reason, one.announced_on) for one in mine] == [
        ("little-portugal", "lead", "", None)
    ]
    assert mine[0].first <= today
    assert mine[0].last is None
    assert next(area.division for area in city.areas if area.slug == "little-portugal") == "D14"
    assert officer.rank == "Constable"
    assert (officer.pronunciation, officer.languages, officer.skills, officer.words, officer.phone, officer.email) == (
        "", (), (), "", "", "",
    )  # fmt: skip


@every_city
def test_every_officer_satisfies_the_rules_of_the_register(seed: int, today: date) -> None:
    rows = [
        people.OfficerRow(
            badge_number=one.badge_number,
            given_name=one.given_name,
            family_name=one.family_name,
            pronunciation=one.pronunciation,
            rank=one.rank,
            languages=one.languages,
            skills=one.skills,
            words=one.words,
            phone=one.phone,
            email=one.email,
            photo_consented_on=one.face_agreed_on,
        )
        for one in city_of(seed, today).officers
    ]
    assert [fault for row in rows for fault in people.officer_faults(row, on=today)] == []


@every_city
def test_names_badges_and_addresses_belong_to_one_officer_each_and_are_kept_for_fiction(seed: int, today: date) -> None:
    officers = city_of(seed, today).officers
    phones = [one.phone for one in officers if one.phone] + [area.phone for area in demo_facts().areas]
    emails = [one.email for one in officers if one.email]
    assert len({f"{one.given_name} {one.family_name}".casefold() for one in officers}) == len(officers)
    assert [one.badge_number for one in officers] == [str(90001 + number) for number in range(len(officers))]
    assert len(set(emails)) == len(emails)
    assert all(re.fullmatch(r"[a-z-]+\.[a-z-]+@example\.org", email) for email in emails)
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"416-555-01\d\d", phone) for phone in phones)


@every_city
def test_only_those_who_serve_or_are_announced_have_a_face_and_all_of_them_do(seed: int, today: date) -> None:
    city = city_of(seed, today)
    now = {one.badge_number for one in on_the_team(city) if one.last is None or one.last > today}
    assert {one.badge_number for one in city.officers if one.face} == now
    for one in city.officers:
        assert (one.face_agreed_on is not None) == bool(one.face)
        if not one.face:
            assert (one.words, one.email, one.phone, one.languages, one.skills) == ("", "", "", (), ())


@every_city
def test_no_two_on_a_team_say_the_same_words(seed: int, today: date) -> None:
    city = city_of(seed, today)
    words = {one.badge_number: one.words for one in city.officers}
    for area, there in by(serving(city, today), "area"):
        said = [words[one.badge_number] for one in there if words[one.badge_number]]
        assert len(said) == len(set(said)), area


@every_city
def test_the_languages_of_a_neighbourhoods_homes_are_spoken_by_its_officers_more_than_elsewhere(
    seed: int, today: date
) -> None:
    city = city_of(seed, today)
    languages = {one.badge_number: one.languages for one in city.officers}
    homes = {one.official_id: one.home_languages for one in city.neighbourhoods}
    area = {one.slug: one for one in city.areas}
    theirs, others, teams_, rest = 0, 0, 0, 0
    for one in serving(city, today):
        ids = area[one.area].neighbourhoods
        local = any(code in ("pt", "ta", "zh", "yue", "es") for number in ids for code, _ in homes[number][:2])
        speaks = bool(set(languages[one.badge_number]) & {code for number in ids for code, _ in homes[number][:2]})
        elsewhere = bool(set(languages[one.badge_number]) & {"ko", "el", "pl", "tr"})
        theirs, teams_ = theirs + (speaks and local), teams_ + local
        others, rest = others + elsewhere, rest + 1
    assert theirs / teams_ > 2 * others / rest


def test_there_are_about_eighty_things_to_say_short_and_each_different() -> None:
    assert 75 <= len(WORDS) <= 90
    assert len(set(WORDS)) == len(WORDS)
    assert max(map(len, WORDS)) <= 90
    assert [line for line in WORDS if not line.endswith((".", "?", "!"))] == []


def test_every_hint_belongs_to_a_name_somebody_may_have() -> None:
    names = {name for one in COMMUNITIES.values() for name in (*one.women, *one.men, *one.families)}
    assert SAID.keys() - names == set()


def test_the_moments_are_seven_different_areas_and_never_the_storys() -> None:
    moments = history.chosen_moments(demo_facts().areas, SEED)
    chosen = [
        moments.lead_hands_over,
        moments.member_hands_over,
        moments.lead_is_new,
        moments.lead_is_away,
        moments.vacancy,
        *moments.also_covered,
    ]
    assert len(set(chosen)) == 7
    assert history.STORY_AREA not in chosen


def test_a_vacant_chair_was_left_five_weeks_ago() -> None:
    city = city_of(SEED, TODAY)
    (short,) = [area for area, there in by(serving(city, TODAY), "area") if len(there) == 3]
    ended = [one.last for one in on_the_team(city) if one.area == short and one.last is not None]
    assert TODAY - timedelta(days=35) in ended
