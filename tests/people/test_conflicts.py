"""Conflicts of interest: declared and ended by oneself, kept as a code, and closing what they cover."""

from __future__ import annotations

from datetime import datetime

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from pytest_django import Settings

from byname.ledger import queries as ledger
from byname.people import actions, queries, rules
from byname.people.models import Conflict
from byname.vocabulary import SYSTEM, Actor, NotThere, Refused
from tests import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Actor:
    """An officer's account."""
    return staff.acting(staff.account("officer"))


def test_a_conflict_is_declared_once_and_told_to_oneself_only(officer: Actor, noon: datetime) -> None:
    places = ["neighbourhood:4", "neighbourhood:1", "neighbourhood:4"]
    assert [actions.declare_conflict(places, by=officer, at=noon) for _ in range(2)] == [2, 0]
    assert [each.place for each in queries.own_conflicts(viewer=officer)] == ["neighbourhood:1", "neighbourhood:4"]
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1"]))
    assert queries.own_conflicts(viewer=sergeant) == ()


def test_the_place_stands_nowhere_in_the_open(officer: Actor, noon: datetime) -> None:
    actions.declare_conflict(["area:night-market"], by=officer, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM byname_conflict c")
        (row,) = cursor.fetchall()
        cursor.execute("SELECT l::text FROM byname_ledgerline l")
        lines = cursor.fetchall()
    assert [text for (text,) in (row, *lines) if "market" in text or "area:" in text] == []
    assert [(line.event, line.facts) for line in ledger.lines_about("account", officer.account_id, viewer=SYSTEM)] == [
        ("conflict.declared", {"places": 1})
    ]


def test_a_declared_place_closes_what_tells_of_it_until_it_is_ended(officer: Actor, noon: datetime) -> None:
    def may() -> bool:
        acting = queries.actor_of(officer.account_id or 0, viewer=SYSTEM)
        assert acting is not None
        here = Actor("account", account_id=1, roles=acting.roles, areas=frozenset({"ring"}), conflicts=acting.conflicts)
        codes = queries.area_codes("ring", [3], viewer=officer)
        return rules.may(here, "see_handover", rules.About(area="ring", places=codes))

    before = may()
    actions.declare_conflict(["neighbourhood:3"], by=officer, at=noon)
    declared = may()
    (conflict,) = queries.own_conflicts(viewer=officer)
    actions.end_conflict(conflict.number, by=officer, at=noon)
    assert (before, declared, may()) == (True, False, True)
    assert [line.event for line in ledger.lines_about("account", officer.account_id, viewer=SYSTEM)] == [
        "conflict.declared",
        "conflict.ended",
    ]


def test_a_place_no_data_key_opens_any_more_closes_by_its_code_and_shuts_nobody_out(
    officer: Actor, noon: datetime, settings: Settings
) -> None:
    actions.declare_conflict(["neighbourhood:3"], by=officer, at=noon)
    stored = Conflict.objects.get().code
    settings.BYNAME_DATA_KEYS = [Fernet.generate_key().decode()]
    actions.declare_conflict(["neighbourhood:4"], by=officer, at=noon)
    fresh = queries.place_codes([4], viewer=officer)[4]
    acting = queries.actor_of(officer.account_id or 0, viewer=SYSTEM)
    assert acting is not None
    assert acting.conflicts == {stored, fresh}
    own = queries.own_conflicts(viewer=officer)
    assert [each.place for each in own] == ["", "neighbourhood:4"]
    Conflict.objects.filter(pk=own[1].number).update(code="y" * 64)
    assert actions.recode_conflicts(by=SYSTEM, at=noon) == 1
    assert list(Conflict.objects.order_by("pk").values_list("code", flat=True)) == [stored, fresh]
    actions.end_conflict(own[0].number, by=officer, at=noon)
    assert [each.place for each in queries.own_conflicts(viewer=officer)] == ["neighbourhood:4"]


def test_nobody_ends_another_s_conflict(officer: Actor, noon: datetime) -> None:
    actions.declare_conflict(["neighbourhood:3"], by=officer, at=noon)
    (conflict,) = queries.own_conflicts(viewer=officer)
    other = staff.acting(staff.account("officer", email="other@service.example"))
    for number in (conflict.number, conflict.number + 1):
        with pytest.raises(NotThere):
            actions.end_conflict(number, by=other, at=noon)
    assert Conflict.objects.filter(ended_at=None).count() == 1


def test_who_works_on_no_place_declares_none(noon: datetime) -> None:
    for role in ("analyst", "overseer", "clerk", "administrator"):
        with pytest.raises(NotThere):
            actions.declare_conflict(["neighbourhood:3"], by=staff.acting(staff.account(role)), at=noon)


def test_what_is_no_place_is_refused(officer: Actor, noon: datetime) -> None:
    with pytest.raises(Refused) as no:
        actions.declare_conflict(["12 Millrace Lane"], by=officer, at=noon)
    assert (no.value.field, Conflict.objects.count()) == ("place", 0)


def test_a_code_says_the_same_place_and_nothing_else(officer: Actor) -> None:
    codes = queries.place_codes([1, 2], viewer=officer)
    assert (codes[1], len(codes[1])) == (queries.place_codes([1], viewer=SYSTEM)[1], 64)
    assert codes[1] != codes[2]
    assert queries.area_codes("old-mill", [2, 1], viewer=officer) == frozenset(codes.values())
    assert len(queries.area_codes("night-market", [], viewer=officer)) == 1


def test_a_sergeant_is_told_a_number(officer: Actor, noon: datetime) -> None:
    actions.declare_conflict(["neighbourhood:1"], by=officer, at=noon)
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1"]))
    assert queries.conflicts_among(["O-AAAAAA"], viewer=sergeant) == 0
    with pytest.raises(NotThere):
        queries.conflicts_among(["O-AAAAAA"], viewer=officer)
