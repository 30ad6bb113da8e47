"""Proposing at the desk: where, who, what it would break, the decision, and what Today tells of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from byname.people import actions as people
from byname.postings.models import Posting, Proposal
from byname.vocabulary import operator
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import links, words


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    """A coordinator's browser."""
    return staff.at_the_desk(staff.account("coordinator"))


def asked(cast: Cast, **more: str) -> dict[str, str]:
    """The answers of a form that proposes Lena to join the ring in a hundred days."""
    first = (cast.on + timedelta(days=100)).isoformat()
    return {"area": "ring", "officer": "1012", "role": "member", "first_on": first} | more


def proposed(client: Client, cast: Cast, **more: str) -> str:
    """Where a proposal is read, made through the form."""
    answer = client.post("/desk/proposals/new/", asked(cast, **more))
    assert answer.status_code == 303, words(answer.content)
    return str(answer["Location"])


def test_a_proposal_says_at_once_what_it_would_break_and_stands_once_adopted(coordinator: Client, cast: Cast) -> None:
    url = proposed(coordinator, cast, officer="1002", area="chapel-hill", role="lead")
    page = words(coordinator.get(url).content)
    assert "Constable Bao (1002) for Chapel Hill To lead the team from" in page
    assert "Constable Bao (1002) leaves Old Mill" in page
    assert "Nobody left on Old Mill&#x27;s team would speak: Cantonese." in page
    assert "Old Mill keeps 2 officers." in page
    told = (cast.on + timedelta(days=70)).strftime("%A %-d %B %Y")
    assert f"Residents are told from {told}." in page
    without = coordinator.post(f"{url}adopt/")
    assert (without.status_code, "Say why the term ends early." in words(without.content)) == (422, True)
    assert coordinator.post(f"{url}adopt/", {"own_reason": "operational_need"}).status_code == 303
    assert "Adopted on" in words(coordinator.get(url).content)
    assert Posting.objects.get(area__slug="chapel-hill").role == "lead"


def test_what_cannot_be_adopted_offers_no_adopting_and_is_refused(coordinator: Client, cast: Cast) -> None:
    url = proposed(coordinator, cast, role="lead")
    page = coordinator.get(url).content
    assert "It cannot be adopted as it stands Constable Iturbe (1009) leads Ring with no end set." in words(page)
    assert b"/adopt/" not in page
    refused = coordinator.post(f"{url}adopt/")
    assert (refused.status_code, "leads Ring with no end set" in words(refused.content)) == (422, True)
    change = re.search(r'href="(/desk/proposals/new/\?[^"]+instead_of=\d+)"', page.decode())
    assert change is not None
    form = coordinator.get(change.group(1).replace("&amp;", "&")).content.decode()
    number = Proposal.objects.get().pk
    assert f'name="instead_of" value="{number}"' in form
    better = proposed(coordinator, cast, role="lead", succeeds=cast.ines.reference, instead_of=str(number))
    assert "taking over from Constable Iturbe (1009)" in words(coordinator.get(better).content)
    assert links(coordinator.get("/desk/proposals/").content) == [better.rstrip("/").split("/")[-1]]


def test_the_form_begins_with_what_the_link_said_and_what_is_likeliest(coordinator: Client, cast: Cast) -> None:
    url = f"/desk/proposals/new/?area=harbour&succeeds={cast.elif_.reference}"
    page = coordinator.get(url).content.decode()
    leaves = (cast.on + timedelta(days=21)).isoformat()
    assert f'value="{cast.elif_.reference}" selected' in page
    assert f'name="first_on" value="{leaves}"' in page
    assert re.search(r'value="lead"[^>]* checked', page)
    vacant = coordinator.get("/desk/proposals/new/?area=chapel-hill").content.decode()
    assert re.search(r'value="lead"[^>]* checked', vacant)


def test_without_an_area_the_first_question_is_which(coordinator: Client, cast: Cast) -> None:
    page = coordinator.get("/desk/proposals/new/", {"q": "mill", "officer": cast.lena.reference}).content.decode()
    assert re.findall(r'href="(\?area=[^"]+)"', page) == [f"?area=old-mill&amp;officer={cast.lena.reference}"]


def test_an_officer_is_named_by_badge_or_chosen_among_those_with_the_name(coordinator: Client, cast: Cast) -> None:
    assert proposed(coordinator, cast, officer="lindqvist")
    several = coordinator.post("/desk/proposals/new/", asked(cast, officer="a"))
    assert several.status_code == 422
    assert f'name="officer" value="{cast.lena.reference}"' in several.content.decode()
    nobody = coordinator.post("/desk/proposals/new/", asked(cast, officer="zzz"))
    assert "Nobody you answer for is called that." in words(nobody.content)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"officer": ""}, "Say which officer: a badge number or a name."),
        ({"first_on": ""}, "Choose the first day."),
        ({"first_on": "9999-12-31"}, "Choose a day between 1950 and 2150."),
        ({"first_on": "0001-01-01"}, "Choose a day between 1950 and 2150."),
        ({"planned_end_on": "2001-01-01"}, "The promised end comes after the first day."),
        ({"role": "cover"}, "Select a valid choice."),
        ({"succeeds": "O-222222"}, "Select a valid choice."),
        ({"instead_of": "99999999999999999999"}, "Ensure this value is less than"),
        ({"officer": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_proposed_is_refused_in_a_sentence(
    coordinator: Client, cast: Cast, wrong: dict[str, str], sentence: str
) -> None:
    answer = coordinator.post("/desk/proposals/new/", asked(cast, **wrong))
    assert (answer.status_code, sentence in words(answer.content), Proposal.objects.count()) == (422, True, 0)


def test_a_sergeant_proposes_and_a_coordinator_decides(coordinator: Client, cast: Cast) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D2"]))
    url = proposed(sergeant, cast)
    page = sergeant.get(url).content
    assert "A coordinator decides." in words(page)
    assert (b"/adopt/" in page, sergeant.post(f"{url}adopt/").status_code) == (False, 404)
    assert "A proposal waits for you Constable Lindqvist (1012) for Ring, from" in words(
        coordinator.get("/desk/").content
    )
    assert coordinator.post(f"{url}adopt/").status_code == 303
    assert "Your proposal was adopted Constable Lindqvist (1012) for Ring, from" in words(
        sergeant.get("/desk/").content
    )
    assert "A proposal waits" not in words(coordinator.get("/desk/").content)


def test_a_sergeant_proposes_nothing_for_another_division(cast: Cast) -> None:
    sergeant = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    assert sergeant.post("/desk/proposals/new/", asked(cast)).status_code == 404
    assert sergeant.get("/desk/proposals/new/?area=ring").status_code == 404
    assert "Ring" not in words(sergeant.get("/desk/proposals/new/").content)


def test_dropping_changes_nothing_and_happens_once(coordinator: Client, cast: Cast) -> None:
    before = list(Posting.objects.order_by("pk").values())
    url = proposed(coordinator, cast)
    assert coordinator.post(f"{url}drop/")["Location"] == "/desk/proposals/?dropped=1"
    again = coordinator.post(f"{url}drop/")
    assert (again.status_code, "This proposal was dropped already." in words(again.content)) == (422, True)
    assert list(Posting.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("role", ["officer", "analyst", "overseer", "clerk", "administrator"])
def test_nobody_else_comes_near_a_proposal(coordinator: Client, cast: Cast, role: str) -> None:
    url = proposed(coordinator, cast)
    client = staff.at_the_desk(staff.account(role, divisions=["D2"], officer=cast.hugo if role == "officer" else None))
    asks = [client.get(url), client.get("/desk/proposals/"), client.get("/desk/proposals/new/?area=ring")]
    acts = [client.post(f"{url}adopt/"), client.post(f"{url}drop/"), client.post("/desk/proposals/new/", asked(cast))]
    assert [answer.status_code for answer in (*asks, *acts)] == [404] * 6


def test_a_number_that_is_no_proposal_is_no_page(coordinator: Client) -> None:
    for number in ("999", "9" * 30):
        assert coordinator.get(f"/desk/proposals/{number}/").status_code == 404
        assert coordinator.post(f"/desk/proposals/{number}/adopt/").status_code == 404
        assert coordinator.post(f"/desk/proposals/{number}/drop/").status_code == 404


def test_somebody_hidden_is_named_to_who_proposed_them_and_to_who_serves_the_whole_city_only(
    coordinator: Client, cast: Cast
) -> None:
    own = staff.at_the_desk(staff.account("sergeant", divisions=["D1"], email="own@service.example"))
    colleague = staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))
    # Grace, of another division, is hidden when she is proposed; Hugo hides after it.
    grace = proposed(coordinator, cast, officer="1007", area="old-mill")
    hugo = proposed(own, cast, officer="1008", area="old-mill", role="lead", succeeds=cast.ana.reference)
    people.hide_officer(cast.hugo.reference, by=operator("test"), at=timezone.now())

    def named(client: Client, *urls: str) -> list[bool]:
        """Whether each of the two is told of by anything that is theirs alone."""
        pages = [client.get(url) for url in urls]
        assert {page.status_code for page in pages} == {200}
        text = " ".join(page.content.decode() for page in pages)
        return [
            any(word in text for word in (who.family, who.reference, f"({who.badge})"))
            for who in (cast.grace, cast.hugo)
        ]

    lists = ("/desk/", "/desk/proposals/", "/desk/areas/old-mill/", "/desk/calendar/")
    assert [named(coordinator, *lists), named(coordinator, grace, hugo)] == [[True, True], [True, True]]
    assert [named(own, *lists[:3]), named(own, grace, hugo)] == [[False, True], [False, True]]
    assert [named(colleague, *lists), named(colleague, grace, hugo)] == [[False, False], [False, False]]
    page = words(colleague.get(hugo).content)
    assert "Proposed An officer for Old Mill To lead the team from" in page
    assert "taking over from Constable Albuquerque (1001)." in page
    assert "Constable Albuquerque (1001) and an officer never serve side by side" in page
    coordinator.post(f"{hugo}drop/")
    assert named(own, "/desk/") == [False, True]
    assert "An officer" in words(colleague.get("/desk/proposals/").content)
