"""From an invitation to Today and back: with a passkey, and without JavaScript with a password and an app."""

from __future__ import annotations

import re
import urllib.parse

from playwright.sync_api import expect

from tests.interfaces.desk.authenticator import app_code
from tests.journeys.ground import Town, Visit, Visitor, sideways

PHONE = {"width": 360, "height": 780}


def invited(town: Town, email: str, role: str = "administrator", *more: str) -> str:
    """The path of the one-time link the command prints."""
    said = town.command("invite", "--role", role, email, *more).splitlines()
    assert "It works once, until" in said[-1]
    return urllib.parse.urlsplit(said[-2]).path


def with_a_device(visit: Visit, *, verifies: bool = True) -> None:
    """The browser gets a passkey device that checks who holds it, or does not."""
    devices = visit.context.new_cdp_session(visit.page)
    devices.send("WebAuthn.enable")
    about = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": about})


def test_an_invitation_a_passkey_and_today(town: Town, visitor: Visitor) -> None:
    visit = visitor(viewport=PHONE)
    with_a_device(visit)
    page = visit.page
    link = invited(town, "noor@service.example", "administrator", "--name", "Noor Haddad")
    visit.go(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Noor Haddad")
    page.get_by_role("button", name="Begin").click()
    visit.lands_on("/desk/own/sign-in/first/")
    page.get_by_role("button", name="Add a passkey").click()
    visit.lands_on("/desk/own/sign-in/codes/")
    expect(page.locator(".codes li")).to_have_count(10)
    assert sideways(page) == 0
    page.get_by_role("link", name="I have kept them").click()
    visit.lands_on("/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")

    visit.go("/desk/own/sign-in/")
    expect(page.locator("#ways + ul")).to_contain_text("Passkey, added")
    expect(page.locator("#browsers + ul")).to_contain_text("This one")
    assert sideways(page) == 0
    page.get_by_role("button", name="Sign out", exact=True).click()
    visit.lands_on("/desk/sign-in/")
    visit.go("/desk/more/")
    assert visit.path == "/desk/sign-in/"
    page.get_by_role("button", name="Sign in with a passkey").click()
    visit.lands_on("/desk/more/")

    visit.go("/desk/accounts/invite/")
    assert visit.path == "/desk/own/sign-in/again/passkey/"
    page.get_by_role("button", name="Use a passkey").click()
    visit.lands_on("/desk/accounts/invite/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invite somebody")

    stranger = visitor()
    stranger.expected.add(link)
    stranger.go(link)
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("This link does not open any more")


def test_a_device_that_does_not_check_its_person_says_so_and_opens_nothing(town: Town, visitor: Visitor) -> None:
    visit = visitor()
    with_a_device(visit, verifies=False)
    visit.go(invited(town, "unverified@service.example"))
    visit.page.get_by_role("button", name="Begin").click()
    visit.page.get_by_role("button", name="Add a passkey").click()
    expect(visit.page.locator("[data-says]")).to_have_text(
        "Nothing happened: the passkey was not used. You can try again."
    )
    visit.go("/desk/")
    assert visit.path == "/desk/own/sign-in/first/"


def test_without_javascript_a_password_and_an_app_do_it_all(town: Town, visitor: Visitor) -> None:
    visit = visitor(viewport=PHONE, java_script_enabled=False)
    page, password = visit.page, "seven herons over the mill"
    visit.go(invited(town, "sam@service.example", "overseer"))
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()
    page.get_by_role("link", name=re.compile("password and an app")).click()
    visit.lands_on("/desk/own/sign-in/app/")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_label("Code the app shows").fill(app_code(secret))
    page.get_by_role("button", name="Set it up").click()
    visit.lands_on("/desk/own/sign-in/codes/")
    page.get_by_role("link", name="I have kept them").click()
    visit.lands_on("/desk/")
    page.get_by_role("button", name="Sign out").click()
    visit.lands_on("/desk/sign-in/")
    page.get_by_text("Use e-mail and password instead").click()
    page.get_by_label("E-mail").fill("sam@service.example")
    page.get_by_label("Password").fill("seven geese")
    page.get_by_role("button", name="Sign in with the password").click()
    expect(page.locator("#errors")).to_contain_text("That did not match.")
    page.get_by_label("E-mail").fill("sam@service.example")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in with the password").click()
    visit.lands_on("/desk/sign-in/second/")
    page.locator("#id_code").fill(app_code(secret, late=-1))
    page.get_by_role("button", name="Go on").click()
    visit.lands_on("/desk/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
