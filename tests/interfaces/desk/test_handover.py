"""The handover at the desk: both officers' side, the sergeant's, and what others see."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.interfaces.desk import passing_on
from byname.interfaces.desk.views import handover as views
from byname.people.models import Account
from byname.postings import actions
from byname.postings.models import Handover, HandoverItem, Posting
from byname.vocabulary import SYSTEM, Actor, Period
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words
from tests.interfaces.desk.test_concerns import raised

WORDS = "lanterns in the lane behind the ferry"


@pytest.fixture
def harbour(cast: Cast) -> str:
    """The reference of the handover of the harbour's lead: Elif leaves in three weeks, Farid takes over."""
    actions.open_due_handovers(by=SYSTEM, at=timezone.now())
    return Handover.objects.get(outgoing__reference=cast.elif_.reference).reference


@pytest.fixture
def elif_(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.elif_))


@pytest.fixture
def farid(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.farid))


@pytest.fixture
def sergeant(db: None) -> Client:
    return staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)


def plain(content: bytes) -> bytes:
    """A page without the form's token, which is another each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", content)


def test_the_whole_path_from_both_sides(harbour: str, elif_: Client, farid: Client) -> None:
    page = url("handover", harbour)
    today = elif_.get("/desk/").content.decode()
    assert "Hand over Harbour" in today
    assert "Take over Harbour" in farid.get("/desk/").content.decode()
    added = elif_.post(url("add-to-handover", harbour), {"kind": "open_work", "words": WORDS})
    assert (added.status_code, added["Location"]) == (303, f"{page}#open_work")
    read = farid.get(page).content.decode()
    assert WORDS in read
    assert "One thing is not passed on yet." in read
    refused = farid.post(url("handover-word", harbour))
    assert refused.status_code == 422
    assert "One thing is not passed on yet. Open work, promises and keys" in refused.content.decode()
    item = str(HandoverItem.objects.get().pk)
    assert (
        farid.post(url("handover-item", harbour), {"item": item, "do": "tick", "kind": "open_work"}).status_code == 303
    )
    assert elif_.post(url("handover-word", harbour)).status_code == 303
    assert farid.post(url("handover-word", harbour)).status_code == 303
    assert "This handover is finished." in farid.get(page).content.decode()
    assert "Harbour" not in farid.get("/desk/").content.decode()


def test_ticking_what_somebody_took_off_the_list_meanwhile_shows_the_list_and_says_so(
    harbour: str, elif_: Client, farid: Client
) -> None:
    for written in (WORDS, "The lanterns in the lane"):
        elif_.post(url("add-to-handover", harbour), {"kind": "open_work", "words": written})
    gone = str(HandoverItem.objects.earliest("pk").pk)
    assert elif_.post(url("handover-item", harbour), {"item": gone, "do": "remove"}).status_code == 303
    for do in ("tick", "untick"):
        answer = farid.post(url("handover-item", harbour), {"item": gone, "do": do, "kind": "open_work"})
        text = answer.content.decode()
        assert (answer.status_code, WORDS in text, "The lanterns in the lane" in text) == (422, False, True)
        assert "Somebody took that off the list meanwhile" in text


def test_a_contact_without_their_agreement_is_refused_and_what_was_typed_stays(harbour: str, elif_: Client) -> None:
    contact = "The harbour school’s vice-principal"
    add = url("add-to-handover", harbour)
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    for data in ({"agreed": ""}, {"agreed": "", "agreed_on": day}, {"agreed": "on"}):
        answer = elif_.post(add, {"kind": "contact", "words": contact, **data})
        assert answer.status_code == 422
        assert "Ask them first." in answer.content.decode()
        assert contact in answer.content.decode()
    assert elif_.post(add, {"kind": "contact", "words": contact, "agreed": "on", "agreed_on": day}).status_code == 303
    assert HandoverItem.objects.count() == 1


def test_a_coordinator_sees_how_it_stands_and_no_word_of_it(harbour: str, elif_: Client, cast: Cast) -> None:
    elif_.post(url("add-to-handover", harbour), {"kind": "open_work", "words": WORDS})
    coordinator = staff.at_the_desk(staff.account("coordinator"))
    page = coordinator.get(url("handover", harbour))
    text = page.content.decode()
    assert page.status_code == 200
    assert WORDS not in text
    assert "What is written in it is for the two officers" in text
    assert "Residents are told" in text
    assert coordinator.post(url("add-to-handover", harbour), {"kind": "note", "words": "x"}).status_code == 404


def test_not_yours_looks_like_not_there(harbour: str, cast: Cast) -> None:
    hugo = staff.at_the_desk(staff.account("officer", officer=cast.hugo))
    elsewhere = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    for client in (hugo, elsewhere):
        mine, missing = (client.get(url("handover", name)) for name in (harbour, "H-222222"))
        assert (mine.status_code, missing.status_code) == (404, 404)
        assert plain(mine.content) == plain(missing.content)


def test_an_unfinished_one_presses_on_the_sergeants_today_until_it_is_closed(
    cast: Cast, harbour: str, elif_: Client, farid: Client, sergeant: Client
) -> None:
    def today() -> str:
        return sergeant.get("/desk/").content.decode()

    assert "2 handovers are open in your division" in today()
    Handover.objects.filter(reference=harbour).update(leaves_on=timezone.localdate())
    assert "The handover of Harbour is late" in today()
    assert 'class="matter pressing"' in today()
    elif_.post(url("handover-word", harbour))
    farid.post(url("handover-word", harbour))
    assert "The handover of Harbour is late" not in today()
    assert "One handover is open in your division" in today()


def test_what_other_parts_hold_stands_on_the_list_and_holds_the_word_back(
    harbour: str, farid: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left_open(handover: object, viewer: object, on: object) -> list[passing_on.Held]:
        return [passing_on.Held("open_work", "A concern that waits for an answer", "/desk/concerns/C-222222/")]

    monkeypatch.setattr(views, "SOURCES", (left_open,))
    text = farid.get(url("handover", harbour)).content.decode()
    assert '<a href="/desk/concerns/C-222222/">A concern that waits for an answer</a>' in text
    assert farid.post(url("handover-word", harbour)).status_code == 422
    monkeypatch.setattr(views, "SOURCES", ())
    assert farid.post(url("handover-word", harbour)).status_code == 303


def test_the_open_concerns_of_who_leaves_hold_the_word_back_until_somebody_else_has_them(
    harbour: str, elif_: Client, farid: Client, cast: Cast
) -> None:
    where = concerns.Where("D2", "harbour", 5)
    told, promised, ended, free = (raised(where=where) for _ in range(4))
    for reference in (told, promised, ended):
        elif_.post(url("take-concern", reference), {"officer": cast.elif_.reference})
    elif_.post(url("answer-concern", promised), {"words": "We measure there.", "working": "on"})
    elif_.post(url("close-concern", ended), {"choice": "solved", "words": "It is quiet.", "do": "send"})
    page = words(elif_.get(url("handover", harbour)).content)
    assert f"{told}, Speeding, or danger on the road: answer due " in page
    assert f"{promised}, Speeding, or danger on the road: its person was told that it is being worked on" in page
    assert (ended in page, free in page, "race along" in page) == (False, False, False)
    assert "2 things are not passed on yet. Nothing is written under: partners’ contacts, keys and passes," in page
    # Who takes over reads what comes to them before they reach a word of it.
    assert promised in words(farid.get(url("handover", harbour)).content)
    assert farid.get(url("desk-concern", promised)).status_code == 404
    refused = farid.post(url("handover-word", harbour))
    assert (refused.status_code, "2 things are not passed on yet." in words(refused.content)) == (422, True)
    for reference in (told, promised):
        elif_.post(url("take-concern", reference), {"officer": cast.grace.reference})
    assert "not passed on yet" not in words(elif_.get(url("handover", harbour)).content)
    assert farid.post(url("handover-word", harbour)).status_code == 303


def test_the_sergeant_says_who_takes_over_and_whom_it_may_be(cast: Cast, harbour: str, sergeant: Client) -> None:
    reference = Handover.objects.get(outgoing__reference=cast.dina.reference).reference
    text = sergeant.get(url("handover", reference)).content.decode()
    assert "Nobody is named to take over." in text
    answer = sergeant.post(url("handover-stand-in", reference), {"officer": cast.grace.reference})
    assert answer.status_code == 303
    assert "Constable Quillfeather takes over." in sergeant.get(url("handover", reference)).content.decode()


def test_one_is_opened_from_the_area(cast: Cast, sergeant: Client) -> None:
    page = sergeant.get(url("open-handover", "harbour"))
    assert page.status_code == 200
    answer = sergeant.post(url("open-handover", "harbour"), {"officer": cast.dina.reference})
    reference = Handover.objects.get().reference
    assert (answer.status_code, answer["Location"]) == (303, url("handover", reference))
    refused = sergeant.post(url("open-handover", "ring"), {"officer": cast.ines.reference})
    assert refused.status_code == 422
    assert sergeant.get(url("open-handover", "old-mill")).status_code == 404


def test_the_day_residents_are_told_is_set_by_who_announces(cast: Cast, harbour: str, elif_: Client) -> None:
    reference = Handover.objects.get(outgoing__reference=cast.dina.reference).reference
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    coordinator = staff.at_the_desk(staff.account("coordinator"))
    assert coordinator.post(url("handover-told", reference), {"day": day}).status_code == 303
    assert f'value="{day}"' in coordinator.get(url("handover", reference)).content.decode()
    assert coordinator.post(url("handover-told", reference), {"day": "never"}).status_code == 422
    assert elif_.post(url("handover-told", reference), {"day": day}).status_code == 404


def test_odd_things_are_refused_in_a_sentence(harbour: str, elif_: Client) -> None:
    for name, data in (
        ("add-to-handover", {}),
        ("add-to-handover", {"kind": "gossip", "words": "x"}),
        ("add-to-handover", {"kind": "note", "words": "  "}),
        ("add-to-handover", {"kind": "note", "words": "x" * 601}),
        ("add-to-handover", {"kind": "note", "words": "x\u202ey"}),
        ("add-to-handover", {"kind": "contact", "words": "x", "agreed": "on", "agreed_on": "9999-99-99"}),
    ):
        assert elif_.post(url(name, harbour), data).status_code == 422
    for data in ({}, {"item": "x", "do": "tick"}, {"item": "1", "do": "burn"}):
        assert elif_.post(url("handover-item", harbour), data).status_code == 404


def test_odd_officers_are_nobody(harbour: str, sergeant: Client) -> None:
    for officer in ("", "O-2\0", "x" * 40, "O-222222"):
        assert sergeant.post(url("handover-stand-in", harbour), {"officer": officer}).status_code == 422
        assert sergeant.post(url("open-handover", "harbour"), {"officer": officer}).status_code == 404


def test_accounts_are_told_apart_by_their_officer(harbour: str) -> None:
    nobody = Account.objects.create(email="x@service.example", joined_at=timezone.now(), roles=["officer"])
    client = staff.at_the_desk(nobody)
    assert client.get(url("handover", harbour)).status_code != 200


def test_today_says_nothing_more_of_a_handover_once_its_end_was_undone(
    cast: Cast, harbour: str, elif_: Client, clerk_of_records: Actor
) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    posting = Posting.objects.get(area__slug="harbour", officer__reference=cast.elif_.reference)
    first, today, now = posting.period.lower, cast.on, timezone.now()
    Posting.objects.filter(area__slug="harbour", officer__reference=cast.farid.reference).delete()
    Posting.objects.filter(pk=posting.pk).update(period=(first, today), planned_end_on=today)
    actions.open_due_handovers(by=SYSTEM, at=now)
    told = [f"/desk/handovers/{harbour}/" in client.get("/desk/").content.decode() for client in (sergeant, elif_)]
    assert told == [True, True], "late"
    actions.undo_end(
        cast.elif_.reference, "harbour", seen=Period(first, today), reason="stays", by=clerk_of_records, at=now
    )
    actions.open_due_handovers(by=SYSTEM, at=now)
    told = [f"/desk/handovers/{harbour}/" in client.get("/desk/").content.decode() for client in (sergeant, elif_)]
    assert told == [False, False]
