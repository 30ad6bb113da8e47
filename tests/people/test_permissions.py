"""The table of permissions: it is whole, everybody's widest role counts, and what is not yours looks not there."""

from __future__ import annotations

import pytest

from byname.people import rules
from byname.people.rules import permissions
from byname.vocabulary import PUBLIC, SYSTEM, Actor, NotThere


def test_every_act_has_its_meaning_and_every_role_its_column() -> None:
    assert tuple(permissions.MEANINGS) == tuple(permissions.TABLE)
    assert ("public", *permissions.ROLES, "operator", "byname") == permissions.COLUMNS


def test_the_widest_of_somebodys_roles_counts() -> None:
    both = Actor("account", account_id=1, roles=frozenset({"officer", "coordinator"}))
    assert rules.reach(both, "see_postings") == "service"
    assert rules.reach(Actor("account", account_id=1, roles=frozenset({"officer"})), "see_postings") == "areas"


def test_an_account_without_a_role_reaches_what_every_role_does_and_nothing_else() -> None:
    nobody = Actor("account", account_id=1)
    reached = {act: rules.reach(nobody, act) for act in permissions.TABLE if rules.reach(nobody, act)}
    assert reached == {
        "see_public": "service",
        "check_spoken_code": "service",
        "see_today": "own",
        "sign_in": "service",
        "keep_own_sign_in": "own",
        "see_own_readings": "own",
        "raise_concern": "service",
    }
    assert rules.may(nobody, "keep_own_sign_in", rules.About(account_id=1))
    assert not rules.may(nobody, "keep_own_sign_in", rules.About(account_id=2))


def test_the_public_reaches_what_is_public_and_nothing_else() -> None:
    reached = {act for act in permissions.TABLE if rules.reach(PUBLIC, act)}
    assert reached == {"see_public", "check_spoken_code", "sign_in", "raise_concern", "follow_concern", "subscribe"}


def test_what_is_not_yours_is_refused_in_the_words_for_what_is_not_there() -> None:
    with pytest.raises(NotThere) as no:
        rules.require(PUBLIC, "see_officer", rules.About(officer="O-AAAAAA"))
    assert (no.value.sentence, no.value.code) == ("There is no page at this address.", "not-there")


def test_nobody_is_the_officer_without_a_name() -> None:
    # An account without an officer, asked about an entry without one: two empty words are not the same person.
    assert not rules.may(Actor("account", account_id=1, roles=frozenset({"officer"})), "edit_officer")
    assert not rules.may(Actor("account", roles=frozenset({"officer"})), "keep_own_sign_in", rules.About())


def test_an_act_the_table_does_not_have_is_a_bug() -> None:
    with pytest.raises(KeyError):
        rules.may(SYSTEM, "haunt_officer")
