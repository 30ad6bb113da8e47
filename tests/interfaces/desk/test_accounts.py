"""The pages about accounts, as an administrator uses them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from byname.ledger.models import LedgerLine, Letter
from byname.people.models import Account, Invitation
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.authenticator import Passkey, app_code
from tests.interfaces.desk.sign_in import PASSWORD, asked, browser, come_in, told

NOOR = {"name": "Noor Haddad", "email": "noor@service.example", "roles": ["sergeant"], "divisions": ["D1"], "badge": ""}


@pytest.fixture
def desk(cast: Cast) -> Client:
    """The browser of an administrator who has just proven who they are."""
    account = staff.account("administrator")
    account.set_password(PASSWORD)
    account.save()
    client = browser()
    come_in(client, account.email)
    client.post("/desk/sign-in/second/", {"code": app_code(staff.TOTP_SECRET)})
    client.post("/desk/own/sign-in/again/", {"password": PASSWORD})
    return client


def the_link(kind: str = "sign_in.invitation") -> str:
    """The address in the latest letter of a kind."""
    words = json.loads(Letter.objects.filter(kind=kind).latest("pk").words)
    found = re.search(r"http://localhost:\d+(/desk/\S+)", words["body"])
    assert found
    return found.group(1)


def set_up(link: str) -> Client:
    """Somebody who follows their letter and adds a passkey."""
    client = browser()
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303
    page = client.get("/desk/own/sign-in/first/")
    answer = client.post("/desk/own/sign-in/first/", {"credential": Passkey().create(asked(page)), "name": "x"})
    assert answer.status_code == 302
    return client


def test_an_administrator_invites_and_the_link_is_shown_to_nobody(desk: Client) -> None:
    answer = desk.post("/desk/accounts/invite/", NOOR)
    assert answer.headers["Location"] == "/desk/accounts/?done=invited"
    link = the_link()
    page = desk.get("/desk/accounts/?done=invited")
    assert ("noor@service.example: sergeant" in told(page), link in page.content.decode()) == (True, False)
    noor = set_up(link)
    assert noor.get("/desk/").status_code == 200
    account = Account.objects.get(email="noor@service.example")
    assert (account.roles, account.divisions, account.name) == (["sergeant"], ["D1"], "Noor Haddad")
    assert noor.get("/desk/accounts/").status_code == 404


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"divisions": []}, "Say which division the sergeant answers for."),
        ({"roles": ["officer"], "badge": ""}, "Say which officer of the register this is."),
        ({"badge": "9999"}, "There is no officer with this badge on the register."),
        ({"roles": []}, "This field is required."),
        ({"divisions": ["D9"]}, "Select a valid choice."),
        ({"email": "x"}, "Enter a valid email address."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_sent(desk: Client, about: dict[str, Any], says: str) -> None:
    answer = desk.post("/desk/accounts/invite/", NOOR | about)
    assert (answer.status_code, says in told(answer), Invitation.objects.count()) == (422, True, 0)


def test_mail_scanners_that_follow_a_link_use_nothing_up(desk: Client) -> None:
    desk.post("/desk/accounts/invite/", NOOR)
    link = the_link()
    for _ in range(3):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    set_up(link)
    assert Client().get(link).status_code == 404
    assert Client().post(link).status_code == 404


def test_roles_are_changed_and_nobody_changes_their_own(desk: Client) -> None:
    somebody = staff.account("clerk")
    form = {"roles": ["clerk", "administrator"], "divisions": [], "badge": ""}
    answer = desk.post(f"/desk/accounts/{somebody.pk}/change/", form)
    assert answer.headers["Location"] == f"/desk/accounts/{somebody.pk}/?done=changed"
    assert "administrator and more" in told(desk.get(f"/desk/accounts/{somebody.pk}/"))
    assert "administrator and more" in told(desk.get("/desk/accounts/"))
    me = Account.objects.get(email="administrator@service.example")
    for page in ("change", "email", "reset", "end"):
        answer = desk.post(f"/desk/accounts/{me.pk}/{page}/", form)
        assert (answer.status_code, "ask a colleague" in told(answer)) == (422, True)
    me.refresh_from_db()
    assert (me.roles, me.is_active) == (["administrator"], True)


def test_an_e_mail_address_is_changed_and_opens_with_what_they_had(desk: Client) -> None:
    somebody, other = staff.account("clerk"), staff.account("overseer")
    somebody.set_password(PASSWORD)
    somebody.save()
    signed_in = staff.at_the_desk(somebody)
    page = f"/desk/accounts/{somebody.pk}/email/"
    assert "Now: clerk@service.example" in told(desk.get(page))
    assert f'href="{page}"' in desk.get(f"/desk/accounts/{somebody.pk}/").content.decode()
    for email, says in (
        (other.email, "Another account has this e-mail address"),
        ("Clerk@Service.example", "That is their address already."),
        ("x", "Enter a valid email"),
    ):
        answer = desk.post(page, {"email": email})
        assert (answer.status_code, says in told(answer)) == (422, True)
    answer = desk.post(page, {"email": "New@service.example"})
    assert answer.headers["Location"] == f"/desk/accounts/{somebody.pk}/?done=email"
    assert "Their e-mail address is changed" in told(desk.get(answer.headers["Location"]))
    assert signed_in.get("/desk/").headers["Location"].startswith("/desk/sign-in/")
    assert come_in(browser(), "clerk@service.example").status_code == 200
    assert come_in(browser(), "new@service.example").headers["Location"].startswith("/desk/sign-in/second/")


def test_a_reset_second_factor_is_made_anew_and_never_waived(desk: Client) -> None:
    somebody = staff.account("clerk")
    somebody.set_password(PASSWORD)
    somebody.save()
    signed_in = staff.at_the_desk(somebody)
    assert "Reset their second factor?" in told(desk.get(f"/desk/accounts/{somebody.pk}/reset/"))
    assert desk.post(f"/desk/accounts/{somebody.pk}/reset/").status_code == 303
    assert signed_in.get("/desk/").status_code == 303
    assert come_in(browser(), somebody.email).status_code == 200
    again = browser()
    again.post(the_link())
    assert again.get("/desk/").headers["Location"] == "/desk/own/sign-in/first/?next=%2Fdesk%2F"
    assert again.get("/desk/accounts/").status_code == 303
    assert Authenticator.objects.filter(user=somebody).count() == 0


def test_ending_an_account_ends_its_sessions_at_once(desk: Client) -> None:
    somebody = staff.account("clerk")
    signed_in = [staff.at_the_desk(somebody) for _ in range(2)]
    assert desk.post(f"/desk/accounts/{somebody.pk}/end/").status_code == 303
    assert [client.get("/desk/").status_code for client in signed_in] == [303, 303]
    line = LedgerLine.objects.get(event="account.ended")
    assert (line.subject_id, line.facts) == (str(somebody.pk), {"sessions": 2})
    assert "Left the service" in told(desk.get("/desk/accounts/?ended"))
    assert desk.get(f"/desk/accounts/{somebody.pk}/").status_code == 200
    assert desk.get(f"/desk/accounts/{somebody.pk}/end/").status_code == 404


@pytest.mark.parametrize("page", ["invite/", "{0}/change/", "{0}/email/", "{0}/reset/", "{0}/end/"])
def test_what_is_dangerous_asks_again_who_it_is(cast: Cast, page: str) -> None:
    somebody = staff.account("clerk")
    desk = staff.at_the_desk(staff.account("administrator"))
    address = f"/desk/accounts/{page.format(somebody.pk)}"
    for answer in (desk.get(address), desk.post(address, NOOR)):
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/desk/own/sign-in/again/code/?next=%2Fdesk%2Faccounts%2F")
    somebody.refresh_from_db()
    assert (somebody.is_active, Invitation.objects.count()) == (True, 0)


def test_an_invitation_is_taken_back(desk: Client) -> None:
    desk.post("/desk/accounts/invite/", NOOR)
    link = the_link()
    (row,) = Invitation.objects.all()
    assert desk.post(f"/desk/accounts/invitations/{row.pk}/withdraw/").status_code == 303
    assert Client().get(link).status_code == 404
    assert desk.post(f"/desk/accounts/invitations/{row.pk}/withdraw/").status_code == 404


def test_accounts_stand_on_pages_of_twenty_five_and_can_be_looked_for(desk: Client) -> None:
    for number in range(30):
        staff.account("clerk", email=f"clerk-{number:02}@service.example")
    desk.post("/desk/accounts/invite/", NOOR)
    first, second, beyond = (desk.get(f"/desk/accounts/?page={page}") for page in (1, 2, 9))
    listed = [
        re.findall(r'<li><a href="/desk/accounts/\d+/">', page.content.decode()) for page in (first, second, beyond)
    ]
    assert [len(each) for each in listed] == [25, 6, 6]
    assert ("31 accounts" in told(first), "Page 1 of 2" in told(first), "Page 2 of 2" in told(second)) == (True,) * 3
    assert ["Invited, not here yet" in told(page) for page in (first, second)] == [True, False]
    assert "1 account" in told(desk.get("/desk/accounts/?q=clerk-07"))
    assert "Nobody is called that." in told(desk.get("/desk/accounts/?q=nobody"))
    assert "1 account" in told(desk.get("/desk/accounts/?role=administrator"))
    clerks = desk.get("/desk/accounts/?role=clerk")
    assert ("30 accounts" in told(clerks), 'href="?role=clerk&amp;page=2"' in clerks.content.decode()) == (True, True)
    assert "There is no analyst yet." in told(desk.get("/desk/accounts/?role=analyst"))
    assert "Nobody is called that among the administrators." in told(
        desk.get("/desk/accounts/?role=administrator&q=-07")
    )
    assert "31 accounts" in told(desk.get("/desk/accounts/?role=king"))
    assert "Nobody has left yet." in told(desk.get("/desk/accounts/?ended"))
