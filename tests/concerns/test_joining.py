"""Joining a published concern: counted once, told what comes, and shown nothing of what another person wrote."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Person, Wording
from byname.ledger import queries as ledger
from byname.ledger.models import Letter
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused
from tests.cast import Cast
from tests.concerns import told, wordings

NUMBER = b"the form's own number"
EN = actions.Joining("en")


@pytest.fixture
def reference(cast: Cast, noon: datetime) -> str:
    """A concern of old-mill, published."""
    receipt = told.raised(noon)
    wordings.published(receipt.reference, noon)
    return receipt.reference


def joined(reference: str, at: datetime, how: actions.Joining = EN, once: bytes = NUMBER) -> actions.Receipt:
    return actions.join_concern(reference, how, once=once, by=PUBLIC, at=at)


def test_who_joins_has_a_link_and_a_pin_of_their_own_and_is_counted_once(reference: str, noon: datetime) -> None:
    version = ledger.public_versions(viewer=PUBLIC)["everything"]
    first, again = joined(reference, noon), joined(reference, noon)
    assert (first.newly, again.newly) == (True, False)
    assert (again.reference, again.link, again.pin) == (first.reference, first.link, first.pin)
    row = Person.objects.get(raised=False)
    assert (row.link, row.pin, row.contact, row.language, row.joined_at) == (first.link, first.pin, "", "en", noon)
    assert len(first.link) == len(told.raised(noon).link) == 24
    assert (Wording.objects.get().joined, told.lines("concern.joined")) == (2, [("concern.joined", reference)])
    assert ledger.public_versions(viewer=PUBLIC)["everything"] == version + 1
    assert (
        Letter.objects.filter(kind="concern_received").count() == 2
    )  # of the two who raised one, each with an address


def test_another_form_is_another_person_and_the_link_cannot_be_worked_out(reference: str, noon: datetime) -> None:
    one, other = joined(reference, noon), joined(reference, noon, once=b"another number")
    assert one.link != other.link
    assert Wording.objects.get().joined == 3
    assert NUMBER.decode() not in one.link
    second = told.raised(noon).reference
    wordings.published(second, noon)
    assert joined(second, noon).link != one.link


def test_who_joins_reads_only_what_is_answered_from_then_on(reference: str, noon: datetime, ana: Actor) -> None:
    actions.answer(reference, "Rosalind, I was at 12 Millrace Lane.", by=ana, at=noon + timedelta(hours=1))
    receipt = joined(reference, noon + timedelta(hours=2))
    actions.answer(reference, "A sign comes in May.", by=ana, at=noon + timedelta(hours=3))
    seen = queries.followed(receipt.link, at=noon, viewer=PUBLIC)
    assert [entry.words for entry in seen.entries] == ["A sign comes in May."]
    assert (seen.told, seen.raised, seen.words_gone, seen.reference) == (None, False, False, reference)
    taken = actions.take_out(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    assert "Millrace" not in str(taken.kept())
    assert "Rosalind" not in str(taken.kept())


def test_a_letter_confirms_it_and_what_is_answered_is_written_to_them_too(
    reference: str, noon: datetime, ana: Actor
) -> None:
    how = actions.Joining("fr", rules.Contact(email="joan@home.example"), under_18=True)
    receipt = joined(reference, noon, how)
    letter = Letter.objects.get(message_id=Person.objects.get(raised=False).letter)
    assert (letter.kind, letter.recipient) == ("concern_received", "joan@home.example")
    assert (receipt.link in letter.words, '"language": "fr"' in letter.words, "under_18" in letter.words) == (
        True,
        True,
        True,
    )
    actions.answer(reference, "A sign comes.", by=ana, at=noon + timedelta(days=2))
    assert {each.recipient for each in Letter.objects.filter(kind="concern_news")} == {
        "joan@home.example",
        told.SPOKEN.email,
    }


def test_nothing_unpublished_taken_back_or_ended_can_be_joined(reference: str, noon: datetime, ana: Actor) -> None:
    hidden = told.raised(noon).reference
    for unknown in (hidden, "C-0000-0000", ""):
        with pytest.raises(NotThere):
            joined(unknown, noon)
    actions.close(reference, "solved", "The sign stands.", by=ana, at=noon)
    with pytest.raises(Refused, match="has ended") as refused:
        joined(reference, noon)
    assert refused.value.code == "ended"
    Wording.objects.update(withdrawn_at=noon)
    with pytest.raises(NotThere):
        joined(reference, noon)
    assert Person.objects.filter(raised=False).count() == 0


def test_who_joined_before_it_ended_finds_the_receipt_again(reference: str, noon: datetime, ana: Actor) -> None:
    first = joined(reference, noon)
    actions.close(reference, "solved", "The sign stands.", by=ana, at=noon)
    Wording.objects.update(withdrawn_at=noon)
    assert joined(reference, noon) == replace(first, newly=False)


def test_a_form_whose_person_was_forgotten_opens_nothing(reference: str, noon: datetime) -> None:
    joined(reference, noon)
    Person.objects.filter(raised=False).update(link="", pin="")
    with pytest.raises(Refused) as refused:
        joined(reference, noon)
    assert refused.value.code == "erased"


def test_the_clock_goes_on_where_whoever_raised_it_had_everything_removed(reference: str, noon: datetime) -> None:
    raiser = Person.objects.get(raised=True)
    actions.erase(raiser.link, raiser.pin, by=PUBLIC, at=noon)
    assert Concern.objects.get().words_gone_at == noon
    receipt = joined(reference, noon)
    assert Concern.objects.get().words_gone_at is None
    late = noon + timedelta(days=4)
    assert actions.tell_overdue(by=Actor("system", "byname"), at=late) == 1
    assert queries.followed(receipt.link, at=late, viewer=PUBLIC).overdue


def test_a_contact_nobody_could_be_reached_by_is_refused_and_nothing_is_written(reference: str, noon: datetime) -> None:
    with pytest.raises(Refused):
        joined(reference, noon, actions.Joining("en", rules.Contact(email="joan")))
    assert (Person.objects.count(), Wording.objects.get().joined) == (1, 1)


def test_what_is_kept_of_who_joined_is_sealed(reference: str, noon: datetime) -> None:
    receipt = joined(reference, noon, actions.Joining("en", rules.Contact(name="Joan", email="joan@home.example")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT person::text FROM byname_person AS person WHERE NOT raised")
        (row,) = cursor.fetchone()
    assert [word for word in ("Joan", "joan@home", receipt.link, f",{receipt.pin},") if word in row] == []


def test_a_count_is_told_from_five_others_on(reference: str, noon: datetime) -> None:
    said = []
    for _ in range(6):
        said.append(queries.published(viewer=PUBLIC)[0].others)
        joined(reference, noon, once=secrets.token_bytes(16))
    assert [*said, queries.published(viewer=PUBLIC)[0].others] == [None, None, None, None, None, 5, 6]


def test_who_joins_when_the_day_has_passed_is_promised_an_answer_anew(
    reference: str, noon: datetime, ana: Actor
) -> None:
    raiser = Person.objects.get(raised=True)
    actions.tell_overdue(by=Actor("system", "byname"), at=noon + timedelta(days=4))
    actions.erase(raiser.link, raiser.pin, by=PUBLIC, at=noon + timedelta(days=5))
    late = noon + timedelta(days=20)
    receipt = joined(reference, late)
    row = Concern.objects.get()
    assert (row.promised_at, row.due_at, row.overdue_told_at) == (late, late + timedelta(days=3), None)
    assert receipt.due_at == row.due_at
    assert not queries.followed(receipt.link, at=late, viewer=PUBLIC).overdue
    assert actions.tell_overdue(by=Actor("system", "byname"), at=late + timedelta(minutes=1)) == 0
    # Whoever joins then joins under the same promise, which is told where it is broken.
    joined(reference, late + timedelta(days=1), once=b"another number")
    assert Concern.objects.get().due_at == row.due_at
    assert actions.tell_overdue(by=Actor("system", "byname"), at=late + timedelta(days=4)) == 1


def test_what_was_answered_before_all_was_removed_keeps_its_day(reference: str, noon: datetime, ana: Actor) -> None:
    raiser = Person.objects.get(raised=True)
    actions.answer(reference, "I was there.", by=ana, at=noon)
    actions.erase(raiser.link, raiser.pin, by=PUBLIC, at=noon)
    joined(reference, noon + timedelta(days=20))
    row = Concern.objects.get()
    assert (row.promised_at, row.due_at, row.answered_at) == (noon, noon + timedelta(days=3), noon)


def test_invented_addresses_join_one_concern_from_one_network_twelve_times_a_day(
    reference: str, noon: datetime
) -> None:
    def join(number: int, network: str, at: datetime) -> actions.Receipt:
        how = actions.Joining("en", rules.Contact(email=f"somebody{number}@home.example"))
        return actions.join_concern(reference, how, once=b"%022d" % number, network=network, by=PUBLIC, at=at)

    first = [join(number, "here", noon) for number in range(12)]
    with pytest.raises(Refused) as refused:
        join(12, "here", noon)
    assert (refused.value.code, Wording.objects.get().joined) == ("too-often", 13)
    assert join(0, "here", noon).link == first[0].link
    assert join(13, "elsewhere", noon).newly
    assert join(12, "here", noon + timedelta(days=1)).newly
    assert Wording.objects.get().joined == 15
