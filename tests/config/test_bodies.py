"""Bodies of requests: how long they may be and take, how many a worker holds, and what is refused unread."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator

import pytest

from byname.config import larger, server
from byname.config.refusals import Refusal
from byname.config.server import Application
from tests.config import stand_in
from tests.config.ground import Running, heard, needs_shared_python
from tests.config.wire import Request, head, post

slow = pytest.mark.slow


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
        assert web.said_to(post(b"whole")).endswith(b"whole")
        times.append(time.monotonic() - before)
    assert time.monotonic() - began < 2.4, "the stalled ones had been let go before the others were through"
    assert sorted(times)[10] < 0.1
    answers = [head(heard(line)) for line in stalled]
    assert {status for status, _ in answers} == {408}
    for line in stalled:
        line.close()


@slow
@needs_shared_python
def test_a_body_over_the_cap_is_refused_before_it_is_sent(web: Running) -> None:
    declared = b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n"
    answer = web.said_to(declared + b"\r\n")
    assert head(answer)[0] == 413
    assert answer.endswith(b"The request is too large. The body may hold at most 10000 bytes.\n")
    answer = web.said_to(declared + b"Content-Type: application/json\r\n\r\n")
    assert head(answer)[1]["content-type"] == "application/problem+json"
    about = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (about["status"], about["detail"]) == (413, "The body may hold at most 10000 bytes.")
    assert web.said_to(post(b"x" * 10000)).endswith(b"x" * 10000)


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
    assert (head(answer)[0], head(answer)[1]["content-type"]) == (413, kind)


@slow
@needs_shared_python
def test_a_photo_may_be_longer_than_any_other_body_and_has_a_cap_of_its_own(web: Running) -> None:
    answer = web.said_to(post(b"\xff" * 12_100_000, "Cookie: a=b; desk=any", path="/desk/me/photo/"))
    # The stand-in gives back what it was given, in pieces.
    assert (head(answer)[0], answer.count(b"\xff")) == (200, 12_100_000)
    assert head(web.said_to(post(b"x" * 10_001, path="/desk/me/words/")))[0] == 413
    declared = b"POST /desk/me/photo/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12582913\r\n"
    answer = web.said_to(declared + b"Cookie: __Secure-desk=any\r\n\r\n")
    assert head(answer)[0] == 413
    assert answer.endswith(b"A photo may have at most 12 MB: save it smaller and try again.\n")
    answer = web.said_to(declared + b"Cookie: desk-form=any\r\n\r\n")
    assert head(answer)[0] == 413
    assert answer.endswith(b"Please sign in first, then send the photo again.\n")


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
        request = Request(content_length=str(size))
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
        request = Request(content_length=str(size), cookie="desk=any")
        request.method, request.path = "POST", "/desk/me/photo/"
        asking = asyncio.ensure_future(application._body(request, _Sent(size, let)))
        await asyncio.sleep(0.1)
        let.set()
        try:
            return len(await asking)
        except Refusal as refusal:
            return -refusal.status

    assert [asyncio.run(one(2_000_000)), asyncio.run(one(1_000_000))] == [2_000_000, -408]


def test_what_bodies_took_is_given_back_whatever_became_of_them() -> None:
    application = Application(stand_in.answer, body_seconds=0.01, environment={})
    assert asyncio.run(_bodies(application, [100_000])) == [-408]
    assert application._held == 0
    application = Application(stand_in.answer, environment={})
    protocol, request = _Protocol(), Request(content_length="4")
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
