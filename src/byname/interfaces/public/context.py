"""What every page shows around its own content."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import translation

from byname.interfaces import http, snapshot, texting
from byname.places import queries as places

# The calm blue of tokens.css, for a service that chose a colour for light pages only.
_DARK = "#8fc1ee"
_LONGEST_PATH = 200


def page(request: HttpRequest) -> dict[str, Any]:
    """The service, its lines, the page in the other languages; also where the directory is away."""
    if request.path.startswith(http.DESK):
        return {}
    try:
        profile = snapshot.profile()
    except snapshot.Away:
        profile = places.ServiceProfile()
    code = translation.get_language() or settings.LANGUAGE_CODE
    origin = origin_of(request)
    here = request.path
    return {
        "service": profile,
        "lines": {line.key: line for line in profile.lines},
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "code": code,
        "origin": origin,
        "here": here,
        "unstated": in_language(here, settings.LANGUAGE_CODE),
        "tongues": [
            {"code": other, "name": name, "here": other == code, "url": in_language(here, other)}
            for other, name in offered(profile)
        ],
        "colours": _colours(profile),
        "texts_go": texting.carrier(settings.BYNAME_TEXTS, demo=profile.demo) is not None,
        "developer": settings.BYNAME_DEVELOPER,
    }


def offered(profile: places.ServiceProfile) -> list[tuple[str, str]]:
    """The languages the service offers, in its order, each with its own name; all where it chose none."""
    names = dict(settings.LANGUAGES)
    return [(code, names[code]) for code in profile.languages if code in names] or list(names.items())


def _colours(profile: places.ServiceProfile) -> str:
    """The address of the service's colours; empty where it has none of its own."""
    if not profile.brand:
        return ""
    light = profile.brand.removeprefix("#").lower()
    dark = (profile.brand_dark or _DARK).removeprefix("#").lower()
    return reverse("colours", args=[light, dark])


def in_language(path: str, code: str) -> str:
    """The same page in another language."""
    # Kept, for every page asks nine times; a path longer than any of ours is not worth the memory.
    return _in_language(path, code) if len(path) <= _LONGEST_PATH else _in_language.__wrapped__(path, code)


@lru_cache(maxsize=4096)
def _in_language(path: str, code: str) -> str:
    try:
        with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
            return translate_url(path, code)
    except ValueError:
        # What begins like another host ("//[") is no page in any language.
        return "/"


def origin_of(request: HttpRequest) -> str:
    """Scheme and host as the public knows them."""
    if settings.BYNAME_PUBLIC_URL:
        return settings.BYNAME_PUBLIC_URL
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        # The page that refuses such a host must not fail over it.
        return ""
