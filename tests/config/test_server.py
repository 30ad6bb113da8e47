"""The server keeps every caller within limits, so that none holds up the others, and writes down nothing they said."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from byname.config import larger, machine, refusals, server
from byname.config.refusals import Refusal
from byname.config.server import Application
from tests.config import stand_in
from tests.config.ground import Running, heard, needs_root, needs_shared_python, processes_of, wait_until, web_server

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def web(shared_home: Path) -> Iterator[Running]:
    with web_server(shared_home, BYNAME_BODY_CAP="10000") as running:
        yield running


def _head(answer: bytes) -> tuple[int, dict[str, str]]:
    head, _, _body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split(" ")[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}


def _post(body: bytes, *lines: str, path: str = "/echo") -> bytes:
    head = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


@slow
@needs_shared_python
def test_fifty_clients_that_stall_in_the_middle_of_a_body_delay_nobody(web: Running) -> None:
    half = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nonly the beginning"
    stalled = [web.send(half) for _ in range(50)]
    began = time.monotonic()
    times = []
    for _ in range(20):
        before = time.monotonic()
        assert web.get("/hello")[0] == 200
        assert web.said_to(_post(b"whole")).endswith(b"whole")
        times.append(time.monotonic() - before)
    assert time.monotonic() - began < 2.4, "the stalled ones had been let go before the others were through"
    assert sorted(times)[10] < 0.1
    answers = [_head(heard(line)) for line in stalled]
    assert {status for status, _ in answers} == {408}
    for line in stalled:
        line.close()


@slow
@needs_shared_python
def test_a_body_over_the_cap_is_refused_before_it_is_sent(web: Running) -> None:
    declared = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n"
    answer = web.said_to(declared + b"\r\n")
    assert _head(answer)[0] == 413
    assert answer.endswith(b"The request is too large. The body may hold at most 10000 bytes.\n")
    answer = web.said_to(declared + b"Content-Type: application/json\r\n\r\n")
    assert _head(answer)[1]["content-type"] == "application/problem+json"
    about = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (about["status"], about["detail"]) == (413, "The body may hold at most 10000 bytes.")
    assert web.said_to(_post(b"x" * 10000)).endswith(b"x" * 10000)


@slow
@needs_shared_python
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/open311/v2/requests.xml", "text/xml; charset=utf-8"),
        ("/api/open311/v2/requests.json", "application/json; charset=utf-8"),
        ("/raise/", "text/plain; charset=utf-8"),
        ("/join/C-AAAA-AAAA-AAA", "text/plain; charset=utf-8"),
        ("/c/link/", "text/plain; charset=utf-8"),
        ("/at/old-mill/weekly", "text/plain; charset=utf-8"),
    ],
)
def test_ten_megabytes_at_any_door_of_a_concern_are_refused_before_one_is_sent(
    web: Running, path: str, kind: str
) -> None:
    # Nothing follows these headers: who answers has not waited for the body.
    declared = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000000\r\n"
    answer = web.said_to(f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{declared}\r\n".encode())
    assert (_head(answer)[0], _head(answer)[1]["content-type"]) == (413, kind)


@slow
@needs_shared_python
def test_a_photo_may_be_longer_than_any_other_body_and_has_a_cap_of_its_own(web: Running) -> None:
    answer = web.said_to(_post(b"\xff" * 12_100_000, "Cookie: a=b; desk=any", path="/desk/me/photo/"))
    # The stand-in gives back what it was given, in pieces.
    assert (_head(answer)[0], answer.count(b"\xff")) == (200, 12_100_000)
    assert _head(web.said_to(_post(b"x" * 10_001, path="/desk/me/words/")))[0] == 413
    declared = b"POST /desk/me/photo/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12582913\r\n"
    answer = web.said_to(declared + b"Cookie: __Secure-desk=any\r\n\r\n")
    assert _head(answer)[0] == 413
    assert answer.endswith(b"A photo may have at most 12 MB: save it smaller and try again.\n")
    answer = web.said_to(declared + b"Cookie: desk-form=any\r\n\r\n")
    assert _head(answer)[0] == 413
    assert answer.endswith(b"Please sign in first, then send the photo again.\n")


@slow
@needs_shared_python
@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400),
        (b"not http at all\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Odd: \xff\xfe\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\n\r\n", 200),
        (b"GET /caf%C3%A9 HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n", 431),
    ],
)
def test_what_cannot_be_read_is_a_refusal_and_never_a_fault(web: Running, raw: bytes, status: int) -> None:
    assert _head(web.said_to(raw))[0] == status


@slow
@needs_shared_python
def test_half_a_body_is_never_acted_on(web: Running) -> None:
    before = [web.get("/count")[2] for _ in range(8)]
    with web.send(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf") as line:
        line.shutdown(socket.SHUT_WR)
        line.recv(1000)
    assert sorted(set(before)) == sorted({web.get("/count")[2] for _ in range(8)})


@slow
@needs_shared_python
def test_a_client_that_asks_first_is_told_to_go_on(web: Running) -> None:
    with web.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n") as line:
        assert line.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"abc")
        assert heard(line).endswith(b"abc")


@slow
@needs_shared_python
def test_one_connection_carries_many_requests_and_a_head_says_what_a_get_would(web: Running) -> None:
    with web.send(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") as line:
        full = heard(line)
        line.sendall(b"HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        short = line.recv(10_000)
        line.sendall(b"GET /empty HTTP/1.1\r\nHost: a\r\n\r\n")
        nothing = heard(line)
    varying = ("x-request-id", "date")
    status, headers = _head(full)
    assert (status, {k: v for k, v in headers.items() if k not in varying}) == (
        _head(short)[0],
        {k: v for k, v in _head(short)[1].items() if k not in varying},
    )
    assert full.endswith(b"\r\n\r\nhello")
    assert short.endswith(b"\r\n\r\n")
    assert nothing.endswith(b"\r\n\r\n")


@slow
@needs_shared_python
def test_a_long_body_arrives_whole(web: Running) -> None:
    status, headers, body = web.get("/long")
    assert (status, headers["content-length"], body) == (200, "5000000", "x" * 5_000_000)


@slow
@needs_shared_python
def test_clients_that_vanish_leave_no_trace(web: Running) -> None:
    for raw in (
        b"GET /he",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
        b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n",
    ):
        for _ in range(10):
            web.send(raw).close()
    assert web.get("/hello")[0] == 200
    assert "Traceback" not in (web.home / "console").read_text()


@slow
@needs_shared_python
def test_every_answer_carries_an_id_of_our_own_and_never_the_route(web: Running) -> None:
    seen = set()
    for path in ("/hello", "/fast", "/healthz", "/fault"):
        _, headers, _ = web.get(path, **{"X-Request-Id": "theirs"})
        assert "x-byname-route" not in headers
        seen.add(headers["x-request-id"])
    assert len(seen - {"theirs"}) == 4


@slow
@needs_shared_python
def test_a_fault_in_a_fast_door_costs_nobody_the_answer(web: Running) -> None:
    assert web.get("/fast")[2] == '{"from":"memory"}'
    status, headers, body = web.get("/fast?fault")
    assert (status, body, headers["content-type"]) == (200, "hello", "text/plain")


@slow
@needs_shared_python
def test_the_figures_are_shown_only_to_who_has_the_token_and_sum_all_workers(web: Running) -> None:
    assert web.get("/metrics")[0] == 404
    assert web.get("/metrics", Authorization="Bearer wrong")[0] == 404
    key = {"Authorization": "Bearer for-the-tests"}

    def figures() -> dict[str, float]:
        status, headers, text = web.get("/metrics", **key)
        assert (status, headers["content-type"].split(";")[0]) == (200, "text/plain")
        return {n: float(v) for n, v in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}

    time.sleep(0.4)  # fast answers are added up four times a second
    before = figures()
    for _ in range(12):
        web.get("/counted")
        web.get("/fast")
    time.sleep(0.4)
    after = figures()
    counted, fast = 'byname_requests_total{route="counted",status="200"}', 'byname_fast_answers_total{status="200"}'
    assert after[counted] - before.get(counted, 0) == 12
    assert after[fast] - before.get(fast, 0) == 12


@slow
@needs_shared_python
def test_nothing_anybody_typed_stands_in_a_log(web: Running) -> None:
    planted = "350-Dovercourt-Rd"
    web.get(
        f"/{planted}?address={planted}", **{"User-Agent": planted, "Referer": planted, "X-Forwarded-For": "203.0.113.9"}
    )
    web.get(f"/fault?{planted}")
    web.get(f"/fast?{planted}")
    web.said_to(_post(planted.encode()))
    web.said_to(f"POST /{planted} HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n".encode())
    wait_until(lambda: '"ValueError"' in web.logged())
    time.sleep(0.4)
    written = web.logged() + (web.home / "console").read_text()
    for secret in (planted, "Dovercourt", "203.0.113.9", "127.0.0.1"):
        assert secret not in written
    lines = [json.loads(line) for line in web.logged().splitlines()]
    faults = [line for line in lines if line.get("error") == "ValueError"]
    assert len(faults) >= 2
    assert all(line["request_id"] and line["through"] for line in faults)
    plain = next(line for line in lines if line.get("route") == "hello")
    assert sorted(plain) == ["at", "bytes", "method", "ms", "request_id", "route", "status", "worker"]


@slow
@needs_root
@needs_shared_python
def test_as_root_the_web_server_runs_as_its_own_user_and_gains_no_rights(web: Running) -> None:
    user = machine.system_user(machine.PROGRAM_USER)
    assert user is not None
    assert web.get("/user")[2] == str(user.pw_uid)
    for number in processes_of(web.home):
        status = Path(f"/proc/{number}/status").read_text()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split() == [str(user.pw_uid)] * 4
        assert facts["Gid"].split() == [str(user.pw_gid)] * 4
        assert facts["Groups"].split() in ([], [str(user.pw_gid)])
        assert facts["NoNewPrivs"] == "1"


@slow
@needs_shared_python
def test_a_handler_that_hangs_gets_a_503_and_a_worker_full_of_them_is_replaced(home: Path) -> None:
    with web_server(home, BYNAME_WORKERS="1") as web:
        hanging = [web.send(b"GET /sleep?60 HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(3)]
        began = time.monotonic()
        assert web.get("/hello")[2] == "hello"
        assert time.monotonic() - began < 1
        answers = [_head(heard(line)) for line in hanging]
        assert [(status, headers["retry-after"]) for status, headers in answers] == [(503, "10")] * 3
        assert web.get("/hello")[2] == "hello"
        before = set(processes_of(home))
        last = web.send(b"GET /sleep?60 HTTP/1.1\r\nHost: a\r\n\r\n")
        last.settimeout(5)
        assert last.recv(1000) == b""
        wait_until(lambda: set(processes_of(home)) - before != set())

        def answers_again() -> bool:
            try:
                return web.get("/hello")[2] == "hello"
            except OSError:
                return False

        wait_until(answers_again)


@slow
@needs_shared_python
@needs_root
def test_on_a_full_disk_answers_go_on_and_no_worker_ends(home: Path) -> None:
    small = home / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k,mode=755", "tmpfs", small], check=False).returncode:
        pytest.skip("this container may not mount a small disk")
    try:
        with web_server(small) as web:
            workers = sorted(processes_of(small))
            with contextlib.suppress(OSError), (small / "filler").open("wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 4096)
            for number in range(40):
                for path in ("/hello", f"/counted?{number}", "/fast", "/echo"):
                    assert web.get(path)[0] == 200
            assert sorted(processes_of(small)) == workers
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_stop_lets_a_request_finish_and_a_kill_leaves_no_worker(home: Path) -> None:
    with web_server(home) as web:
        with web.send(b"GET /sleep?1 HTTP/1.1\r\nHost: a\r\n\r\n") as line:
            time.sleep(0.2)
            web.process.send_signal(signal.SIGTERM)
            assert heard(line).endswith(b"hello")
        assert web.process.wait(15) == 0
    with web_server(home) as web:
        assert len(processes_of(home)) == 3
        os.kill(web.process.pid, signal.SIGKILL)
        web.process.wait()
        wait_until(lambda: not processes_of(home), 5)


class _Request:
    """What granian says of one request."""

    def __init__(self, client: str = "198.51.100.7:4000", **headers: str) -> None:
        self.client, self.headers = client, {name.replace("_", "-"): value for name, value in headers.items()}
        self.proto, self.scheme, self.method, self.path = "http", "http", "GET", "/café"
        self.query_string, self.authority, self.http_version = "a=1", None, "1.1"


def _seen(request: _Request, proxies: str = "") -> dict[str, Any]:
    application = Application(stand_in.answer, environment={"BYNAME_TRUSTED_PROXIES": proxies})
    return application._environ(request, request.path, b"")


def test_forwarded_addresses_are_believed_of_named_proxies_only() -> None:
    said = {"x_forwarded_for": "203.0.113.5, 192.0.2.1", "x_forwarded_proto": "https"}
    stranger = _seen(_Request(**said))
    assert (stranger["REMOTE_ADDR"], stranger["wsgi.url_scheme"]) == ("198.51.100.7", "http")
    known = _seen(_Request("10.0.0.2:99", **said), "10.0.0.0/8, 192.0.2.0/24")
    assert (known["REMOTE_ADDR"], known["wsgi.url_scheme"]) == ("203.0.113.5", "https")
    # What stands left of the first address no proxy of ours wrote, the caller may have made up.
    assert (
        _seen(_Request("10.0.0.2:99", x_forwarded_for="8.8.8.8, 203.0.113.5"), "10.0.0.0/8")["REMOTE_ADDR"]
        == "203.0.113.5"
    )
    assert _seen(_Request("10.0.0.2:99", x_forwarded_for="nonsense"), "10.0.0.0/8")["REMOTE_ADDR"] == "10.0.0.2"
    assert _seen(_Request("[2001:db8::1]:99"), "2001:db8::/32")["REMOTE_ADDR"] == "2001:db8::1"
    assert not [name for name in known if "FORWARDED" in name]


def test_headers_reach_django_under_their_own_names_only() -> None:
    environ = _seen(_Request(accept_language="fr", content_type="text/plain"))
    assert (environ["HTTP_ACCEPT_LANGUAGE"], environ["CONTENT_TYPE"]) == ("fr", "text/plain")
    assert environ["PATH_INFO"] == "/caf\xc3\xa9"
    request = _Request()
    request.headers = {"x_forwarded_for": "1.1.1.1", "proxy": "http://evil"}
    assert not [name for name in _seen(request) if "FORWARDED" in name or "PROXY" in name]


class _Sent:
    """A body that arrives in parts, the last one when it is let."""

    def __init__(self, size: int, let: asyncio.Event) -> None:
        self.size, self._let = size, let

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"x" * (self.size - 1)
        await self._let.wait()
        yield b"x"


async def _bodies(application: Application, sizes: list[int], path: str = "/") -> list[int]:
    """What became of bodies sent at once, each before the others have ended: their lengths, or the refusal."""
    let = asyncio.Event()

    async def one(size: int) -> int:
        request = _Request(content_length=str(size))
        request.method, request.path = "POST", path
        try:
            return len(await application._body(request, _Sent(size, let)))
        except Refusal as refusal:
            return -refusal.status

    asking = [asyncio.ensure_future(one(size)) for size in sizes]
    await asyncio.sleep(0.05)
    let.set()
    return list(await asyncio.gather(*asking))


def test_a_worker_holds_so_many_bytes_of_bodies_and_short_forms_come_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_HELD", 150_000)
    application = Application(stand_in.answer, environment={})
    assert asyncio.run(_bodies(application, [100_000, 40_000, 60_000, 500])) == [100_000, 40_000, -503, 500]
    assert application._held == 140_500


def test_a_photo_may_take_longer_to_arrive_than_a_form() -> None:
    application = Application(stand_in.answer, body_seconds=0.01, environment={})

    async def one(size: int) -> int:
        let = asyncio.Event()
        request = _Request(content_length=str(size), cookie="desk=any")
        request.method, request.path = "POST", "/desk/me/photo/"
        asking = asyncio.ensure_future(application._body(request, _Sent(size, let)))
        await asyncio.sleep(0.1)
        let.set()
        try:
            return len(await asking)
        except Refusal as refusal:
            return -refusal.status

    assert [asyncio.run(one(2_000_000)), asyncio.run(one(1_000_000))] == [2_000_000, -408]


@pytest.mark.parametrize(
    ("path", "caller", "form"),
    [
        ("/desk/me/photo/", {"accept": "text/html,*/*;q=0.8"}, "text/html"),
        ("/fr/x", {"accept": "text/html", "content-type": "application/json"}, "text/html"),
        ("/api/v1/areas", {"accept": "text/html"}, "application/problem+json"),
        ("/x", {"accept": "application/json"}, "application/problem+json"),
        ("/x", {"content-type": "application/json"}, "application/problem+json"),
        ("/x", {"accept": "*/*"}, "text/plain; charset=utf-8"),
        ("/x", {}, "text/plain; charset=utf-8"),
    ],
)
def test_a_browser_is_refused_with_a_page_and_a_program_in_its_own_form(
    path: str, caller: dict[str, str], form: str
) -> None:
    refusal = Refusal(503, "Too many.", retry_after=2)

    def page(*asked: object) -> tuple[list[tuple[str, str]], bytes]:
        return [("content-type", "text/html")], str(asked).encode()

    headers, body = refusals.said(refusal, path, caller, "a-1", page)
    assert dict(headers)["content-type"] == form
    assert {"x-request-id": "a-1", "retry-after": "2"}.items() <= dict(headers).items()
    if form == "text/html":
        assert body.decode() == str((path, 503, "Too many."))


def test_a_page_that_fails_leaves_the_words_of_the_refusal() -> None:
    def broken(_path: str, _status: int, _sentence: str) -> tuple[list[tuple[str, str]], bytes]:
        raise ValueError

    headers, body = refusals.said(Refusal(413, "Too much."), "/desk/", {"accept": "text/html"}, "a-1", broken)
    assert dict(headers)["content-type"] == "text/plain; charset=utf-8"
    assert body == b"The request is too large. Too much.\n"


def test_what_bodies_took_is_given_back_whatever_became_of_them() -> None:
    application = Application(stand_in.answer, body_seconds=0.01, environment={})
    assert asyncio.run(_bodies(application, [100_000])) == [-408]
    assert application._held == 0
    application = Application(stand_in.answer, environment={})
    protocol, request = _Protocol(), _Request(content_length="4")
    request.method = "POST"

    async def asked() -> None:
        application.__rsgi_init__(asyncio.get_running_loop())
        await application.__rsgi__(request, protocol)
        application.__rsgi_del__(asyncio.get_running_loop())

    asyncio.run(asked())
    assert (protocol.said, application._held) == ([(200, b"four")], 0)


class _Protocol:
    """The other end of one request, as granian offers it."""

    def __init__(self) -> None:
        self.said: list[tuple[int, bytes]] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"four"

    def response_bytes(self, status: int, _headers: object, body: bytes) -> None:
        self.said.append((status, body))


@pytest.mark.parametrize("path", ["/raise/send", "/fr/raise/send", "/zh-hans/c/aB3_-x/send", "/c/aB3_-x/send"])
def test_photos_with_a_concern_may_be_longer_than_a_form_from_anybody_and_take_no_room_from_forms(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(larger, "MOST_OF_ANYBODY", 5_000_000)
    application = Application(stand_in.answer, environment={})
    long = asyncio.run(_bodies(application, [4_000_000, 2_000_000, 900_000, 500], path=path))
    assert long == [4_000_000, -503, 900_000, 500]
    assert (application._held, application._held_of_anybody) == (4_900_500, 4_000_000)
    assert asyncio.run(_bodies(application, [27_262_977], path=path)) == [-413]


@pytest.mark.parametrize("path", ["/raise/", "/raise/send/", "/x/raise/send", "/c//send", "/c/a/b/send", "/c/a/mine"])
def test_no_other_address_takes_a_long_body(path: str) -> None:
    application = Application(stand_in.answer, environment={})
    assert asyncio.run(_bodies(application, [2_000_000, 1_000_000], path=path)) == [-413, 1_000_000]
