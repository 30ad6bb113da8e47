"""What must not be shown or kept is put in first, and then found nowhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from byname.people import actions as people
from byname.people import queries
from byname.places import actions as places
from byname.postings import actions as postings
from byname.vocabulary import SYSTEM, Actor
from tests import cast as city
from tests.cast import AREAS, IN_HARBOUR, Cast

BY = Actor("operator", "test")
PLANTED = ("77 Quietwater Crescent", "43.6151234", "-79.4851234", "Zebediah", "192.0.2.77")


class Everything(logging.Handler):
    """Keeps every word of every record, also of those below the level anybody reads."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(f"{record.getMessage()} {record.__dict__!r}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Everything any logger says at the level byname runs with (INFO and up)."""
    handler = Everything()
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler.words
    root.setLevel(level)
    root.removeHandler(handler)


def test_a_planted_address_stands_in_no_log(client: Client, addresses: None, logged: list[str]) -> None:
    logging.getLogger("byname.trial").info("a record that is seen")
    road, lat, lon, name, caller = PLANTED
    client.raise_request_exception = False
    for path, asked in (
        ("/find", {"q": road}),
        ("/fr/find", {"q": f"{name}, {road}"}),
        ("/find", {"lat": lat, "lon": lon}),
        ("/find", {"lat": lon, "lon": lat}),
        ("/find", {"q": road + "\0"}),
        ("/find", {"q": road * 50}),
        ("/api/v1/team", {"address": road}),
        ("/api/v1/team", {"lat": lat, "lon": lon}),
        ("/api/v1/team", {"lat": lon, "lon": lat}),
        ("/api/v1/team", {"lat": lat, "lon": name}),
        (f"/at/{name}", {}),
    ):
        for answer in (client.get(path, asked, REMOTE_ADDR=caller), client.post(path, asked, REMOTE_ADDR=caller)):
            assert answer.status_code < 500
    assert [words for words in logged if any(planted in words for planted in PLANTED) and "byname" in words[:80]] == []
    assert "a record that is seen" in logged[0]
    kept = [words for words in logged if any(planted in words.partition(" {")[0] for planted in PLANTED)]
    # Django itself names the path of a page that is not there; the server's log leaves that out (config/logs.py).
    assert [words for words in kept if "'name': 'django.request'" not in words] == []


def test_a_look_up_leaves_no_address_in_the_answer_s_own_address(client: Client, addresses: None) -> None:
    answer = client.post("/find", {"q": "12 Millrace Lane"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/at/old-mill")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.post("/find", {"q": "Ringway"}).headers["Cache-Control"] == "no-store"
    assert client.post("/find", {"q": "Nowhere Whatsoever"}).headers["Cache-Control"] == "no-store"
    assert client.post("/find", {"q": ""}).headers["Cache-Control"] == "no-store"
    assert client.post("/find", {"lat": "1", "lon": "2"}).headers["Cache-Control"] == "no-store"
    assert client.post("/find", {"lat": "x", "lon": "2"}).headers["Cache-Control"] == "no-store"


def test_a_photo_is_kept_and_indexed_by_nobody(client: Client, cast: Cast) -> None:
    for path in (
        f"{cast.chidi.reference}/small.webp",
        f"{cast.chidi.reference}/large.jpeg",
        f"{cast.ana.reference}/large.svg",
    ):
        answer = client.get(f"/photo/{path}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, noimageindex"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "ETag" not in answer.headers
    assert "Disallow: /photo/" in client.get("/robots.txt").content.decode()


def test_a_photo_is_gone_with_the_officer_the_consent_or_both(client: Client, cast: Cast) -> None:
    photo = f"/photo/{cast.chidi.reference}/small.webp"
    assert client.get(photo).status_code == 200
    people.hide_officer(cast.chidi.reference, by=BY, at=timezone.now())
    assert client.get(photo).status_code == 404
    people.show_officer(cast.chidi.reference, by=BY, at=timezone.now())
    assert client.get(photo).status_code == 200
    people.withdraw_photo(cast.chidi.reference, by=BY, at=timezone.now())
    assert client.get(photo).status_code == 404
    for reference in (cast.grace.reference, cast.hugo.reference, cast.bao.reference, "O-222222", "x"):
        for form in ("webp", "jpeg", "svg", "png"):
            assert client.get(f"/photo/{reference}/large.{form}").status_code == 404


def everything_public(client: Client, cast: Cast) -> dict[str, str]:
    """Every public answer there is, in every language, as text."""
    paths = ["/", "/areas", "/check", "/about", "/how-we-count", "/help-now", "/languages", "/at/fields"]
    paths += [f"/at/{slug}{page}" for slug in AREAS for page in ("", "/check", "/posters")]
    paths += [f"/embed/{slug}" for slug in AREAS]
    spoken = [f"/{code}{path}" for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE for path in paths]
    api = [
        "areas",
        "areas.geojson",
        "neighbourhoods",
        "neighbourhoods.geojson",
        "divisions",
        "continuity",
        "openapi.json",
    ]
    api += [f"areas/{slug}{page}" for slug in AREAS for page in ("", "/continuity")]
    api += ["neighbourhoods/5", "neighbourhoods/5/team", f"team?lat={IN_HARBOUR.lat}&lon={IN_HARBOUR.lon}"]
    api += ["team?address=3+Quayside", "team?address=Quillfeather"]
    every = [*paths, *spoken, "/sitemap.xml", "/robots.txt", "/find?q=Quillfeather", "/find?q=1007"]
    every += [f"/api/v1/{path}" for path in api]
    answers = {path: client.get(path) for path in every}
    assert {path for path, answer in answers.items() if answer.status_code not in (200, 404)} == set()
    found = {path: answer.content.decode() for path, answer in answers.items()}
    sheet = client.get("/at/harbour/poster-a4.pdf")
    assert sheet.status_code == 200
    pdf = PdfReader(BytesIO(sheet.content))
    found["poster"] = "".join(page.extract_text() for page in pdf.pages) + str(pdf.metadata)
    return found


@pytest.mark.slow
def test_a_hidden_officer_is_nowhere(client: Client, addresses: None, cast: Cast) -> None:
    traces = ("Quillfeather", "kwill-feather", "lanterns", cast.grace.reference, "416-555-0177")
    people.show_officer(cast.grace.reference, by=BY, at=timezone.now())
    shown = everything_public(client, cast)
    leaks = [path for path, text in shown.items() if "Quillfeather" in text]
    assert {"/at/harbour", "/ur/at/harbour", "/embed/harbour", "/api/v1/areas/harbour", "poster"} <= set(leaks)
    postings.hide_officer(cast.grace.reference, by=BY, at=timezone.now())
    hidden = everything_public(client, cast)
    # What somebody typed is shown back to them.
    asked = {"/find?q=Quillfeather"}
    assert {path for path, text in hidden.items() if any(trace in text for trace in traces)} <= asked
    assert queries.spoken_code_of(cast.grace.reference, 1, viewer=SYSTEM) is None
    assert client.get(f"/demo/spoken-code/{cast.grace.reference}").status_code == 404


@pytest.mark.slow
def test_what_is_never_shown_stands_in_no_answer(client: Client, addresses: None, cast: Cast) -> None:
    found = everything_public(client, cast)
    for secret in (
        cast.bao.given,  # shows an initial only
        "Kwakuvi",  # comes later, unannounced
        "lives_in",
        "ended_early",
        "hidden_at",
        "consented",
        f"/photo/{cast.hugo.reference}",
    ):
        assert [path for path, text in found.items() if secret in text] == [], secret
    assert [path for path, text in found.items() if "Lindqvist" in text and "old-mill" not in path] == []


def test_a_spoken_code_opens_a_face_once_and_never_a_bare_yes(client: Client, cast: Cast) -> None:
    minute = int(timezone.now().timestamp()) // 60
    code = queries.spoken_code_of(cast.ana.reference, minute, viewer=SYSTEM) or ""
    first = client.post("/at/old-mill/check", {"code": code})
    assert "Ana Albuquerque" in first.content.decode()
    assert f"/photo/{cast.ana.reference}/" in first.content.decode()
    assert first.headers["Cache-Control"] == "no-store"
    again = client.post("/at/old-mill/check", {"code": code})
    assert f"/photo/{cast.ana.reference}/" not in again.content.decode()


def test_the_officers_side_of_the_code_is_the_demonstrations_only(client: Client, cast: Cast) -> None:
    path = f"/demo/spoken-code/{cast.ana.reference}"
    assert client.get(path).status_code == 200
    places.bring_service(city.service(demo=False), file_name="s.toml", by=BY, at=timezone.now())
    assert client.get(path).status_code == 404


def test_only_the_card_may_be_framed(client: Client, cast: Cast) -> None:
    framed = {
        path: "frame-ancestors *" in client.get(path).headers["Content-Security-Policy"]
        for path in ("/", "/at/ring", "/check", "/embed/ring", "/api/v1/areas", "/nowhere", "/api/v1/docs")
    }
    assert [path for path, free in framed.items() if free] == ["/embed/ring"]


def test_no_page_sets_a_cookie_but_the_choice_of_a_language(client: Client, addresses: None) -> None:
    for path in ("/", "/at/ring", "/find?q=12+Millrace+Lane", "/check", "/api/v1/areas", "/embed/ring"):
        assert "Set-Cookie" not in client.get(path).headers
        assert not client.get(path).cookies
    chosen = client.get("/language/fr?page=/at/ring")
    assert (chosen.status_code, chosen.headers["Location"]) == (303, "/fr/at/ring")
    assert list(chosen.cookies) == ["language"]
    assert (chosen.cookies["language"]["httponly"], chosen.cookies["language"]["samesite"]) == (True, "Lax")
