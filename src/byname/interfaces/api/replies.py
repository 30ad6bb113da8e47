"""Answers as bytes: rendered once for each version of the directory, with their tags, plain and compressed."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from byname.interfaces.api import shapes
from byname.places.queries import ServiceProfile
from byname.postings.queries import Directory, Found

Headers = list[tuple[str, str]]

# A face can be hidden at any moment: what was kept must be asked about again before it is shown.
ASK_AGAIN: Final = "public, no-cache"
AN_HOUR: Final = "public, max-age=3600"
_LONG: Final = 4096


@dataclass(frozen=True, slots=True)
class Reply:
    """One rendered answer and the headers it always carries."""

    status: int
    body: bytes
    packed: bytes | None
    """The body under gzip, where that is worth it."""
    etag: str
    headers: tuple[tuple[str, str], ...]


def rendered(value: Any) -> bytes:
    """The value as compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def reply(value: Any, *, kind: str = "application/json", status: int = 200, cache: str = ASK_AGAIN) -> Reply:
    """The value as an answer that says its tag and how long it may be kept."""
    body = rendered(value)
    # Weak, for it names the plain and the compressed body alike.
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    packed = gzip.compress(body, 6, mtime=0) if len(body) > _LONG and status == 200 else None
    headers = [
        ("content-type", kind),
        ("cache-control", cache),
        ("etag", etag),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "ETag, Retry-After"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("vary", "Accept-Encoding"),
    ]
    return Reply(status, body, packed, etag, tuple(headers))


OUTSIDE: Final = reply(
    {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "This point is outside the area the service serves. Give lat first, then lon, in degrees.",
        "code": "outside",
    },
    kind="application/problem+json",
    status=404,
)


_TAKES_GZIP: Final = re.compile(r"(?:^|,)\s*gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))", re.IGNORECASE).search


def _holds(said: str, etag: str) -> bool:
    return said.strip() == "*" or etag[2:] in [tag.strip().removeprefix("W/") for tag in said.split(",")]


def chosen(kept: Reply, headers: Mapping[str, str] | Any) -> tuple[int, Headers, bytes]:
    """The answer for one caller: 304 where they hold it already, compressed where they can unpack it.

    `headers` has a `get` that takes lower-case names.
    """
    held = headers.get("if-none-match")
    if held and kept.status == 200 and _holds(held, kept.etag):
        return 304, [pair for pair in kept.headers if pair[0] != "content-type"], b""
    if kept.packed is not None and _TAKES_GZIP(headers.get("accept-encoding") or ""):
        return (
            kept.status,
            [*kept.headers, ("content-encoding", "gzip"), ("content-length", str(len(kept.packed)))],
            kept.packed,
        )
    return kept.status, [*kept.headers, ("content-length", str(len(kept.body)))], kept.body


class Shelf:
    """Answers rendered from one directory; thrown away whole with it."""

    def __init__(self, directory: Directory, profile: ServiceProfile) -> None:
        self.directory = directory
        self.profile = profile
        self._named: dict[object, Reply] = {}
        self._teams: dict[int, tuple[Found, Reply]] = {}

    def team(self, found: Found) -> Reply:
        """The answer for a place: one rendering for all points that have the same answer."""
        # Found by identity, which is quick; held beside its answer, so that no later value can take its place.
        kept = self._teams.get(id(found))
        if kept is None:
            kept = self._teams[id(found)] = found, reply(shapes.team_answer(found, self.directory, self.profile))
        return kept[1]

    def named(
        self, key: object, make: Callable[[], Any], *, kind: str = "application/json", cache: str = ASK_AGAIN
    ) -> Reply:
        """The answer under a key, rendered the first time it is asked for."""
        kept = self._named.get(key)
        if kept is None:
            kept = self._named[key] = reply(make(), kind=kind, cache=cache)
        return kept


_shelf: Shelf | None = None


def shelf(directory: Directory, profile: ServiceProfile) -> Shelf:
    """The shelf of this directory; the one before it goes with its directory."""
    global _shelf
    held = _shelf
    if held is None or held.directory is not directory or held.profile is not profile:
        held = _shelf = Shelf(directory, profile)
    return held
