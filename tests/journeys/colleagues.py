"""The staff of the demo town in their browsers: invited at the command line, signed in as their pages ask it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import CDPSession

from byname.interfaces.jobs.demo import history
from byname.interfaces.jobs.demo.city import SEED, DemoPosting, demo_city
from tests.journeys.ground import HERE, Town, Visit

ELSEWHERE = "annex"
"""An area whose lead is hidden and shown again, and whose photo goes."""
PASSWORD = "a quiet river under seven bridges"


CITY = demo_city(SEED, datetime.now(ZoneInfo("America/Toronto")).date())
MOMENTS = history.chosen_moments(CITY.areas, SEED)
DIVISION = next(area.division for area in CITY.areas if area.slug == HERE)


def serving(area: str, role: str = "lead") -> DemoPosting:
    """Who of the demo serves an area in a role today."""
    return next(
        one
        for one in CITY.postings
        if one.area == area and one.role == role and one.first <= CITY.today and (one.last or date.max) > CITY.today
    )


def name_of(badge_number: str) -> str:
    """An officer of the demo by name."""
    officer = next(one for one in CITY.officers if one.badge_number == badge_number)
    return f"{officer.given_name} {officer.family_name}"


LEAVING = serving(MOMENTS.lead_hands_over)
"""Who hands an area over, and who takes it."""
COMING = next(
    one for one in CITY.postings if one.area == LEAVING.area and one.role == "lead" and one.first > CITY.today
)


def invited(town: Town, email: str, *words: str) -> str:
    """The path of the one-time link of a new invitation."""
    said = town.command("invite", *words, email)
    found = re.search(r"/desk/sign-in/invitation/\S+", said)
    assert found, said
    return found[0]


def with_passkeys(visit: Visit) -> CDPSession:
    """A browser on a device that holds passkeys and knows its person by their finger."""
    device = visit.context.new_cdp_session(visit.page)
    device.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": about})
    return device


def joins(visit: Visit, link: str) -> None:
    """From the link to Today, by a passkey."""
    visit.go(link)
    visit.page.get_by_role("button", name="Begin").click()
    visit.page.get_by_role("button", name="Add a passkey").click()
    visit.page.get_by_role("link", name="I have kept them").click()
    visit.lands_on("/desk/")


def joins_by_password(visit: Visit, link: str) -> str:
    """From the link to Today, by a password and an app; the app's secret."""
    page = visit.page
    visit.go(link)
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Use a password and an app").click()
    secret = page.locator("code.secret").inner_text()
    page.locator("#id_password1").fill(PASSWORD)
    page.locator("#id_password2").fill(PASSWORD)
    page.locator("#id_code").fill(code_of_app(secret))
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("link", name="I have kept them").click()
    visit.lands_on("/desk/")
    return secret


def code_of_app(secret: str, *, later: int = 0) -> str:
    """The six digits an authenticator app shows (RFC 6238), now or some half-minutes later."""
    counter = int(time.time()) // 30 + later
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@dataclass
class Staff:
    """Who has joined so far, each with what their browser remembers: nobody signs in twice."""

    town: Town
    remembered: dict[str, Any] = field(default_factory=dict)

    def desk(self, visitor: Callable[..., Visit], who: str, **about: object) -> Visit:
        """Somebody's browser at Today: an officer, sergeant, coordinator, overseer or administrator."""
        if who not in self.remembered:
            joining = visitor()
            with_passkeys(joining)
            joins(joining, invited(self.town, f"{who}@example.org", *WORDS[who]))
            self.remembered[who] = joining.context.storage_state()
        visit = visitor(storage_state=self.remembered[who], **about)
        visit.go("/desk/")
        return visit


WORDS = {
    "officer": ("--role", "officer", "--officer", serving(HERE).badge_number),
    "hiding": ("--role", "officer", "--officer", serving(ELSEWHERE).badge_number),
    "leaving": ("--role", "officer", "--officer", LEAVING.badge_number),
    "coming": ("--role", "officer", "--officer", COMING.badge_number),
    "sergeant": ("--role", "sergeant", "--division", DIVISION),
    "coordinator": ("--role", "coordinator"),
    "analyst": ("--role", "analyst"),
    "overseer": ("--role", "overseer"),
    "clerk": ("--role", "clerk"),
    "interpreter": ("--role", "interpreter"),
    "administrator": ("--role", "administrator"),
}
"""How each is invited; the officer leads the team of HERE, for which the sergeant answers."""
