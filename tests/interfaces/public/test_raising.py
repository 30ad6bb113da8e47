"""Telling the officers of a problem without JavaScript: nothing is lost, nothing is kept before it is sent."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.concerns import actions, rules
from byname.concerns.models import Concern, Person
from byname.interfaces.public.views import raising, sending
from byname.ledger.models import LedgerLine, Letter
from tests.cast import IN_RING, Cast
from tests.interfaces.public.telling import ANSWERS, Teller, headers_of

WAY: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("next", {"category": "traffic"}, "What happens there?"),
    ("next", {"what": "Cars race past the crossing."}, "When does it happen?"),
    ("next", {"days": ["mon", "sat"], "times": ["night"], "since": "month"}, "What would help?"),
    ("next", {"help": "A sign before the bend."}, "Who shall have it?"),
    ("next", {"whom": "team"}, "May we know how to reach you?"),
    ("next", {"who": "reach"}, "How can we reach you?"),
    ("next", {"email": "rosa@home.example", "language": "fr", "never_visit": "1"}, "Is this right?"),
    ("send", {}, "Constable Ana Albuquerque has your concern."),
)
DANGERS = {
    "en": "There is a man with a knife right now",
    "es": "Hay un hombre con un cuchillo ahora mismo",
    "fr": "Il y a un homme avec un couteau en ce moment",
    "ur": "دکان کے باہر ایک آدمی چاقو لے کر کھڑا ہے جلدی آئیں",
}


def _concern() -> tuple[Concern, rules.Told, rules.Contact]:
    row = Concern.objects.get()
    return row, rules.told_of(row.told), rules.contact_of(Person.objects.get().contact)


def test_one_question_a_page_leads_to_a_receipt_with_a_name_and_a_face(client: Client, addresses: None) -> None:
    teller = Teller(client).begin("?area=old-mill")
    assert (teller.asks, '<option value="old-mill" selected>' in teller.text) == ("Where is it?", True)
    assert teller.press("search", asked="12 Millrace Lane").asks == "What is it about?"
    for go, answers, then in WAY:
        assert Concern.objects.count() == 0
        assert teller.press(go, **answers).asks == then
        assert (teller.status, teller.shown.headers["Cache-Control"]) == (200, "no-store")
    row, told, contact = _concern()
    assert (row.area and row.area.slug, row.category, row.channel, row.place_kind, row.holder) == (
        "old-mill",
        "traffic",
        "web",
        "address",
        "team",
    )
    assert told == rules.Told(
        what="Cars race past the crossing.",
        help="A sign before the bend.",
        days=("mon", "sat"),
        times=("night",),
        since="month",
        place="12 Millrace Lane",
        lat=43.615,
        lon=-79.495,
    )
    assert contact == rules.Contact(email="rosa@home.example", never_visit=True)
    assert (Person.objects.get().language, Letter.objects.count()) == ("fr", 1)
    assert (row.reference in teller.text, "Portrait of Ana Albuquerque" in teller.text) == (True, True)
    assert client.get(teller.link).status_code == 200
    assert max(len(page.encode()) for page in teller.every) < 50_000
    assert client.cookies == {}


def test_pages_are_found_from_the_finding_pages_and_the_areas(client: Client, cast: Cast) -> None:
    for page, link in (("/", "/raise/"), ("/find?q=nowhere", "/raise/"), ("/at/old-mill", "/raise/?area=old-mill")):
        assert f'href="{link}"' in client.get(page).content.decode()
    assert 'href="/raise/?area=fields"' in client.get("/at/fields").content.decode()


def test_nothing_is_stored_and_no_look_up_logged_before_it_is_sent(client: Client, addresses: None) -> None:
    lines = LedgerLine.objects.count()
    teller = Teller(client).begin()
    teller.press("search", asked="12 Millrace Lane")
    for go, answers, _then in WAY[:-1]:
        teller.press(go, **answers)
    assert (Concern.objects.count(), LedgerLine.objects.count(), Letter.objects.count()) == (0, lines, 0)


@pytest.mark.parametrize(
    ("answers", "area", "division", "kind"),
    [
        ({"go": "whole", "area": "ring"}, "ring", "D2", "area"),
        ({"go": "untold", "area": "harbour"}, "harbour", "D2", "untold"),
        ({"go": "whole", "area": "fields"}, None, "D2", "area"),
        ({"go": "untold", "area": "division:D2"}, None, "D2", "untold"),
        ({"go": "", "lat": str(IN_RING.lat), "lon": str(IN_RING.lon)}, "ring", "D2", "point"),
    ],
)
def test_a_place_may_be_told_as_exactly_as_somebody_likes(
    answers: dict[str, str], area: str | None, division: str, kind: str, client: Client, cast: Cast
) -> None:
    teller = Teller(client).begin().press(**answers)
    assert teller.asks == "What is it about?"
    carried = {name: teller.carried.get(name, [""]) for name in ("kind", "at", "place", "spot")}
    teller.sends(**carried)
    row, told, _contact = _concern()
    assert (row.area and row.area.slug, row.place_kind, told.point is not None) == (area, kind, kind == "point")
    assert (row.division_code, row.holder) == (division, "team" if area else "sergeant")
    assert (" has your concern." in teller.asks, teller.status) == (True, 200)


def test_a_place_unknown_or_outside_is_said_and_nothing_typed_is_lost(client: Client, addresses: None) -> None:
    teller = Teller(client).begin().press("search", asked="Nowhere at all 17")
    assert (teller.status, "We found no such place." in teller.text) == (422, True)
    assert 'value="Nowhere at all 17"' in teller.text
    outside = Teller(client).begin().press("", lat="10", lon="10")
    assert (outside.status, "does not serve that place" in outside.text) == (422, True)
    nonsense = Teller(client).begin().press("", lat="nan", lon="1e999")
    assert (nonsense.status, nonsense.asks) == (422, "Where is it?")


def test_a_complaint_ends_at_its_own_way_out_before_anything_is_typed(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin().press("whole", area="ring").press("next", category="about-an-officer")
    assert teller.asks == "A complaint about an officer goes another way"
    assert ("<textarea" in teller.text, 'href="tel:+14165550100"' in teller.text) == (False, True)
    assert 'value="next"' not in teller.text
    assert teller.press("what").asks == "What is it about?"
    assert Teller(client).sends(category="about-an-officer").asks == "A complaint about an officer goes another way"
    assert Concern.objects.count() == 0


def test_another_door_is_shown_once_and_people_may_still_tell_the_team(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin().press("whole", area="ring").press("next", category="noise")
    assert (teller.asks, "call 311" in teller.text) == ("Somebody else can do more about this", True)
    assert teller.press("back").asks == "What is it about?"
    assert teller.press("next", category="noise").press("next").asks == "What happens there?"
    assert teller.press("back").press("next", category="noise").asks == "What happens there?"
    assert Teller(client).sends(category="noise").asks == "Somebody else can do more about this"


@pytest.mark.parametrize("language", DANGERS)
def test_danger_is_met_first_at_whichever_question_and_nothing_is_lost(
    language: str, client: Client, cast: Cast
) -> None:
    words = DANGERS[language]
    for field, step in (("what", "words"), ("help", "help"), ("asked", "where"), ("name", "contact")):
        teller = Teller(client).sends(who="")
        assert teller.press(step).status == 200
        teller.press("search" if step == "where" else "next", **{field: words})
        assert (teller.asks, 'href="tel:911"' in teller.text) == ("Call 911 now", True)
        assert "Nobody is reading this now." in teller.text
        assert teller.carried[field] == [words]
    assert Concern.objects.count() == 0


def test_after_danger_people_go_on_and_it_stands_on_the_concern(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(what=DANGERS["en"])
    assert teller.asks == "Call 911 now"
    teller.press("send")
    assert teller.asks == "Constable Ana Albuquerque has your concern."
    assert 'href="tel:911"' in teller.text
    assert Concern.objects.get().danger == "now"


def test_another_danger_than_the_one_shown_is_shown_as_well(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(what=DANGERS["en"]).press("help")
    teller.press("next", help="My husband hits me and I am afraid to go home")
    assert teller.asks == "If you are not safe at home"
    assert teller.carried["seen"] == ["now", "home"]


def test_what_tells_of_others_is_shown_before_it_is_sent_and_people_decide(client: Client, cast: Cast) -> None:
    words = "He parks there each night, plate ABCD 123, call 416-555-0199 and ask for him."
    teller = Teller(client).sends(what=words)
    assert (teller.asks, Concern.objects.count()) == ("Please look at your words once more", 0)
    assert 'a phone number: <q dir="auto">416-555-0199</q>' in teller.text
    assert teller.press("check").asks == "Is this right?"
    changed = teller.press("words").press("next", what=words + " And 416-555-0123.")
    assert changed.asks == "Please look at your words once more"
    assert changed.press("words").carried["hinted"] != []
    teller.press("next", what="Cars park there each night.").press("send")
    assert rules.told_of(Concern.objects.get().told).what == "Cars park there each night."


def test_names_of_the_team_are_no_hint(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(what="Constable Ana Albuquerque spoke with us at the crossing.")
    assert teller.asks == "Constable Ana Albuquerque has your concern."


def test_each_answer_can_be_changed_from_the_read_back_and_leads_there_again(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(who="").press("next", who="anonymous")
    assert teller.asks == "Is this right?"
    for step, answers in (
        ("words", {"what": "Something else."}),
        ("when", {"days": ["sun"]}),
        ("help", {"help": ""}),
        ("whom", {"whom": "sergeant"}),
        ("what", {"category": "drugs"}),
        ("who", {"who": "anonymous", "under_18": "1"}),
    ):
        assert teller.press(step).status == 200
        assert teller.press("next", **answers).asks == "Is this right?"
    teller.press("where").press("whole", area="ring")
    assert teller.asks == "Is this right?"
    assert teller.press("send").asks == "The sergeant of 2 Division has your concern."
    row, told, contact = _concern()
    assert (row.category, row.holder, told.what, told.days, told.help, contact.is_empty) == (
        "drugs",
        "sergeant",
        "Something else.",
        ("sun",),
        "",
        True,
    )
    assert Person.objects.get().under_18


def test_every_page_leads_back_and_keeps_what_was_typed(client: Client, addresses: None) -> None:
    teller = Teller(client).begin().press("search", asked="12 Millrace Lane")
    for go, answers, _then in WAY[:-1]:
        teller.press(go, **answers)
    for question in (
        "How can we reach you?",
        "May we know how to reach you?",
        "Who shall have it?",
        "What would help?",
        "When does it happen?",
        "What happens there?",
        "What is it about?",
        "Where is it?",
    ):
        typed = {"what": "Half a thou"} if teller.asks == "What happens there?" else {}
        kept = _visible(teller)
        assert teller.press("back", **(kept | typed)).asks == question
    assert teller.carried["what"] == ["Half a thou"]
    assert teller.carried["email"] == ["rosa@home.example"]


def _visible(teller: Teller) -> dict[str, list[str]]:
    """What the page's own fields hold, as a browser would send them."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", teller.text):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") in ("radio", "checkbox") and " checked" in tag:
            found.setdefault(said["name"], []).append(said["value"])
        elif said.get("type") in ("text", "email", "tel", "search"):
            found[said["name"]] = [said.get("value", "")]
    for name, words in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>\n(.*?)</textarea>', teller.text, re.DOTALL):
        found[name] = [words]
    chosen = re.search(r'<select id="language".*?<option value="([\w-]+)"[^>]* selected>', teller.text, re.DOTALL)
    return found | ({"language": [chosen[1]]} if chosen else {})


@pytest.mark.parametrize(
    ("changes", "asks", "said"),
    [
        ({"kind": ""}, "Where is it?", "Tell us where it is"),
        ({"spot": "1,1"}, "Where is it?", "Tell us where it is"),
        ({"category": ""}, "What is it about?", "Choose what it is about."),
        ({"category": "no-such"}, "What is it about?", "Choose what it is about."),
        ({"what": " \n\t"}, "What happens there?", "Write what happens"),
        ({"what": "\x00\u200b\u202e"}, "What happens there?", "Write what happens"),
        ({"what": "wide " * 1000}, "What happens there?", "room for about 4000 letters"),
        ({"help": "wide " * 300}, "What would help?", "room for about 1000 letters"),
        ({"who": ""}, "May we know how to reach you?", "Choose whether"),
        ({"who": "reach"}, "How can we reach you?", "Give an e-mail address or a phone number"),
        ({"who": "reach", "email": "rosa@home"}, "How can we reach you?", "not complete"),
        ({"who": "reach", "phone": "12"}, "How can we reach you?", "no phone number"),
        ({"who": "reach", "email": "a@b.example\r\nBcc: c@d.example"}, "How can we reach you?", "not complete"),
        ({"who": "reach", "email": "a@b.example", "name": "x" * 200}, "How can we reach you?", "120 letters"),
    ],
)
def test_what_is_missing_is_asked_again_with_everything_else_kept(
    changes: dict[str, str], asks: str, said: str, client: Client, cast: Cast
) -> None:
    teller = Teller(client).sends(**changes)
    assert (teller.status, teller.asks, said in teller.text) == (422, asks, True)
    assert 'role="alert"' in teller.text
    kept = teller.carried | _visible(teller)
    for name in ("category", "help", "days", "since"):
        if name not in changes:
            expected = ANSWERS[name]
            assert kept[name] == (expected if isinstance(expected, list) else [expected])
    assert Concern.objects.count() == 0


def test_one_form_is_one_concern_however_often_it_is_sent(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin()
    form = {**ANSWERS, **teller.carried, "step": "check", "go": "send"}
    first, second = (Teller(client).take(client.post("/raise/", form)) for _ in range(2))
    assert (first.link, first.pin) == (second.link, second.pin)
    assert ("This was sent before" in first.text, "This was sent before" in second.text) == (False, True)
    assert (Concern.objects.count(), Person.objects.count()) == (1, 1)
    assert Teller(client).sends().link != first.link


def test_answers_another_site_sends_begin_a_form_of_their_own(client: Client, cast: Cast) -> None:
    form = {**ANSWERS, "number": "A" * 22, "step": "check", "go": "send"}
    teller = Teller(client).take(client.post("/raise/", form, HTTP_SEC_FETCH_SITE="cross-site"))
    assert (teller.asks, Concern.objects.count()) == ("Where is it?", 0)
    assert teller.carried["number"] != ["A" * 22]
    assert "what" not in teller.carried


@pytest.mark.parametrize(
    "hostile",
    [
        "<svg onload=alert(1)><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}{% debug %}",
        "\u202egnp.exe\u202c and \u2066more\u2069",
        "a\x00b\x1b[31mc",
        "x\u200b\u200b\u200by\ufeff",
        "\r\nSubject: hello\r\nBcc: everybody@home.example",
        "\U000e0041\U000e0042 tagged",
        "e" + "\u0301" * 500,
    ],
)
def test_hostile_text_is_only_text(hostile: str, client: Client, cast: Cast) -> None:
    said = {"what": f"{hostile} there", "help": hostile, "name": hostile[:100], "safe_hours": hostile[:100]}
    contact = {"who": "reach", "email": "rosa@home.example", "language": "en"}
    teller = Teller(client).sends(**said, **contact, place=hostile, asked=hostile)
    for _ in range(3):
        page = teller.text
        assert ("<svg onload" in page, "<script>alert" in page, "<img src=x" in page) == (False, False, False)
        assert not set(page) & set("\x00\x1b\u202e\u2066\u200b\ufeff\U000e0041")
        if Concern.objects.exists():
            break
        assert teller.status == 200
        teller.press("check" if "once more" in teller.asks else "send")
    _row, told, given = _concern()
    assert told.what == rules.tidied(f"{hostile} there")
    assert "\n" not in given.name + given.safe_hours + told.place


def test_ten_megabytes_are_refused_before_they_are_read(client: Client, cast: Cast) -> None:
    answer = client.post("/raise/", {**ANSWERS, "what": "a" * 10_000_000})
    assert (answer.status_code, b"Shorten what you wrote" in answer.content) == (413, True)
    program = client.post("/raise/", b"{}", content_type="application/json")
    assert program.status_code == 415


def test_who_sends_too_much_waits_and_loses_nothing(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "RAISED", replace(sending.RAISED, most=1))
    assert Teller(client).sends().status == 200
    late = Teller(client).sends()
    assert (late.status, late.asks) == (429, "It has not been sent yet")
    assert 1 <= int(late.shown.headers["Retry-After"]) <= 3600
    assert (late.carried["what"], late.carried["days"]) == ([ANSWERS["what"]], ANSWERS["days"])
    monkeypatch.undo()
    assert late.press("send").status == 200
    assert Concern.objects.count() == 2


def test_a_library_sends_thirty_an_hour() -> None:
    assert (sending.RAISED.most, sending.RAISED.seconds) == (30, 3600)


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_lost(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_said: object, **_more: object) -> actions.Receipt:
        raise OperationalError

    monkeypatch.setattr(actions, "raise_concern", away)
    teller = Teller(client).sends()
    assert (teller.status, teller.asks, teller.shown.headers["Retry-After"]) == (503, "It has not been sent yet", "5")
    assert teller.carried["what"] == [ANSWERS["what"]]
    monkeypatch.undo()
    assert teller.press("send").asks == "Constable Ana Albuquerque has your concern."


def test_the_language_can_be_changed_on_the_way(client: Client, cast: Cast) -> None:
    teller = Teller(client).begin().press("whole", area="ring").press("next", category="traffic")
    assert 'formaction="/fr/raise/"' in teller.text
    french = Teller(client, prefix="/fr").take(
        client.post("/fr/raise/", {**teller.carried, "what": "Half a thought", "go": "words"})
    )
    assert (french.status, french.shown.headers["Content-Language"]) == (200, "fr")
    assert "Half a thought</textarea>" in french.text
    assert Teller(client, prefix="/fr").sends().status == 200
    assert Person.objects.get().language == "fr"


def test_the_notice_of_collection_stands_where_contact_is_asked(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(who="reach")
    assert teller.asks == "How can we reach you?"
    assert "is collected for the policing of your neighbourhood" in teller.text
    assert 'href="tel:+14165550100"' in teller.text


def test_every_page_has_the_quick_way_out_and_none_is_kept_or_found(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(who="")
    for step in raising.STEPS[:-1]:
        teller.press(step)
        assert teller.text.count("data-leave") == 1
        assert headers_of(teller.shown) == ("no-store", "noindex", "no-referrer")
    receipt = Teller(client).sends()
    assert (receipt.text.count("data-leave"), headers_of(receipt.shown)) == (1, ("no-store", "noindex", "no-referrer"))


BUTTONS = (*raising.STEPS, "next", "back", "search", "whole", "untold", "send", "door", "complaint", "", "x")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    given_names=st.sets(st.sampled_from(sorted(ANSWERS))),
    step=st.sampled_from((*raising.STEPS, "found", "door", "", "nowhere")),
    buttons=st.lists(st.sampled_from(BUTTONS), min_size=1, max_size=4),
    seed=st.integers(0, 9),
)
def test_any_order_of_pages_ends_in_a_question_and_never_in_half_a_concern(
    given_names: set[str], step: str, buttons: list[str], seed: int, client: Client, cast: Cast
) -> None:
    before = Concern.objects.count()
    answers = {name: ANSWERS[name] for name in given_names}
    if random.Random(seed).random() < 0.3:
        answers |= {"category": "noise", "who": "reach"}
    teller = Teller(client).begin()
    teller.take(client.post("/raise/", {**answers, "number": teller.carried["number"], "step": step, "go": buttons[0]}))
    for button in buttons[1:]:
        if "has your concern" in teller.asks:
            break
        teller.press(button)
        assert teller.status in (200, 422)
    sent = Concern.objects.count() - before
    assert sent == ("has your concern" in teller.asks)
    if sent:
        told = rules.told_of(Concern.objects.latest("pk").told)
        assert (told.what, set(ANSWERS) - {"days", "times", "since", "help", "whom"} <= given_names | {"place"}) == (
            ANSWERS["what"],
            True,
        )


def test_the_map_carries_everything_along_and_needs_a_script_to_be_offered(client: Client, cast: Cast) -> None:
    teller = Teller(client).sends(who="")
    offered = re.search(r'<button[^>]*value="map"[^>]*>', teller.press("where").text)
    assert offered
    assert " hidden " in offered[0]
    teller.press("map")
    assert ('data-map data-pick-form="#tell"' in teller.text, teller.carried["what"]) == (True, [ANSWERS["what"]])
    teller.press("", lat=str(IN_RING.lat), lon=str(IN_RING.lon))
    assert (teller.carried["kind"], teller.carried["at"], "place" in teller.carried) == (["point"], ["ring"], False)


def test_a_form_handed_in_again_after_half_an_hour_shows_no_link_and_no_pin(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = Teller(client).begin()
    answers = {**ANSWERS, "number": teller.carried["number"], "step": "check", "go": "send"}
    first = teller.take(client.post("/raise/", answers))
    for minutes, shown in ((29, True), (31, False)):
        later = timezone.now() + timedelta(minutes=minutes)
        monkeypatch.setattr(sending.timezone, "now", lambda later=later: later)
        again = Teller(client).take(client.post("/raise/", answers))
        monkeypatch.undo()
        assert (again.status, "This was sent before" in again.text, Concern.objects.get().reference in again.text) == (
            200,
            True,
            True,
        )
        assert (first.link in again.text, first.pin in again.text) == (shown, shown)
    assert again.asks == "Your receipt"
