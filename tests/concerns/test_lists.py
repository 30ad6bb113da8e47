"""Lists kept under names of one's own: theirs alone, twenty at most, with no word of a person in them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest

from byname.concerns import actions, queries, rules
from byname.concerns.models import SavedList
from byname.concerns.queries import Asked
from byname.interfaces.jobs import tasks
from byname.people import actions as people
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere, Refused, operator
from tests import staff
from tests.cast import Cast
from tests.concerns import told

EVERYTHING = Asked(
    reference="C-7K3M",
    area="old-mill",
    neighbourhood=4,
    near="C-2222",
    category="noise",
    state="open",
    language="ur",
    channel="web",
    danger=True,
    age="within-7",
    mine=True,
    with_sergeant=True,
    raised_from=date(2026, 11, 1),
    raised_until=date(2026, 11, 24),
)


def kept(viewer: Actor) -> list[tuple[str, Asked]]:
    return [(each.name, each.asked) for each in queries.kept_lists(viewer=viewer)]


def test_all_a_list_can_be_cut_by_is_kept_and_comes_back(cast: Cast, noon: datetime, ana: Actor) -> None:
    default = Asked()
    assert [f.name for f in fields(Asked) if getattr(EVERYTHING, f.name) == getattr(default, f.name)] == []
    actions.keep_list("  The   whole of it ", EVERYTHING, by=ana, at=noon)
    actions.keep_list("a second", Asked(state="open"), by=ana, at=noon)
    assert kept(ana) == [("a second", Asked(state="open")), ("The whole of it", EVERYTHING)]
    assert SavedList.objects.get(name="a second").asked == {"state": "open"}
    assert [event for event, _ in told.lines("list.")] == ["list.kept", "list.kept"]


def test_the_same_name_is_the_same_list(cast: Cast, noon: datetime, ana: Actor) -> None:
    numbers = {actions.keep_list("Mine", Asked(mine=mine), by=ana, at=noon) for mine in (False, True)}
    assert (len(numbers), kept(ana)) == (1, [("Mine", Asked(mine=True))])


def test_a_list_is_its_owners_alone(cast: Cast, noon: datetime, ana: Actor, sergeant: Actor) -> None:
    number = actions.keep_list("Mine", Asked(), by=ana, at=noon)
    assert kept(sergeant) == []
    for who, which in ((sergeant, number), (ana, number + 1), (ana, 2**70)):
        with pytest.raises(NotThere):
            actions.drop_list(which, by=who, at=noon)
    actions.drop_list(number, by=ana, at=noon)
    assert kept(ana) == []


def test_there_are_twenty_at_most_and_a_name_is_a_line(cast: Cast, noon: datetime, ana: Actor) -> None:
    for number in range(rules.MOST_LISTS):
        actions.keep_list(f"List {number}", Asked(), by=ana, at=noon)
    with pytest.raises(Refused, match="You keep 20 lists already"):
        actions.keep_list("One more", Asked(), by=ana, at=noon)
    actions.keep_list("List 3", Asked(mine=True), by=ana, at=noon)
    assert SavedList.objects.count() == rules.MOST_LISTS
    for name in ("", "  ", "x" * 61, "a\x07b"):
        with pytest.raises(Refused, match="name"):
            actions.keep_list(name, Asked(), by=ana, at=noon)


@pytest.mark.parametrize("role", ["coordinator", "analyst", "overseer", "clerk", "interpreter", "administrator"])
def test_nobody_else_keeps_any(cast: Cast, noon: datetime, role: str) -> None:
    viewer = replace(staff.acting(staff.account(role)), officer="")
    for ask in (
        lambda: actions.keep_list("Mine", Asked(), by=viewer, at=noon),
        lambda: actions.drop_list(1, by=viewer, at=noon),
        lambda: queries.kept_lists(viewer=viewer),
        lambda: queries.kept_lists(viewer=PUBLIC),
    ):
        with pytest.raises(NotThere):
            ask()


def test_lists_go_when_their_account_is_forgotten_and_not_before(ana: Actor, ines: Actor, noon: datetime) -> None:
    for viewer in (ana, ines):
        actions.keep_list("Mine", Asked(mine=True), by=viewer, at=noon)
    people.end_account(ana.account_id or 0, by=operator("test"), at=noon)
    assert actions.forget_lists(by=SYSTEM, at=noon) == 0, "it may be opened again"
    two_years_on = noon + timedelta(days=730)
    people.forget_closed_accounts(by=SYSTEM, at=two_years_on)
    assert actions.forget_lists(by=SYSTEM, at=two_years_on) == 1
    assert list(SavedList.objects.values_list("account_id", flat=True)) == [ines.account_id]
    assert told.lines("list.forgotten") == [("list.forgotten", "1")]
    assert actions.forget_lists(by=SYSTEM, at=two_years_on) == 0
    assert told.lines("list.forgotten") == [("list.forgotten", "1")]
    with pytest.raises(NotThere):
        actions.forget_lists(by=ines, at=noon)


def test_the_hourly_clock_forgets_an_account_and_its_lists_in_one_run(ana: Actor, ines: Actor, noon: datetime) -> None:
    for viewer in (ana, ines):
        actions.keep_list("Mine", Asked(mine=True), by=viewer, at=noon)
    people.end_account(ana.account_id or 0, by=operator("test"), at=noon - timedelta(days=3000))
    tasks.forget_what_is_over(0)
    assert list(SavedList.objects.values_list("account_id", flat=True)) == [ines.account_id]
