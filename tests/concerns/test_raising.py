"""Raising a concern: all on disk or nothing, one however often the button is pressed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from byname.concerns import actions, queries, rules
from byname.concerns.models import Concern, Person
from byname.ledger.models import LedgerLine, Letter
from byname.places.models import Area, Neighbourhood
from byname.vocabulary import PUBLIC, Actor, Refused
from tests import cast as city
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.concerns.told import ANONYMOUS, RAISED, TOLD

DAY = timedelta(days=1)


def test_what_was_told_is_kept_with_its_area_its_neighbourhood_and_when_it_is_answered(
    cast: Cast, noon: datetime
) -> None:
    receipt = told.raised(noon)
    row = Concern.objects.get()
    assert (row.reference, row.area, row.neighbourhood, row.division_code) == (
        receipt.reference,
        Area.objects.get(slug="old-mill"),
        Neighbourhood.objects.get(official_id=4),
        "D1",
    )
    assert (row.state, row.holder, row.channel, row.category) == ("received", "team", "web", "traffic")
    assert (row.raised_at, row.promised_at, row.due_at, row.stirred_at) == (noon, noon, noon + 3 * DAY, noon)
    assert receipt.due_at == row.due_at
    assert receipt.newly
    assert rules.told_of(row.told) == TOLD
    person = Person.objects.get()
    assert (person.raised, person.link, person.pin, rules.contact_of(person.contact)) == (
        True,
        receipt.link,
        receipt.pin,
        told.SPOKEN,
    )
    assert queries.followed(receipt.link, at=noon, viewer=PUBLIC).told == TOLD


def test_what_a_person_wrote_stands_nowhere_unsealed_and_their_point_only_as_a_field(
    cast: Cast, noon: datetime
) -> None:
    receipt = told.raised(noon, language="fr")
    with connection.cursor() as cursor:
        stored = []
        for table in ("concern", "person", "letter", "ledgerline", "message"):
            cursor.execute(f"SELECT row_to_json({table})::text FROM byname_{table} AS {table}")
            stored += [text for (text,) in cursor.fetchall()]
    everything = " ".join(stored)
    secrets = (
        "race past",
        "Rosalind",
        "rosalind",
        "555 0199",
        "Millrace",
        "sign before",
        "43.61527",
        "79.49472",
        receipt.link,
        receipt.pin,
    )
    assert [secret for secret in secrets if secret in everything] == []
    row = Concern.objects.get()
    assert (row.grid_lat, row.grid_lon) == (43.6155, -79.4945)


def test_the_ledger_says_where_and_by_which_way_and_no_word_name_or_point(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon)
    line = LedgerLine.objects.get(event__startswith="concern.")
    assert (line.event, line.subject_kind, line.subject_id) == ("concern.raised", "concern", receipt.reference)
    assert (line.actor_kind, line.actor_name, line.facts) == (
        "public",
        "",
        {"area": "old-mill", "category": "traffic", "channel": "web"},
    )


def test_a_letter_confirms_it_to_whoever_gave_an_address_and_to_nobody_else(cast: Cast, noon: datetime) -> None:
    told.raised(noon, ANONYMOUS)
    assert Letter.objects.count() == 0
    told.raised(noon)
    letter = Letter.objects.get()
    assert (letter.kind, letter.recipient, letter.due_at) == ("concern_received", "rosalind@home.example", noon)


def test_past_the_team_and_where_no_team_is_yet_it_is_the_sergeants(cast: Cast, noon: datetime) -> None:
    told.raised(noon, to_sergeant=True)
    told.raised(noon, where=actions.Where("D2", "", 6))
    rows = Concern.objects.order_by("pk").values_list("area__slug", "division_code", "holder", "neighbourhood__name")
    assert list(rows) == [("old-mill", "D1", "sergeant", "Mill"), (None, "D2", "sergeant", "Fields")]


def test_words_of_danger_are_marked_so_that_they_are_seen_first(cast: Cast, noon: datetime) -> None:
    told.raised(noon, told=replace(TOLD, what="He has a gun and says he will shoot somebody."))
    assert Concern.objects.get().danger.split() == ["now"]


def test_the_same_form_handed_in_twice_is_one_concern_with_one_receipt(cast: Cast, noon: datetime) -> None:
    first = told.raised(noon, once=b"form 7")
    again = told.raised(noon + DAY, once=b"form 7", language="fr")
    assert again == replace(first, newly=False)
    assert (Concern.objects.count(), Person.objects.count(), Letter.objects.count()) == (1, 1, 1)
    assert told.lines() == [("concern.raised", first.reference)]
    assert told.raised(noon, once=b"form 8").reference != first.reference


def test_five_letters_a_day_confirm_to_one_mailbox_whoever_types_it_and_however(cast: Cast, noon: datetime) -> None:
    reference = told.raised(noon, ANONYMOUS).reference
    wordings.published(reference, noon)

    def raises(email: str, once: bytes | None = None, **changes: str) -> None:
        told.raised(noon, contact=rules.Contact(email=email), once=once, **changes)

    for _ in range(10):
        raises("rosa@home.example", once=b"one form, pressed ten times")
    raises("Rosa+work@Home.example")
    how = actions.Joining("en", rules.Contact(email="rosa+2@home.example"))
    for once in (b"one", b"one", b"two"):
        actions.join_concern(reference, how, once=once, by=PUBLIC, at=noon)
    actions.ask_weekly_letter("old-mill", "rosa+3@home.example", "en", by=PUBLIC, at=noon)
    assert Letter.objects.count() == 5
    raises("rosa@home.example")
    actions.join_concern(reference, how, once=b"three", by=PUBLIC, at=noon)
    actions.ask_weekly_letter("ring", "rosa@home.example", "en", by=PUBLIC, at=noon)
    assert (Letter.objects.count(), Concern.objects.count(), Person.objects.filter(raised=False).count()) == (5, 4, 3)
    raises("joan@home.example")
    # Whoever has an account or a key is held up elsewhere.
    raises("rosa@home.example", channel="phone")
    raises("rosa@home.example", channel="program")
    assert Letter.objects.count() == 8
    noon += DAY
    raises("rosa@home.example")
    assert Letter.objects.count() == 9


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("rosa@home.example", "rosa@home.example"),
        (" Rosa@HOME.example ", "rosa@home.example"),
        ("rosa+one+two@home.example", "rosa@home.example"),
        ("+rosa@home.example", "@home.example"),
        ("rosa@home+one.example", "rosa@home+one.example"),
    ],
)
def test_a_mailbox_is_the_same_whatever_follows_a_plus(email: str, mailbox: str) -> None:
    assert rules.mailbox_of(email) == mailbox


def test_a_form_whose_concern_was_removed_raises_it_no_second_time(cast: Cast, noon: datetime) -> None:
    receipt = told.raised(noon, once=b"form 7")
    actions.erase(receipt.link, receipt.pin, by=PUBLIC, at=noon)
    with pytest.raises(Refused, match="You raised this before, and had it removed"):
        told.raised(noon, once=b"form 7")
    assert Concern.objects.count() == 1


def test_it_takes_four_statements_within_the_act_and_two_without_a_letter(cast: Cast, noon: datetime) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        told.raised(noon)
    assert [query["sql"].split()[0] for query in asked if "SAVEPOINT" not in query["sql"]] == [
        "INSERT",
        "INSERT",
        "WITH",
        "INSERT",
    ]
    with CaptureQueriesContext(connection) as asked:
        told.raised(noon, ANONYMOUS)
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 2


@pytest.mark.parametrize("broken", ["record", "write_letter"])
def test_where_one_statement_fails_nothing_stands(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(f"byname.ledger.actions.{broken}", fails)
    with pytest.raises(DatabaseError), transaction.atomic():
        told.raised(noon)
    assert (Concern.objects.count(), Person.objects.count(), Letter.objects.count(), told.lines()) == (0, 0, 0, [])


def test_an_address_no_letter_can_go_to_is_refused_and_nothing_stands(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Refused, match="That is no e-mail address"):
        told.raised(noon, contact=rules.Contact(email="a@b@home.example"))
    assert Concern.objects.count() == 0


@pytest.mark.slow
def test_one_button_pressed_in_many_windows_at_once_is_one_concern(
    committed: None, noon: datetime, clerk_of_records: Actor
) -> None:
    city.build_land(by=clerk_of_records, at=noon)
    receipts: list[actions.Receipt] = []
    ready = threading.Barrier(4)

    def press() -> None:
        try:
            ready.wait(10)
            receipts.append(told.raised(noon, once=b"form 7"))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(each.reference, each.link, each.pin, each.due_at) for each in receipts}) == 1
    assert sorted(each.newly for each in receipts) == [False, False, False, True]
    assert (Concern.objects.count(), Person.objects.count(), Letter.objects.count()) == (1, 1, 1)
    assert len(told.lines()) == 1


LANGUAGES = frozenset({"en", "fr"})
CATEGORIES = rules.default_profile().raisable


def test_what_is_raised_is_tidied_before_it_is_kept() -> None:
    rough = replace(
        RAISED,
        told=replace(TOLD, what="Cars\x00 race\u202e here.\r\n\r\n\r\n\r\n\r\nDaily. ", place="12 Millrace\nLane"),
        contact=replace(told.SPOKEN, name="Rosalind\r\nQuennell"),
    )
    kept = rules.checked(rough, categories=CATEGORIES, languages=LANGUAGES)
    assert (kept.told.what, kept.told.place, kept.contact.name) == (
        "Cars race here.\n\n\nDaily.",
        "12 Millrace Lane",
        "Rosalind Quennell",
    )
    assert rules.checked(kept, categories=CATEGORIES, languages=LANGUAGES) == kept


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"category": "about-an-officer"}, "category"),
        ({"category": "weather"}, "category"),
        ({"place_kind": "area"}, "where"),
        ({"language": "xx"}, "language"),
        ({"told": replace(TOLD, what=" \u200b\n")}, "what"),
        ({"told": replace(TOLD, what="x" * 4001)}, "what"),
        ({"told": replace(TOLD, help="x" * 1001)}, "help"),
        ({"told": replace(TOLD, days=("someday",))}, "when"),
        ({"told": replace(TOLD, lat=None)}, "where"),
        ({"contact": rules.Contact(email="rosalind")}, "email"),
        ({"contact": rules.Contact(phone="ring me")}, "phone"),
    ],
)
def test_what_cannot_be_raised_so_is_refused_by_the_answer_at_fault(changed: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as no:
        rules.checked(replace(RAISED, **changed), categories=CATEGORIES, languages=LANGUAGES)  # type: ignore[arg-type]
    assert no.value.field == field


def test_a_receipt_shows_its_link_and_pin_for_thirty_minutes(cast: Cast, noon: datetime) -> None:
    first = told.raised(noon, once=b"form 7")
    again = told.raised(noon + DAY, once=b"form 7")
    assert (again.as_shown(noon + timedelta(minutes=30)), first.as_shown(noon)) == (again, first)
    assert again.as_shown(noon + timedelta(minutes=31)) == replace(again, link="", pin="")
