"""Taking along what is one's own: with link and PIN, everything of theirs and nothing of anybody else's."""

from __future__ import annotations

from datetime import datetime

import pytest

from byname.concerns import actions, rules
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told
from tests.concerns.told import SPOKEN, TOLD


def test_link_and_pin_open_everything_of_ones_own_and_the_ledger_tells_it(
    cast: Cast, noon: datetime, ana: Actor
) -> None:
    receipt = told.raised(noon)
    actions.answer(receipt.reference, "I stood there this morning.", by=ana, at=noon)
    actions.note(receipt.reference, "Stays inside.", by=ana, at=noon)
    actions.write_again(receipt.link, "Thank you.", by=PUBLIC, at=noon)
    taken = actions.take_out(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert (taken.reference, taken.told, taken.contact, taken.language) == (receipt.reference, TOLD, SPOKEN, "en")
    assert [(each.kind, each.signed, each.words) for each in taken.messages] == [
        ("answer", "Ana Albuquerque", "I stood there this morning."),
        ("person", "", "Thank you."),
    ]
    assert told.lines("concern.taken_out") == [("concern.taken_out", receipt.reference)]
    assert taken.kept()["told"] == {
        "what": TOLD.what,
        "help": TOLD.help,
        "days": ["mon", "tue"],
        "times": ["morning"],
        "since": "month",
        "place": TOLD.place,
        "lat": TOLD.lat,
        "lon": TOLD.lon,
    }


def test_who_joined_takes_along_nothing_another_person_wrote(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    link = told.joined(receipt.reference, noon)
    taken = actions.take_out(link, "123456", by=PUBLIC, at=noon)
    assert (taken.told, taken.contact) == (None, rules.Contact(email=f"{link}@home.example"))
    assert taken.kept()["told"] is None


def test_a_wrong_pin_opens_nothing_and_an_unknown_link_is_not_there(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    wrong = "000000" if receipt.pin != "000000" else "000001"
    with pytest.raises(Refused, match="This PIN is not right"):
        actions.take_out(receipt.link, wrong, by=PUBLIC, at=noon)
    with pytest.raises(NotThere):
        actions.take_out("no-such-link", receipt.pin, by=PUBLIC, at=noon)
    assert told.lines("concern.taken_out") == []
