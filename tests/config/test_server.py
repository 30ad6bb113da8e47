"""The server keeps every caller within limits, so that none holds up the others, and writes down nothing they said."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from byname.config import machine, refusals
from byname.config.refusals import Refusal
from byname.config.server import Application
from tests.config import stand_in
from tests.config.ground import Running, heard, needs_root, needs_shared_python, processes_of, wait_until, web_server
from tests.config.wire import Request, head, post

slow = pytest.mark.slow


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
    assert head(web.said_to(raw))[0] == status


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
    status, headers = head(full)
    assert (status, {k: v for k, v in headers.items() if k not in varying}) == (
        head(short)[0],
        {k: v for k, v in head(short)[1].items() if k not in varying},
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
    web.said_to(post(planted.encode()))
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
        answers = [head(heard(line)) for line in hanging]
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


def _seen(request: Request, proxies: str = "") -> dict[str, Any]:
    application = Application(stand_in.answer, environment={"BYNAME_TRUSTED_PROXIES": proxies})
    return application._environ(request, request.path, b"")


def test_forwarded_addresses_are_believed_of_named_proxies_only() -> None:
    said = {"x_forwarded_for": "203.0.113.5, 192.0.2.1", "x_forwarded_proto": "https"}
    stranger = _seen(Request(**said))
    assert (stranger["REMOTE_ADDR"], stranger["wsgi.url_scheme"]) == ("198.51.100.7", "http")
    known = _seen(Request("10.0.0.2:99", **said), "10.0.0.0/8, 192.0.2.0/24")
    assert (known["REMOTE_ADDR"], known["wsgi.url_scheme"]) == ("203.0.113.5", "https")
    # What stands left of the first address no proxy of ours wrote, the caller may have made up.
    assert (
        _seen(Request("10.0.0.2:99", x_forwarded_for="8.8.8.8, 203.0.113.5"), "10.0.0.0/8")["REMOTE_ADDR"]
        == "203.0.113.5"
    )
    assert _seen(Request("10.0.0.2:99", x_forwarded_for="nonsense"), "10.0.0.0/8")["REMOTE_ADDR"] == "10.0.0.2"
    assert _seen(Request("[2001:db8::1]:99"), "2001:db8::/32")["REMOTE_ADDR"] == "2001:db8::1"
    assert not [name for name in known if "FORWARDED" in name]


def test_headers_reach_django_under_their_own_names_only() -> None:
    environ = _seen(Request(accept_language="fr", content_type="text/plain"))
    assert (environ["HTTP_ACCEPT_LANGUAGE"], environ["CONTENT_TYPE"]) == ("fr", "text/plain")
    assert environ["PATH_INFO"] == "/caf\xc3\xa9"
    request = Request()
    request.headers = {"x_forwarded_for": "1.1.1.1", "proxy": "http://evil"}
    assert not [name for name in _seen(request) if "FORWARDED" in name or "PROXY" in name]


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
