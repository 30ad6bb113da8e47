"""The addresses of the API: open to read from any site, and for nothing but reading; and those of Open311."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from byname.interfaces.api import texts_in
from byname.interfaces.api.open311 import operations as open311
from byname.interfaces.api.operations import api
from byname.interfaces.http import Audience, audience, failure

_ALLOWED: Final = "GET, HEAD, OPTIONS"
_PREFLIGHT: Final = {
    "Allow": _ALLOWED,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


def _read_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, for everybody, asked by GET or HEAD from any site; ninja by itself knows neither HEAD nor OPTIONS."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        asked = request.method
        if asked == "OPTIONS":
            return HttpResponse(status=204, headers=_PREFLIGHT)
        if asked not in ("GET", "HEAD"):
            return failure(request, 405, "This address can only be read: ask with GET.", headers={"Allow": _ALLOWED})
        request.method = "GET"
        try:
            response = view(request, *args, **named)
        finally:
            request.method = asked
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        return response

    return audience(Audience.PUBLIC)(answer)


def _said_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view's answer, worked out the first time: the description changes with the program only."""
    said: list[bytes] = []

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        if not said:
            response = view(request, *args, **named)
            if response.status_code != HTTPStatus.OK:
                return response
            said.append(response.content)
        return HttpResponse(said[0], content_type="application/json", headers={"Cache-Control": "public, max-age=3600"})

    return answer


_patterns, _app_name, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern) and _pattern.name == "openapi-json":
        _pattern.callback = _said_once(_pattern.callback)
    if _pattern.callback is not None:
        _pattern.callback = _read_only(_pattern.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", (_patterns, _app_name, _namespace)),
    *open311.urlpatterns,
    *texts_in.urlpatterns,
]
