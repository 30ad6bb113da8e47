"""Telling the neighbourhood from the desk: the form, exactly what strangers see, public, taken back in one press."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from byname.concerns import actions, queries, rules
from byname.concerns.models import Wording
from byname.vocabulary import PUBLIC
from tests import staff
from tests.cast import Cast
from tests.interfaces.desk.pages import words
from tests.interfaces.desk.test_concerns import WHAT, raised

pytestmark = pytest.mark.django_db
TOLD = {"words": "Speeding by the mill after dark", "done": "A sign goes up.", "category": "traffic", "placed": "on"}


@pytest.fixture
def ana(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("officer", officer=cast.ana))


@pytest.fixture
def sergeant(cast: Cast) -> Client:
    return staff.at_the_desk(staff.account("sergeant", divisions=["D1"]))


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)


def stranger(page: bytes) -> str:
    """What stands in the box that shows what strangers see."""
    found = re.search(r'<div class="stranger">(.*?)</div>', page.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def hidden(page: bytes) -> dict[str, str]:
    """The form that makes public what was shown, as a browser sends it."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.decode())
        if name != "csrfmiddlewaretoken"
    }


def read_by_strangers() -> str:
    """Everything strangers may read of what was published: the area's page, its feeds, the map, the programs' doors."""
    addresses = [
        reverse("heard-here", args=["old-mill"]),
        reverse("heard-feed", args=["old-mill", "atom"]),
        reverse("heard-feed", args=["old-mill", "rss"]),
        reverse("heard"),
        "/api/open311/v2/requests.json",
        "/api/open311/v2/requests.xml",
    ]
    pages = [Client().get(address) for address in addresses]
    assert [page.status_code for page in pages] == [200] * len(pages)
    return "".join(unescape(page.content.decode()) for page in pages)


def test_an_officer_writes_sees_what_strangers_will_publishes_and_takes_it_back(ana: Client) -> None:
    reference = raised()
    page = ana.get(url("desk-concern", reference))
    assert "Nothing of it is public." in words(page.content)
    assert url("publish-concern", reference) in page.content.decode()

    look = ana.post(url("publish-concern", reference), {**TOLD, "do": "look"})
    shown = stranger(look.content)
    assert "Speeding by the mill after dark" in shown
    assert "A sign goes up." in shown
    assert TOLD["words"] not in read_by_strangers()

    done = ana.post(url("publish-concern", reference), {**hidden(look.content), "do": "publish"}, follow=True)
    assert "It is public. Everybody who opens" in words(done.content)
    assert stranger(done.content) == shown
    # On the area's page, in both feeds, and in both forms programs read.
    assert read_by_strangers().count(TOLD["words"]) >= 5
    assert "Take it back" in words(ana.get(url("desk-concern", reference)).content)

    gone = ana.post(url("withdraw-concern", reference), follow=True)
    assert "It is taken back. Nobody finds it any more." in words(gone.content)
    assert TOLD["words"] not in read_by_strangers()
    assert "It was public, and was taken back." in words(ana.get(url("desk-concern", reference)).content)
    # A second press does no harm.
    assert ana.post(url("withdraw-concern", reference)).status_code == 303


def test_the_words_can_be_changed_from_the_preview_and_once_they_are_public(ana: Client) -> None:
    reference = raised()
    back = ana.post(url("publish-concern", reference), {**TOLD, "do": "change"}).content.decode()
    assert ">\nSpeeding by the mill after dark</textarea>" in back
    assert stranger(back.encode()) == ""
    ana.post(url("publish-concern", reference), {**TOLD, "do": "publish"})
    form = ana.get(url("publish-concern", reference)).content.decode()
    assert ">\nSpeeding by the mill after dark</textarea>" in form
    answer = ana.post(url("publish-concern", reference), {**TOLD, "words": "Speeding at night", "do": "publish"})
    assert answer["Location"] == f"{url('published-concern', reference)}?done=changed"
    assert [each.words for each in queries.published(viewer=PUBLIC)] == ["Speeding at night"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"words": WHAT}, "stands so in what the person wrote"),
        ({"done": "Ring 416 555 0199."}, "it looks like a phone number"),
        ({"words": "Mr. Khan races"}, "it looks like somebody’s name"),
        ({"words": ""}, "Say in a few words of your own what it is."),
        ({"words": "x" * 201}, "200 characters"),
        ({"category": "complaint"}, "What it is about: "),
    ],
)
def test_what_may_not_be_public_is_refused_and_nothing_written_is_lost(
    ana: Client, told: dict[str, str], says: str
) -> None:
    reference = raised()
    for do in ("look", "publish"):
        answer = ana.post(url("publish-concern", reference), {**TOLD, **told, "do": do})
        assert answer.status_code == 422
        assert says in words(answer.content)
        assert {**TOLD, **told}["done"] in unescape(answer.content.decode())
        assert not Wording.objects.exists()


def test_a_team_mate_is_named_and_nobody_else(ana: Client, cast: Cast) -> None:
    reference = raised()
    named = ana.post(url("publish-concern", reference), {**TOLD, "done": f"{cast.ana.name} was there.", "do": "look"})
    assert named.status_code == 200
    other = ana.post(
        url("publish-concern", reference), {**TOLD, "done": "Constable Zed Zuckerman was there.", "do": "look"}
    )
    assert other.status_code == 422


def test_whoever_publishes_is_warned_of_violence_at_home_and_of_a_child(ana: Client) -> None:
    home = raised(what="My husband beats me when he is drunk")
    page = words(ana.get(url("publish-concern", home)).content)
    assert "This may be violence at home." in page
    assert "Show it on the map" not in page
    child = raised(under_18=True)
    assert "Write nothing by which a school" in words(ana.get(url("publish-concern", child)).content)
    calm = words(ana.get(url("publish-concern", raised())).content)
    assert "violence" not in calm
    assert "Write nothing by which" not in calm


def test_nothing_a_person_wrote_or_told_is_on_what_strangers_see(ana: Client) -> None:
    contact = rules.Contact(name="Rosalind Quennell", email="rosalind@home.example", phone="4165550199")
    reference = raised(contact=contact)
    ana.post(url("publish-concern", reference), {**TOLD, "do": "publish"})
    everything = read_by_strangers()
    assert TOLD["words"] in everything
    for secret in (WHAT, "Rosalind", "Quennell", "rosalind@home", "4165550199", "race along"):
        assert secret not in everything


def test_what_the_team_published_is_listed_and_found_by_its_own_words(
    ana: Client, sergeant: Client, cast: Cast
) -> None:
    assert "Nothing is published yet." in words(ana.get(url("desk-wordings")).content)
    one, two = raised(), raised()
    ana.post(url("publish-concern", one), {**TOLD, "do": "publish"})
    ana.post(url("publish-concern", two), {**TOLD, "words": "Dumping behind the shops", "do": "publish"})
    ana.post(url("withdraw-concern", one))

    def listed(client: Client, query: str = "") -> list[str]:
        page = client.get(url("desk-wordings") + query).content.decode()
        return re.findall(r'href="/desk/concerns/(C-[^/"]+)/public/"', page)

    assert (listed(ana), listed(sergeant)) == ([two, one], [two, one])
    assert listed(ana, "?words=SHOPS+dumping") == [two]
    assert listed(ana, "?words=race") == []
    assert "taken back" in words(ana.get(url("desk-wordings")).content)
    assert "Nothing that was published holds these words." in words(ana.get(url("desk-wordings") + "?words=zz").content)
    ines = staff.at_the_desk(staff.account("officer", officer=cast.ines))
    assert listed(ines) == []
    assert ines.get(url("published-concern", two)).status_code == 404


def test_where_the_programme_is_not_yet_the_page_says_so(sergeant: Client) -> None:
    reference = raised(where=actions.Where("D1"))
    assert "there is no page to publish on" in words(sergeant.get(url("publish-concern", reference)).content)
    answer = sergeant.post(url("publish-concern", reference), {**TOLD, "do": "publish"})
    assert answer.status_code == 422


def test_before_anything_was_published_its_page_leads_to_the_form(ana: Client) -> None:
    reference = raised()
    assert ana.get(url("published-concern", reference))["Location"] == url("publish-concern", reference)
