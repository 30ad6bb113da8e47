"""A small web application for the tests of the server: it stands where Django would."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from byname.config import logs
from byname.config.server import Application

_calls = 0


def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    global _calls
    body = environ["wsgi.input"].read()
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    route = ("X-Byname-Route", path[1:] if path[1:] in ("hello", "counted", "echo") else "other")
    if path == "/sleep":
        time.sleep(float(query))
    if path == "/fault":
        raise ValueError(f"a word of the caller: {query}")
    if path == "/long":
        start("200 OK", [("Content-Length", "5000000"), route])
        return (b"x" * 50_000 for _ in range(100))
    if path == "/count":
        body = str(_calls).encode()
    elif path == "/user":
        body = str(os.getuid()).encode()
    else:
        _calls += environ["REQUEST_METHOD"] == "POST"
    start("200 OK", [("Content-Type", "text/plain"), route])
    return [b"" if path == "/empty" else body or b"hello"]


def from_memory(method: str, path: str, query: str, _headers: Any) -> tuple[int, list[tuple[str, str]], bytes] | None:
    if path == "/fast":
        if query == "fault":
            raise ValueError("a fault in the fast door")
        return 200, [("content-type", "application/json"), ("etag", '"1"')], b'{"from":"memory"}'
    return None


journal = logs.journal_from_environment()
logs.configure(journal)
application = Application(answer, fast=(from_memory,), journal=journal, body_seconds=2.5, answer_seconds=1.5)
