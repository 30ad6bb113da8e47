"""Recording a concern for somebody at a counter, a door or on the phone: read back, one, and seen by nobody after."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from byname.concerns import rules
from byname.concerns.models import Concern, Person
from tests import staff
from tests.cast import IN_MILL, IN_RING, Cast
from tests.interfaces.desk.pages import words
from tests.interfaces.desk.test_concerns import WHAT, url

pytestmark = pytest.mark.django_db


RECORDED = {
    "number": "0" * 32,
    "channel": "counter",
    "category": "traffic",
    "place_kind": "area",
    "place": "by the mill",
    "area": "old-mill",
    "what": WHAT,
    "days": ["mon", "fri"],
    "times": ["evening"],
    "since": "month",
    "language": "en",
}


@pytest.fixture
def clerk(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("clerk"))


def test_a_clerk_records_one_reads_it_back_and_hands_over_the_receipt(clerk: Client, cast: Cast) -> None:
    new = url("record-concern")
    assert "Record a concern for somebody" in words(clerk.get(new).content)
    back = clerk.post(new, {**RECORDED, "do": "look"})
    said = words(back.content)
    assert "Read this back to them" in said
    assert "Mondays and Fridays, in the evening, for some weeks" in said
    assert Concern.objects.count() == 0
    # What is read back is sent on as it stands in the page.
    held = re.findall(r'<input type="hidden" name="([a-z_0-9]+)"(?: value="([^"]*)")?', back.content.decode())
    sent: dict[str, list[str]] = {}
    for name, value in held:
        sent.setdefault(name, []).append(value)
    receipt = clerk.post(new, {**sent, "do": "send"})
    page = words(receipt.content)
    concern, person = Concern.objects.get(), Person.objects.get()
    assert (concern.channel, concern.area.slug if concern.area else "") == ("counter", "old-mill")
    assert rules.told_of(concern.told).what == WHAT
    assert rules.told_of(concern.told).days == ("mon", "fri")
    assert f"Constable {cast.ana.name} has your concern" in page
    assert concern.reference in page
    assert f"{person.pin[:3]} {person.pin[3:]}" in page
    assert f"/c/{person.link}/" in page
    assert 'src="data:image/svg+xml' in receipt.content.decode()
    assert receipt["Cache-Control"] == "no-store"


def test_the_receipt_leads_to_a_page_in_their_language(clerk: Client) -> None:
    page = words(clerk.post(url("record-concern"), {**RECORDED, "language": "ur", "do": "send"}).content)
    assert f"/ur/c/{Person.objects.get().link}/" in page


def test_the_same_form_sent_twice_makes_one_concern(clerk: Client) -> None:
    pages = [words(clerk.post(url("record-concern"), {**RECORDED, "do": "send"}).content) for _ in range(2)]
    assert Concern.objects.count() == 1
    assert pages[0] == pages[1]


def test_a_clerk_finds_the_page_among_the_tabs(clerk: Client) -> None:
    page = clerk.get(url("today")).content.decode()
    tabs = re.findall(r"<li><a href=\"[^\"]+\"[^>]*>([^<]+)</a></li>", page.split('class="tablist"')[1])
    assert tabs == ["Today", "Areas", "Record", "More"]


def test_a_clerk_sees_nothing_of_it_after(clerk: Client) -> None:
    clerk.post(url("record-concern"), {**RECORDED, "do": "send"})
    reference = Concern.objects.get().reference
    for address in (url("desk-concerns"), url("desk-concern", reference), url("desk-concerns-file")):
        assert clerk.get(address).status_code == 404


def test_an_address_finds_its_area_and_one_that_may_be_several_is_asked(
    clerk: Client, addresses: None, cast: Cast
) -> None:
    new = url("record-concern")
    asked = {**RECORDED, "place_kind": "address", "place": "Millrace Lane", "area": "", "do": "look"}
    unclear = clerk.post(new, asked)
    assert unclear.status_code == 422
    assert "Which one?" in unclear.content.decode()
    assert WHAT in unclear.content.decode()
    meant = re.findall(r'name="meant" value="([^"]+)"', unclear.content.decode())[0]
    clerk.post(new, {**asked, "meant": meant, "do": "send"})
    concern = Concern.objects.get()
    told = rules.told_of(concern.told)
    assert (concern.area.slug if concern.area else "", told.place) == ("old-mill", meant)
    assert told.point is not None
    field = rules.field_of(told.point)
    assert (concern.grid_lat, concern.grid_lon) == (field.lat, field.lon)
    nowhere = clerk.post(new, {**asked, "place": "Zzyzx Boulevard 999"})
    assert "No place here is called that." in nowhere.content.decode()
    assert abs(told.point.lat - IN_MILL.lat) < 0.01 < abs(told.point.lon - IN_RING.lon)


def test_danger_and_a_name_are_met_while_it_is_read_back(clerk: Client) -> None:
    typed = {**RECORDED, "what": "Somebody is being stabbed right now. Call me at 416-555-0199.", "do": "look"}
    said = words(clerk.post(url("record-concern"), typed).content)
    assert "Call 911 first." in said
    assert "seem to hold a phone number" in said


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"category": "about-an-officer"}, "Select a valid choice"),
        ({"what": " "}, "Write what happens."),
        ({"area": ""}, "Choose the area."),
        ({"email": "nobody"}, "This e-mail address is not complete."),
        ({"phone": "12"}, "This is no phone number."),
        ({"what": "a\0b"}, "Null characters are not allowed."),
        ({"channel": "web"}, "Select a valid choice"),
        ({"number": "1"}, "Enter a valid value."),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_is_lost(
    clerk: Client, wrong: dict[str, str], sentence: str
) -> None:
    refused = clerk.post(url("record-concern"), {**RECORDED, "help": "A lamp.", **wrong, "do": "send"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert sentence in text
    assert "A lamp." in text
    assert Concern.objects.count() == 0
