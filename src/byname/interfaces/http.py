"""What all doors share: whom an address is for, the headers of every answer, and what is said when a part is away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from ipaddress import ip_network
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from byname.interfaces import open311, snapshot
from byname.people import rules
from byname.safekeeping.limits import Limit, wait_for
from byname.vocabulary import PUBLIC, Actor, NotThere, Refused

Handler = Callable[[HttpRequest], HttpResponse]
_V = TypeVar("_V", bound=Callable[..., Any])
_log = logging.getLogger("byname.http")

FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
LANGUAGE_COOKIE: Final = "language"
RETRY_SECONDS: Final = 5


class Audience(StrEnum):
    """Whom an address is for."""

    PUBLIC = "public"
    STAFF = "staff"
    PARTNER = "partner"
    MACHINE = "machine"


def audience(who: Audience) -> Callable[[_V], _V]:
    """Marks a view with whom it is for; a test walks every address and finds none unmarked."""

    def mark(view: _V) -> _V:
        # A mark on the function itself, read by the test that walks every address; no callable type knows it.
        view.audience = who  # type: ignore[attr-defined]
        return view

    return mark


DESK: Final = "/desk/"
"""Where everything of the staff's stands: their session's cookie is sent nowhere else."""


def staff(act: str) -> Callable[[_V], _V]:
    """Marks a staff view with the act of the table of permissions it is for, and lets in who may do it at all.

    How far they reach is asked again, about the very thing, by the query or the action.
    """

    def mark(view: _V) -> _V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            rules.require_reach(viewer_of(request), act)
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

        guarded.audience = Audience.STAFF  # type: ignore[attr-defined]  # read by the tests that walk every address
        guarded.act = act  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def viewer_of(request: HttpRequest) -> Actor:
    """Who is at the desk; the public where nobody signed in."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else PUBLIC


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program: it came to the API, or asks for JSON and not for a page."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def problem(
    status: int, title: str, detail: str, *, code: str = "", headers: dict[str, str] | None = None
) -> HttpResponse:
    """An RFC 9457 answer: application/problem+json with one clear sentence."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if code:
        body["code"] = code
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


_TITLES: Final = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    405: "Not this way",
    408: "Too slow",
    413: "Too large",
    415: "Unknown form",
    422: "Refused",
    429: "Too many requests",
    500: "Our fault",
    503: "Away for a moment",
}


def failure(
    request: HttpRequest, status: int, sentence: str = "", *, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A refusal or failure in the caller's format: problem+json for programs, a plain page for people."""
    title = _TITLES.get(status, "Refused")
    if request.path.startswith(open311.PATH):
        return in_open311(request, status, sentence or title + ".", headers=headers)
    if wants_json(request):
        answer = problem(status, title, sentence or title + ".", headers=headers)
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer
    template = "desk/problem.html" if request.path.startswith(DESK) else "public/problem.html"
    page = render(request, template, {"status": status, "sentence": sentence}, status=status)
    for name, value in (headers or {}).items():
        page.headers[name] = value
    return page


def in_open311(
    request: HttpRequest, status: int, sentence: str, *, headers: dict[str, str] | None = None
) -> HttpResponse:
    """A refusal or failure as Open311 writes it: an array of one, in XML or JSON as the address says."""
    form = open311.form_of(request.path, request.headers.get("Accept", ""))
    body = open311.errors(status, sentence, form)
    answer = HttpResponse(body, status=status, content_type=open311.KINDS[form], headers=headers)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def answer_to(request: HttpRequest, fault: Exception) -> HttpResponse | None:
    """The answer to what was raised, where it is a refusal or an absence; None where it is a bug."""
    if isinstance(fault, NotThere):
        return failure(request, 404, fault.sentence)
    if isinstance(fault, Refused):
        return failure(request, 422, fault.sentence)
    if isinstance(fault, snapshot.Away | OperationalError | InterfaceError | PoolTimeout):
        _log.warning("the database is away", extra={"fault": type(fault).__name__})
        sentence = "This cannot be answered just now. Please try again in a few seconds."
        return failure(request, 503, sentence, headers={"Retry-After": str(RETRY_SECONDS)})
    return None


def caller(request: HttpRequest) -> str:
    """Who asks, for counting: the network address, named proxies looked through by the server.

    Of an IPv6 address the first 64 bits: one household has all the others.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if ":" not in address:
        return address
    try:
        return str(ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def held_up(request: HttpRequest, limit: Limit, who: str) -> HttpResponse | None:
    """The 429 answer where this use is one too many; None where it is allowed."""
    seconds = wait_for(limit, who, at=timezone.now())
    if not seconds:
        return None
    sentence = _("That was asked very often from here. Please try again in a little while.")
    return failure(request, 429, sentence, headers={"Retry-After": str(seconds)})


def unlike_a_form(request: HttpRequest) -> HttpResponse | None:
    """The refusal of what is neither a question nor a form; None for both."""
    if request.method not in ("GET", "HEAD", "POST"):
        return failure(request, 405, _("That may not be done from here."), headers={"Allow": "GET, HEAD, POST"})
    if request.method == "POST" and request.content_type not in ("", *FORMS):
        return failure(request, 415, _("That request could not be read."))
    return None


def see_other(url: str) -> HttpResponse:
    """The way to another page, asked for by GET; not to be kept."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    answer.headers["Cache-Control"] = "no-store"
    return answer


def jpeg(content: bytes, name: str) -> HttpResponse:
    """A picture a stranger sent, as nothing but a picture: shown in place, kept nowhere, found by nobody."""
    answer = HttpResponse(content, content_type="image/jpeg")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, noimageindex"
    return answer


_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
_CLOSED: Final = _POLICY.format(ancestors="'none'")
FRAMED: Final = _POLICY.format(ancestors="*")
"""The policy of the one page that other sites may frame."""

_HEADERS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Permissions-Policy",
        (
            "geolocation=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
            "microphone=(), payment=(), interest-cohort=()"
        ),
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


BY_TLS_ONLY: Final = f"max-age={365 * 24 * 60 * 60}"
"""For a year a browser that was here once asks by https alone; names below this one are not ours to bind."""


class Doorkeeper:
    """Turns refusals and absences into answers, and dresses every answer alike."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with the headers every answer carries."""
        response = self.get_response(request)
        for name, value in _HEADERS:
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _CLOSED)
        if settings.BYNAME_BEHIND_TLS:
            response.headers["Strict-Transport-Security"] = BY_TLS_ONLY
        # A face can be hidden at any moment: what names no time of its own must be asked for again.
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if request.path.startswith("/api/") else "same-origin"
        )
        match = request.resolver_match
        if match is not None:
            response.headers["X-Byname-Route"] = match.route or "/"
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """An answer for what a view raised, where it is not a bug."""
        return answer_to(request, fault)


def _spoken(request: HttpRequest) -> str:
    """The language of somebody whose address states none: the one they chose, else their browser's, else English."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if chosen in known:
        return chosen
    # Browsers say "fil" for what the catalogues call "tl".
    accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "").replace("fil", "tl")
    if not accepted:
        return settings.LANGUAGE_CODE
    before = request.META.get("HTTP_ACCEPT_LANGUAGE")
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    try:
        return translation.get_language_from_request(request)
    finally:
        request.META["HTTP_ACCEPT_LANGUAGE"] = before


_NEUTRAL: Final = (
    "/api/",
    "/static/",
    "/demo/",
    "/desk/",
    "/photo/",
    "/colours/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/sitemap.xml",
    "/language/",
    "/texts/",
)


class Languages:
    """Speaks the language of the address; where it states none, sends readers to the one they chose."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page in its language, or the way to it."""
        stated = translation.get_language_from_path(request.path_info)
        neutral = request.path_info.startswith(_NEUTRAL)
        if stated is None and not neutral and request.method in ("GET", "HEAD"):
            spoken = _spoken(request)
            if spoken != settings.LANGUAGE_CODE:
                response: HttpResponse = HttpResponseRedirect(f"/{spoken}{request.get_full_path()}")
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
                response.headers["Cache-Control"] = "private, no-cache"
                return response
        code = stated or settings.LANGUAGE_CODE
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self._answered(request)
        if not neutral:
            response.headers.setdefault("Content-Language", code)
            if stated is None:
                patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        """The view's answer, or a refusal in the caller's words of what no page can mean."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return failure(request, 400, _("That request could not be read."))
        if not request.path.startswith("/api/"):
            # Pages name themselves by their host: said before anything is done, where it is none of ours (400).
            request.get_host()
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            return failure(
                request, 405, _("That may not be done from here."), headers={"Allow": response.headers["Allow"]}
            )
        return response
