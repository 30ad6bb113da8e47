"""The page of a refusal Django never saw: the same as Django's own, and made once for all who are refused so."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from byname.interfaces import http, snapshot
from byname.places import queries as places

_ELSEWHERE: Final = {"Cache-Control": "no-store"}
_AT_THE_DESK: Final = {**_ELSEWHERE, "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "same-origin"}
_MOST_KEPT: Final = 200
_kept: dict[tuple[str, int, str], tuple[places.ServiceProfile, list[tuple[str, str]], bytes]] = {}


def page(path: str, status: int, sentence: str) -> tuple[list[tuple[str, str]], bytes]:
    """The headers and the body of the page, from memory wherever it was made before.

    The staff read the server's own sentence; residents what their languages have words for.
    """
    try:
        profile = snapshot.profile()
    except snapshot.Away:
        profile = places.ServiceProfile()
    here = http.DESK if path.startswith(http.DESK) else _home_of(path)
    key = (here, status, sentence)
    known = _kept.get(key)
    if known is None or known[0] != profile:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        known = _kept[key] = (profile, *_made(here, status, sentence))
    return known[1], known[2]


def _home_of(path: str) -> str:
    """The first page in the language of an address."""
    code = translation.get_language_from_path(path)
    return f"/{code}/" if code and code != settings.LANGUAGE_CODE else "/"


def _made(here: str, status: int, sentence: str) -> tuple[list[tuple[str, str]], bytes]:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = here
    request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}

    def answer(asked: HttpRequest) -> HttpResponse:
        if here == http.DESK:
            said = sentence
        elif status >= 500:
            said = _("Something went wrong on our side. It has been noted.")
        elif status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            said = _("That is more than can be sent at once. Go back: what you wrote still stands there.")
        else:
            said = _("That request could not be read.")
        return http.failure(asked, status, said, headers=_AT_THE_DESK if here == http.DESK else _ELSEWHERE)

    with translation.override(translation.get_language_from_path(here) or settings.LANGUAGE_CODE):
        made = http.Doorkeeper(answer)(request)
    return [(name.lower(), value) for name, value in made.headers.items()], made.content
