"""Hours as a month is published: once, and so that nobody learns how few officers spent theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from byname.ledger import queries as ledger
from byname.ledger.models import LedgerLine
from byname.postings import actions, queries, rules
from byname.postings.models import DutyHours, PublishedHours
from byname.postings.rules import hours as hours_rules
from byname.vocabulary import PUBLIC, SYSTEM, Actor, FileRefused, NotThere, Refused
from tests.postings import town
from tests.postings.duty import TODAY, H, brought, noted, officer, sergeant

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


# -- publishing --------------------------------------------------------------------------------------------------------
SIXTH = datetime(2026, 12, 6, 12, tzinfo=UTC)


def november(team: dict[str, str], noon: datetime, by: Actor, *, in_elm: tuple[str, ...] = ("5", "7")) -> None:
    """Three officers of Oak with hours; two in Elm, or whom the test names, and one in the Market."""
    day = date(2026, 11, 20)
    town.enlist(town.officer("7"), by=by, at=noon)
    town.post(town.posting("7", town.ELM, "member", "2024-01-01"), by=by, at=noon)
    rows = [noted(badge, 20 * H, on=day - timedelta(days=back)) for badge in ("1", "2", "3") for back in range(3)]
    rows += [noted(badge, 10 * H, "event", on=day - timedelta(days=3)) for badge in ("1", "2", "3")]
    rows += [noted("1", 4 * H, "court", on=day - timedelta(days=1))]
    rows += [noted(badge, 10 * H, area="elm", on=day) for badge in in_elm]
    rows += [noted("6", 10 * H, area="market", on=day)]
    brought(*rows, noon=noon, by=by)


def test_a_month_is_published_once_and_stays(team: dict[str, str], noon: datetime, clerk_of_records: Actor) -> None:
    november(team, noon, clerk_of_records)
    with pytest.raises(Refused) as early:
        actions.publish_hours(NOVEMBER, by=SYSTEM, at=noon)
    assert early.value.sentence == (
        "The hours of November 2026 can be published from 2026-12-06 on: until then they may be corrected."
    )
    before = ledger.public_versions(viewer=PUBLIC)["everything"]
    done = actions.publish_hours(NOVEMBER, by=SYSTEM, at=SIXTH)
    assert (done.newly, done.areas, done.together) == (True, 1, True)
    # Elm has two officers and the Market one. Court was one officer's, and joins the other reasons.
    assert list(
        PublishedHours.objects.order_by("area").values_list(
            "area__slug", "officers", "present_hours", "away_hours", "away_by_reason"
        )
    ) == [("oak", 3, 180, 30, {"other": 30}), (None, 3, 30, 0, {})]
    assert ledger.public_versions(viewer=PUBLIC)["everything"] == before + 1
    for refused in (
        lambda: actions.record_hours(
            team["1"], "oak", on=date(2026, 11, 30), kind="present", minutes=1, by=officer(team["1"]), at=SIXTH
        ),
        lambda: brought(noted("1", 60), noon=SIXTH, by=clerk_of_records),
    ):
        with pytest.raises(Refused) as no:
            refused()
        said = no.value.faults[0].expected if isinstance(no.value, FileRefused) else no.value.sentence
        assert said == "The hours of November 2026 are published and stay as they are."
    again = actions.publish_hours(NOVEMBER, by=SYSTEM, at=SIXTH + timedelta(days=1))
    assert (again.newly, again.areas, again.together) == (False, 1, True)
    assert LedgerLine.objects.filter(event="hours.published").count() == 1


def test_nothing_is_published_that_a_sergeant_could_take_the_own_division_out_of(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    november(team, noon, clerk_of_records, in_elm=("5",))
    # Five officers: but Oak's sergeant, of D11, would be left with the two of D12. Theirs are told nowhere.
    done = actions.publish_hours(NOVEMBER, by=SYSTEM, at=SIXTH)
    assert done == actions.HoursPublished(newly=True, areas=1, together=False)
    assert list(PublishedHours.objects.values_list("area__slug", "officers")) == [("oak", 3)]


def test_an_area_stands_by_itself_where_it_tells_of_three(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    by = clerk_of_records
    town.enlist(*(town.officer(badge) for badge in ("8", "9")), by=by, at=noon)
    town.post(town.posting("8", town.ELM, "member", "2024-01-01"), by=by, at=noon)
    town.post(town.posting("9", town.MARKET, "member", "2024-01-01"), by=by, at=noon)
    november(team, noon, by)
    day = date(2026, 11, 20)
    brought(
        noted("8", 10 * H, area="elm", on=day, line=8),
        noted("9", 10 * H, area="market", on=day, line=9),
        noon=noon,
        by=by,
    )
    actions.publish_hours(NOVEMBER, by=SYSTEM, at=SIXTH)
    # The Market's two would stand alone: Elm, the smaller of the two others, joins them.
    assert list(
        PublishedHours.objects.order_by("officers").values_list(
            "area__slug", "officers", "present_hours", "away_hours", "away_by_reason"
        )
    ) == [("oak", 3, 180, 30, {"other": 30}), (None, 5, 50, 0, {})]
    hours = queries.directory(on=TODAY, version=1, viewer=PUBLIC)
    assert (hours.teams["oak"].hours, hours.teams["elm"].hours) == (
        rules.MonthHours(NOVEMBER, 3, 180, 30, (("other", 30),)),
        None,
    )
    assert hours.hours is not None
    assert (hours.hours.total.present, hours.hours.total.away, hours.hours.total.share_present) == (230, 30, 88)
    assert hours.hours.together == rules.MonthHours(NOVEMBER, 5, 50, 0, ())


def test_only_byname_and_the_operator_publish(team: dict[str, str]) -> None:
    for by in (PUBLIC, sergeant("D11"), Actor("account", roles=frozenset({"coordinator", "administrator"}))):
        with pytest.raises(NotThere):
            actions.publish_hours(NOVEMBER, by=by, at=SIXTH)


def test_nothing_is_published_of_a_month_without_hours_and_it_may_be_later(team: dict[str, str]) -> None:
    assert actions.publish_hours(OCTOBER, by=SYSTEM, at=SIXTH).newly is False
    assert PublishedHours.objects.count() == LedgerLine.objects.filter(event="hours.published").count() == 0


def test_an_officers_days_are_forgotten_when_their_time_has_run_out_and_the_month_stays(
    team: dict[str, str], noon: datetime, clerk_of_records: Actor
) -> None:
    november(team, noon, clerk_of_records)
    actions.publish_hours(NOVEMBER, by=SYSTEM, at=SIXTH)
    assert actions.forget_old_hours(by=SYSTEM, at=noon + timedelta(days=394)) == 0
    assert actions.forget_old_hours(by=SYSTEM, at=noon + timedelta(days=399)) > 0
    assert (DutyHours.objects.count(), PublishedHours.objects.count()) == (0, 2)


# -- the attack --------------------------------------------------------------------------------------------------------

AREAS = ("a", "b", "c", "d", "e")
DIVISIONS = ("D11", "D12", "D13", "")
PRIME = 2**31 - 1
Atom = tuple[str, str, int]
"""One officer's minutes of one kind in one area: what nobody outside may learn, alone or two officers' together."""
Cells = Mapping[str, Mapping[str, Mapping[int, int]]]
SEARCH = settings(max_examples=5000, deadline=None, database=None, derandomize=True, phases=[Phase.generate])


City = dict[str, dict[str, dict[int, int]]]
Month = tuple[City, dict[str, str]]
"""A city's minutes, and the division of each area."""


@st.composite
def months(draw: st.DrawFn) -> Month:
    """A month of a small city: some areas, some officers in each (a few in two), each with hours of some kinds.

    In every other city some have a minute, or just under ten hours, or far more than all others.
    """
    city: City = {}
    orderly = draw(st.booleans())
    minutes = st.sampled_from((600, 900, 1200, 1800, 2400) if orderly else (0, 1, 599, 600, 1200, 2400, 6000))
    divisions: dict[str, str] = {}
    some = DIVISIONS[: draw(st.integers(1, len(DIVISIONS)))]
    for place, area in enumerate(AREAS[: draw(st.integers(1, len(AREAS)))]):
        divisions[area] = draw(st.sampled_from(some))
        officers = [100 * place + number for number in range(draw(st.integers(orderly, 5)))]
        if place and draw(st.booleans()):
            officers.append(100 * (place - 1))  # covers here, and serves next door
        kinds: dict[str, dict[int, int]] = {}
        for officer_id in officers:
            for kind in draw(
                st.sets(st.sampled_from(("present", "court", "general_patrol", "other")), min_size=orderly)
            ):
                kinds.setdefault(kind, {})[officer_id] = draw(minutes)
        city[area] = kinds
    return city, divisions


def published_cells(city: Cells, rows: tuple[rules.MonthRow, ...]) -> list[dict[Atom, int]]:
    """Every figure that stands on a page, each as the hours it is the sum of.

    What a row without an area is made of, everybody can work out: the areas that have no row of their own.
    """
    alone = [row.area for row in rows if row.area is not None]
    pool = [area for area in city if area not in alone]
    cells: list[dict[Atom, int]] = []
    for row in rows:
        areas = pool if row.area is None else [row.area]
        told = {kind for kind, _ in row.hours.by_reason if kind != "other"}

        def of(wanted: str, areas: list[str] = areas, told: set[str] = told) -> dict[Atom, int]:
            return {
                (area, kind, officer_id): 1
                for area in areas
                for kind, officers in city[area].items()
                for officer_id, minutes in officers.items()
                if minutes
                and (
                    kind == wanted
                    or (wanted == "away" and kind != "present")
                    or (wanted == "other" and kind != "present" and kind not in told)
                )
            }

        cells += [of("present"), of("away"), of("present") | of("away"), *(of(kind) for kind, _ in row.hours.by_reason)]
    for part in ("present", "away"):
        total: dict[Atom, int] = {}
        for row in rows:
            areas = pool if row.area is None else [row.area]
            total |= {
                (area, kind, officer_id): 1
                for area in areas
                for kind, officers in city[area].items()
                for officer_id, minutes in officers.items()
                if minutes and (kind == "present") == (part == "present")
            }
        cells.append(total)
    return [cell for cell in cells if cell]


def rank(rows: list[list[int]]) -> int:
    """The rank of a matrix of small numbers, by plain elimination among the remainders of a large prime."""
    rows = [list(one) for one in rows]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((place for place in range(found, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        inverse = pow(rows[found][column], -1, PRIME)
        for place in range(found + 1, len(rows)):
            if rows[place][column]:
                factor = rows[place][column] * inverse % PRIME
                rows[place] = [
                    (one - factor * other) % PRIME for one, other in zip(rows[place], rows[found], strict=True)
                ]
        found += 1
    return found


def told_of(cells: list[dict[Atom, int]], fewest: int) -> list[tuple[int, ...]]:
    """Every group of fewer than so many officers whose hours some sum and difference of the figures tells.

    The attacker multiplies, adds and subtracts published figures as they like. What they can make of them is a space;
    a group is told where that space holds something in which nobody outside the group stands: where leaving out the
    group's columns loses rank.
    """
    atoms = sorted({atom for cell in cells for atom in cell})
    officers = sorted({atom[2] for atom in atoms})

    def matrix(without: tuple[int, ...]) -> list[list[int]]:
        columns = [atom for atom in atoms if atom[2] not in without]
        return [[cell.get(atom, 0) for atom in columns] for cell in cells]

    whole = rank(matrix(()))
    return [group for size in range(1, fewest) for group in combinations(officers, size) if rank(matrix(group)) < whole]


def taken_apart(cells: list[dict[Atom, int]]) -> list[frozenset[Atom]]:
    """The figures, and what is left of each when every other that lies within it is taken out."""
    sums = {frozenset(cell) for cell in cells}
    left = set()
    for whole in sums:
        rest = whole
        for part in sorted(sums, key=len):
            if part < rest:
                rest -= part
        left.add(rest)
    return sorted(sums | left, key=sorted)


def nearly_told(figure: frozenset[Atom], city: Cells) -> bool:
    """Whether a figure is nearly that of one or two officers: of ten hours or more, or more than 70 % of it."""
    hours: dict[int, float] = defaultdict(float)
    for area, kind, officer_id in figure:
        hours[officer_id] += city[area][kind][officer_id] / 60
    return sum(told >= 10 for told in hours.values()) < 3 or max(hours.values()) / sum(hours.values()) > 0.7


def leaks(month: Month, rows: tuple[rules.MonthRow, ...]) -> list[object]:
    """What anybody makes of the figures who knows nothing else, or all hours of one division, as a sergeant does."""
    city, divisions = month
    cells = published_cells(city, rows)
    found: list[object] = []
    for seen in {None, *divisions.values()} - {""}:
        unknown = [{atom: times for atom, times in cell.items() if divisions[atom[0]] != seen} for cell in cells]
        unknown = [cell for cell in unknown if cell]
        found += [(seen, figure) for figure in taken_apart(unknown) if nearly_told(figure, city)]
        found += [(seen, group) for group in told_of(unknown, 3)]
    return found


def published(month: Month) -> tuple[rules.MonthRow, ...]:
    return rules.published_rows(OCTOBER, *month)


def test_the_attacker_finds_what_a_careless_publication_gives_away() -> None:
    city = {"a": {"present": {1: 6000, 2: 6000, 3: 6000}}, "b": {"present": {4: 6000}}}
    a = {("a", "present", number): 1 for number in (1, 2, 3)}
    total = a | {("b", "present", 4): 1}
    assert told_of([a, total], 3) == [(4,), *((min(number, 4), max(number, 4)) for number in (1, 2, 3))]
    assert told_of([total], 3) == []
    assert taken_apart([a, total]) == [frozenset(a), frozenset(total), frozenset(total) - frozenset(a)]
    assert leaks((city, {"a": "D11", "b": "D11"}), published((city, {"a": "D11", "b": "D11"}))) == []


@pytest.mark.parametrize(
    ("weakened", "to"),
    [("FEWEST", 2), ("COUNTS_FROM", 1), ("COUNTS_FROM", 9 * H), ("LARGEST_SHARE", 100), ("LARGEST_SHARE", 75)],
)
def test_the_attacker_finds_each_weaker_rule(weakened: str, to: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours_rules, weakened, to)
    assert find(months(), lambda month: leaks(month, published(month)) != [], settings=SEARCH)


def test_the_attacker_finds_a_rule_that_knows_no_divisions() -> None:
    assert find(months(), lambda month: leaks(month, published((month[0], {}))) != [], settings=SEARCH)


@settings(max_examples=250, deadline=None)
@given(months())
def test_no_sum_or_difference_of_published_figures_tells_of_fewer_than_three_officers(month: Month) -> None:
    rows = published(month)
    assert leaks(month, rows) == []
    for row in rows:
        assert row.hours.officers >= 3
        assert row.hours.away == sum(hours for _, hours in row.hours.by_reason)
        assert {hours % 10 for hours in (row.hours.present, row.hours.away)} == {0}
    pool = [area for area in month[0] if area not in {row.area for row in rows}]
    if any(row.area is None for row in rows):
        assert len(pool) > 1


@given(months())
def test_what_is_published_is_about_what_was_recorded(month: Month) -> None:
    city, rows = month[0], published(month)
    total = rules.added_up([row.hours for row in rows])
    if total is None:
        return
    named = {row.area for row in rows}
    areas = [kinds for area, kinds in city.items() if None in named or area in named]
    recorded = sum(minutes for kinds in areas for told in kinds.values() for minutes in told.values()) / 60
    # Each figure is out by at most five hours.
    assert abs(total.present + total.away - recorded) <= 5 * 7 * (len(rows) + 2)
