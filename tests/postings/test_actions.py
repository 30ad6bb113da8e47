"""Posting, ending, announcing, covering and hiding: what each act leaves behind, and how each refuses."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from byname.ledger import queries as ledger
from byname.people.models import Officer
from byname.postings import actions, queries, rules
from byname.postings.models import Posting
from byname.vocabulary import PUBLIC, SYSTEM, Actor, FileRefused, Period, Refused
from tests.postings.town import ELM, OAK, enlist, officer, post, posting

TODAY = date(2026, 11, 23)

pytestmark = pytest.mark.usefixtures("built")


@pytest.fixture
def two(built: None, noon: datetime, clerk_of_records: Actor) -> dict[str, str]:
    """Officers 1 and 2, on the register."""
    return enlist(officer("1"), officer("2"), by=clerk_of_records, at=noon)


def version() -> int:
    return ledger.public_versions(viewer=PUBLIC).get("everything", 0)


def test_a_posting_stands_for_a_term_of_four_years(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    before = version()
    made = actions.post_officer("1", OAK, "lead", first=TODAY, by=clerk_of_records, at=noon)
    assert made == actions.Posted(two["1"], OAK, "lead", Period(TODAY), date(2030, 11, 23))
    (line,) = ledger.lines_about("posting", Posting.objects.get().pk, viewer=PUBLIC)
    assert (line.event, version()) == ("posting.made", before + 1)


def test_an_officer_may_end_and_begin_on_the_same_day(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    post(posting("1", OAK, "lead", "2022-11-23", "2026-11-23"), by=clerk_of_records, at=noon)
    actions.post_officer(two["1"], ELM, "lead", first=TODAY, by=clerk_of_records, at=noon)
    actions.post_officer(two["2"], OAK, "lead", first=TODAY, by=clerk_of_records, at=noon)
    assert sorted(Posting.objects.values_list("officer__badge_number", "area__slug", "period__startswith")) == [
        ("1", ELM, TODAY),
        ("1", OAK, date(2022, 11, 23)),
        ("2", OAK, TODAY),
    ]


OAK_TERM = "Oak from 2022-11-23 to 2026-11-23"
ONE_POSTING = f"Constable Ofb (1) serves {OAK_TERM}; one officer has one posting at a time."


@pytest.mark.parametrize(
    ("badge", "area", "role", "first", "sentence"),
    [
        ("1", ELM, "member", "2026-11-22", ONE_POSTING),
        ("1", OAK, "member", "2026-01-01", ONE_POSTING),
        ("2", OAK, "lead", "2026-11-22", f"Constable Ofb (1) leads {OAK_TERM}; an area has one lead at a time."),
        ("1", OAK, "lead", "2022-11-23", "Constable Ofb (1) already begins in Oak on 2022-11-23."),
        (
            "9",
            OAK,
            "lead",
            "2026-11-23",
            "The badge number is “9” and should be the badge number of an officer on the register.",
        ),
        (
            "2",
            "ash",
            "lead",
            "2026-11-23",
            "The area is “ash” and should be an area that was brought in, by its short name such as little-portugal.",
        ),
        ("2", ELM, "boss", "2026-11-23", "The role is “boss” and should be one of lead, member, cover."),
    ],
)
def test_a_posting_that_cannot_be_is_refused_naming_officer_area_and_days(
    two: dict[str, str],
    noon: datetime,
    clerk_of_records: Actor,
    badge: str,
    area: str,
    role: str,
    first: str,
    sentence: str,
) -> None:
    post(posting("1", OAK, "lead", "2022-11-23", "2026-11-23"), by=clerk_of_records, at=noon)
    before = version()
    with pytest.raises(Refused) as no:
        actions.post_officer(badge, area, role, first=date.fromisoformat(first), by=clerk_of_records, at=noon)
    assert (no.value.sentence, Posting.objects.count(), version()) == (sentence, 1, before)


def test_nobody_is_posted_where_they_live_but_may_have_served_there_before(
    noon: datetime, clerk_of_records: Actor
) -> None:
    enlist(officer("1", lives_in=3), by=clerk_of_records, at=noon)
    for act in (
        lambda: actions.post_officer("1", ELM, "member", first=TODAY, by=clerk_of_records, at=noon),
        lambda: actions.cover("1", ELM, first=TODAY, last=date(2026, 12, 1), by=clerk_of_records, at=noon),
    ):
        with pytest.raises(Refused) as no:
            act()
        assert no.value.sentence == "Constable Ofb (1) cannot be posted to Elm: nobody is posted where they live."
    post(posting("1", ELM, "member", "2020-01-01", "2024-01-01"), by=clerk_of_records, at=noon)
    assert queries.posted_where_they_live({"1": 2}, on=TODAY, viewer=SYSTEM) == frozenset()
    post(posting("1", OAK, "member", "2024-01-01"), by=clerk_of_records, at=noon)
    assert queries.posted_where_they_live({"1": 1}, on=TODAY, viewer=SYSTEM) == frozenset({"1"})


def test_an_early_end_needs_a_reason_and_a_timely_one_none(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    post(posting("1", OAK, "lead", "2024-01-01"), by=clerk_of_records, at=noon)
    with pytest.raises(Refused) as no:
        actions.end_posting("1", OAK, last=TODAY, by=clerk_of_records, at=noon)
    assert no.value.sentence == (
        "The ended early reason should be a reason, as it ends before 2028-01-01: "
        "one of promotion, transfer_requested, operational_need, leave, left_service, other."
    )
    ended = actions.end_posting("1", OAK, last=TODAY, reason="promotion", by=clerk_of_records, at=noon)
    assert ended.period == Period(date(2024, 1, 1), TODAY)
    line = ledger.lines_about("posting", Posting.objects.get().pk, viewer=PUBLIC)[-1]
    assert (line.event, line.reason_code) == ("posting.ended", "promotion")
    with pytest.raises(Refused) as no:
        actions.end_posting("1", OAK, last=date(2027, 1, 1), reason="leave", by=clerk_of_records, at=noon)
    assert no.value.sentence == "There is no such posting of that officer to that area."


def test_announcing_makes_a_change_public_and_never_after_the_fact(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    post(
        posting("1", OAK, "lead", "2022-12-24", "2026-12-24"),
        posting("2", OAK, "lead", "2026-12-24"),
        by=clerk_of_records,
        at=noon,
    )
    known = lambda: queries.directory(on=TODAY, version=1, viewer=PUBLIC).teams[OAK]  # noqa: E731
    assert known().coming == ()
    actions.announce("2", OAK, change_on=date(2026, 12, 24), by=clerk_of_records, at=noon)
    (told,) = known().coming
    assert (told.joins and told.joins.badge_number, told.leaves and told.leaves.badge_number) == ("2", "1")
    for change_on, sentence in (
        (date(2026, 11, 22), "The change of 2026-11-22 has already happened."),
        (date(2026, 12, 25), "There is no such posting of that officer to that area."),
    ):
        with pytest.raises(Refused) as no:
            actions.announce("1", OAK, change_on=change_on, by=clerk_of_records, at=noon)
        assert no.value.sentence == sentence


def test_a_cover_may_stand_beside_a_posting_elsewhere(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    actions.post_officer("1", ELM, "member", first=date(2024, 1, 1), by=clerk_of_records, at=noon)
    actions.cover("1", OAK, first=TODAY, last=date(2026, 11, 24), by=clerk_of_records, at=noon)
    teams = queries.directory(on=TODAY, version=1, viewer=PUBLIC).teams
    assert [each.officer.badge_number for each in (*teams[ELM].postings, *teams[OAK].covers)] == ["1", "1"]


def test_hiding_an_officer_lists_the_posters_to_replace_however_often(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    post(
        posting("1", OAK, "lead", "2020-01-01", "2024-01-01"),
        posting("1", ELM, "lead", "2024-01-01"),
        posting("1", OAK, "cover", "2026-11-23", "2026-11-24"),
        by=clerk_of_records,
        at=noon,
    )
    assert actions.hide_officer(two["1"], by=clerk_of_records, at=noon) == actions.Hidden(True, (ELM,))
    assert actions.hide_officer(two["1"], by=clerk_of_records, at=noon) == actions.Hidden(False, (ELM,))
    assert [line.event for line in ledger.lines_about("officer", two["1"], viewer=PUBLIC)] == ["officer.hidden"]


def test_the_same_file_again_changes_nothing(two: dict[str, str], noon: datetime, clerk_of_records: Actor) -> None:
    rows = [posting("1", OAK, "lead", "2024-01-01"), posting("2", OAK, "member", "2024-01-01")]
    assert actions.bring_postings(rows, by=clerk_of_records, at=noon) == actions.PostingsBrought(2, 0, 0)
    before = version()
    assert actions.bring_postings(rows, by=clerk_of_records, at=noon) == actions.PostingsBrought(0, 0, 2)
    assert version() == before


def test_a_file_may_move_postings_past_one_another(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions.serving, "_BATCH", 1)
    post(
        posting("1", OAK, "lead", "2020-01-01", "2022-01-01", planned_end_on="2022-01-01"),
        posting("2", OAK, "lead", "2022-01-01", planned_end_on="2026-01-01"),
        posting("1", ELM, "lead", "2022-01-01", planned_end_on="2026-01-01"),
        by=clerk_of_records,
        at=noon,
    )
    # Officer 1 stayed in Oak until 2023 after all; whoever followed began later: each row alone would overlap.
    done = actions.bring_postings(
        [
            posting("2", OAK, "member", "2022-01-01", planned_end_on="2026-01-01"),
            posting("1", OAK, "lead", "2020-01-01", "2023-01-01", planned_end_on="2023-01-01"),
            posting("1", ELM, "cover", "2022-01-01", "2022-01-02"),
            posting("1", ELM, "lead", "2023-01-01", planned_end_on="2026-01-01"),
        ],
        by=clerk_of_records,
        at=noon,
    )
    assert done == actions.PostingsBrought(1, 3, 0)


@pytest.mark.parametrize(
    ("badge", "role", "area", "sentence"),
    [
        ("1", "member", ELM, "That officer serves somewhere already; one officer has one posting at a time."),
        ("2", "lead", OAK, "That area already has a lead then; an area has one lead at a time."),
    ],
)
def test_what_only_the_database_sees_is_refused_in_words_too(
    two: dict[str, str],
    noon: datetime,
    clerk_of_records: Actor,
    monkeypatch: pytest.MonkeyPatch,
    badge: str,
    role: str,
    area: str,
    sentence: str,
) -> None:
    post(posting("1", OAK, "lead", "2024-01-01"), by=clerk_of_records, at=noon)
    monkeypatch.setattr(rules, "clashes", lambda placed: [])
    with pytest.raises(Refused) as no:
        actions.post_officer(badge, area, role, first=TODAY, by=clerk_of_records, at=noon)
    assert (no.value.sentence, Posting.objects.count()) == (sentence, 1)


def test_a_file_is_refused_whole_with_every_fault(two: dict[str, str], noon: datetime, clerk_of_records: Actor) -> None:
    post(posting("1", OAK, "lead", "2024-01-01"), by=clerk_of_records, at=noon)
    enlist(officer("3", lives_in=2), by=clerk_of_records, at=noon)
    with pytest.raises(FileRefused) as no:
        actions.bring_postings(
            [
                posting("1", ELM, "member", "2025-01-01", line=2),
                posting("2", OAK, "lead", "2025-01-01", line=3),
                posting("9", OAK, "member", "2025-01-01", line=4),
                posting("2", "ash", "member", "2025-01-01", line=5),
                posting("3", ELM, "member", "2025-01-01", line=6),
                posting("2", ELM, "boss", "2025-01-01", "2024-01-01", line=7),
                posting("2", OAK, "lead", "2025-01-01", line=8),
            ],
            by=clerk_of_records,
            at=noon,
        )
    assert [(fault.line, fault.column, fault.expected) for fault in no.value.faults] == [
        (2, "first", "Constable Ofb (1) serves Oak since 2024-01-01; one officer has one posting at a time."),
        (3, "first", "Constable Ofb (1) leads Oak since 2024-01-01; an area has one lead at a time."),
        (4, "badge_number", "the badge number of an officer on the register"),
        (5, "area", "an area that was brought in, by its short name such as little-portugal"),
        (6, "area", "Constable Ofd (3) cannot be posted to Elm: nobody is posted where they live."),
        (7, "role", "one of lead, member, cover"),
        (7, "last", "a day after the first, 2025-01-01"),
        (8, "badge_number", "each officer, area and first day once; line 3 has them too"),
    ]
    assert Posting.objects.count() == 1


def test_reasons_are_told_for_the_whole_service_and_never_under_five(noon: datetime, clerk_of_records: Actor) -> None:
    reasons = ["leave"] * 2 + ["promotion"] * 7 + ["transfer_requested"] * 6 + ["left_service"] * 12
    enlist(*(officer(str(100 + n)) for n in range(len(reasons) + 2)), by=clerk_of_records, at=noon)
    post(
        *(
            posting(str(100 + n), ELM, "member", "2024-01-01", "2025-06-01", ended_early_reason=reason)
            for n, reason in enumerate(reasons)
        ),
        # Neither a term served whole nor another year's early end counts.
        posting(str(100 + len(reasons)), ELM, "member", "2021-06-01", "2025-06-01"),
        posting(str(101 + len(reasons)), ELM, "member", "2024-01-01", "2026-06-01", ended_early_reason="leave"),
        by=clerk_of_records,
        at=noon,
    )
    assert queries.service_wide_early_ends(on=TODAY, viewer=PUBLIC) == queries.EarlyEnds(
        2025,
        27,
        (
            ("promotion", 7),
            ("transfer_requested", None),
            ("operational_need", None),
            ("leave", None),
            ("left_service", 12),
            ("other", None),
        ),
    )


def test_a_register_of_250_and_900_postings_costs_a_few_statements_not_one_a_row(
    noon: datetime, clerk_of_records: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    officers = [officer(str(1000 + n), lives_in=4, languages=("en", "fr")) for n in range(250)]
    rows = [
        posting(str(1000 + n), ELM, "member", f"{year}-01-01", f"{year + 3}-01-01", planned_end_on=f"{year + 3}-01-01")
        for n in range(225)
        for year in (2014, 2017, 2020, 2023)
    ]
    with django_assert_max_num_queries(40):
        enlist(*officers, by=clerk_of_records, at=noon)
        post(*rows, by=clerk_of_records, at=noon)
    assert (Officer.objects.count(), Posting.objects.count()) == (250, 900)


def test_a_mistyped_first_day_is_set_right_and_a_posting_that_never_was_is_struck(
    two: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    post(
        posting("1", OAK, "lead", "2024-01-01"),
        posting("2", ELM, "member", "2026-11-20"),
        by=clerk_of_records,
        at=noon,
    )
    kept = Posting.objects.get(officer__badge_number="1").pk
    # The officer struck out of Elm leads Oak in their stead from the day officer 1 was to begin, were it not mended.
    done = actions.bring_postings(
        [
            posting("1", ELM, "lead", "2026-11-20"),
            posting("1", OAK, "lead", "2024-02-01", "2026-11-20", first_was="2024-01-01", ended_early_reason="other"),
            posting("2", ELM, "member", "2026-11-20", never_was=True),
            posting("2", OAK, "lead", "2026-11-20"),
        ],
        by=clerk_of_records,
        at=noon,
    )
    assert done == actions.PostingsBrought(2, 1, 0, 1)
    assert sorted(Posting.objects.values_list("officer__badge_number", "area__slug", "period__startswith")) == [
        ("1", ELM, date(2026, 11, 20)),
        ("1", OAK, date(2024, 2, 1)),
        ("2", OAK, date(2026, 11, 20)),
    ]
    assert Posting.objects.get(pk=kept).period.lower == date(2024, 2, 1)
    line = ledger.lines_about("postings", 4, viewer=PUBLIC)[-1]
    assert line.facts == {"added": 2, "changed": 1, "struck": [f"{two['2']} elm 2026-11-20"]}


def test_what_cannot_be_set_right_is_told(two: dict[str, str], noon: datetime, clerk_of_records: Actor) -> None:
    post(
        posting("1", OAK, "lead", "2024-01-01", "2025-01-01", ended_early_reason="other"),
        posting("1", OAK, "member", "2025-01-01"),
        by=clerk_of_records,
        at=noon,
    )
    with pytest.raises(FileRefused) as no:
        actions.bring_postings(
            [
                posting("1", OAK, "lead", "2024-01-01", never_was=True, line=2),
                posting("1", OAK, "lead", "2025-01-01", first_was="2024-06-01", line=3),
                posting("2", OAK, "lead", "2026-01-01", first_was="2025-12-31", line=4),
                posting("2", ELM, "lead", "2026-01-01", first_was="2026-01-01", line=5),
                posting("2", ELM, "lead", "2026-02-01", first_was="2026-01-01", line=6),
            ],
            by=clerk_of_records,
            at=noon,
        )
    assert [(fault.line, fault.column, fault.expected) for fault in no.value.faults] == [
        (
            2,
            "never_was",
            (
                "A posting can be struck from the record until 60 days after its first day. "
                "The one from 2024-01-01 is ended instead, with a reason."
            ),
        ),
        (4, "first_was", "the first day of a posting on record"),
        (5, "first_was", "the first day as it was brought by mistake, or nothing"),
        (5, "first_was", "the first day of a posting on record"),
        (6, "badge_number", "each officer, area and first day once; line 5 has them too"),
        (6, "first_was", "the first day of a posting on record"),
    ]
    with pytest.raises(FileRefused) as no:
        actions.bring_postings(
            [posting("1", OAK, "member", "2025-01-01", first_was="2024-01-01")], by=clerk_of_records, at=noon
        )
    assert [fault.expected for fault in no.value.faults] == ["nothing: they have another posting there from 2025-01-01"]
