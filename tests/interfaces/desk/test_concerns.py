"""Concerns at the desk: the list, a thread and its answer, notes, endings and contacts."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from byname.concerns import actions, rules
from byname.concerns.models import Concern, Message, Person
from byname.ledger.models import LedgerLine
from byname.people import actions as people
from byname.people.models import Account
from byname.vocabulary import PUBLIC
from tests import staff
from tests.cast import Cast
from tests.concerns import told
from tests.interfaces.desk.pages import words

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("America/Toronto")
OLD_MILL = actions.Where("D1", "old-mill", 1)
WHAT = "Cars race along the mill race after dark."


def raised(
    *,
    where: actions.Where = OLD_MILL,
    at: datetime | None = None,
    what: str = WHAT,
    category: str = "traffic",
    to_sergeant: bool = False,
    contact: rules.Contact | None = None,
    under_18: bool = False,
    language: str = "en",
) -> str:
    """The reference of a concern that was raised."""
    told = rules.Told(what, days=("mon", "fri"), times=("evening",), since="month", place="Millrace Lane")
    receipt = actions.raise_concern(
        rules.Raised(
            category, told, "area", "web", language, to_sergeant, contact or rules.Contact(), under_18=under_18
        ),
        where,
        on=timezone.localdate(),
        promise=rules.Promise(ZONE),
        by=PUBLIC,
        at=at or timezone.now(),
    )
    return receipt.reference


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def sergeant(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)


def listed(client: Client, query: str = "") -> list[str]:
    return re.findall(r'href="/desk/concerns/(C-[^/"]+)/"', client.get(url("desk-concerns") + query).content.decode())


def test_the_list_stands_by_what_presses_danger_first_and_says_how_each_stands(ana: Client) -> None:
    now = timezone.now()
    fresh = raised()
    late = raised(at=now - timedelta(hours=75))
    near = raised(at=now - timedelta(hours=60))
    alarming = raised(what="He has a gun and is shooting right now")
    answered = raised(at=now - timedelta(hours=90))
    ana.post(url("answer-concern", answered), {"words": "We measure there this week."})
    assert listed(ana) == [alarming, late, near, fresh, answered]
    said = words(ana.get(url("desk-concerns")).content)
    assert "3 hours late" in said
    assert "may be danger" in said
    assert WHAT not in said


def test_the_list_is_cut_by_reference_area_category_state_and_days(ana: Client, sergeant: Client, cast: Cast) -> None:
    one = raised()
    two = raised(category="noise", where=actions.Where("D1", "chapel-hill", 2))
    ana.post(url("close-concern", one), {"choice": "solved", "words": "The sign stands.", "do": "send"})
    assert listed(sergeant) == [two]
    assert sorted(listed(sergeant, "?state=all")) == sorted([one, two])
    assert listed(sergeant, "?state=closed") == [one]
    assert listed(sergeant, f"?reference={one.lower().replace('-', ' ')}") == [one]
    assert listed(sergeant, "?area=chapel-hill") == [two]
    assert listed(sergeant, "?category=traffic") == []
    tomorrow = cast.on + timedelta(days=1)
    assert listed(sergeant, f"?raised_from={tomorrow}") == []
    assert listed(sergeant, f"?raised_from={cast.on}&raised_until={cast.on}") == [two]
    refused = sergeant.get(url("desk-concerns") + "?area=nowhere")
    assert refused.status_code == 422
    nothing = words(sergeant.get(url("desk-concerns") + "?reference=C-2222-2222-222").content)
    assert "No concern of yours has this reference." in nothing
    assert "cannot be searched" in nothing


def test_a_long_list_is_shown_a_page_at_a_time(ana: Client) -> None:
    all_of_them = [raised() for _ in range(27)]
    first = ana.get(url("desk-concerns")).content.decode()
    assert listed(ana) == all_of_them[:25]
    assert '?page=2" rel="next"' in first
    assert listed(ana, "?page=2") == all_of_them[25:]
    assert "There are no more." in words(ana.get(url("desk-concerns") + "?page=9").content)


def test_an_empty_list_says_what_will_stand_there(ana: Client) -> None:
    assert "Nothing is open. When somebody raises a concern in your area" in words(
        ana.get(url("desk-concerns")).content
    )


def test_the_list_asks_the_database_as_often_for_three_as_for_one(ana: Client, cast: Cast) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ana.get(address).status_code == 200
        return len(queries)

    addresses = [url("desk-concerns"), url("desk-concerns-file"), url("today")]
    mine = raised()
    ana.post(url("take-concern", mine), {"officer": cast.ana.reference})
    for address in addresses:
        ana.get(address)
    one = [asked(address) for address in addresses]
    for _ in range(2):
        ana.post(url("take-concern", raised()), {"officer": cast.ana.reference})
    assert [asked(address) for address in addresses] == one


def test_the_file_holds_no_word_and_no_contact(ana: Client) -> None:
    reference = raised(contact=rules.Contact(name="Zelda Quimby", email="zelda@example.org", phone="4165550199"))
    answer = ana.get(url("desk-concerns-file"))
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [line.split(",")[0] for line in text.splitlines()] == ["reference", reference]
    assert [secret for secret in (WHAT, "mill race", "Zelda", "zelda@", "5550199", "Millrace") if secret in text] == []


def test_a_concern_shows_what_they_told_and_who_read_it_is_on_the_ledger(ana: Client) -> None:
    reference = raised()
    said = words(ana.get(url("desk-concern", reference)).content)
    assert WHAT in said
    assert "Mondays and Fridays, in the evening, for some weeks" in said
    assert "Millrace Lane" in said
    assert "Nobody has it yet" in said
    assert LedgerLine.objects.filter(event="read.concern", subject_id=reference).count() == 1


def test_an_answer_is_signed_and_stands_in_the_thread(ana: Client, cast: Cast) -> None:
    reference = raised()
    answer = ana.post(url("answer-concern", reference), {"words": "We measure there.", "working": "on"})
    assert (answer.status_code, answer["Location"]) == (303, f"{url('desk-concern', reference)}?done=answered")
    page = words(ana.get(answer["Location"]).content)
    assert "Your answer is on its way." in page
    assert f"Answer. Constable {cast.ana.name}" in page
    assert Concern.objects.get().state == "working"


def test_an_empty_answer_is_refused_and_one_too_long_keeps_what_was_typed(ana: Client) -> None:
    reference = raised()
    for typed in (" ", "x" * 4001):
        refused = ana.post(url("answer-concern", reference), {"words": typed})
        assert refused.status_code == 422
        assert typed.strip() in refused.content.decode()
    assert Message.objects.count() == 0


def test_a_note_is_another_page_another_word_and_another_colour(ana: Client) -> None:
    reference = raised(contact=rules.Contact(email="zelda@example.org"))
    concern = ana.get(url("desk-concern", reference)).content.decode()
    note_page = ana.get(url("note-concern", reference)).content.decode()
    assert 'name="words"' in note_page
    assert (concern.count("<textarea"), note_page.count("<textarea")) == (1, 1)
    assert ('class="inside"' in concern, 'class="inside"' in note_page) == (False, True)
    assert "Send" not in words(note_page.encode())
    ana.post(url("note-concern", reference), {"words": "The school agreed to a count."})
    page = ana.get(url("desk-concern", reference)).content.decode()
    assert '<li class="note">' in page
    assert "Note, stays inside." in page
    assert (Message.objects.get().kind, Concern.objects.get().state) == ("note", "received")


def test_somebody_of_the_team_takes_it_or_is_given_it(ana: Client, cast: Cast) -> None:
    reference = raised()
    page = ana.get(url("desk-concern", reference)).content.decode()
    assert "I take it" in page
    ana.post(url("take-concern", reference), {"officer": cast.ana.reference})
    assert "You have it." in words(ana.get(url("desk-concern", reference)).content)
    assert listed(ana, "?mine=on") == [reference]
    ana.post(url("take-concern", reference), {"officer": cast.chidi.reference})
    assert f"Constable {cast.chidi.name} has it." in words(ana.get(url("desk-concern", reference)).content)
    refused = ana.post(url("take-concern", reference), {"officer": cast.ines.reference})
    assert refused.status_code == 422
    assert "Choose somebody of the area" in refused.content.decode()


@pytest.mark.parametrize(
    ("name", "choice", "state"),
    [
        ("close-concern", "not_solved", "closed"),
        ("hand-on-concern", "city", "handed_on"),
        ("pass-on-concern", "harbour", "received"),
    ],
)
def test_what_the_person_will_read_is_shown_before_it_is_sent(ana: Client, name: str, choice: str, state: str) -> None:
    reference = raised()
    typed = {"choice": choice, "words": "It is the city's street. Call 311."}
    assert ana.get(url(name, reference)).status_code == 200
    look = ana.post(url(name, reference), {**typed, "do": "look"})
    assert "Is this what they should read?" in words(look.content)
    assert (look.status_code, Message.objects.count()) == (200, 0)
    change = ana.post(url(name, reference), {**typed, "do": "change"})
    assert "<textarea" in change.content.decode()
    assert "Call 311." in change.content.decode()
    sent = ana.post(url(name, reference), {**typed, "do": "send"})
    # Who passed it on to another team's area has no way in any more.
    assert sent.status_code == 303
    assert (Concern.objects.get().state, Message.objects.get().kind) == (state, "answer")


def test_a_concern_that_has_ended_offers_no_answer_and_no_second_end(ana: Client) -> None:
    reference = raised()
    ana.post(url("close-concern", reference), {"choice": "solved", "words": "Done.", "do": "send"})
    page = ana.get(url("desk-concern", reference)).content.decode()
    assert ("Send the answer" in page, "Close it" in page) == (False, False)
    assert "That cannot be done now" in words(ana.get(url("close-concern", reference)).content)
    again = ana.post(url("close-concern", reference), {"choice": "solved", "words": "Done again.", "do": "send"})
    assert again.status_code == 422


@pytest.mark.parametrize("door", ["answer-concern", "close-concern"])
def test_who_presses_send_twice_sees_the_same_page_twice_and_one_answer_goes(ana: Client, door: str) -> None:
    reference = raised()
    sent = {"choice": "solved", "words": "The sign stands.", "do": "send"}
    first, second = (ana.post(url(door, reference), sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert Message.objects.filter(kind="answer").count() == 1


def test_how_to_reach_them_is_told_to_an_officer_and_to_a_sergeant_who_says_why(ana: Client, sergeant: Client) -> None:
    reference = raised(
        contact=rules.Contact(
            name="Zelda Quimby", email="zelda@example.org", phone="416-555-0199", safe_hours="after six",
            never_visit=True, never_phone=True,
        )
    )  # fmt: skip
    page = ana.get(url("desk-concern", reference)).content.decode()
    assert [secret for secret in ("Zelda", "zelda@", "0199") if secret in page] == []
    assert "Never visit." in page
    assert "after six" in page
    told = words(ana.post(url("concern-contact", reference)).content)
    assert "Zelda Quimby" in told
    assert "They asked never to be phoned." in told
    assert "0199" not in told
    refused = sergeant.post(url("concern-contact", reference))
    assert refused.status_code == 422
    assert "Say why you are looking" in refused.content.decode()
    assert "zelda@" not in refused.content.decode()
    assert "zelda@" in words(sergeant.post(url("concern-contact", reference), {"reason": "supervision"}).content)
    assert LedgerLine.objects.filter(event="read.contact", subject_id=reference).count() == 2


def test_danger_and_a_young_person_stand_before_everything_else(ana: Client) -> None:
    reference = raised(what="Somebody is being stabbed right now", under_18=True)
    page = words(ana.get(url("desk-concern", reference)).content)
    assert page.index("harm that is happening now") < page.index("What they told us")
    assert page.index("Whoever raised this is under 18") < page.index("What they told us")


def test_who_joined_stands_apart_and_whoever_answers_is_told_that_they_read_it(ana: Client) -> None:
    receipt = told.raised(timezone.now())
    page = url("desk-concern", receipt.reference)
    warned = "joined read this too: no name, no door."
    assert warned not in words(ana.get(page).content)
    link = told.joined(receipt.reference, timezone.now(), under_18=True)
    actions.write_again(receipt.link, "It is as before.", by=PUBLIC, at=timezone.now())
    actions.write_again(link, "Here too.", by=PUBLIC, at=timezone.now())
    shown = ana.get(page).content
    text = words(shown)
    assert (text.count("They wrote."), text.count("Somebody who joined wrote."), shown.count(b'"person joiner"')) == (
        1,
        1,
        1,
    )
    assert ("Somebody who joined is under 18" in text, "Whoever raised this is under 18" in text) == (True, False)
    assert "1 who joined reads, this too" not in text
    told.joined(receipt.reference, timezone.now())
    for name in ("desk-concern", "close-concern", "hand-on-concern", "pass-on-concern"):
        assert f"2 who {warned}" in words(ana.get(url(name, receipt.reference)).content)
    contact = words(ana.post(url("concern-contact", receipt.reference), {"reason": ""}).content)
    assert ("Somebody who joined is under 18" in contact, "They are under 18" in contact) == (True, False)


def test_a_no_of_who_joined_and_what_they_write_after_the_end_are_told_as_theirs(ana: Client, cast: Cast) -> None:
    at = timezone.now()
    receipt = told.raised(at)
    link = told.joined(receipt.reference, at)
    officer = staff.acting(Account.objects.get(officer__reference=cast.ana.reference), areas=["old-mill"])
    actions.close(receipt.reference, "solved", "The sign stands.", by=officer, at=at)
    actions.say_how_it_went(link, answered="no", better="no", promise=told.PROMISE, by=PUBLIC, at=timezone.now())
    actions.write_again(link, "It is as bad as before.", by=PUBLIC, at=timezone.now())
    text = words(ana.get(url("desk-concern", receipt.reference)).content)
    assert "1 who joined said no:" in text
    assert "Somebody who joined wrote after it ended. Only whoever raised it can open it again." in text
    assert "their page asks them" not in text


def test_what_went_past_the_team_is_the_sergeants_alone(ana: Client, sergeant: Client) -> None:
    reference = raised(to_sergeant=True)
    assert (listed(ana), listed(sergeant)) == ([], [reference])
    mine, missing = (ana.get(url("desk-concern", name)) for name in (reference, "C-2222-2222-222"))
    assert (mine.status_code, missing.status_code) == (404, 404)
    page = words(sergeant.get(url("desk-concern", reference)).content)
    assert "with the sergeants of the division" in page
    assert "Give it to somebody of the team" not in page
    assert listed(sergeant, "?sergeant=on") == [reference]


def test_a_conflict_of_interest_closes_the_list_and_the_page(cast: Cast) -> None:
    account = staff.account("officer", officer=cast.chidi)
    people.declare_conflict(["neighbourhood:1"], by=staff.acting(account), at=timezone.now())
    chidi = staff.at_the_desk(account)
    reference = raised()
    assert listed(chidi) == []
    assert chidi.get(url("desk-concern", reference)).status_code == 404


def test_today_tells_an_officer_what_waits_and_a_sergeant_what_is_theirs(ana: Client, sergeant: Client) -> None:
    now = timezone.now()
    assert "concern" not in words(ana.get(url("today")).content)
    raised()
    raised(at=now - timedelta(hours=60))
    raised(at=now - timedelta(hours=75))
    raised(to_sergeant=True)
    raised(what="Somebody is being stabbed right now")
    officers, sergeants = (words(client.get(url("today")).content) for client in (ana, sergeant))
    for said in (officers, sergeants):
        assert "One concern may speak of danger" in said
        assert "One concern is late" in said
    assert "One concern waits for an answer soon" in officers
    assert "2 concerns have no answer yet" in officers
    assert "came to the sergeant" not in officers
    assert "One concern came to the sergeant" in sergeants
    assert "no answer yet" not in sergeants


def test_whoever_wrote_again_is_told_on_today_until_somebody_answers(ana: Client) -> None:
    reference = raised()
    ana.post(url("answer-concern", reference), {"words": "We measure there this week."})
    assert "wrote again" not in words(ana.get(url("today")).content)
    actions.write_again(Person.objects.get().link, "It was worse today.", by=PUBLIC, at=timezone.now())
    assert "One person wrote again" in words(ana.get(url("today")).content)
    assert listed(ana, "?state=wrote_again") == [reference]
    assert "they wrote again" in words(ana.get(url("desk-concerns")).content)
    ana.post(url("note-concern", reference), {"words": "The school knows."})
    assert listed(ana, "?state=wrote_again") == [reference]
    ana.post(url("answer-concern", reference), {"words": "I stand there tomorrow."})
    assert listed(ana, "?state=wrote_again") == []
    assert "wrote again" not in words(ana.get(url("today")).content)


def test_the_tabs_of_an_officer_are_five_and_concerns_is_one(ana: Client) -> None:
    page = ana.get(url("today")).content.decode()
    tabs = re.findall(r"<li><a href=\"[^\"]+\"[^>]*>([^<]+)</a></li>", page.split('class="tablist"')[1])
    assert tabs == ["Today", "Concerns", "Areas", "Hours", "More"]
