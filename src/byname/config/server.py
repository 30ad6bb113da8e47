"""The server's side of every request: fast answers first, bodies within limits, Django in threads, one line in the log.

granian (RSGI) ──▶ fast doors, from memory, on the event loop
               └─▶ body: at most BYNAME_BODY_CAP bytes within ten seconds (photos: config/larger.py), on the event loop
                   └─▶ Django (WSGI) in one of four threads, for at most thirty seconds
"""

from __future__ import annotations

import asyncio
import io
import ipaddress
import itertools
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

from byname.config import environment as settings
from byname.config import larger, logs, metrics, refusals
from byname.config.refusals import Headers, Page, Refusal

Door = Callable[[str, str, str, Any], tuple[int, Headers, bytes] | None]
"""method, path, query, headers (with .get) → status, headers, body; None leaves the request to Django."""

THREADS: Final = 4
QUEUE: Final = 256
WHOLE_BYTES: Final = 1024 * 1024
ROUTE_HEADER: Final = "x-byname-route"
_SHORT: Final = 16 * 1024
MOST_HELD: Final = 64 * 1024 * 1024
"""Bytes of bodies one worker holds before it takes only _SHORT ones: hiding somebody now always comes through."""

_log = logging.getLogger("byname.server")
_WITHOUT_BODY: Final = frozenset({204, 304})
# Said by whoever is nearest; believed only of a named proxy, and never passed on.
_FORWARDED: Final = frozenset(
    {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "forwarded", "x-real-ip", "proxy"}
)
_CROWDED: Final = "Too many people are asking at this moment. Please try again."


class Scope(Protocol):
    """One request as granian describes it."""

    proto: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    http_version: str
    headers: Any


@dataclass(slots=True)
class Answer:
    """What Django said: the first megabyte, and the rest of a longer body still to come."""

    status: int
    headers: Headers
    body: bytes
    rest: Iterator[bytes] | None
    close: Callable[[], object] | None
    route: str


class Application:
    """One worker's RSGI application around one WSGI application."""

    def __init__(
        self,
        django: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]],
        *,
        fast: Sequence[Door] = (),
        page: Page | None = None,
        ready: Callable[[], str] = lambda: "",
        started: Callable[[], None] = lambda: None,
        journal: logs.Journal | None = None,
        body_seconds: float = 10,
        answer_seconds: float = 30,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """`page` dresses a refusal; `ready` says what is missing, or nothing; `started` runs once in each worker."""
        self._body_seconds = body_seconds
        self._answer_seconds = answer_seconds
        self._django = django
        self._fast = tuple(fast)
        self._page = page
        self._ready = ready
        self._started = started
        self._journal = journal or logs.journal_from_environment()
        self._body_cap = settings.body_cap(environment)
        self._proxies = settings.trusted_proxies(environment)
        self._fast_counts: dict[int, int] = {}
        self._fast_seconds = 0.0
        self._asked = 0
        self._overdue = 0
        self._held = 0
        self._held_of_anybody = 0

    # -- what granian calls -------------------------------------------------------------------------------------------

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Everything that must not be shared across the fork starts here."""
        loop.set_exception_handler(_loop_fault)
        self._prefix = secrets.token_hex(5)
        self._numbers = itertools.count(1)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="django")
        # Its own thread: "are you ready?" must be answered when every other thread is busy.
        self._checks = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._journal.before_writing.append(self._report_fast)
        self._journal.start()
        self._started()

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """The last lines are written; threads that hang are left to the supervisor."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._checks.shutdown(wait=False, cancel_futures=True)
        self._journal.flush()

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answer one request."""
        began = time.perf_counter()
        method = scope.method
        request = f"{self._prefix}-{next(self._numbers):x}"
        if method in ("GET", "HEAD"):
            for door in self._fast:
                try:
                    answer = door(method, scope.path, scope.query_string, scope.headers)
                except Exception:
                    # Django gives the same answer, only later: a fault here costs time and no resident their page.
                    known = logs.request_id.set(request)
                    _log.exception("a fast door failed")
                    logs.request_id.reset(known)
                    continue
                if answer is not None:
                    status, headers, body = answer
                    _send(protocol, method, status, [*headers, ("x-request-id", request)], body)
                    self._fast_counts[status] = self._fast_counts.get(status, 0) + 1
                    self._fast_seconds += time.perf_counter() - began
                    return
        known = logs.request_id.set(request)
        route, status, size = "refused", 500, 0
        try:
            route, status, size = await self._answer(scope, protocol, method, request)
        except Refusal as refusal:
            status, size = refusal.status, self._refuse(scope, protocol, refusal, request)
        except Exception:
            _log.exception("the server failed")
            size = self._refuse(scope, protocol, Refusal(500, "The fault is ours. Please try again later."), request)
        finally:
            logs.request_id.reset(known)
        seconds = time.perf_counter() - began
        metrics.answered(route, status, seconds)
        self._journal.add(
            {
                "at": logs.now(),
                "request_id": request,
                "method": method if method in _METHODS else "other",
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "bytes": size,
                "worker": os.getpid(),
            }
        )

    # -- the way of one request ---------------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, protocol: Any, method: str, request: str) -> tuple[str, int, int]:
        path = scope.path
        if not path.startswith("/") or "\0" in path or "\ufffd" in path:
            raise Refusal(400, "This address cannot be read.")
        if path in ("/healthz", "/readyz", "/metrics"):
            status, headers, body = await self._own(path, scope)
            _send(protocol, method, status, [*headers, ("cache-control", "no-store"), ("x-request-id", request)], body)
            return path[1:], status, len(body)
        body = await self._body(scope, protocol)
        try:
            if self._asked - self._overdue >= QUEUE:
                raise Refusal(503, _CROWDED, retry_after=2)
            answer = await self._ask(self._environ(scope, path, body), request)
        finally:
            self._held -= len(body)
            self._held_of_anybody -= len(body) if self._is_anybodys(scope, len(body)) else 0
        headers = [*answer.headers, ("x-request-id", request)]
        if answer.rest is None:
            _send(protocol, method, answer.status, headers, answer.body)
            return answer.route, answer.status, len(answer.body)
        size = await self._send_long(protocol, method, answer, headers)
        return answer.route, answer.status, size

    async def _own(self, path: str, scope: Scope) -> tuple[int, Headers, bytes]:
        plain = [("content-type", "text/plain; charset=utf-8")]
        if path == "/healthz":
            return 200, plain, b"alive\n"
        if path == "/metrics":
            if not metrics.may_read(scope.headers.get("authorization")):
                return 404, plain, b"Not found.\n"
            self._report_fast()
            return 200, [("content-type", metrics.CONTENT_TYPE)], metrics.report()
        try:
            missing = await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(self._checks, self._ready), 5)
        except TimeoutError:
            missing = "the database does not answer"
        if missing:
            return 503, [*plain, ("retry-after", "2")], f"not ready: {missing}\n".encode()
        return 200, plain, b"ready\n"

    async def _body(self, scope: Scope, protocol: Any) -> bytes:
        """The whole body, or a Refusal. Reading stands on the event loop, so a stalled client holds no thread."""
        stated = scope.headers.get("content-length")
        if scope.headers.get("transfer-encoding") is not None:
            # A chunked body that breaks off looks the same to us as one that ended: half a form is never acted on.
            metrics.refused_body("length")
            raise Refusal(411, "Say how long the body is (Content-Length): bodies of unknown length are not taken.")
        if stated is None or stated == "0":
            return b""
        length = int(stated) if stated.isascii() and stated.isdigit() else -1
        if length < 0:
            raise Refusal(400, "The Content-Length is not a number.")
        room = larger.room_for(scope.path, scope.headers)
        seconds = room.seconds if room and length > self._body_cap else self._body_seconds
        if length > max(room.bytes if room else 0, self._body_cap):
            metrics.refused_body("size")
            raise Refusal(413, room.sentence if room else f"The body may hold at most {self._body_cap} bytes.")
        anybodys = self._is_anybodys(scope, length)
        parts: list[bytes] = []
        arrived = 0
        try:
            async with asyncio.timeout(seconds):
                async for part in protocol:
                    parts.append(part)
                    arrived += len(part)
                    self._held += len(part)
                    self._held_of_anybody += len(part) if anybodys else 0
                    # Counted as it arrives: who announces much and sends nothing takes no room from others.
                    crowded = anybodys and self._held_of_anybody > larger.MOST_OF_ANYBODY
                    if crowded or (self._held > MOST_HELD and length > _SHORT):
                        metrics.refused_body("room")
                        raise Refusal(503, _CROWDED, retry_after=5)
            if arrived != length:
                metrics.refused_body("broken")
                raise Refusal(400, "The body broke off before its end.")
        except BaseException as fault:
            self._held -= arrived
            self._held_of_anybody -= arrived if anybodys else 0
            if isinstance(fault, TimeoutError):
                metrics.refused_body("time")
                sentence = f"The body did not arrive within {seconds:.0f} seconds."
                raise Refusal(408, sentence) from None
            raise
        return b"".join(parts)

    def _is_anybodys(self, scope: Scope, length: int) -> bool:
        """Whether a body is one of the long ones that are taken of anybody."""
        room = larger.room_for(scope.path, scope.headers) if length > self._body_cap else None
        return room is not None and room.anybody

    async def _ask(self, environ: dict[str, Any], request: str) -> Answer:
        """Django's answer from a thread; after thirty seconds the caller is told to come back.

        Python cannot end a thread. One that hangs is counted as lost; when all are lost this worker ends itself, and
        the supervisor starts a fresh one.
        """
        asking = asyncio.get_running_loop().run_in_executor(self._threads, self._run, environ, request)
        self._asked += 1
        try:
            answer = await asyncio.wait_for(asyncio.shield(asking), self._answer_seconds)
        except TimeoutError:
            self._overdue += 1
            asking.add_done_callback(self._came_late)
            _log.error("an answer took longer than %s seconds", self._answer_seconds)
            if self._overdue >= THREADS:
                _log.critical("every thread hangs; this worker ends")
                self._journal.flush()
                os._exit(70)
            raise Refusal(503, "This is taking too long. Please try again later.", retry_after=10) from None
        except BaseException:
            self._asked -= 1
            raise
        self._asked -= 1
        return answer

    def _came_late(self, asking: asyncio.Future[Answer]) -> None:
        self._overdue -= 1
        self._asked -= 1
        if not asking.cancelled() and asking.exception() is None and (close := asking.result().close):
            close()

    def _run(self, environ: dict[str, Any], request: str) -> Answer:
        known = logs.request_id.set(request)
        try:
            said: list[Any] = []
            parts = self._django(environ, lambda status, headers, _fault=None: said.extend((status, headers)))
            close = getattr(parts, "close", None)
            chunks = iter(parts)
            held: list[bytes] = []
            size = 0
            rest: Iterator[bytes] | None = None
            try:
                for chunk in chunks:
                    held.append(chunk)
                    size += len(chunk)
                    if size > WHOLE_BYTES:
                        rest = chunks
                        break
            finally:
                # In this thread: the end of a Django request gives back this thread's database connection.
                if rest is None and close is not None:
                    close()
            route, headers = "unnamed", []
            for name, value in said[1]:
                if name.lower() == ROUTE_HEADER:
                    route = value
                else:
                    headers.append((name.lower(), value))
            return Answer(
                status=int(said[0].split(" ", 1)[0]),
                headers=headers,
                body=b"".join(held),
                rest=rest,
                close=close if rest is not None else None,
                route=route,
            )
        finally:
            logs.request_id.reset(known)

    async def _send_long(self, protocol: Any, method: str, answer: Answer, headers: Headers) -> int:
        loop = asyncio.get_running_loop()
        rest, size = answer.rest or iter(()), 0
        try:
            if method == "HEAD":
                protocol.response_empty(answer.status, headers)
                return 0
            stream = protocol.response_stream(answer.status, headers)
            part = answer.body
            while part:
                await stream.send_bytes(part)
                size += len(part)
                part = await loop.run_in_executor(self._threads, _next_piece, rest)
        except RuntimeError:  # granian's word for a client that is gone
            _log.info("a client left during a long answer")
        finally:
            if answer.close is not None:
                await loop.run_in_executor(self._threads, answer.close)
        return size

    def _environ(self, scope: Scope, path: str, body: bytes) -> dict[str, Any]:
        address = scope.client.rpartition(":")[0].strip("[]")
        scheme = scope.scheme
        forwarded: dict[str, str] = {}
        environ: dict[str, Any] = {
            "REQUEST_METHOD": scope.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": scope.query_string,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        for name, value in scope.headers.items():
            if name in _FORWARDED:
                forwarded[name] = f"{forwarded[name]},{value}" if name in forwarded else value
            elif name == "content-type":
                environ["CONTENT_TYPE"] = value
            elif name != "content-length" and "_" not in name:  # an underscore would pass for a dash
                key = "HTTP_" + name.replace("-", "_").upper()
                join = "; " if name == "cookie" else ","
                environ[key] = f"{environ[key]}{join}{value}" if key in environ else value
        if self._proxies and self._trusted(address):
            address = self._behind_proxies(forwarded.get("x-forwarded-for", ""), address)
            scheme = "https" if forwarded.get("x-forwarded-proto", "").strip().lower() == "https" else scheme
        environ["REMOTE_ADDR"] = address
        environ["wsgi.url_scheme"] = scheme
        return environ

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def _behind_proxies(self, chain: str, nearest: str) -> str:
        """The last address in the chain that is no trusted proxy's own; what stands before it, anybody may write."""
        for said in reversed(chain.split(",")):
            try:
                nearest = str(ipaddress.ip_address(said.strip()))
            except ValueError:
                return nearest
            if not self._trusted(nearest):
                return nearest
        return nearest

    def _refuse(self, scope: Scope, protocol: Any, refusal: Refusal, request: str) -> int:
        headers, body = refusals.said(refusal, scope.path, scope.headers, request, self._page)
        _send(protocol, scope.method, refusal.status, headers, body)
        return len(body)

    def _report_fast(self) -> None:
        """Fast answers are counted, not listed: one line for all of a quarter of a second."""
        if not self._fast_counts:
            return
        counts, self._fast_counts = self._fast_counts, {}
        seconds, self._fast_seconds = self._fast_seconds, 0.0
        for status, times in counts.items():
            metrics.answered_fast(status, times)
        self._journal.add(
            {
                "at": logs.now(),
                "route": "fast door, summed",
                "statuses": counts,
                "ms": round(seconds * 1000, 1),
                "worker": os.getpid(),
            }
        )


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _send(protocol: Any, method: str, status: int, headers: Headers, body: bytes) -> None:
    if method == "HEAD" or status in _WITHOUT_BODY:
        if (
            method == "HEAD"
            and status not in _WITHOUT_BODY
            and not any(name == "content-length" for name, _ in headers)
        ):
            headers.append(("content-length", str(len(body))))
        protocol.response_empty(status, headers)
    else:
        protocol.response_bytes(status, headers, body)


def _next_piece(rest: Iterator[bytes]) -> bytes:
    """About 64 kB more of a long body; nothing at its end."""
    held: list[bytes] = []
    size = 0
    for part in rest:
        held.append(part)
        size += len(part)
        if size >= 65_536:
            break
    return b"".join(held)


def _loop_fault(_loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    fault = about.get("exception")
    _log.error("the event loop reports a fault", exc_info=fault if isinstance(fault, BaseException) else None)
