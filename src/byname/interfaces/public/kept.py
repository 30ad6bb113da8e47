"""Pages that are the same for everybody, kept while the directory they were made from is in force."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from byname.interfaces import snapshot
from byname.interfaces.public.context import origin_of
from byname.places.queries import ServiceProfile
from byname.postings.queries import Directory

# Every area in every language; a host may be named with any port, so the number must be bounded.
MOST: Final = 2000
_HTML: Final = "text/html; charset=utf-8"


class Pages:
    """Pages made from one directory and profile; thrown away whole with them, so never older than they are."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: tuple[Directory | None, ServiceProfile | None, dict[tuple[str, ...], bytes]] = (None, None, {})

    def answer(
        self, request: HttpRequest, directory: Directory, make: Callable[[], HttpResponse], kind: str = _HTML
    ) -> HttpResponse:
        """The page at this address in its language: the kept one, else the one `make` makes, kept where it is a page.

        For pages made of nothing but the directory, the profile, the address and the language.
        """
        profile = snapshot.profile()
        made_from, made_for, bodies = self._kept
        if made_from is not directory or made_for is not profile or len(bodies) >= self._most:
            bodies = {}
            self._kept = directory, profile, bodies
        key = origin_of(request), request.path, translation.get_language() or ""
        body = bodies.get(key)
        if body is None:
            page = make()
            if page.status_code != HTTPStatus.OK:
                return page
            body = bodies[key] = page.content
        return HttpResponse(body, content_type=kind)
