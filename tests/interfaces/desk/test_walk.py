"""Every address, walked by everybody, answers as the table of permissions says: nothing opens that is not granted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.concerns import rules as concern_rules
from byname.concerns.models import Subscription, Wording
from byname.interfaces.desk import door
from byname.interfaces.http import Audience
from byname.ledger.models import Letter
from byname.people import actions as people
from byname.people import queries, rules
from byname.people.models import Account, Invitation, Officer
from byname.people.rules.permissions import NOTHING
from byname.places.models import Area
from byname.postings.models import Handover, HandoverItem, Proposal
from byname.vocabulary import PUBLIC, SYSTEM, Actor
from tests import staff
from tests.cast import Cast
from tests.concerns import told, wordings
from tests.interfaces.desk.examples import EXAMPLES, Example, Town

pytestmark = pytest.mark.django_db

OFFICERS: Final = {"officer of the area": "ana", "officer elsewhere": "ines", "officer with a conflict": "chidi"}
SERGEANTS: Final = {"sergeant of the division": "D1", "sergeant elsewhere": "D2"}
ROLES: Final = ("coordinator", "analyst", "overseer", "clerk", "interpreter", "administrator")
WALKERS: Final = (*OFFICERS, *SERGEANTS, *ROLES)
METHODS: Final = ("GET", "POST")
SHUT_TO_ALL: Final = (
    *("parts", "api:api-root", "demo-letter"),
    "texts-in",
    *("open311-request", "open311-token", "open311-elsewhere", "open311-root"),
)
"""What answers nobody here: parts are for developers, the API has no root, no letter of the demo has landed, and over
Open311 nothing is published; no provider of texts is named."""
NEW_EACH_TIME: Final = ("spoken-code", "raise", "join")
"""What is another page each time: the code of this second, and a form that draws its own number."""
NOWHERE: Final = "/desk/no-such-page/"


@dataclass(frozen=True)
class Address:
    """One address of byname: its name, whom it is for, and what is asked of the table where it is the staff's."""

    name: str
    audience: Audience
    act: str
    takes_values: bool

    def url(self, example: Example, **other: object) -> str:
        """The address with an example's values in it, or with `other` ones."""
        return reverse(self.name, kwargs={**example.values, **other})


def addresses() -> list[Address]:
    """Every address the resolver knows; one without its example fails a test of its own, and is walked by no other."""
    return [each for each in _all_addresses() if not each.takes_values or each.name in EXAMPLES]


def _all_addresses() -> list[Address]:
    return list(_addresses(get_resolver().url_patterns, ""))


def _addresses(patterns: list[Any], space: str) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            below = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _addresses(pattern.url_patterns, below)
        elif isinstance(pattern, URLPattern):
            view = pattern.callback
            takes_values = bool(pattern.pattern.converters) or "(?P<" in str(pattern.pattern)
            # The audience of every view is seen to by a habit of its own; ninja's operations carry theirs within.
            audience = getattr(view, "audience", Audience.PUBLIC)
            yield Address(f"{space}{pattern.name}", audience, getattr(view, "act", ""), takes_values)


@pytest.fixture
def town(cast: Cast) -> Town:
    """The city, an account for each walker, and one thing of each kind an address may name."""
    made: dict[str, Account] = {}
    for walker, name in OFFICERS.items():
        made[walker] = staff.account("officer", officer=getattr(cast, name))
    for walker, division in SERGEANTS.items():
        made[walker] = staff.account("sergeant", divisions=[division], email=f"{division}@service.example")
    for role in ROLES:
        made[role] = staff.account(role)
    ana, chidi = (staff.acting(made[walker]) for walker in ("officer of the area", "officer with a conflict"))
    now = timezone.now()
    people.declare_conflict(["neighbourhood:3"], by=ana, at=now)
    people.declare_conflict(["neighbourhood:1"], by=chidi, at=now)
    (conflict,) = queries.own_conflicts(viewer=ana)
    invitation = Invitation.objects.create(
        token_digest=b"0" * 32,
        email="new@service.example",
        roles=["clerk"],
        invited_at=now,
        expires_at=now + timedelta(days=3),
    )
    handover = Handover.objects.create(
        reference="H-222222",
        area=Area.objects.get(slug="old-mill"),
        outgoing=Officer.objects.get(reference=cast.ana.reference),
        incoming=Officer.objects.get(reference=cast.bao.reference),
        role="lead",
        leaves_on=cast.on + timedelta(days=30),
        opened_at=now,
    )
    item = HandoverItem.objects.create(
        handover=handover, kind="note", words="Where the keys are.", added_at=now, expires_on=cast.on
    )
    proposal = Proposal.objects.create(
        officer=Officer.objects.get(reference=cast.jonas.reference),
        area=handover.area,
        role="member",
        first_on=cast.on + timedelta(days=60),
        planned_end_on=cast.on + timedelta(days=1520),
        proposed_by=made["coordinator"].pk,
        proposed_at=now,
    )
    letter = Letter.objects.create(
        message_id="<1@service.example>",
        kind="plain",
        recipient="somebody@service.example",
        words="{}",
        created_at=now,
        due_at=now,
        first_due_at=now,
        given_up_at=now,
    )
    concern = concerns.raise_concern(
        concern_rules.Raised("traffic", concern_rules.Told("Cars race here."), "area", "web", "en"),
        concerns.Where("D1", "old-mill", 1),
        on=cast.on,
        promise=concern_rules.Promise(ZoneInfo("America/Toronto")),
        pictures=[concern_rules.Picture(b"one", 40, 30), concern_rules.Picture(b"two", 40, 30)],
        by=PUBLIC,
        at=now,
    )
    concerns.set_picture_apart_again(concern.reference, 2, by=SYSTEM, at=now)
    in_urdu = concerns.raise_concern(
        concern_rules.Raised(
            "traffic", concern_rules.Told("ہر صبح اسکول کے سامنے گاڑیاں بہت تیز چلتی ہیں۔"), "area", "web", "ur"
        ),
        concerns.Where("D1", "old-mill", 1),
        on=cast.on,
        promise=concern_rules.Promise(ZoneInfo("America/Toronto")),
        by=PUBLIC,
        at=now,
    )
    wordings.published(told.raised(now, told.ANONYMOUS).reference, now)
    Subscription.objects.create(
        area=handover.area,
        address="reader@home.example",
        address_digest=b"reader",
        key_digest=concern_rules.link_digest("weekly-key"),
        key="weekly-key",
        language="en",
        asked_at=now,
        confirmed_at=now,
    )
    put_in = {
        "published": Wording.objects.get().concern.reference,
        "weekly": "weekly-key",
        "in Urdu": in_urdu.reference,
        "concern": concern.reference,
        "link": concern.link,
        "invitation": invitation.pk,
        "handover": handover.reference,
        "item": item.pk,
        "proposal": proposal.pk,
        "letter": letter.pk,
    }
    return Town(cast, made, conflict.number, put_in)


def example_of(address: Address, town: Town) -> Example:
    """The example of an address; of one that takes no values there need be none."""
    made: Callable[[Town], Example] = EXAMPLES.get(address.name, lambda town: Example())
    return made(town)


def asked(cookies: dict[str, str], method: str, url: str, example: Example) -> HttpResponse:
    """The answer to one request, of which nothing stays."""
    client = Client(raise_request_exception=False)
    for name, value in cookies.items():
        client.cookies[name] = value
    with transaction.atomic():
        answer = client.post(url, dict(example.post)) if method == "POST" else client.get(url, dict(example.ask))
        if answer.streaming:
            answer.getvalue()
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]  # the stubs of the test client


def signed_in(account: Account) -> dict[str, str]:
    """The cookies of a browser in which somebody is signed in."""
    return {name: morsel.value for name, morsel in staff.at_the_desk(account).cookies.items()}


def said(answer: HttpResponse) -> tuple[int, str]:
    """What somebody is told, but for the token of the form to sign out."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", answer.content.decode())
    return answer.status_code, body


def granted(actor: Actor, address: Address, example: Example) -> bool:
    """Whether the table grants somebody an address with this example."""
    named = example.about != NOTHING
    table = rules.may(actor, address.act, example.about) if named else bool(rules.reach(actor, address.act))
    return table and example.when(actor)


def test_every_address_that_takes_values_has_an_example() -> None:
    known = _all_addresses()
    missing = [address.name for address in known if address.takes_values and address.name not in EXAMPLES]
    assert missing == [], "add them to tests/interfaces/desk/examples.py"
    assert sorted(set(EXAMPLES) - {address.name for address in known}) == [], "examples of addresses that are gone"


@pytest.mark.parametrize("walker", WALKERS)
def test_whoever_walks_by_finds_open_what_the_table_grants_and_nothing_else(town: Town, walker: str) -> None:
    account = town.accounts[walker]
    actor = door.actor_of(account.pk)
    assert actor is not None
    cookies = signed_in(account)
    not_there = said(asked(cookies, "GET", NOWHERE, Example()))
    assert not_there[0] == 404
    wrong = []
    for address in addresses():
        if address.audience is not Audience.STAFF:
            continue
        example = example_of(address, town)
        reaches = bool(rules.reach(actor, address.act))
        for method in METHODS:
            answer = asked(cookies, method, address.url(example), example)
            status = answer.status_code
            if granted(actor, address, example):
                if status in (403, 404) or status >= 500:
                    wrong.append(f"{method} {address.name}: granted, and answered {status}")
            # A method nobody may use says nothing about what is there.
            elif said(answer) != not_there and not (reaches and status == 405):
                wrong.append(f"{method} {address.name}: not granted, and answered {status}")
    assert wrong == [], "\n".join(wrong)


def _gone(value: object) -> object:
    """A value of the same kind that names nothing."""
    if isinstance(value, int):
        return 2_000_000_000
    return date(1999, 1, 1) if isinstance(value, date) else "Z-222222"


@pytest.mark.parametrize("walker", WALKERS)
def test_what_is_not_there_looks_like_what_is_not_yours(town: Town, walker: str) -> None:
    cookies = signed_in(town.accounts[walker])
    not_there = said(asked(cookies, "GET", NOWHERE, Example()))
    wrong = []
    for address in addresses():
        if address.audience is not Audience.STAFF or not address.takes_values:
            continue
        example = example_of(address, town)
        gone = {name: _gone(value) for name, value in example.values.items()}
        for method in METHODS:
            answer = asked(cookies, method, address.url(example, **gone), example)
            # Who must first prove again who they are is led there, whatever they asked for.
            led = answer.status_code == 303 and reverse("account_reauthenticate") in answer["Location"]
            asks = example.asks_first and method == "GET" and answer.status_code == 200
            if said(answer) != not_there and answer.status_code != 405 and not led and not asks:
                wrong.append(f"{method} {address.name}: answered {answer.status_code} for what is not there")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("walker", WALKERS)
def test_what_is_public_is_the_same_for_whoever_is_signed_in(town: Town, walker: str) -> None:
    cookies = signed_in(town.accounts[walker])
    wrong = []
    for address in addresses():
        url = address.url(example_of(address, town))
        if address.audience is Audience.STAFF or url.startswith("/desk/"):
            continue
        example = example_of(address, town)
        answer, plain = (asked(jar, "GET", url, example) for jar in (cookies, {}))
        shut = answer.status_code >= 400 and address.name not in SHUT_TO_ALL
        same = answer.status_code == plain.status_code and (
            address.name in NEW_EACH_TIME or answer.content == plain.content
        )
        if not same or shut:
            wrong.append(f"{address.name}: {answer.status_code}, and {plain.status_code} for everybody else")
    assert wrong == [], "\n".join(wrong)


def _idle(town: Town) -> dict[str, str]:
    client = staff.at_the_desk(town.accounts["coordinator"])
    session = client.session
    session["began"] = session["seen"] = timezone.now().timestamp() - settings.BYNAME_SESSION_IDLE_SECONDS - 1
    session.save()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _ended(town: Town) -> dict[str, str]:
    client = staff.at_the_desk(town.accounts["coordinator"])
    client.session.flush()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _left(town: Town) -> dict[str, str]:
    leaver = staff.account("coordinator", email="leaver@service.example")
    cookies = signed_in(leaver)
    leaver.is_active, leaver.left_at = False, timezone.now()
    leaver.save()
    return cookies


@pytest.mark.parametrize(
    "cookies",
    [lambda town: {}, lambda town: {settings.SESSION_COOKIE_NAME: "guessed"}, _idle, _ended, _left],
    ids=["signed out", "a guessed cookie", "idle for too long", "session ended", "left the service"],
)
def test_nothing_of_the_staff_s_opens_to_who_is_not_signed_in(
    town: Town, cookies: Callable[[Town], dict[str, str]]
) -> None:
    jar = cookies(town)
    wrong = []
    for address in addresses():
        if address.audience is not Audience.STAFF:
            continue
        example = example_of(address, town)
        url = address.url(example)
        for method in METHODS:
            answer = asked(jar, method, url, example)
            after = f"?next={quote(url, safe='')}" if method == "GET" else ""
            if (answer.status_code, answer.get("Location")) != (303, f"/desk/sign-in/{after}"):
                wrong.append(f"{method} {address.name}: {answer.status_code} {answer.get('Location')}")
    assert wrong == [], "\n".join(wrong)


def test_nothing_but_its_making_opens_to_who_has_no_second_factor(town: Town) -> None:
    jar = signed_in(staff.account(*rules.ROLES, second_factor=False, divisions=["D1"]))
    wrong = []
    for address in addresses():
        example = example_of(address, town)
        url = address.url(example)
        if address.audience is not Audience.STAFF or url.startswith(door.FIRST_STEPS):
            continue
        for method in METHODS:
            answer = asked(jar, method, url, example)
            if (answer.status_code, answer.get("Location", "").partition("?")[0]) != (303, reverse("second-factor")):
                wrong.append(f"{method} {address.name}: {answer.status_code} {answer.get('Location')}")
    assert wrong == [], "\n".join(wrong)


def test_no_form_of_the_staff_s_is_taken_without_its_token(town: Town) -> None:
    jar = signed_in(staff.account(*rules.ROLES, divisions=["D1", "D2"], officer=town.cast.bao))
    wrong = []
    for address in addresses():
        if address.audience is not Audience.STAFF:
            continue
        example = example_of(address, town)
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        for name, value in jar.items():
            client.cookies[name] = value
        with transaction.atomic():
            answer = client.post(address.url(example), dict(example.post))
            transaction.set_rollback(True)
        if answer.status_code != 403:
            wrong.append(f"{address.name}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)


def test_the_public_reaches_no_staff_s_act() -> None:
    acts = {address.act for address in addresses() if address.audience is Audience.STAFF}
    assert sorted(act for act in acts if rules.reach(PUBLIC, act) or not act) == []
    assert rules.reach(SYSTEM, "know_reach") == "service"
