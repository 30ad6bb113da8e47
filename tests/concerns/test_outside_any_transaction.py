"""Every act and every look brings its own transaction: the doors open none for them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from byname.concerns import actions, queries, rules
from byname.ledger.models import LedgerLine
from byname.vocabulary import PUBLIC, SYSTEM, Actor
from tests import cast as city
from tests import staff
from tests.concerns import told
from tests.concerns.told import PROMISE

DAY = timedelta(days=1)


@pytest.mark.slow
def test_the_whole_life_of_a_concern_outside_any_transaction(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    cast = city.build(by=clerk_of_records, at=noon)
    ana = staff.acting(staff.account("officer", officer=cast.ana), areas=["old-mill"])
    sergeant = staff.acting(staff.account("sergeant", divisions=["D1", "D2"]))
    before = LedgerLine.objects.count()
    assert not connection.in_atomic_block

    receipt = told.raised(noon, once=b"form 7")
    link, pin, reference = receipt.link, receipt.pin, receipt.reference
    queries.inbox(queries.Asked(), page=1, at=noon, viewer=ana)
    queries.thread(reference, at=noon, viewer=ana)
    queries.contact_of_concern(reference, reason="complaint", at=noon, viewer=sergeant)
    actions.take(reference, cast.chidi.reference, on=cast.on, by=ana, at=noon)
    actions.note(reference, "A note.", by=ana, at=noon)
    actions.tell_overdue(by=SYSTEM, at=noon + 4 * DAY)
    actions.answer(reference, "An answer.", by=ana, at=noon + 4 * DAY)
    actions.write_again(link, "More.", by=PUBLIC, at=noon + 4 * DAY)
    actions.take_out(link, pin, by=PUBLIC, at=noon + 4 * DAY)
    actions.change_contact(link, pin, rules.Contact(email="new@home.example"), "fr", by=PUBLIC, at=noon + 4 * DAY)
    actions.stop_letters(link, by=PUBLIC, at=noon + 4 * DAY)
    actions.close(reference, "solved", "Done.", by=ana, at=noon + 5 * DAY)
    actions.say_how_it_went(link, answered="no", better="", promise=PROMISE, by=PUBLIC, at=noon + 6 * DAY)
    actions.pass_on(reference, "ring", "Theirs.", by=ana, at=noon + 6 * DAY)
    actions.hand_on(reference, "city", "The city's.", by=sergeant, at=noon + 7 * DAY)
    actions.forget_old_words(by=SYSTEM, at=noon + 400 * DAY)
    other = told.raised(noon)
    actions.erase(other.link, other.pin, by=PUBLIC, at=noon)

    rows = LedgerLine.objects.order_by("pk").values_list("event", flat=True)
    assert list(rows)[before:] == [
        "concern.raised",
        "read.concern",
        "read.contact",
        "concern.taken",
        "concern.noted",
        "concern.overdue",
        "concern.answered",
        "concern.written_to",
        "concern.taken_out",
        "concern.contact_changed",
        "concern.letters_stopped",
        "concern.closed",
        "concern.reopened",
        "concern.passed_on",
        "concern.handed_on",
        "concern.words_forgotten",
        "concern.raised",
        "concern.erased",
    ]
