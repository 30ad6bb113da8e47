"""Keys for programs: told once, kept as a digest, scoped, revoked, and made by whom the table names."""

from __future__ import annotations

from datetime import datetime

import pytest

from byname.concerns import actions, queries
from byname.concerns.models import ApiKey
from byname.ledger.models import LedgerLine
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused

KNOWN = ("traffic", "noise")
ADMINISTRATOR = Actor("account", "The administrator", account_id=7, roles=frozenset({"administrator"}))
SERGEANT = Actor("account", "The sergeant", account_id=8, roles=frozenset({"sergeant"}))


def make(at: datetime, *, name: str = "City 311", an_hour: int = 5, by: Actor = ADMINISTRATOR) -> actions.KeyMade:
    return actions.make_api_key(name, an_hour=an_hour, known=KNOWN, by=by, at=at)


def test_a_key_is_told_once_and_kept_as_a_digest(db: None, noon: datetime) -> None:
    made = actions.make_api_key("  City\n311 ", an_hour=5, categories=["noise"], known=KNOWN, by=ADMINISTRATOR, at=noon)
    row = ApiKey.objects.get()
    assert len(made.key) == 43
    assert made.key.encode() not in bytes(row.digest)
    assert queries.api_keys(viewer=ADMINISTRATOR) == (queries.Key(made.number, "City 311", 5, ("noise",), noon, None),)
    line = LedgerLine.objects.get()
    assert (line.event, line.subject_id, line.facts) == (
        "program.key_made",
        str(made.number),
        {"an_hour": 5, "categories": ["noise"]},
    )


@pytest.mark.parametrize(
    ("name", "an_hour", "categories", "sentence"),
    [
        (" ", 5, [], "Say whose key it is, in 1 to 80 characters."),
        ("x" * 81, 5, [], "Say whose key it is, in 1 to 80 characters."),
        ("x", 0, [], "A key raises 1 to 10000000 concerns an hour."),
        ("x", 5, ["noise", "potholes"], "There is no category potholes. These exist: traffic, noise."),
    ],
)
def test_what_is_no_key_is_refused(
    db: None, noon: datetime, name: str, an_hour: int, categories: list[str], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.make_api_key(name, an_hour=an_hour, categories=categories, known=KNOWN, by=ADMINISTRATOR, at=noon)
    assert refused.value.sentence == sentence
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing_and_is_revoked_once(db: None, noon: datetime) -> None:
    made = make(noon)
    assert actions.use_api_key(made.key, by=PUBLIC, at=noon) == actions.KeyUse(made.number, frozenset(), 0)
    assert actions.revoke_api_key(made.number, by=ADMINISTRATOR, at=noon)
    assert not actions.revoke_api_key(made.number, by=ADMINISTRATOR, at=noon)
    with pytest.raises(NotThere):
        actions.use_api_key(made.key, by=PUBLIC, at=noon)
    assert [key.revoked_at for key in queries.api_keys(viewer=ADMINISTRATOR)] == [noon]
    assert list(LedgerLine.objects.order_by("pk").values_list("event", flat=True)) == [
        "program.key_made",
        "program.key_revoked",
    ]


@pytest.mark.parametrize("by", [PUBLIC, SERGEANT])
def test_only_who_keeps_the_accounts_makes_sees_and_revokes_keys(db: None, noon: datetime, by: Actor) -> None:
    made = make(noon)
    for act in (
        lambda: make(noon, by=by),
        lambda: actions.revoke_api_key(made.number, by=by, at=noon),
        lambda: queries.api_keys(viewer=by),
    ):
        with pytest.raises(NotThere):
            act()


def test_a_number_that_is_no_keys_is_told(db: None, noon: datetime) -> None:
    with pytest.raises(NotThere, match="There is no key 77"):
        actions.revoke_api_key(77, by=ADMINISTRATOR, at=noon)


@pytest.mark.parametrize("key", ["", "guess", "x" * 201, "\x00", "\ud800"])
def test_what_is_no_key_opens_nothing(db: None, noon: datetime, key: str) -> None:
    make(noon)
    with pytest.raises(NotThere):
        actions.use_api_key(key, by=PUBLIC, at=noon)
