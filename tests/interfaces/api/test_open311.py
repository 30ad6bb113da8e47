"""Raising a concern over Open311: what is taken, what is refused in which words, what the person is told at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from byname.concerns import actions as concerns
from byname.concerns import rules
from byname.concerns.models import Concern, Person
from byname.config import refusals
from byname.interfaces import open311, snapshot
from byname.ledger.models import LedgerLine, Letter
from byname.vocabulary import Actor
from tests.cast import IN_FIELDS, IN_MILL, OUTSIDE, Cast

BY = Actor("operator", "test")
REQUESTS = "/api/open311/v2/requests.json"
KNOWN = tuple(rules.default_profile().raisable)
MILL = {"lat": str(IN_MILL.lat), "long": str(IN_MILL.lon)}
_SWAPPED = "lat and long seem to be swapped: lat is the smaller number here."
_OUTSIDE = "This place is outside the area the service serves."
_NO_ID = "Addresses have no address_id here: give lat and long, or address_string."
_ONE_JURISDICTION = "There is one jurisdiction here, and it has no jurisdiction_id: leave it out."
_UNSURE = (
    "This address may mean several places, or none quite. Write it with its number and its street, or give lat and "
    "long."
)
Post = Callable[..., Any]


def made(an_hour: int = 1000, *categories: str) -> concerns.KeyMade:
    """A key for a program."""
    return concerns.make_api_key(
        "City 311", an_hour=an_hour, categories=categories, known=KNOWN, by=BY, at=timezone.now()
    )


@pytest.fixture
def key(cast: Cast) -> str:
    """A key that may raise everything."""
    return made().key


@pytest.fixture
def post(client: Client, key: str) -> Post:
    """Posts a whole request, with what is said in the place of its usual parts; None leaves a part out."""

    def send(path: str = REQUESTS, *, headers: dict[str, str] | None = None, **said: Any) -> Any:
        form = {"api_key": key, "service_code": "traffic", "description": "Cars race past the school.", **MILL, **said}
        body = {name.replace("__", "[").replace("_A", "]"): value for name, value in form.items() if value is not None}
        return client.post(path, body, headers=headers)

    return send


def notice(answer: Any) -> str:
    """What the person is told at once."""
    return str(json.loads(answer.content)[0]["service_notice"])


def error(answer: Any) -> tuple[int, str]:
    """The status and the sentence of a refusal in JSON, whose array holds it and nothing else."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    (only,) = json.loads(answer.content)
    assert only.keys() == {"code", "description"}
    assert only["code"] == answer.status_code
    return only["code"], only["description"]


def test_a_request_is_a_concern_on_disk_with_its_place_and_its_client(post: Post) -> None:
    answer = post(
        **{
            "attribute[days][]": ["fri", "mon"],
            "attribute[times][]": "night",
            "attribute[since]": "month",
            "attribute[help]": "A\u200b crossing.",
            "address_string": "by the school",
        }
    )
    assert answer.status_code == 201
    (said,) = json.loads(answer.content)
    concern = Concern.objects.select_related("area", "neighbourhood", "client").get()
    assert said.keys() == {"service_request_id", "service_notice", "account_id"}
    assert (said["service_request_id"], said["account_id"]) == (concern.reference, None)
    assert (concern.area and concern.area.slug, concern.neighbourhood and concern.neighbourhood.official_id) == (
        "old-mill",
        4,
    )
    assert (concern.division_code, concern.category, concern.channel) == ("D1", "traffic", "program")
    assert concern.client
    assert concern.client.name == "City 311"
    assert rules.told_of(concern.told) == rules.Told(
        what="Cars race past the school.",
        help="A crossing.",
        days=("mon", "fri"),
        times=("night",),
        since="month",
        place="by the school",
        lat=IN_MILL.lat,
        lon=IN_MILL.lon,
    )
    assert Person.objects.get().contact == ""
    assert LedgerLine.objects.filter(event="concern.raised", subject_id=concern.reference).count() == 1


def test_the_notice_tells_the_reference_who_has_it_and_until_when(post: Post) -> None:
    concern_of = json.loads(post().content)[0]
    due = timezone.localtime(Concern.objects.get().due_at)
    assert concern_of["service_notice"] == (
        f"Your reference is {concern_of['service_request_id']}. Constable Ana Albuquerque, with the team of Old Mill, "
        f"has it. A person answers by {due:%A} {due.day} {due:%B} at {due:%H:%M}. "
        f"Only for whoever raised it, to read the answer and write again: "
        f"http://localhost:8000/c/{Person.objects.get().link}/"
    )
    without_team = json.loads(post(lat=str(IN_FIELDS.lat), long=str(IN_FIELDS.lon)).content)[0]["service_notice"]
    assert "The sergeant of 2 Division has it." in without_team
    assert list(Concern.objects.order_by("pk").values_list("holder", flat=True)) == ["team", "sergeant"]


def test_whoever_gave_no_address_is_given_their_private_link_and_nobody_the_pin(
    post: Post, client: Client, settings: Settings
) -> None:
    settings.BYNAME_PUBLIC_URL = "https://heard.example.org"
    said = notice(post(headers={"Accept-Language": "zh-TW"}))
    alone = Person.objects.get()
    page = f"/zh-hant/c/{alone.link}/"
    assert f" https://heard.example.org{page}" in said
    assert client.get(page).status_code == 200
    written = notice(post(email="maya@example.org"))
    other = Person.objects.exclude(pk=alone.pk).get()
    assert (other.link in written, "A letter with a private link" in written) == (False, True)
    assert (alone.pin in said, other.pin in written) == (False, False)


def test_a_contact_is_kept_sealed_and_gets_a_letter_in_the_language_that_was_asked_for(post: Post) -> None:
    answer = post(
        first_name="Maya\r\nBcc: x@example.org",
        last_name="Ray",
        email="maya@example.org",
        phone="416 555 0199",
        headers={"Accept-Language": "xx, fil;q=0.9, fr;q=0.5"},
    )
    person = Person.objects.get()
    assert rules.contact_of(person.contact) == rules.Contact(
        name="Maya Bcc: x@example.org Ray", email="maya@example.org", phone="416 555 0199"
    )
    assert person.language == "tl"
    assert Letter.objects.get().kind == "concern_received"
    assert "A letter with a private link to follow it is on its way." in json.loads(answer.content)[0]["service_notice"]


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("He has a gun right now, help", "In danger, or is someone hurt? Call 911 now."),
        ("My husband hits me at home", "In danger, or is someone hurt? Call 911 now. If it is safe to call"),
        ("I want to kill myself", "Thoughts of suicide: call or text: 988. Someone listens at any hour."),
    ],
)
def test_danger_is_met_before_anything_else_and_nothing_is_lost(post: Post, words: str, begins: str) -> None:
    (said,) = json.loads(post(description=words).content)
    assert said["service_notice"].startswith(begins)
    assert "Call 911 now." in said["service_notice"]
    assert "Nobody is reading this now." in said["service_notice"]
    concern = Concern.objects.get()
    assert (concern.reference, rules.told_of(concern.told).what) == (said["service_request_id"], words)
    assert concern.danger != ""


def test_danger_is_met_in_the_language_that_was_asked_for_with_the_original_beside_it(post: Post) -> None:
    answer = post(description="He has a gun right now", headers={"Accept-Language": "fr-CA"})
    notice = json.loads(answer.content)[0]["service_notice"]
    first, _, rest = notice.partition(" / ")
    assert "911" in first
    assert not first.startswith("In danger")
    assert rest.startswith("In danger, or is someone hurt? Call 911 now.")


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ({"api_key": None}, 403, "Give a valid api_key: it is missing, unknown or revoked."),
        ({"api_key": "guess"}, 403, "Give a valid api_key: it is missing, unknown or revoked."),
        ({"api_key": "\x00" * 500}, 403, "Give a valid api_key: it is missing, unknown or revoked."),
        ({"service_code": None}, 400, "Give the service_code: GET services lists them."),
        ({"service_code": "potholes"}, 404, "There is no service with this service_code."),
        ({"service_code": "about-an-officer"}, 404, "There is no service with this service_code."),
        ({"description": None}, 400, "Give a description: what happens, in 1 to 4000 characters."),
        ({"description": " \u200b\x00 "}, 400, "Give a description: what happens, in 1 to 4000 characters."),
        ({"description": "a" * 4001}, 400, "description is longer than 4000 characters. Shorten it."),
        ({"description": ["a", "b"]}, 400, "description was given more than once."),
        ({"lat": None, "long": None}, 400, "Say where it is: give lat and long, or address_string."),
        ({"lat": None}, 400, "Give both lat and long, in degrees."),
        ({"lat": "nan"}, 400, "lat is a number of degrees, like 43.65."),
        ({"lat": "٤٣"}, 400, "lat is a number of degrees, like 43.65."),
        ({"lat": "99"}, 400, "A latitude is a number from -90 to 90."),
        ({"lat": MILL["long"], "long": MILL["lat"]}, 400, _SWAPPED),
        ({"lat": str(OUTSIDE.lat), "long": str(OUTSIDE.lon)}, 400, _OUTSIDE),
        ({"lat": None, "long": None, "address_id": "7"}, 400, _NO_ID),
        ({"email": "no address"}, 400, "This e-mail address is not complete. Look at it again."),
        ({"phone": "12"}, 400, "This is no phone number. Write it with its area code."),
        ({"attribute[days][]": "someday"}, 400, "attribute[days] is one of mon, tue, wed, thu, fri, sat, sun."),
        ({"attribute[skin]": "x"}, 400, "The attributes are days, times, since, help: attribute[days][]=mon."),
        ({"attribute[since]": ["week", "month"]}, 400, "attribute[since] was given more than once."),
        ({"attribute[help]": "a" * 1001}, 400, "attribute[help] is longer than 1000 characters. Shorten it."),
        ({"jurisdiction_id": "elsewhere.example"}, 404, _ONE_JURISDICTION),
    ],
)  # fmt: skip
def test_what_cannot_stand_is_refused_in_one_sentence_and_leaves_nothing(
    post: Post, said: dict[str, Any], status: int, sentence: str
) -> None:
    assert error(post(**said)) == (status, sentence)
    assert not Concern.objects.exists()


def test_four_thousand_characters_and_their_line_breaks_are_taken_whole(post: Post) -> None:
    words = "é" * 1999 + "\r\n" + "字" * 1999 + "."
    assert post(description=words).status_code == 201
    assert rules.told_of(Concern.objects.get().told).what == words.replace("\r\n", "\n")


def test_an_address_is_found_here_and_an_unsure_one_is_refused(post: Post, addresses: None) -> None:
    assert post(lat=None, long=None, address_string="12 Millrace Lane").status_code == 201
    concern = Concern.objects.select_related("area").get()
    told = rules.told_of(concern.told)
    assert (concern.place_kind, told.place, told.point) == ("address", "12 Millrace Lane", IN_MILL)
    assert post(lat=None, long=None, address_string="Old Mill").status_code == 201
    whole = Concern.objects.order_by("pk").last()
    assert whole
    assert (whole.place_kind, whole.grid_lat, rules.told_of(whole.told).place) == ("area", None, "Old Mill")
    assert error(post(lat=None, long=None, address_string="Millrace Lane")) == (
        400,
        _UNSURE,
    )
    assert error(post(lat=None, long=None, address_string="Nowhere Xyzzy 77")) == (
        400,
        "No such address was found. Give lat and long instead.",
    )


def test_what_is_sent_as_multipart_is_taken_without_its_picture_which_is_said(post: Post) -> None:
    answer = post(media=SimpleUploadedFile("a.jpg", b"\xff\xd8", "image/jpeg"))
    assert answer.status_code == 201
    assert "Pictures are not taken here: show them to whoever answers." in notice(answer)
    assert "Pictures" in notice(post(media_url="https://example.org/a.jpg"))


def test_what_is_no_form_is_refused(client: Client, key: str) -> None:
    sentence = "Send a form: application/x-www-form-urlencoded, or multipart/form-data."
    assert error(client.post(REQUESTS, {"api_key": key}, content_type="application/json")) == (400, sentence)
    garbled = client.post(REQUESTS, b"--x", content_type="multipart/form-data; boundary=" + "b" * 300)
    assert error(garbled) == (400, "That request could not be read.")
    many = "&".join(f"p{number}=1" for number in range(500))
    crowded = client.post(REQUESTS, many, content_type="application/x-www-form-urlencoded")
    assert error(crowded) == (400, "That request could not be read.")


def test_a_key_in_the_address_opens_nothing(client: Client, key: str) -> None:
    answer = client.post(f"{REQUESTS}?api_key={key}", {"service_code": "traffic", "description": "x", **MILL})
    assert error(answer) == (
        403,
        "Send api_key in the form, never in the address: addresses are written down on the way.",
    )


def test_a_revoked_key_opens_nothing_from_then_on(post: Post, cast: Cast) -> None:
    own = made()
    assert post(api_key=own.key).status_code == 201
    assert concerns.revoke_api_key(own.number, by=BY, at=timezone.now())
    assert error(post(api_key=own.key))[0] == 403


def test_a_key_raises_only_what_it_is_for(post: Post, cast: Cast) -> None:
    own = made(10, "noise")
    assert error(post(api_key=own.key)) == (403, "This api_key may not raise requests of this service.")
    assert post(api_key=own.key, service_code="noise").status_code == 201


def test_a_key_raises_so_many_an_hour_and_is_then_told_when_to_come_back(post: Post, cast: Cast) -> None:
    own = made(2)
    answers = [post(api_key=own.key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert error(answers[2])[1] == "This api_key has raised all it may in this hour. Try again later."
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 3600
    assert post().status_code == 201
    assert Concern.objects.count() == 3


def test_a_request_sent_again_under_its_own_number_is_one_concern(post: Post, cast: Cast) -> None:
    first = post(headers={"Idempotency-Key": "7f3"})
    again = post(headers={"Idempotency-Key": "7f3"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert post(headers={"Idempotency-Key": "7f4"}).status_code == 201
    assert post(api_key=made().key, headers={"Idempotency-Key": "7f3"}).status_code == 201
    assert Concern.objects.count() == 3
    assert error(post(headers={"Idempotency-Key": "x" * 256}))[0] == 400


def test_one_request_takes_six_statements_with_its_letter(
    post: Post, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot.city()
    monkeypatch.setattr(snapshot, "_polling", True)
    with CaptureQueriesContext(connection) as seen:
        assert post(email="maya@example.org").status_code == 201
    words = [query["sql"].split()[0] for query in seen.captured_queries]
    # Inside a test's own transaction BEGIN and COMMIT are a savepoint and its release.
    assert (len(words), words[0], words[1], words[-1]) == (6, "WITH", "SAVEPOINT", "RELEASE"), words


def test_while_the_database_is_away_the_answer_is_503_in_the_callers_form(
    post: Post, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(concerns, "use_api_key", away)
    answer = post()
    assert error(answer) == (503, "This cannot be answered just now. Please try again in a few seconds.")
    assert answer.headers["Retry-After"] == "5"
    in_xml = post(REQUESTS.replace("json", "xml"))
    assert (in_xml.status_code, in_xml.headers["Content-Type"]) == (503, "text/xml; charset=utf-8")
    assert [(each.tag, each.text) for each in ElementTree.fromstring(in_xml.content).iter()][1:] == [
        ("error", None),
        ("code", "503"),
        ("description", "This cannot be answered just now. Please try again in a few seconds."),
    ]


@pytest.mark.parametrize(("form", "kind"), open311.KINDS.items())
def test_what_the_server_turns_away_itself_is_said_in_the_callers_form(form: str, kind: str) -> None:
    refusal = refusals.Refusal(413, "The body may hold at most 9 bytes.", retry_after=3)
    headers, body = refusals.said(refusal, f"/api/open311/v2/requests.{form}", {"accept": "text/html"}, "r-1", None)
    said = dict(headers)
    assert (said["content-type"], said["retry-after"], said["access-control-allow-origin"]) == (kind, "3", "*")
    assert body == open311.errors(413, "The body may hold at most 9 bytes.", form)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.dictionaries(
        st.sampled_from(
            "service_code lat long address_string address_id email phone first_name last_name description media_url "
            "jurisdiction_id attribute[days] attribute[days][] attribute[help] attribute[ attribute[]] api_key".split()
        ),
        st.one_of(
            st.text(max_size=30),
            st.lists(st.text(max_size=5), max_size=3),
            st.sampled_from(["traffic", "43.615", "-79.495", "1e9", "mon", "", "\x00", "\u202e", "a@b.ca", "&<>\"'"]),
        ),
        max_size=6,
    ),
    form=st.sampled_from(["xml", "json"]),
)
def test_whatever_is_posted_is_raised_or_refused_in_the_callers_form(
    post: Post, cast: Cast, said: dict[str, Any], form: str
) -> None:
    before = Concern.objects.count()
    answer = post(REQUESTS.replace("json", form), **said)
    assert answer.status_code in (201, 400, 403, 404)
    assert answer.headers["Content-Type"] == open311.KINDS[form]
    assert Concern.objects.count() - before == (answer.status_code == 201)
    if form == "xml":
        root = ElementTree.fromstring(answer.content)
        assert root.tag == ("service_requests" if answer.status_code == 201 else "errors")
    else:
        assert len(json.loads(answer.content)) == 1


def test_a_use_is_counted_for_its_hour(cast: Cast) -> None:
    own, at = made(1), timezone.now().replace(minute=59, second=30, microsecond=0)
    assert concerns.use_api_key(own.key, by=BY, at=at).wait == 0
    assert concerns.use_api_key(own.key, by=BY, at=at).wait == 30
    assert concerns.use_api_key(own.key, by=BY, at=at + timedelta(seconds=30)).wait == 0
