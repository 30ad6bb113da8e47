"""The quick rules about postings agree with slow, plain ones on any history."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from byname.postings import rules
from byname.vocabulary import Period

DAY_ONE = date(2024, 1, 1)
DAYS = [DAY_ONE + timedelta(days=n) for n in range(40)]


def periods() -> st.SearchStrategy[Period]:
    return st.builds(
        lambda first, length: Period(DAYS[first], DAYS[first] + timedelta(days=length) if length else None),
        st.integers(0, 30),
        st.integers(0, 9),
    )


def placed() -> st.SearchStrategy[list[rules.Placed]]:
    each = st.builds(
        lambda officer, area, role, period: rules.Placed(officer, officer, area, area, role, period),
        st.sampled_from("ABC"),
        st.sampled_from(["oak", "elm"]),
        st.sampled_from(rules.ROLES),
        periods(),
    )
    return st.lists(each, max_size=6)


@settings(max_examples=300, deadline=None)
@given(placed())
def test_a_clash_is_told_exactly_where_two_postings_share_a_day(postings: list[rules.Placed]) -> None:
    def collide(one: rules.Placed, other: rules.Placed) -> bool:
        if "cover" in (one.role, other.role):
            return False
        both_lead = one.area == other.area and one.role == other.role == "lead"
        shared = [day for day in [*DAYS, date(2099, 1, 1)] if one.period.holds(day) and other.period.holds(day)]
        return bool(shared) and (one.officer == other.officer or both_lead)

    collisions = [pair for pair in combinations(postings, 2) if collide(*pair)]
    assert bool(rules.clashes(postings)) == bool(collisions)


def histories() -> st.SearchStrategy[list[rules.Served]]:
    """Histories the database would admit: no officer twice on one day."""
    each = st.builds(rules.Served, st.sampled_from("ABC"), st.sampled_from(rules.ON_THE_TEAM), periods())
    return st.lists(each, max_size=8).map(
        lambda found: [
            posting
            for place, posting in enumerate(found)
            if not any(
                posting.officer == before.officer and posting.period.overlaps(before.period) for before in found[:place]
            )
        ]
    )


@settings(max_examples=300, deadline=None)
@given(histories())
def test_days_served_and_changes_agree_with_counting_day_by_day(history: list[rules.Served]) -> None:
    team = {day: {each.officer for each in history if each.period.holds(day)} for day in DAYS}
    changes = sum(bool(team[before] - team[after]) for before, after in zip(DAYS, DAYS[1:], strict=False))
    assert rules.changes_between(history, DAYS[0], DAYS[-1]) == changes
    today = DAYS[-1]
    for officer in "ABC":
        run = 0
        while run < len(DAYS) and officer in team[DAYS[-1 - run]]:
            run += 1
        first = rules.since(officer, history, today)
        assert first == (DAYS[-run] if run else None)
