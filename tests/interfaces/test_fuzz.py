"""Whatever is thrown at any door: never a fault of ours, always one clear sentence in the caller's own format."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, cast
from xml.etree import ElementTree

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.config.wsgi import Request
from byname.interfaces import open311, snapshot, texting
from byname.interfaces.api import operations
from byname.interfaces.desk import attempts, door
from byname.interfaces.public.views import checking, finding, printing
from tests.cast import IN_MILL

ROUNDS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

NASTY = (
    "", " ", ".", "..", "../../etc/passwd", "%00", "\x00", "%ff", "%c3%28", "%ed%a0%80", "%", "%zz", "%2e%2e%2f",
    "//",
    "//[", "/\t/[", "\r\nX-Injected: 1", "%0d%0aX-Injected:%201", "'; DROP TABLE byname_officer; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}", "${7*7}", "{0.__class__}", "%s%n", "👮🏽‍♀️", "اردو میں", "\u202ereversed", "\ufeff",
    "\ud83d".encode("utf-8", "replace").decode(),
    "نئی", "ß" * 3, "İ", "a" * 300, "é" * 5000, "9" * 400, "-1", "0", "1e999", "-1e999", "nan", "inf", "-inf",
    "0x10", "1_000", "٤٣",
    "4" * 20, "99999999999999999999", "2147483648", "9223372036854775808", "old-mill", "fields", "a4", "letter",
    "card", "small",
    "webp", "O-AAAAAA", "fr", "xx", "zh-hans", str(IN_MILL.lat), str(IN_MILL.lon), "12 Millrace Lane", "[]",
    '{"a":' * 200, "null", "true",
    "http://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)",
    "/at/old-mill", "/fr/at/old-mill",
    "/\t/elsewhere.example", "/at/old-mill?x=1#y",
)  # fmt: skip
WORD = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.floats().map(str), st.integers().map(str))
NAME = st.one_of(
    st.sampled_from(
        ["lat", "lon", "address", "page", "per_page", "q", "code", "x", "q[]", "__proto__", "csrfmiddlewaretoken", ""]
    ),
    WORD,
)
METHOD = st.sampled_from(
    ["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "get", "X" * 30]
)
FORM = "application/x-www-form-urlencoded"
KIND = st.sampled_from([
    FORM, "application/json", "text/plain", "", "multipart/form-data", "multipart/form-data; boundary=x",
    f"multipart/form-data; boundary={'b' * 300}", "multipart/form-data; boundary=\xff", f"{FORM}; charset=utf-16",
    f"{FORM}; charset=nonsense", "application/xml", "/", ";;;", "a" * 500,
])  # fmt: skip
BODY = st.one_of(
    st.binary(max_size=200),
    st.sampled_from([
        b"", b"q=%ff%fe", b"q=\xff\xfe", b"q=%00", b"lat=nan&lon=inf", b"lat=1e999&lon=0", b"lat=-79.495&lon=43.615",
        b"lat=43.615&lon=-79.495", b"q=12+Millrace+Lane", b"&".join(b"q=1" for _ in range(5000)),
        b"&".join(b"p%d=1" % number for number in range(5000)), b"[" * 100_000, b'{"a":' * 50_000,
        b"code=000000", b"code=" + b"1" * 100_000, b"q=" + b"a" * 900_000,
        b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\nhello\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="q"; filename="\x00"\r\n\r\nhello',
        b'--x\r\nContent-Disposition: form-data; name="q"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n',
        b"--x\r\n" * 2000,
    ]),
    st.dictionaries(st.sampled_from(["q", "lat", "lon", "code"]), WORD).map(lambda said: json.dumps(said).encode()),
)  # fmt: skip
HEADER = st.one_of(
    st.sampled_from([
        "", "*", "*/*", "en", "ur", "fr;q=x", ",".join(["fr"] * 3000), "application/json", "text/html", "gzip",
        "gzip;q=0", '"', 'W/"',
        'W/"' + "a" * 5000, "language=fr", "language=%ff", "language=\xff; =;;", "a" * 8000, "testserver",
        "evil.example",
        "testserver:99999", "[::1", "[", "//[", "user@host", "::", "\xff\xfe",
        "127.0.0.1, 10.0.0.1, not-an-address", "bytes=0-1",
        "Wed, 99 Foo 2026", "fil,tl;q=0.9", "zh-TW,zh;q=0.9", "x" * 300,
    ]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60),
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from([
        "HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH",
        "HTTP_COOKIE",
        "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_RANGE",
        "HTTP_ORIGIN",
        "HTTP_REFERER", "HTTP_IF_MODIFIED_SINCE", "HTTP_USER_AGENT", "HTTP_AUTHORIZATION",
        "HTTP_X_HTTP_METHOD_OVERRIDE",
    ]),
    HEADER,
    max_size=4,
)  # fmt: skip


def _addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> list[str]:
    found = []
    for pattern in patterns:
        here = before + str(pattern.pattern)
        found += _addresses(pattern.url_patterns, here) if isinstance(pattern, URLResolver) else [here]
    return found


ADDRESSES = _addresses(get_resolver().url_patterns)
SPOKEN = [address for address in ADDRESSES if not address.startswith(("/api/", "/photo/", "/language/"))]


@dataclass(frozen=True)
class Asked:
    """One request as it goes over the line."""

    method: str
    path: str
    query: str
    kind: str
    body: bytes
    headers: dict[str, str]


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    """A request to one of byname's addresses, with anything at all in it."""
    address = draw(st.sampled_from(ADDRESSES))
    path = re.sub(r"<[^>]+>", lambda _: draw(WORD), address).replace("?", "%3F").replace("#", "%23")
    if address in SPOKEN and draw(st.booleans()):
        path = f"/{draw(st.sampled_from(['fr', 'ur', 'zh-hans', 'zh-hant', 'ta', 'tl', 'en', 'FR', 'xx']))}{path}"
    pairs = draw(st.lists(st.tuples(NAME, WORD), max_size=4))
    query = "&".join(f"{name}={value}" for name, value in pairs) * draw(st.sampled_from([1, 1, 1, 2, 60]))
    return Asked(draw(METHOD), path, query, draw(KIND), draw(BODY), draw(HEADERS))


def send(client: Client, asked: Asked) -> HttpResponse:
    """The answer to a request, whatever it holds; a fault comes back as a 500."""
    on_the_line: dict[str, Any] = {
        "QUERY_STRING": asked.query.encode("utf-8", "replace").decode("latin-1"),
        **asked.headers,
    }
    answer: Any = client.generic(asked.method, asked.path, asked.body, asked.kind, **on_the_line)
    return cast(HttpResponse, answer)


def said_in_open311(answer: HttpResponse, kind: str) -> str:
    """The sentence of an array of one error, in whichever form it is written."""
    if kind == open311.KINDS["json"]:
        (error,) = json.loads(answer.content)
        assert error["code"] == answer.status_code
        return str(error["description"])
    assert kind == open311.KINDS["xml"]
    (only,) = ElementTree.fromstring(answer.content)
    assert next((each.tag, each.text) for each in only) == ("code", str(answer.status_code))
    return only.findtext("description", "")


def said_clearly(answer: HttpResponse, asked: Asked) -> None:
    """Fails where an answer is a fault of ours, or a refusal without a sentence in the caller's format."""
    assert answer.status_code < 500, asked
    assert "X-Injected" not in answer.headers
    if answer.status_code >= 400 and asked.method != "HEAD":
        kind = answer.headers["Content-Type"]
        if asked.path.startswith(open311.PATH):
            sentence = said_in_open311(answer, kind)
        elif by_provider := (asked.path.startswith(texting.IN_PATH) and kind.startswith("text/plain")):
            # Its caller is a provider's program, which writes down a line of plain text. What has no proper host is
            # refused before anybody knows whose it is: with a page.
            sentence = answer.content.decode()
        elif asked.path.startswith("/api/"):
            assert kind == "application/problem+json", asked
        if kind == "application/problem+json":
            sentence = json.loads(answer.content)["detail"]
        elif not asked.path.startswith(open311.PATH) and not by_provider:
            assert kind == "text/html; charset=utf-8", asked
            place = r'(?:<p class="lede"[^>]*>|<div class="fault"[^>]*>\s*<p[^>]*>)(.*?)</p>'
            found = re.findall(place, answer.content.decode(), re.DOTALL)
            sentence = unescape(re.sub(r"<[^>]+>", "", found[0] if found else "")).strip()
        assert len(sentence) > 3, asked
        assert "Traceback" not in sentence


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that nobody reaches, so that every request is really answered."""
    for module, name in (
        (finding, "LOOKUPS"),
        (checking, "CHECKS"),
        (checking, "CHECKS_OF_ONE_AREA"),
        (printing, "POSTERS"),
        (operations, "LOOKUPS"),
        (attempts, "OF_ADDRESS"),
        (attempts, "INVITATIONS"),
        (attempts, "PASSKEYS"),
        (attempts, "LETTERS_FROM"),
        (door, "UNSIGNED"),
    ):
        monkeypatch.setattr(module, name, replace(getattr(module, name), most=1_000_000))


@pytest.fixture
def caller(addresses: None, unhurried: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody who throws things at a process that keeps fresh, and is shown what breaks."""
    snapshot.city()
    monkeypatch.setattr(snapshot, "_polling", True)
    # The test client makes Django's own requests, the server ours.
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)
    return Client(raise_request_exception=False)


def every_address(client: Client, asked: Asked) -> None:
    said_clearly(send(client, asked), asked)


@settings(ROUNDS, max_examples=100)
@given(asked=requests())
def test_whatever_is_asked_is_answered_clearly(caller: Client, asked: Asked) -> None:
    every_address(caller, asked)


@pytest.mark.slow
@settings(ROUNDS, max_examples=3000)
@given(asked=requests())
def test_whatever_is_asked_is_answered_clearly_at_length(caller: Client, asked: Asked) -> None:
    every_address(caller, asked)


@pytest.mark.slow
def test_every_nasty_word_at_every_address_is_answered_clearly(caller: Client) -> None:
    for address in ADDRESSES:
        for word in NASTY if "<" in address else NASTY[:1]:
            path = re.sub(r"<[^>]+>", lambda _: word, address).replace("?", "%3F").replace("#", "%23")  # noqa: B023
            every_address(caller, Asked("GET", path, "", "", b"", {}))
    for path in ("/find", "/fr/find", "/api/v1/team", "/api/v1/areas", "/language/fr", "/check", "/"):
        for name in ("q", "lat", "lon", "address", "page", "per_page", "code"):
            for word in NASTY:
                for query in (f"{name}={word}", f"lat=43.6&lon=-79.4&{name}={word}"):
                    every_address(caller, Asked("GET", path, query, "", b"", {}))
    asked = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size")
    for form in open311.KINDS:
        for name in (*asked, "jurisdiction_id"):
            for word in NASTY:
                path = f"{open311.PATH}requests.{form}"
                every_address(caller, Asked("GET", path, f"{name}={word}", "", b"", {}))


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "utf-8", "none-such", "idna", "zlib", "undefined", "a\x00b"])
def test_whatever_charset_is_named_is_answered_clearly(caller: Client, charset: str) -> None:
    form = "application/x-www-form-urlencoded"
    for path in ("/find", "/api/v1/team", f"{open311.PATH}requests.json", "/at/old-mill"):
        for query in ("lat=43.6&q=%ff%fe", "lat=&" * 1100):
            every_address(caller, Asked("GET", path, query, f"text/plain; charset={charset}", b"", {}))
            every_address(caller, Asked("POST", path, "", f"{form}; charset={charset}", query.encode(), {}))


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_HOST": host} for host in ("evil.example", "[", "a b", "testserver:x", "", "testserver/../", "\xff")]
    + [{"HTTP_ACCEPT_LANGUAGE": said} for said in ("fr" * 4000, "\xff", ",,,;q=;", "*", "fil")]
    + [{"HTTP_COOKIE": said} for said in ("language=\xff", "language=../..", "=;=;=", "a" * 8000, "language=xx")],
    ids=repr,
)
def test_headers_full_of_nonsense_break_no_page(caller: Client, headers: dict[str, str]) -> None:
    for path in ("/", "/at/old-mill", "/nowhere", "/api/v1/areas", "/api/v1/nowhere", "/sitemap.xml", "/robots.txt"):
        every_address(caller, Asked("GET", path, "", "", b"", headers))


def test_a_form_in_another_form_is_refused_in_the_callers_own(caller: Client) -> None:
    for path in ("/find", "/check", "/at/ring/check"):
        page = caller.generic("POST", path, b'{"q": "x"}', "application/json", headers={"Accept": "text/html"})
        told = caller.generic("POST", path, b'{"q": "x"}', "application/json", headers={"Accept": "application/json"})
        assert (page.status_code, page.headers["Content-Type"]) == (415, "text/html; charset=utf-8")
        assert (told.status_code, told.headers["Content-Type"]) == (415, "application/problem+json")


def test_five_thousand_parameters_are_refused_before_they_are_read(caller: Client) -> None:
    many = "&".join(f"p{number}=1" for number in range(5000))
    assert caller.generic("GET", "/find", QUERY_STRING=many).status_code == 400
    assert caller.generic("GET", "/api/v1/team", QUERY_STRING=many).status_code == 400
    assert caller.generic("POST", "/find", many.encode(), FORM).status_code == 400


def test_swapped_coordinates_are_told_so(caller: Client) -> None:
    answer = caller.get(f"/api/v1/team?lat={IN_MILL.lon}&lon={IN_MILL.lat}")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "lat and lon seem to be swapped: lat is the smaller number here."


def test_a_language_is_chosen_without_leading_elsewhere(caller: Client) -> None:
    for page in NASTY:
        answer = caller.get("/language/fr", {"page": page})
        assert answer.status_code in (303, 400)
        if answer.status_code == 303:
            assert re.match(r"/(?![/\\\t])", answer.headers["Location"]), page


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.mark.slow
@schema.parametrize()
@settings(ROUNDS, max_examples=40)
def test_the_api_answers_everything_as_it_describes_itself(
    caller: Client, monkeypatch: pytest.MonkeyPatch, case: schemathesis.Case[Any]
) -> None:
    # The end of a real request gives the connection back, and with it this test's transaction.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    # Which words are a number of degrees, a known id or an address is said in words, not in the schema.
    case.call_and_validate(excluded_checks=[schemathesis.checks.positive_data_acceptance])
