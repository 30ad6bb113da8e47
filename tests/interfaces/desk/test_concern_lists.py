"""Finding concerns at the desk: filters, lists kept, the file, the keys; and that no word of a person can be found."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, SavedList
from byname.interfaces.desk.views import concerns as views
from byname.ledger.models import LedgerLine
from byname.people.models import Officer
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words
from tests.interfaces.desk.test_concerns import WHAT, listed, raised, url

pytestmark = pytest.mark.django_db
SEALED = ('"told"', '"byname_person"', '"byname_message"."words"', '"byname_concern"."likeness"')
SPOKEN = rules.Contact(name="Zelda Quennell", email="zelda@home.example", phone="416 555 0199")


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def sergeant(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))


def test_no_parameter_of_the_list_reaches_what_a_person_wrote_or_how_to_reach_them(ana: Client) -> None:
    reference = raised(contact=SPOKEN)
    everything = listed(ana)
    assert everything == [reference]
    guesses = ("q", "what", "words", "told", "text", "name", "contact", "email", "phone", "search", "told__contains")
    for name in guesses:
        assert listed(ana, f"?{name}=xyzzy") == everything
    for said in ("race", "Zelda", "zelda@home.example", "0199", "Millrace"):
        for name in (*guesses, *views.Which.base_fields):
            with CaptureQueriesContext(connection) as asked:
                found = listed(ana, f"?{name}={said}")
            reads = [query["sql"] for query in asked if "byname_concern" in query["sql"]]
            assert [sql for sql in reads if any(column in sql for column in SEALED)] == []
            # What they wrote is found as little as what nobody wrote.
            assert found == listed(ana, f"?{name}=xyzzy")


def test_every_filter_of_the_form_cuts_the_list(ana: Client) -> None:
    one = raised()
    two = raised(category="noise", at=timezone.now() - timedelta(days=9))
    Concern.objects.filter(reference=two).update(
        channel="phone", danger="now", written_in="fa", grid_lat=43.6, grid_lon=-79.5
    )
    official_id = Concern.objects.get(reference=two).neighbourhood.official_id  # type: ignore[union-attr]
    assert listed(ana) == [two, one]
    for query, found in {
        "?channel=phone": [two],
        "?channel=paper": [],
        "?danger=on": [two],
        "?age=within-7": [one],
        "?age=over-7": [two],
        "?language=fa": [two],
        f"?near={two}": [two],
        f"?neighbourhood={official_id}": [two, one],
        "?neighbourhood=4": [],
        "?category=noise&danger=on&channel=phone": [two],
    }.items():
        assert (query, listed(ana, query)) == (query, found)
    for nonsense in ("?age=forever", "?channel=pigeon", "?neighbourhood=99", "?neighbourhood=x"):
        assert ana.get(url("desk-concerns") + nonsense).status_code == 422


def test_a_list_is_kept_stands_above_and_leads_to_itself_until_it_is_removed(ana: Client, sergeant: Client) -> None:
    raised()
    two = raised(category="noise", at=timezone.now() - timedelta(days=9))
    said = {"name": "Loud, and waiting", "category": "noise", "age": "over-7", "raised_until": "2027-01-01"}
    answer = ana.post(url("keep-list"), said)
    assert answer.status_code == 303
    page = ana.get(answer["Location"]).content.decode()
    assert "The list is kept." in page
    (link,) = re.findall(r'<li><a href="([^"]*)">Loud, and waiting</a></li>', page)
    query = link.replace("&amp;", "&").split("?", 1)[1]
    assert sorted(query.split("&")) == ["age=over-7", "category=noise", "raised_until=2027-01-01"]
    assert listed(ana, f"?{query}") == [two]
    assert "Loud, and waiting" not in sergeant.get(url("desk-concerns")).content.decode()
    number = SavedList.objects.get().pk
    assert sergeant.post(reverse("drop-list", args=[number])).status_code == 404
    assert ana.post(reverse("drop-list", args=[number]))["Location"].endswith("?done=dropped")
    assert "Loud, and waiting" not in ana.get(url("desk-concerns")).content.decode()


def test_a_list_that_cannot_be_kept_is_refused_in_a_sentence(ana: Client) -> None:
    for said, why in (
        ({"name": " "}, "Give the list a name."),
        ({"name": "x" * 61}, "at most 60 letters"),
        ({"name": "Mine", "age": "forever"}, "cannot be read"),
    ):
        answer = ana.post(url("keep-list"), said)
        assert (answer.status_code, why in words(answer.content)) == (422, True)
    assert SavedList.objects.count() == 0


def test_the_file_is_the_list_that_is_shown_defused_and_on_the_ledger(ana: Client, cast: Cast) -> None:
    raised(contact=SPOKEN)
    two = raised(category="noise", contact=SPOKEN)
    Officer.objects.filter(reference=cast.ana.reference).update(rank="=HYPERLINK(1)")
    ana.post(url("take-concern", two), {"officer": cast.ana.reference})
    answer = ana.get(url("desk-concerns-file") + "?category=noise&mine=on")
    text = answer.content.decode()
    (line,) = csv.DictReader(text.splitlines())
    assert (line["reference"], line["category"], line["channel"], line["state"]) == (two, "noise", "web", "received")
    assert line["officer"].startswith("'=HYPERLINK(1)")
    for secret in (WHAT, "race", "Zelda", "zelda", "0199", "Millrace"):
        assert secret not in text
    (read,) = LedgerLine.objects.filter(event="read.concerns_list")
    assert read.facts == {"rows": 1, "outside": False}


def test_the_file_says_who_has_a_concern_to_nobody_but_themselves(ana: Client, sergeant: Client, cast: Cast) -> None:
    mine, others = raised(), raised()
    for reference, officer in ((mine, cast.ana), (others, cast.chidi)):
        ana.post(url("take-concern", reference), {"officer": officer.reference})
    for client in (ana, sergeant):
        text = client.get(url("desk-concerns-file")).content.decode()
        rows = list(csv.DictReader(text.splitlines()))
        assert {row["reference"] for row in rows} == {mine, others}
        assert [(row["standing"], "officer" in row) for row in rows] == [("in time", False)] * 2
        assert [name in text for name in (cast.ana.name, cast.chidi.name)] == [False, False]
    (own,) = csv.DictReader(ana.get(url("desk-concerns-file") + "?mine=on").content.decode().splitlines())
    assert (own["reference"], cast.ana.name in own["officer"]) == (mine, True)


def test_the_keys_stand_on_a_page_and_the_script_is_a_file(ana: Client) -> None:
    page = ana.get(url("desk-concerns")).content.decode()
    assert '<script type="module" src="/static/desk/concerns.js"></script>' in page
    assert re.search(r'data-keys href="([^"]+)"', page).group(1) == url("desk-keys")  # type: ignore[union-attr]
    said = words(ana.get(url("desk-keys")).content)
    assert "j To the next concern k To the one before Enter Open it / Find by reference" in said


def test_what_may_be_about_the_same_stands_on_a_concerns_page_without_a_word_of_it(ana: Client) -> None:
    one, two = raised(), raised(what=f"{WHAT} Zebras too.", category="noise")
    page = words(ana.get(url("desk-concern", one)).content)
    assert f"These may be about the same Noise in Old Mill, today {timezone.localtime():%-H}:" in page
    assert two in page
    assert "Zebras" not in page
    alone = raised(what="Somebody sleeps in the stairwell without a coat.")
    assert "These may be about the same" not in words(ana.get(url("desk-concern", alone)).content)
