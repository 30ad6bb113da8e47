"""What is said to who is turned away before Django sees the request: a page, problem+json or a line of text."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any, Final

from byname.interfaces import open311

Headers = list[tuple[str, str]]
Page = Callable[[str, int, str], tuple[Headers, bytes]]
"""path, status, sentence → the headers and the body of a page in byname's look."""

_log = logging.getLogger("byname.server")
_TITLES: Final = {
    400: "Bad request",
    408: "The request came too slowly",
    411: "Length required",
    413: "The request is too large",
    500: "Something went wrong",
    503: "Not available right now",
}


class Refusal(Exception):
    """The request is turned away before Django sees it."""

    def __init__(self, status: int, sentence: str, *, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after


def said(refusal: Refusal, path: str, caller: Any, request: str, page: Page | None) -> tuple[Headers, bytes]:
    """The headers and the body of a refusal, in the form its caller reads; `caller` is their headers.

    A browser asks for text/html and gets a page; whoever speaks of JSON, and everybody below /api/, problem+json;
    whoever speaks Open311, its own array.
    """
    title = _TITLES.get(refusal.status, "Refused")
    headers = [("x-request-id", request)]
    if refusal.status in (408, 411, 413):
        headers.append(("connection", "close"))
    if refusal.retry_after:
        headers.append(("retry-after", str(refusal.retry_after)))
    accepted = caller.get("accept") or ""
    if page is not None and "text/html" in accepted and not path.startswith("/api/"):
        try:
            dressed, body = page(path, refusal.status, refusal.sentence)
        except Exception:  # noqa: BLE001  # the words of the refusal are said without it
            _log.exception("the page of a refusal failed")
        else:
            return [*headers, *dressed], body
    headers += [("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    if path.startswith("/api/"):
        headers.append(("access-control-allow-origin", "*"))
    if path.startswith(open311.PATH):
        form = open311.form_of(path, accepted)
        headers.append(("content-type", open311.KINDS[form]))
        return headers, open311.errors(refusal.status, refusal.sentence, form)
    if path.startswith("/api/") or "json" in f"{accepted} {caller.get('content-type') or ''}":
        about = {"type": "about:blank", "title": title, "status": refusal.status, "detail": refusal.sentence}
        headers.append(("content-type", "application/problem+json"))
        return headers, json.dumps(about | {"request_id": request}).encode()
    headers.append(("content-type", "text/plain; charset=utf-8"))
    return headers, f"{title}. {refusal.sentence}\n".encode()
