"""The whole round in real browsers: told, answered from a phone, replied to by mail, closed, not solved, the sergeant.

On a phone and a desktop, in English and Urdu, with and without scripts: all eight. Letters go with one half of them, in
which each of the three meets each of the others; the other half has no address and writes on the private page. Nobody
gives a name. Words of danger are in test_danger_doors.py, the complaint's own way out in test_concern.py.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.config.ground import wait_until
from tests.journeys.colleagues import Staff
from tests.journeys.ground import HERE, NAMED, Town, Visit, Visitor, drawn, sideways

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
TOLD = {
    "en": "The gate of the school yard stands open at night and somebody lights fires behind it.",
    "ur": "رات کو اسکول کا دروازہ کھلا رہتا ہے اور وہاں کوئی نہیں دیکھتا۔",
}
MORE = {"en": "It was open again this morning.", "ur": "آج صبح پھر کھلا تھا۔"}
ANSWER = "I looked at the gate this evening and spoke to the caretaker."
MENDED = "The gate has a new lock since Monday."
SOON = 30.0
Look = Callable[[Page, str], None]


def _on(page: Page, go: str = "next") -> None:
    page.locator(f'#tell button[name="go"][value="{go}"]').first.click()


def raises(resident: Visit, language: str, email: str, look: Look) -> tuple[str, str]:
    """From the area's page to the receipt: the reference and the private page's address."""
    page = resident.page
    resident.go(f"/at/{HERE}")
    page.locator('main a.button[href*="/raise/"]').first.click()
    look(page, "where")
    _on(page, "whole")
    page.locator('input[value="unsafe-place"]').check()
    look(page, "what")
    _on(page)
    if page.locator("#what").count() == 0:
        look(page, "nearby")
        _on(page, "words")
    page.locator("#what").fill(TOLD[language])
    look(page, "words")
    _on(page)
    look(page, "when")
    _on(page)
    _on(page)
    look(page, "whom")
    _on(page)
    page.locator(f'input[value="{"reach" if email else "anonymous"}"]').check()
    look(page, "who")
    _on(page)
    if email:
        page.locator("#email").fill(email)
        look(page, "contact")
        _on(page)
    look(page, "check")
    _on(page, "send")
    expect(page.locator("h1")).to_contain_text(NAMED)
    assert NAMED in drawn(page.locator(".receipt .face"))[0]
    look(page, "receipt")
    reference = page.locator(".keep .number bdi").first.inner_text()
    return reference, page.locator("a.link").get_attribute("href") or ""


def closes(officer: Page, town: Town, reference: str, look: Look) -> None:
    """The officer says how it ended, reads it back and sends it."""
    officer.goto(f"{town.origin}/desk/concerns/{reference}/close/")
    officer.locator('input[name="choice"][value="solved"]').check()
    officer.locator('[name="words"]').fill(MENDED)
    officer.locator('button[value="look"]').click()
    look(officer, "desk: close, read back")
    officer.locator('button[value="send"]').click()
    expect(officer.locator('[role="status"]')).to_be_visible()


def says_no(page: Page, link: str, look: Look, name: str) -> None:
    """The resident reads how it ended and says that it is not solved."""
    page.goto(link)
    expect(page.locator("#last")).to_contain_text(MENDED)
    look(page, f"{name}: ended")
    page.locator('input[name="answered"][value="partly"]').check()
    page.locator('input[name="better"][value="no"]').check()
    page.locator("#answered button.button").click()
    expect(page.locator("#answered")).to_have_count(0)
    look(page, f"{name}: not solved")


def letters_to(town: Town, email: str) -> list[EmailMessage]:
    return [each for each in town.post.taken if each["To"] == email]


def replies(town: Town, letter: EmailMessage, words: str) -> None:
    """What a mail program makes of pressing "Reply", handed over by SMTP."""
    reply = EmailMessage()
    reply["From"], reply["To"] = str(letter["To"]), str(letter["Reply-To"])
    reply["Subject"], reply["In-Reply-To"] = f"Re: {letter['Subject']}", str(letter["Message-ID"])
    quoted = "\n".join(f"> {line}" for line in letter.get_content().splitlines())
    reply.set_content(f"{words}\n\nOn Mon, 23 Nov 2026 at 10:05 <no-reply@service.example> wrote:\n{quoted}\n")
    with smtplib.SMTP("127.0.0.1", town.replies_port, timeout=30) as line:
        line.send_message(reply)


def whole_round(
    town: Town, visitor: Visitor, staff: Staff, *, language: str, scripts: bool, device: dict[str, object], email: str,
    look: Look,
) -> None:  # fmt: skip
    """From the first question to the sergeant who has it."""
    resident = visitor(java_script_enabled=scripts, locale=f"{language}-CA", **device)
    page = resident.page
    reference, link = raises(resident, language, email, look)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")

    officer = staff.desk(visitor, "officer", **PHONE).page
    officer.goto(f"{town.origin}/desk/concerns/{reference}/")
    expect(officer.locator("main")).to_contain_text(TOLD[language])
    look(officer, "desk: told")
    officer.locator("#id_words").fill(ANSWER)
    officer.locator('input[name="working"]').check()
    officer.get_by_role("button", name="Send the answer").click()
    expect(officer.locator(".thread")).to_contain_text(ANSWER)
    look(officer, "desk: answered")

    if email:
        # The receipt first, then the news: neither tells what it is about.
        wait_until(lambda: len(letters_to(town, email)) == 2, SOON)
        news = letters_to(town, email)[1]
        assert [word for word in (ANSWER, TOLD[language], "police", HERE) if word in str(news)] == []
        assert f"{link}" in news.get_content()
        replies(town, news, MORE[language])
    page.goto(link)
    expect(page.locator(".entry.answer")).to_contain_text(ANSWER)
    assert NAMED in drawn(page.locator(".entry.answer .face"))[0]
    if not email:
        page.locator("#words").fill(MORE[language])
        page.locator("form:has(#words) .button").click()
    expect(page.locator("#last")).to_contain_text(MORE[language])
    look(page, "private page")

    closes(officer, town, reference, look)
    says_no(page, link, look, "first")
    officer.goto(f"{town.origin}/desk/concerns/{reference}/")
    expect(officer.locator(".lede")).to_contain_text("not solved")
    look(officer, "desk: opened again")
    closes(officer, town, reference, look)
    says_no(page, link, look, "second")
    # A number before a name: from left to right in every language.
    expect(page.locator("main p:has(> a.tel) > bdi")).to_have_text(re.compile(r"^\d+ Division$"))
    gone = officer.request.get(f"{town.origin}/desk/concerns/{reference}/")
    assert gone.status == 404
    sergeant = staff.desk(visitor, "sergeant").page
    sergeant.goto(f"{town.origin}/desk/concerns/{reference}/")
    expect(sergeant.locator(".lede")).to_contain_text("with the sergeants of the division")
    look(sergeant, "desk: the sergeant has it")


@pytest.mark.parametrize(
    ("language", "scripts", "device", "email"),
    [
        ("en", False, PHONE, "rosa.round@home.example"),
        ("ur", True, PHONE, "samina.round@home.example"),
        ("ur", False, DESK, "shazia.round@home.example"),
        ("en", True, DESK, "rhoda.round@home.example"),
        ("en", True, PHONE, ""),
        ("ur", False, PHONE, ""),
        ("ur", True, DESK, ""),
        ("en", False, DESK, ""),
    ],
    ids=[
        "phone, English, no scripts, mail",
        "phone, Urdu, mail",
        "desktop, Urdu, no scripts, mail",
        "desktop, English, mail",
        "phone, English",
        "phone, Urdu, no scripts",
        "desktop, Urdu",
        "desktop, English, no scripts",
    ],
)
def test_what_is_told_is_answered_by_name_and_not_solved_twice_reaches_the_sergeant(
    language: str, scripts: bool, device: dict[str, object], email: str, town: Town, visitor: Visitor, staff: Staff
) -> None:
    pushed: dict[str, object] = {}

    def look(page: Page, name: str) -> None:
        if wide := sideways(page):
            pushed[name] = wide

    whole_round(
        town, visitor, staff, language=language, scripts=scripts, device=device, email=email, look=look
    )  # fmt: skip
    assert pushed == {}
