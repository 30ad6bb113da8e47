"""Words of danger at every door of a running byname: whom to call comes first, nothing is lost, the team sees it first.

The doors: the form, the private page, joining, a counter, a letter by SMTP, a text by the provider's signed request,
and Open311. Each is met in English and in Urdu where its words differ.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import smtplib
from collections.abc import Iterable
from email.message import EmailMessage
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import georeport  # type: ignore[import-untyped]  # it carries no types
import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.config.ground import wait_until
from tests.interfaces.jobs.telephone import ACCOUNT, SENDER, TOKEN
from tests.journeys.colleagues import Staff
from tests.journeys.ground import HERE, Answer, Town, Visit, Visitor, sideways, somebody
from tests.journeys.test_heard_rounds import DESK, PHONE, SOON, letters_to, replies
from tests.journeys.test_joining import published

POINT = {"lat": "43.6513", "long": "-79.4260"}
"""Inside HERE."""
SAID = {
    "en": {
        "now": "A man with a knife stands at the gate right now.",
        "home": "My husband beats me.",
        "crisis": "I want to kill myself.",
    },
    "ur": {
        "now": "یہاں ایک آدمی کے پاس بندوق ہے",
        "home": "میرا شوہر مجھے مارتا ہے",
        "crisis": "میں مرنا چاہتی ہوں",
    },
}
CALM = {"en": "The gate of the yard stands open at night.", "ur": "رات کو گلی میں بہت شور ہوتا ہے۔"}
FIRST = {
    "now": "Call 911 now",
    "home": "If you are not safe at home",
    "crisis": "If somebody is in a crisis",
}
"""What stands above everything else."""
TO_CALL = {"now": ["911"], "home": ["211", "911"], "crisis": ["211", "988", "911"]}
ALARM = {
    "now": "These words may speak of harm that is happening now.",
    "home": "These words may speak of violence at home.",
    "crisis": "These words may speak of somebody in a crisis.",
}
NOW = "In danger, or is someone hurt? Call 911 now."
UNREAD = "Nobody is reading this now."
REFERENCE = re.compile(r"C(?:-[0-9A-Z]{4}){2}-[0-9A-Z]{3}")


def in_urdu(words: str) -> bool:
    """Whether something of this is written in Urdu's letters."""
    return re.search("[\u0600-\u06ff]{3}", words) is not None


def beside(page: Page, original: str, language: str) -> Locator:
    """A sentence as it stands in English: alone there, elsewhere beside what no speaker has approved yet."""
    return page.locator('main [lang="en"][dir="ltr"]' if language != "en" else "main", has_text=original)


def met(visit: Visit, kind: str, language: str) -> None:
    """What comes before anything else: a page that begins with whom to call, as links, and a way to leave at once."""
    page = visit.page
    alert = page.locator('main [role="alert"]').first
    expect(alert.locator("h1")).to_contain_text(FIRST[kind])
    assert in_urdu(alert.locator("h1").inner_text()) is (language == "ur")
    numbers = alert.locator('a[href^="tel:"]').evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert numbers == [f"tel:{number}" for number in TO_CALL[kind]]
    # The first number is in sight before anybody scrolls.
    expect(alert.locator('a[href^="tel:"]').first).to_be_in_viewport()
    expect(beside(page, UNREAD, language).first).to_be_visible()
    expect(page.locator("[data-leave]")).to_be_visible()
    assert sideways(page) == 0


def alarms(town: Town, visitor: Visitor, staff: Staff, reference: str, kind: str, said: Iterable[str]) -> None:
    """On the officer's phone it stands among what may be danger, and opens with what to do, with all that was said."""
    officer = staff.desk(visitor, "officer", **PHONE)
    officer.go("/desk/concerns/?danger=on")
    line = officer.page.locator("ol.heard li.danger", has=officer.page.locator(f'a[href$="/{reference}/"]'))
    expect(line.locator(".tag.danger")).to_have_text("may be danger")
    officer.go(f"/desk/concerns/{reference}/")
    expect(officer.page.locator(".alarm h2").first).to_have_text(ALARM[kind])
    expect(officer.page.locator(".alarm h2").first).to_be_in_viewport()
    for words in said:
        expect(officer.page.locator("main")).to_contain_text(words)
    assert sideways(officer.page) == 0


def on(page: Page, go: str = "next") -> None:
    page.locator(f'#tell button[name="go"][value="{go}"]').first.click()


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "scripts", "device"),
    [("en", True, DESK), ("ur", False, PHONE)],
    ids=["desktop, English", "phone, Urdu, no scripts"],
)
def test_in_the_form_and_on_the_private_page_each_kind_is_met_with_whom_to_call_and_nothing_is_lost(
    language: str, scripts: bool, device: dict[str, object], town: Town, visitor: Visitor, staff: Staff
) -> None:
    resident = visitor(java_script_enabled=scripts, locale=f"{language}-CA", **device)
    page, words = resident.page, SAID[language]
    resident.go(f"/at/{HERE}")
    page.locator('main a.button[href*="/raise/"]').first.click()
    on(page, "whole")
    page.locator('input[value="unsafe-place"]').check()
    on(page)
    if page.locator("#what").count() == 0:
        # What others told nearby is offered first.
        on(page, "words")
    for kind in ("crisis", "home", "now"):
        page.locator("#what").fill(words[kind])
        on(page)
        met(resident, kind, language)
        on(page, "when")
        on(page, "back")
        expect(page.locator("#what")).to_have_value(words[kind])
    for _ in range(4):
        on(page)
    page.locator('input[value="anonymous"]').check()
    on(page)
    on(page, "send")
    # Once more above the receipt.
    expect(page.locator('.receipt [role="note"] a[href="tel:911"]').first).to_be_visible()
    reference = page.locator(".keep .number bdi").first.inner_text()
    page.locator("a.link").click()
    page.locator("#words").fill(words["home"])
    page.locator("form:has(#words) .button").click()
    met(resident, "home", language)
    page.locator("form:has(input[name=seen]) button").click()
    expect(page.locator("#last")).to_contain_text(words["home"])
    alarms(town, visitor, staff, reference, "now", (words["now"], words["home"]))


def test_whoever_joins_in_urdu_and_tells_when_it_is_safe_is_met_with_a_helpline(
    town: Town, visitor: Visitor, staff: Staff
) -> None:
    reference = published(town, visitor, staff, "Shouting in the stairwell, most nights")
    resident = visitor(java_script_enabled=False, locale="ur-CA", **PHONE)
    page, words = resident.page, SAID["ur"]["home"]
    resident.go(f"/ur/join/{reference}")
    page.locator("#email").fill("safiya@home.example")
    page.locator("#safe_hours").fill(words)
    page.locator(".onward button.button").click()
    met(resident, "home", "ur")
    expect(page.locator("#safe_hours")).to_have_value(words)
    page.locator(".onward button.button").click()
    expect(page.locator('.receipt [role="note"] a[href="tel:911"]').first).to_be_visible()


def test_whoever_writes_it_down_for_somebody_is_told_to_call_first(town: Town, visitor: Visitor, staff: Staff) -> None:
    officer = staff.desk(visitor, "officer", **PHONE)
    officer.go("/desk/concerns/new/")
    page, words = officer.page, SAID["en"]["now"]
    page.locator('input[name="channel"]').first.check()
    page.locator('input[name="place_kind"][value="area"]').check()
    page.locator('select[name="area"]').select_option(HERE)
    page.locator('select[name="category"]').select_option("unsafe-place")
    page.locator('[name="what"]').fill(words)
    page.locator('button[value="look"]').click()
    expect(page.locator('[role="alert"] h2')).to_have_text("Is this happening now? Call 911 first.")
    expect(page.locator('[role="alert"] h2')).to_be_in_viewport()
    page.locator('button[value="send"]').click()
    found = REFERENCE.search(page.locator("main").inner_text())
    assert found
    alarms(town, visitor, staff, found[0], "now", [words])


# --- by letter, by text and by a program -----------------------------------------------------------------------------


def told(town: Town, language: str, **contact: str) -> tuple[str, str]:
    """The reference, and the private page's path, of a calm concern raised by plain requests."""
    prefix = "" if language == "en" else f"/{language}"
    form = {"kind": "area", "at": HERE, "category": "noise", "door": "noise", "what": CALM[language], "whom": "team"}
    form |= {"who": "reach", "number": secrets.token_urlsafe(16), "step": "check", "go": "send"}
    said = town.ask(f"{prefix}/raise/send", form | {"language": language} | contact).text
    found, link = REFERENCE.search(said), re.search(r'class="link"[^>]* href="([^"]+)"', said)
    assert found, said
    assert link
    return found[0], urlsplit(link[1]).path


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_letter_by_smtp_is_answered_at_once_by_whom_to_call(
    language: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    email, words = f"danger.{language}@home.example", SAID[language]["now"]
    reference, _link = told(town, language, email=email)
    wait_until(lambda: len(letters_to(town, email)) == 1, SOON)
    replies(town, letters_to(town, email)[0], words)
    wait_until(lambda: len(letters_to(town, email)) == 2, SOON)
    answer = letters_to(town, email)[1]
    said = answer.get_content()
    assert [sentence for sentence in (NOW, UNREAD) if sentence not in said] == []
    assert (in_urdu(said), words in said, str(answer["Subject"]).isascii()) == (
        language == "ur",
        False,
        language == "en",
    )
    alarms(town, visitor, staff, reference, "now", [words])


def test_a_letter_nobody_takes_is_refused_with_whom_to_call(town: Town) -> None:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "rosa@home.example", "Help"
    letter.set_content(SAID["en"]["now"])
    with (
        smtplib.SMTP("127.0.0.1", town.replies_port, timeout=30) as line,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
    ):
        line.send_message(letter, to_addrs=["anybody@replies.service.example"])
    ((code, said),) = refused.value.recipients.values()
    assert (code, "In danger? Call 911 now." in said.decode()) == (550, True)


def handed_over(town: Town, number: str, words: str, *, token: str = TOKEN) -> Answer:
    """A text as the provider hands it over: signed with what only it and we know."""
    form = {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": ACCOUNT,
        "From": number,
        "To": SENDER,
        "Body": words,
        "NumMedia": "0",
    }
    signed = f"{town.origin}/texts/in" + "".join(name + form[name] for name in sorted(form))
    digest = hmac.digest(token.encode(), signed.encode(), hashlib.sha1)
    return town.ask("/texts/in", form, **{"X-Twilio-Signature": base64.b64encode(digest).decode()})


def sent_back(answer: Answer) -> str:
    """The text that goes back to whoever wrote; empty where none does."""
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/xml")
    return "".join(message.text or "" for message in ET.fromstring(answer.body).iter("Message"))


def texts_to(town: Town, number: str) -> list[str]:
    return [each["Body"] for each in town.phone.taken if each["To"] == number]


@pytest.mark.parametrize(("language", "phone"), [("en", "416 555 0142"), ("ur", "416 555 0143")])
def test_a_text_the_provider_signed_is_answered_at_once_by_whom_to_call(
    language: str, phone: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    number, words = f"+1{phone.replace(' ', '')}", SAID[language]["now"]
    reference, link = told(town, language, phone=phone, by_text="1")
    assert town.ask(f"{link}phone", {"act": "send"}).status == 200
    wait_until(lambda: len(texts_to(town, number)) == 1, SOON)
    code = re.search(r"\b[0-9]{6}\b", texts_to(town, number)[0])
    assert code
    assert town.ask(f"{link}phone", {"act": "confirm", "code": code[0]}).status == 200

    assert handed_over(town, number, words, token="1" * 32).status == 403
    assert sent_back(handed_over(town, number, CALM[language])) == ""
    said = sent_back(handed_over(town, number, words))
    assert [sentence for sentence in (NOW, UNREAD) if sentence not in said] == []
    assert (in_urdu(said), "/c/" in said) == (language == "ur", False)
    assert town.ask(link).text.count(words) == 1
    alarms(town, visitor, staff, reference, "now", [words, CALM[language]])


def test_a_text_from_a_number_nobody_knows_is_answered_by_whom_to_call(town: Town) -> None:
    said = sent_back(handed_over(town, "+14165550149", SAID["ur"]["now"]))
    assert ([sentence for sentence in (NOW, UNREAD) if sentence not in said], in_urdu(said)) == ([], True)


@pytest.mark.parametrize(("language", "form"), [("en", "json"), ("ur", "xml")])
def test_a_program_is_told_whom_to_call_with_the_reference_and_before_it_asks(
    language: str, form: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    client = georeport.GeoReport(f"{town.origin}/api/open311/v2", output_format=form)
    offered = {each["service_code"] for each in client.get_service_list()}
    assert "unsafe-place" in offered
    asked = client.get_service_definition("unsafe-place")["attributes"]
    first = asked[0] if form == "json" else asked["attribute"][0]
    assert (first["code"], first["order"], NOW in first["description"]) == (
        "emergency",
        1 if form == "json" else "1",
        True,
    )

    key = town.command("key", "make", f"Danger in {language}", "--an-hour", "100").split()[0]
    words = SAID[language]["now"]
    # The client has no way to send: what a program sends is a form.
    answer = requests.post(
        f"{client.root_address}/requests.{form}",
        {"api_key": key, "service_code": "unsafe-place", **POINT, "description": words},
        headers={"Accept-Language": language, "X-Forwarded-For": somebody()},
        timeout=30,
    )
    assert answer.status_code == 201
    if form == "json":
        (given,) = answer.json()
        reference, notice = given["service_request_id"], given["service_notice"]
    else:
        reference, notice = (
            ET.fromstring(answer.content).findtext(f"request/{name}") or ""
            for name in ("service_request_id", "service_notice")
        )
    before = notice.partition(reference)[0]
    assert ([sentence for sentence in (NOW, UNREAD) if sentence not in before], in_urdu(before)) == (
        [],
        language == "ur",
    )
    with pytest.raises(requests.HTTPError, match="404"):
        client.get_service_request(reference)
    alarms(town, visitor, staff, reference, "now", [words])
