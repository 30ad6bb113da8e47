"""Load on a web server: `wrk` where the machine has it, else byname's own generator, which reaches less.

Run as a program (`python -m byname.interfaces.jobs.bench.load`), it is one process of that own generator.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from byname.interfaces.jobs.bench import figures

_PROCESSES: Final = 2
_SCRIPT: Final = """\
local requests = {}
local place = 0
function init(args)
  for line in io.lines(args[1]) do
    local path, cookie, form = line:match("^([^\t]+)\t?([^\t]*)\t?(.*)$")
    local headers = { Cookie = cookie ~= "" and cookie or nil }
    if form ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
    requests[#requests + 1] = wrk.format(form ~= "" and "POST" or "GET", path, headers, form ~= "" and form or nil)
  end
end
function request()
  place = place % #requests + 1
  return requests[place]
end
function done(summary, latency, requests)
  io.write(string.format(
    '\\n{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p95_ms":%.3f,"p99_ms":%.3f,"refused":%d,"broken":%d}\\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of asking a server for some seconds."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    refused: int
    """Answers of 400 and more."""
    broken: int
    """Connections that failed and answers that did not come."""

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds


def generator() -> str:
    """Which load generator is used here, in words for the report."""
    return "wrk" if shutil.which("wrk") else "byname's own, a heavy one: wrk is not installed"


def ask(
    port: int,
    paths: Sequence[str],
    *,
    connections: int,
    seconds: float,
    cookies: Sequence[str] = (),
    forms: Sequence[str] = (),
) -> Load:
    """Ask 127.0.0.1 for the paths, one after another on each connection, as fast as it answers.

    With `cookies`, each path is asked for by the browsers that hold them, in turn. With `forms`, as they are encoded,
    they are sent in turn to the one path.
    """
    if forms:
        paths = [f"{path}\t\t{form}" for path in paths for form in forms]
    if cookies:
        count = math.lcm(len(paths), len(cookies))
        asked = zip(itertools.islice(itertools.cycle(paths), count), itertools.cycle(cookies), strict=False)
        paths = [f"{path}\t{cookie}" for path, cookie in asked]
    if wrk := shutil.which("wrk"):
        return _by_wrk(wrk, port, paths, connections, seconds)
    order = {"port": port, "paths": paths, "connections": connections // _PROCESSES, "seconds": seconds}
    words = [sys.executable, "-m", __name__]
    children = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(_PROCESSES)
    ]
    for child in children:
        if child.stdin:
            child.stdin.write(json.dumps(order))
            child.stdin.close()
    told = [json.loads(child.stdout.read() if child.stdout else "") for child in children]
    for child in children:
        child.wait()
    times = [taken for one in told for taken in one["times"]]
    return Load(
        requests=len(times),
        seconds=seconds,
        p50_ms=figures.percentile(times, 0.5) * 1000,
        p95_ms=figures.percentile(times, 0.95) * 1000,
        p99_ms=figures.percentile(times, 0.99) * 1000,
        refused=sum(one["refused"] for one in told),
        broken=sum(one["broken"] for one in told),
    )


def _by_wrk(wrk: str, port: int, paths: Sequence[str], connections: int, seconds: float) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        script, list_of_paths = Path(folder, "ask.lua"), Path(folder, "paths")
        script.write_text(_SCRIPT)
        list_of_paths.write_text("\n".join(paths) + "\n")
        words = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s", "-s", str(script)]
        words += [f"http://127.0.0.1:{port}", "--", str(list_of_paths)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stdout.strip().rpartition("\n")[2]))


class _Asker(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again, until the time is over."""

    def __init__(self, requests: list[bytes], place: int, until: float, told: dict[str, Any]) -> None:
        self.requests, self.place, self.until, self.told = requests, place, until, told
        self.over = asyncio.get_running_loop().create_future()
        self.held = b""
        self.due = -1
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._ask()

    def _ask(self) -> None:
        self.place = (self.place + 1) % len(self.requests)
        self.began = time.perf_counter()
        self.transport.write(self.requests[self.place])

    def data_received(self, data: bytes) -> None:
        self.held += data
        if self.due < 0:
            head, mark, _ = self.held.partition(b"\r\n\r\n")
            if not mark:
                return
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            self.due = len(head) + 4 + (int(length[1]) if length else 0)
            self.told["refused"] += self.held[9:10] in (b"4", b"5")
        if len(self.held) < self.due:
            return
        now = time.perf_counter()
        self.told["times"].append(now - self.began)
        self.held, self.due = b"", -1
        if now < self.until:
            self._ask()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.told["broken"] += time.perf_counter() < self.until
            self.over.set_result(None)


def _request(port: int, path: str, cookie: str = "", form: str = "") -> bytes:
    sent = f"Cookie: {cookie}\r\n" if cookie else ""
    if form:
        sent += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
    asked = "POST" if form else "GET"
    return f"{asked} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{sent}\r\n{form}".encode()


def _itself(asker: _Asker) -> _Asker:
    return asker


async def _own(port: int, paths: list[str], connections: int, seconds: float) -> dict[str, Any]:
    told: dict[str, Any] = {"times": [], "refused": 0, "broken": 0}
    requests = [_request(port, *path.split("\t")) for path in paths]
    until = time.perf_counter() + seconds
    step = len(requests) // connections + 1
    askers = [_Asker(requests, number * step % len(requests), until, told) for number in range(connections)]
    for asker in askers:
        await asyncio.get_running_loop().create_connection(partial(_itself, asker), "127.0.0.1", port)
    await asyncio.wait([asker.over for asker in askers], timeout=seconds + 10)
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_own(**json.load(sys.stdin)))))
