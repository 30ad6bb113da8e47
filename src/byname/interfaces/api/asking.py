"""What every operation of the API shares: how pages are asked for, what is refused, how an answer is sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja.params.functions import Path, Query

from byname.interfaces.api import replies, shapes
from byname.vocabulary import Refused

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
PROBLEM: Final = "application/problem+json"
_MOST_A_PAGE: Final = 500
_MOST_PAGES: Final = 10_000

WRONG: Final = {400: shapes.Problem, 404: shapes.Problem, 422: shapes.Problem, 429: shapes.Problem, 503: shapes.Problem}

PageNumber = Query(1, ge=1, le=_MOST_PAGES)
PerPage = Query(200, ge=1, le=_MOST_A_PAGE)
SlugPath = Path(..., max_length=120, pattern=r"^[-a-z0-9]+$")


class _Lower:
    """A request's headers under lower-case names, as the fast door sees them."""

    def __init__(self, request: HttpRequest) -> None:
        self._headers = request.headers

    def get(self, name: str) -> str | None:
        return self._headers.get(name)


def sent(request: HttpRequest, kept: replies.Reply) -> HttpResponse:
    """The answer for one caller: 304 where they hold it already, compressed where they can unpack it."""
    status, headers, body = replies.chosen(kept, _Lower(request))
    answer = HttpResponse(body, status=status, headers=dict(headers))
    if status == HTTPStatus.NOT_MODIFIED:
        del answer.headers["Content-Type"]
    return answer


def refuse_unknown(request: HttpRequest, *names: str) -> None:
    """Refuses what the operation does not know, and what is said twice."""
    for name in request.GET:
        if name not in names:
            known = ", ".join(names) or "nothing"
            raise Refused(f"This operation takes {known} and does not know what else was given.", code="unknown-field")
        if len(request.GET.getlist(name)) > 1:
            raise Refused(f"{name} was given more than once.", code="given-twice")
