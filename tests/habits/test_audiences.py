"""Every address says whom it is for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from ninja import NinjaAPI, Schema
from ninja.operation import PathView

from byname.interfaces.http import Audience, audience


def complaints(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """One line for each address whose view does not say whom it is for."""
    found = []
    for address, view in addresses(patterns):
        for piece in _pieces(view):
            if not isinstance(getattr(piece, "audience", None), Audience):
                name = getattr(piece, "__name__", repr(piece))
                found.append(f"/{address} ({name}) does not say whom it is for: mark it with @audience(…)")
    return found


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address below `patterns` with its view."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


def _pieces(view: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The view, or what answers in its place: ninja keeps one function for each method behind one view."""
    if hasattr(view, "audience"):
        return [view]
    if isinstance(view, partial):
        return _pieces(view.func)
    inner = inspect.getclosurevars(view).nonlocals.get("self") if inspect.isfunction(view) else None
    if isinstance(inner, PathView):
        return [operation.view_func for operation in inner.operations]
    return [view]


def test_every_address_says_whom_it_is_for() -> None:
    patterns = get_resolver().url_patterns
    assert len(list(addresses(patterns))) > 10
    found = complaints(patterns)
    assert found == [], "\n".join(found)


def test_a_planted_address_that_says_nothing_is_seen() -> None:
    @audience(Audience.PUBLIC)
    def marked(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    class Answer(Schema):
        word: str

    api = NinjaAPI(urls_namespace="planted", docs_url=None, openapi_url=None)

    @api.get("/marked", response=Answer)
    @audience(Audience.MACHINE)
    def marked_operation(request: HttpRequest) -> dict[str, str]:
        return {"word": "yes"}

    @api.post("/silent", response=Answer)
    def silent_operation(request: HttpRequest) -> dict[str, str]:
        return {"word": "no"}

    patterns: list[Any] = [
        path("marked", marked),
        path("part", partial(marked)),
        path("silent/<int:number>", silent),
        # Without ninja's own root, which answers nobody.
        path("api/", ([url for url in api.urls[0] if getattr(url, "name", "") != "api-root"], "planted", "planted")),
    ]
    assert complaints(patterns) == [
        "/silent/<int:number> (silent) does not say whom it is for: mark it with @audience(…)",
        "/api/silent (silent_operation) does not say whom it is for: mark it with @audience(…)",
    ]
