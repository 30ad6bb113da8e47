"""What strangers see of concerns: what an officer published and nothing else, on the page, the map and in the feeds."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, Person, PublishedHearing, Wording
from byname.interfaces.jobs.letters import weekly
from byname.interfaces.public import hearing
from tests.cast import Cast
from tests.concerns import told, wordings

ATOM = "{http://www.w3.org/2005/Atom}"
MONTHS = (date(2026, 9, 1), date(2026, 11, 1), date(2026, 10, 1))


@pytest.fixture
def reference(cast: Cast) -> str:
    """A concern of old-mill, published this month."""
    at = timezone.now()
    receipt = told.raised(at)
    wordings.published(receipt.reference, at)
    return receipt.reference


def text_of(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode())


def spots(page: str) -> list[tuple[str, str]]:
    """Each spot of the map: where it leads, and its number."""
    return re.findall(r'<a href="([^"]+)" tabindex="-1"><circle [^>]*/>(?:<text [^>]*>(\d+)</text>)?</a>', page)


def test_an_area_s_page_shows_what_was_heard_and_done(client: Client, reference: str) -> None:
    assert 'href="/at/old-mill/heard"' in text_of(client, "/at/old-mill")
    assert 'href="/fr/at/old-mill/heard"' in text_of(client, "/fr/at/old-mill")
    page = text_of(client, "/at/old-mill/heard")
    assert [
        words in page
        for words in (
            wordings.SPEEDING,
            wordings.DONE,
            "near Mill Street and Bank Street",
            "Speeding, or danger on the road",
            "It is with the officers. Nobody has answered yet.",
            f'href="/join/{reference}"',
        )
    ] == [True] * 6
    assert "others joined" not in page
    assert "In danger? Call" in page
    assert wordings.SPEEDING not in text_of(client, "/at/ring/heard")
    assert client.get("/at/nowhere/heard").status_code == 404


def test_an_empty_page_says_what_will_stand_there(client: Client, cast: Cast) -> None:
    assert "Nothing is published here yet. Once an officer has put into words" in text_of(client, "/at/ring/heard")
    assert "Nothing is published for this choice yet." in text_of(client, "/heard/")
    assert client.get("/at/ring/heard?page=3").status_code == 200


def test_the_latest_month_stands_first_and_twenty_on_a_page(client: Client, cast: Cast) -> None:
    at = timezone.now()
    for number in range(43):
        wordings.published(told.raised(at).reference, at, month_on=MONTHS[number % 3], words=f"Line {number:02}")
    pages = [re.findall(r"<h2 >(Line \d\d)</h2>", text_of(client, f"/at/old-mill/heard?page={n}")) for n in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 3]
    order = [int(line.removeprefix("Line ")) for page in pages for line in page]
    assert order == sorted(range(43), key=lambda n: (MONTHS[n % 3], n), reverse=True)
    first, second, third = (text_of(client, f"/at/old-mill/heard?page={n}") for n in (1, 2, 3))
    assert [
        'href="/at/old-mill/heard?page=2"' in first,
        'href="/at/old-mill/heard"' in second,
        'href="/at/old-mill/heard?page=3"' in second,
        ">Older<" in third,
    ] == [True, True, True, False]
    for odd in ("0", "-1", "x", "99999999999", "²", ""):
        assert client.get("/at/old-mill/heard", {"page": odd}).status_code == 200


def test_how_many_joined_is_told_from_five_others_on(client: Client, reference: str) -> None:
    for joined, said in ((5, False), (6, True), (13, True)):
        Wording.objects.update(joined=joined)
        for path in ("/at/old-mill/heard", f"/join/{reference}"):
            assert (f"{joined - 1} others joined." in text_of(client, path)) is said
            assert ("joined." in text_of(client, path)) is said


def test_what_is_taken_back_is_gone_from_everywhere_at_once(client: Client, reference: str) -> None:
    everywhere = (
        "/at/old-mill/heard",
        "/at/old-mill/heard.atom",
        "/at/old-mill/heard.rss",
        f"/join/{reference}",
        "/api/v1/heard",
        "/api/v1/heard.geojson",
    )
    assert [wordings.SPEEDING in text_of(client, path) for path in everywhere] == [True] * 6
    assert spots(text_of(client, "/heard/")) == [("/at/old-mill/heard", "")]
    Wording.objects.update(withdrawn_at=timezone.now())
    assert [wordings.SPEEDING in text_of(client, path) for path in everywhere] == [False] * 6
    assert spots(text_of(client, "/heard/")) == []
    assert client.get(f"/join/{reference}").status_code == 404


def test_nothing_of_what_somebody_told_stands_on_any_of_these_pages(client: Client, cast: Cast) -> None:
    at = timezone.now()
    planted = {
        "what": "Zebediah Quillfeather, plate CXKQ 881, sleeps at 77 Quietwater Crescent, 416-555-0142",
        "help": "Ring helpmeplease@home.example",
        "place": "77 Quietwater Crescent",
    }
    spot = {"lat": 43.6151234, "lon": -79.4948765}
    said = rules.Told(**planted, **spot)
    contact = rules.Contact(name="Rosalind Quennell", email="rosalind@home.example", phone="416 555 0199")
    receipt = told.raised(at, told=said, contact=contact)
    wordings.published(receipt.reference, at)
    told.joined(receipt.reference, at, contact=rules.kept(rules.Contact(name="Joanna Smithers", phone="4165550177")))
    hidden = told.raised(at, told=said).reference
    secret = (
        "Zebediah", "CXKQ", "Quietwater", "0142", "helpmeplease", "Rosalind", "Quennell", "rosalind", "0199", "Joanna",
        "0177", "43.6151234", "43.61512", "79.49487", hidden, receipt.link, receipt.pin,
    )  # fmt: skip
    for path in (
        "/at/old-mill/heard", "/ur/at/old-mill/heard", "/heard/", "/heard/?category=traffic&months=all",
        "/at/old-mill/heard.atom", "/at/old-mill/heard.rss", f"/join/{receipt.reference}", "/api/v1/heard",
        "/api/v1/heard.geojson", "/at/old-mill",
    ):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, [word for word in secret if word in answer.content.decode()]) == (200, []), path
    assert client.get(f"/join/{hidden}").status_code == 404


def test_a_quarter_s_figures_stand_below_with_what_is_withheld_left_out(client: Client, cast: Cast) -> None:
    assert "How we answered" not in text_of(client, "/at/old-mill/heard")
    told_figures = rules.Figures(raised=41, answered=36, in_time=None, all_but_few_in_time=True, asked=20)
    PublishedHearing.objects.create(
        quarter_on=date(2026, 7, 1), area_id=_area("old-mill"), figures=told_figures.kept(), published_at=timezone.now()
    )
    page = text_of(client, "/at/old-mill/heard")
    assert re.findall(r"<div><dt>([^<]+)</dt><dd>([^<]+)</dd></div>", page) == [
        ("41", "concerns were raised"),
        ("36", "were answered by an officer"),
        ("all but a few", "were answered in time"),
    ]
    assert ("From July 2026 to September 2026" in page, "None" in page) == (True, False)
    PublishedHearing.objects.update(
        area_id=None,
        figures=rules.Figures(
            raised=50, answered=50, in_time=45, asked=30, replied=20, answered_yes=12, better_no=7
        ).kept(),
    )
    page = text_of(client, "/at/ring/heard")
    assert ("small areas together" in page, "20 / 30" in page, "Yes 12" in page, "No 7" in page) == (True,) * 4


# The map


def test_the_map_counts_by_field_and_the_list_by_area_with_few_as_a_few(client: Client, cast: Cast) -> None:
    at = timezone.now()
    for place, where, how_many in (
        ("old-mill", {"lat": 43.605, "lon": -79.495}, 4),
        ("ring", {"lat": 43.6085, "lon": -79.4785}, 6),
        ("ring", {"lat": None, "lon": None, "near": ""}, 1),
    ):
        for _ in range(how_many):
            row = wordings.published(told.raised(at).reference, at, **where)
            Wording.objects.filter(pk=row.pk).update(area_id=_area(place))
    page = text_of(client, "/heard/")
    assert spots(page) == [("/at/ring/heard", "6"), ("/at/old-mill/heard", "")]
    assert re.findall(r'<li><a href="([^"]+)"><bdi>([^<]+)</bdi></a> <b>([^<]+)</b>', page) == [
        ("/at/old-mill/heard", "Old Mill", "a few"),
        ("/at/ring/heard", "Ring", "7"),
    ]
    assert "11 published concerns" in page
    assert spots(text_of(client, "/ur/heard/"))[0][0] == "/ur/at/ring/heard"


def _area(slug: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM byname_area WHERE slug = %s", [slug])
        (row,) = cursor.fetchone()
    return int(row)


def test_the_map_is_cut_by_category_and_months_and_shrugs_at_what_it_does_not_know(client: Client, cast: Cast) -> None:
    at, today = timezone.now(), timezone.localdate()
    for category, months in (("traffic", 0), ("traffic", 2), ("noise", 3), ("noise", 11), ("noise", 12)):
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        receipt = told.raised(at, category=category)
        wordings.published(receipt.reference, at, month_on=date(year, month + 1, 1))
    for query, count in (
        ("", 4),
        ("?months=3", 2),
        ("?months=12", 4),
        ("?months=all", 5),
        ("?months=all&category=noise", 3),
        ("?category=traffic&months=3", 2),
        ("?category=about-an-officer", 0),
        ("?category=nonsense&months=nonsense", 4),
        ("?category='%22%3E%3Cscript%3E", 4),
    ):
        page = text_of(client, f"/heard/{query}")
        assert re.findall(r">(\d+) published concerns?<", page) == [str(count)], query
        assert "><script>" not in page


def test_the_map_is_counted_by_one_statement_whatever_stands_on_it(client: Client, reference: str) -> None:
    client.get("/heard/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/heard/")
    counted = [each["sql"] for each in asked.captured_queries if "byname_wording" in each["sql"]]
    assert len(counted) == 1


# The feeds


def entries(client: Client, path: str = "/at/old-mill/heard.atom") -> tuple[ET.Element, list[ET.Element]]:
    feed = ET.fromstring(client.get(path).content)
    return feed, feed.findall(f"{ATOM}entry")


def words(node: ET.Element, name: str) -> str:
    found = node.find(f"{ATOM}{name}")
    assert found is not None, name
    return found.text or ""


def test_an_atom_feed_has_all_that_rfc_4287_asks_for(client: Client, reference: str) -> None:
    feed, found = entries(client)
    answer = client.get("/at/old-mill/heard.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "http://testserver/at/old-mill/heard",
        "self": "http://testserver/at/old-mill/heard.atom",
    }
    assert (words(feed, "id"), words(feed, "title")) == (
        "http://testserver/at/old-mill/heard",
        "What we heard, what we did · Old Mill",
    )
    author = feed.find(f"{ATOM}author")
    assert author is not None
    assert words(author, "name") != ""
    (entry,) = found
    assert (words(entry, "id"), words(entry, "title")) == (
        f"http://testserver/at/old-mill/heard#{reference}",
        wordings.SPEEDING,
    )
    assert wordings.DONE in words(entry, "summary")
    row = Wording.objects.get()
    for node, name, moment in (
        (feed, "updated", row.changed_at),
        (entry, "updated", row.changed_at),
        (entry, "published", row.published_at),
    ):
        # The day and nothing finer: a moment tells who did what just then.
        midnight = datetime.combine(timezone.localtime(moment), time(), timezone.get_default_timezone())
        assert datetime.fromisoformat(words(node, name)) == midnight
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_an_rss_feed_has_all_that_its_readers_ask_for(client: Client, reference: str) -> None:
    answer = client.get("/at/old-mill/heard.rss")
    channel = ET.fromstring(answer.content).find("channel")
    assert channel is not None
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    item = channel.find("item")
    assert item is not None
    assert [channel.findtext(name) is not None for name in ("title", "link", "description", "lastBuildDate")] == [
        True
    ] * 4
    guid = item.find("guid")
    assert guid is not None
    assert (item.findtext("title"), guid.text, guid.get("isPermaLink")) == (
        wordings.SPEEDING,
        f"http://testserver/at/old-mill/heard#{reference}",
        "false",
    )
    parsedate_to_datetime(item.findtext("pubDate") or "")


def test_a_feed_in_another_language_says_so_and_has_the_same_entries(client: Client, reference: str) -> None:
    feed, found = entries(client, "/ur/at/old-mill/heard.atom")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ur"
    assert [words(entry, "id") for entry in found] == [f"http://testserver/at/old-mill/heard#{reference}"]


def test_who_holds_the_feed_is_told_so_until_anything_changed_or_was_taken_back(client: Client, reference: str) -> None:
    moved = timezone.now()
    for form in ("atom", "rss"):
        path = f"/at/old-mill/heard.{form}"
        for what, changes in (
            ("changed", ("changed_at", "state")),
            ("taken back", ("withdrawn_at",)),
            ("published anew", ("changed_at", "back")),
        ):
            held = client.get(path)
            tag = {"headers": {"If-None-Match": held.headers["ETag"]}}
            assert "Last-Modified" not in held.headers
            assert client.get(path, **tag).status_code == 304, what
            assert client.get(path).content == held.content
            moved += timedelta(minutes=5)
            known = {
                "changed_at": {"changed_at": moved},
                "withdrawn_at": {"withdrawn_at": moved},
                "back": {"withdrawn_at": None},
                "state": {"state": "answered" if form == "atom" else "working"},
            }
            for name in changes:
                Wording.objects.update(**known[name])
            assert client.get(path, **tag).status_code == 200, what


def test_an_empty_feed_is_a_feed_and_says_the_same_twice(client: Client, cast: Cast) -> None:
    feed, found = entries(client, "/at/ring/heard.atom")
    assert (found, words(feed, "updated")) == ([], "2000-01-01T00:00:00+00:00")
    assert client.get("/at/ring/heard.atom").headers["ETag"] == client.get("/at/ring/heard.atom").headers["ETag"]
    assert [client.get(f"/at/{path}").status_code for path in ("ring/heard.html", "nowhere/heard.atom")] == [404, 404]


def test_hostile_words_stay_words_in_every_form(client: Client, reference: str) -> None:
    Wording.objects.update(words="<script>alert(1)</script> & ]]> \u202e\u0007", done="</summary><b>")
    for path in ("/at/old-mill/heard.atom", "/at/old-mill/heard.rss"):
        answer = client.get(path)
        assert answer.status_code == 200
        ET.fromstring(answer.content)
    assert "<script>alert" not in client.get("/at/old-mill/heard").content.decode()


# For programs


def test_programs_read_the_same_lines_as_json_and_geojson(client: Client, reference: str) -> None:
    said = client.get("/api/v1/heard").json()
    (line,) = said["heard"]
    assert (line["reference"], line["words"], line["done"], line["area"], line["state"], line["others_joined"]) == (
        reference,
        wordings.SPEEDING,
        wordings.DONE,
        "old-mill",
        "received",
        None,
    )
    Wording.objects.update(joined=6)
    answer = client.get("/api/v1/heard.geojson")
    (feature,) = answer.json()["features"]
    assert (answer.headers["Content-Type"], feature["geometry"]) == (
        "application/geo+json",
        {"type": "Point", "coordinates": [-79.4945, 43.6155]},
    )
    assert feature["properties"]["others_joined"] == 5
    assert client.get("/api/v1/heard?area=ring").json()["heard"] == []
    assert client.get("/api/v1/heard?category=noise").json()["heard"] == []
    assert [client.get(f"/api/v1/heard?{asked}").status_code for asked in ("area=A%20b", "page=0", "x=1")] == [422] * 3


def test_letters_say_where_a_concern_stands_in_the_words_of_the_page() -> None:
    assert {code: str(said) for code, said in hearing.SEEN_STATES.items()} == dict(weekly._STATES)
    assert set(hearing.SEEN_STATES) == set(rules.STATES)


def test_a_page_with_the_longest_words_stays_light(client: Client, cast: Cast) -> None:
    at = timezone.now()
    for _ in range(20):
        wordings.published(told.raised(at).reference, at, words="W" * 200, done="D" * 600, joined=40)
    for path in ("/at/old-mill/heard", "/ta/at/old-mill/heard", "/ta/heard/"):
        assert len(client.get(path).content) < 50_000, path
    assert (Concern.objects.count(), Person.objects.count()) == (20, 20)


def test_what_a_feed_says_of_an_entry_is_text_also_to_a_reader_that_takes_it_for_html(
    client: Client, reference: str
) -> None:
    Wording.objects.update(done="Bikes < 20 & <img src=x onerror=alert(1)>")
    _feed, (entry,) = entries(client)
    item = ET.fromstring(client.get("/at/old-mill/heard.rss").content).find("channel/item")
    assert item is not None
    for said in (words(entry, "summary"), item.findtext("description") or ""):
        assert "Bikes &lt; 20 &amp; &lt;img src=x onerror=alert(1)&gt;" in said
        assert re.findall(r"<[^>]*>", said) == ["<br>"] * 2


def test_an_entry_in_another_language_s_feed_says_that_it_is_english(client: Client, reference: str) -> None:
    _feed, (entry,) = entries(client, "/ur/at/old-mill/heard.atom")
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
