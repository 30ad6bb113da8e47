"""Every address of Open311 GeoReport v2, for programs, from any site."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Final
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import path
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from byname.concerns import actions as concerns
from byname.concerns import queries, rules
from byname.interfaces import open311, site, snapshot
from byname.interfaces.api.open311 import notices, reading, shapes
from byname.interfaces.http import FORMS, Audience, audience, in_open311
from byname.vocabulary import FIRST_YEAR, LAST_YEAR, PUBLIC, NotThere, Refused

SPAN: Final = timedelta(days=90)
_LONGEST_ONCE: Final = 255
_MOST_PAGES: Final = 10_000
_MOST_ASKED: Final = 1000
_READ: Final = "GET, HEAD, OPTIONS"
_READ_AND_WRITE: Final = "GET, HEAD, POST, OPTIONS"
_UNREAD: Final = (BadRequest, SuspiciousOperation, UnreadablePostError, MultiPartParserError)
_BLANK: Final = re.compile(r"(?<=[0-9]) ([0-9]{2}:?[0-9]{2})\Z")
"""An unescaped plus before a zone arrives as a blank."""
Reader = Callable[..., HttpResponse]


class _Said(Exception):
    """An answer in the place of the one that was asked for."""

    def __init__(self, status: int, sentence: str, *, wait: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = {"Retry-After": str(wait)} if wait else None


def _open(allowed: str = _READ) -> Callable[[Reader], Reader]:
    """The view for every program, from any site, without cookies; what it refuses is an array in the caller's form."""

    def mark(view: Reader) -> Reader:
        @wraps(view)
        def answer(request: HttpRequest, **named: str) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers=_preflight(allowed))
            if request.method not in allowed.split(", "):
                headers = {"Allow": allowed}
                return in_open311(request, 405, f"This address takes {allowed}.", headers=headers)
            if named.pop("form", "xml") not in open311.KINDS:
                return in_open311(request, 404, "There is nothing at this address: it ends in .xml or .json.")
            try:
                _refuse_jurisdiction(request)
                response = view(request, **named)
            except _Said as said:
                return in_open311(request, said.status, said.sentence, headers=said.headers)
            except NotThere as absent:
                return in_open311(request, 404, absent.sentence)
            except Refused as refused:
                return in_open311(request, 400, refused.sentence)
            except RequestDataTooBig:
                return in_open311(request, 413, "This request is too large.")
            except _UNREAD:
                return in_open311(request, 400, "That request could not be read.")
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response

        return audience(Audience.MACHINE)(answer)

    return mark


def _preflight(allowed: str) -> dict[str, str]:
    return {
        "Allow": allowed,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": allowed.removesuffix(", OPTIONS"),
        "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, Idempotency-Key",
        "Access-Control-Max-Age": "86400",
    }


def _sent(
    request: HttpRequest, root: str, value: object, *, status: int = 200, cache: str = "no-cache"
) -> HttpResponse:
    form = open311.form_of(request.path)
    answer = HttpResponse(open311.written(root, value, form), status=status, content_type=open311.KINDS[form])
    answer.headers["Cache-Control"] = cache
    return answer


def _refuse_jurisdiction(request: HttpRequest) -> None:
    """Nothing, or 404: this is one service's own server, which has no jurisdiction_id."""
    given = [*request.GET.getlist("jurisdiction_id")]
    if request.method == "POST":
        given += request.POST.getlist("jurisdiction_id")
    if any(given):
        raise NotThere("There is one jurisdiction here, and it has no jurisdiction_id: leave it out.")


def _language(request: HttpRequest) -> str:
    """The language the program asks for its person in (Accept-Language), English where it asks for none of ours."""
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        try:
            return get_supported_language_variant({"fil": "tl"}.get(code, code))
        except LookupError:
            continue
    return "en"


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_default_timezone_name())


def _category(code: str) -> rules.Category:
    found = snapshot.hearing().raisable.get(code)
    if found is None:
        raise NotThere("There is no service with this service_code.")
    return found


@_open()
def discovery(request: HttpRequest) -> HttpResponse:
    """Where this stands, in which forms, and whom to ask."""
    said = shapes.discovery(snapshot.profile(), address=site.address())
    return _sent(request, "discovery", said)


@_open()
def services(request: HttpRequest) -> HttpResponse:
    """The categories a concern may be raised in."""
    language = _language(request)
    said = [shapes.service(each, language) for each in snapshot.hearing().raisable.values()]
    answer = _sent(request, "services", said)
    patch_vary_headers(answer, ("Accept-Language",))
    return answer


@_open()
def service(request: HttpRequest, code: str) -> HttpResponse:
    """What one category tells and asks besides the description."""
    emergency = notices.emergency_number(snapshot.profile())
    said = shapes.definition(_category(code), _language(request), emergency=emergency)
    answer = _sent(request, "service_definition", said)
    patch_vary_headers(answer, ("Accept-Language",))
    return answer


@_open()
def token(request: HttpRequest, token: str) -> HttpResponse:
    """No token is ever given: each request has its id at once."""
    raise NotThere("There is no such token: each request gets its service_request_id at once.")


@_open()
def request_by_id(request: HttpRequest, reference: str) -> HttpResponse:
    """One concern, where an officer published a wording of it: an array of one."""
    found = _published([reference])
    if not found:
        # The same answer for what was never raised: nobody learns here that something was.
        raise NotThere("There is no published request with this id.")
    return _sent(request, "service_requests", found)


@_open(_READ_AND_WRITE)
def requests(request: HttpRequest) -> HttpResponse:
    """Published concerns; by POST, one concern more."""
    if request.method == "POST":
        return _raised(request)
    asked = request.GET
    if wanted := reading.single(asked, "service_request_id"):
        return _sent(request, "service_requests", _published(_listed(wanted)))
    zone = _zone()
    months = shapes.months_between(*_span(asked, zone), zone)
    codes = _listed(reading.single(asked, "service_code"))
    known = [code for code in codes if snapshot.hearing().category(code)]
    found = queries.published(
        categories=known if codes else None,
        ended=_ended(_listed(reading.single(asked, "status"))),
        months_from=months[0],
        months_until=months[1],
        page=_number(asked, "page", 1, _MOST_PAGES),
        page_size=_number(asked, "page_size", queries.MOST_PUBLISHED, queries.MOST_PUBLISHED),
        viewer=PUBLIC,
    )
    return _sent(request, "service_requests", _said(found))


@_open()
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """What stands nowhere in the specification."""
    raise NotThere("There is nothing at this address.")


def _raised(request: HttpRequest) -> HttpResponse:
    """The id of a concern that is on disk, and what its person is told at once."""
    at = timezone.now()
    if request.content_type not in FORMS:
        raise Refused("Send a form: application/x-www-form-urlencoded, or multipart/form-data.", code="form")
    form = request.POST
    key = _key(request, form, at)
    code = reading.single(form, "service_code")
    if not code:
        raise Refused("Give the service_code: GET services lists them.", code="service")
    category = _category(code)
    if key.categories and category.code not in key.categories:
        raise _Said(403, "This api_key may not raise requests of this service.")
    hearing, directory, language = snapshot.hearing(), snapshot.city(), _language(request)
    posted = reading.posted(form, category=code, hearing=hearing, directory=directory, language=language)
    receipt = concerns.raise_concern(
        posted.raised,
        posted.where,
        on=directory.on,
        promise=hearing.promise(_zone()),
        once=_once(request, key.number),
        client=key.number,
        by=PUBLIC,
        at=at,
    )
    danger = receipt.danger
    said = notices.of_danger(danger, snapshot.profile(), hearing, language) if danger else []
    said += notices.of_receipt(receipt.reference, posted.found, receipt.due_at, _zone())
    if posted.raised.contact.email:
        said.append("A letter with a private link to follow it is on its way.")
    else:
        # Nobody writes to them: without the link they would never read the answer. Never the PIN: a program reads this.
        said.append(notices.of_link(receipt.link, language))
    if request.FILES or form.get("media_url"):
        said.append("Pictures are not taken here: show them to whoever answers.")
    answer = [{"service_request_id": receipt.reference, "service_notice": " ".join(said), "account_id": None}]
    status = HTTPStatus.CREATED if receipt.newly else HTTPStatus.OK
    return _sent(request, "service_requests", answer, status=status, cache="no-store")


def _key(request: HttpRequest, form: QueryDict, at: datetime) -> concerns.KeyUse:
    """The key the request came with, its use counted; 403 for none, 429 where it has been used up."""
    if "api_key" in request.GET:
        raise _Said(403, "Send api_key in the form, never in the address: addresses are written down on the way.")
    try:
        key = concerns.use_api_key(reading.single(form, "api_key").strip(), by=PUBLIC, at=at)
    except NotThere:
        raise _Said(403, "Give a valid api_key: it is missing, unknown or revoked.") from None
    if key.wait:
        raise _Said(429, "This api_key has raised all it may in this hour. Try again later.", wait=key.wait)
    return key


def _once(request: HttpRequest, client: int) -> bytes | None:
    given = request.headers.get("Idempotency-Key", "")
    if len(given) > _LONGEST_ONCE:
        raise Refused(f"An Idempotency-Key has at most {_LONGEST_ONCE} characters.", code="too-long")
    return f"open311:{client}:{given}".encode() if given else None


def _listed(text: str) -> list[str]:
    listed = [each.strip() for each in text.split(",") if each.strip()]
    if len(listed) > _MOST_ASKED:
        raise Refused(f"Ask for at most {_MOST_ASKED} at once.", code="too-many")
    return listed


def _published(asked: list[str]) -> list[dict[str, object]]:
    references = {reference for each in asked if (reference := rules.reference_of(each))}
    return _said(queries.published(references=references, viewer=PUBLIC)) if references else []


def _said(found: tuple[queries.Published, ...]) -> list[dict[str, object]]:
    hearing, profile, zone = snapshot.hearing(), snapshot.profile(), _zone()
    return [shapes.request(each, hearing, profile, zone) for each in found]


def _ended(statuses: list[str]) -> bool | None:
    if not set(statuses) <= {"open", "closed"}:
        raise Refused("status is open, closed, or both with a comma between.", code="status")
    return None if len(set(statuses)) != 1 else statuses[0] == "closed"


def _number(asked: QueryDict, name: str, usual: int, most: int) -> int:
    said = reading.single(asked, name)
    if not said:
        return usual
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    if not 1 <= number <= most:
        raise Refused(f"{name} is a whole number from 1 to {most}.", code="page")
    return number


def _span(asked: QueryDict, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when until when, at most ninety days: the last ninety where nothing is said."""
    first, last = _moment(asked, "start_date", zone), _moment(asked, "end_date", zone)
    now = timezone.now()
    last = last or (min(first + SPAN, now) if first and first < now else now)
    first = first or last - SPAN
    if last - first > SPAN:
        raise Refused("start_date and end_date lie at most 90 days apart.", code="span")
    return first, last


def _moment(asked: QueryDict, name: str, zone: ZoneInfo) -> datetime | None:
    said = reading.single(asked, name)
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(_BLANK.sub(r"+\1", said.strip()))
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{name} is a moment such as 2026-01-05T00:00:00Z.", code="moment") from None


_HERE: Final = open311.PATH.lstrip("/")
urlpatterns = [
    path(f"{_HERE}discovery.<str:form>", discovery, name="open311-discovery"),
    path(f"{_HERE}services.<str:form>", services, name="open311-services"),
    path(f"{_HERE}services/<str:code>.<str:form>", service, name="open311-service"),
    path(f"{_HERE}requests.<str:form>", requests, name="open311-requests"),
    path(f"{_HERE}requests/<str:reference>.<str:form>", request_by_id, name="open311-request"),
    path(f"{_HERE}tokens/<str:token>.<str:form>", token, name="open311-token"),
    path(f"{_HERE}<path:rest>", nothing, name="open311-elsewhere"),
    path(_HERE, nothing, name="open311-root"),
]
