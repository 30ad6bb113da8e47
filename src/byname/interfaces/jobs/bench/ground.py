"""Where measures happen: homes, ports and files of their own, which go when the measure ends."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from byname.interfaces.jobs.bench import processes

BOUNDARIES = Path(settings.ROOT).parent / "shared" / "data" / "boundaries"
REAL_NEIGHBOURHOODS = BOUNDARIES / "toronto_neighbourhoods_158.geojson"
REAL_DIVISIONS = BOUNDARIES / "tps_police_divisions_16.geojson"
_PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What every measure is handed."""

    folder: Path
    quick: bool
    """Fewer rounds, points and rows: to see that it runs, not for the record."""
    say: Callable[[str], None]
    million: bool = False
    """Whether concerns are raised once more, where there are a million."""

    @property
    def rounds(self) -> int:
        """How often a measure of load is repeated."""
        return 1 if self.quick else 3

    @property
    def seconds(self) -> float:
        """How long one round of load takes."""
        return 2.0 if self.quick else 8.0


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launcher(home: Path, *words: str) -> tuple[list[str], dict[str, str]]:
    """A command line of `./byname` in a home of its own, and its environment: nothing of the operator's own service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BYNAME_", "DATABASE_", "PG"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    named = {name: os.environ[name] for name in ("BYNAME_PG_BIN", "BYNAME_TIME_ZONE") if name in os.environ}
    # The environment that runs this measure is the one to measure: nothing is downloaded.
    line = [sys.executable, str(settings.ROOT / "byname"), words[0], "--home", str(home), *words[1:]]
    return line, kept | named | {"BYNAME_ENV": sys.prefix}


def alone(name: str, *words: str, home: Path | None = None) -> dict[str, Any]:
    """What a measure tells that has a process to itself: this database's, or that of another home."""
    line, variables = [sys.executable, "-m", "byname.config.manage"], dict(os.environ)
    if home is not None:
        line, variables = launcher(home, "manage")
    done = subprocess.run(
        [*line, "bench", "--alone", name, *words], env=variables, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"The measure {name!r} failed (see above).")
    told: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return told


def command(*words: str) -> tuple[float, float]:
    """Run one of byname's commands on this process's database; the seconds from start to end, and of processor time."""
    began, before = time.perf_counter(), os.times()
    line = [sys.executable, "-m", "byname.config.manage", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"{' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, processor


@dataclass(frozen=True, slots=True)
class Service:
    """A whole byname that runs in a home of its own."""

    port: int
    process: int
    seconds_to_ready: float
    processor_to_ready: float
    """Seconds of processor time of everything that was started, until it was ready."""

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by their small names, and body."""
        return asked(self.port, path, headers)


def asked(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """One request to a server of this machine."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path, headers=headers or {})
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


@contextlib.contextmanager
def service(home: Path, *words: str) -> Iterator[Service]:
    """byname with its demo city, or as the words say, started by its launcher, once it says that it is ready."""
    port, log = free_port(), home.with_suffix(".log")
    line, variables = launcher(home, "up", "--port", str(port), *words)
    began = time.perf_counter()
    with processes.running(line, variables, log) as child:
        _wait(port, "/readyz", child, log)
        seconds, spent = time.perf_counter() - began, processes.spent(child.pid)
        yield Service(port, child.pid, seconds, spent.web + spent.database + spent.rest)


@contextlib.contextmanager
def reference(name: str, path: str, folder: Path, *, database: str = "") -> Iterator[tuple[int, int]]:
    """One of the thin programs of `byname.config.thin` behind the same server: its port and its process.

    It asks this process's database, or the one at another address.
    """
    port, log = free_port(), folder / f"{name}.log"
    words = [sys.executable, "-m", "byname.config.web", f"byname.config.thin:{name}", "127.0.0.1", str(port)]
    variables = os.environ | {"BYNAME_LOG": str(folder / f"{name}.journal")}
    with processes.running(words, variables | ({"DATABASE_URL": database} if database else {}), log) as child:
        _wait(port, path, child, log)
        yield port, child.pid


def _wait(port: int, path: str, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while child.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if asked(port, path)[0] == http.client.OK:
                return
        time.sleep(0.01)
    raise CommandError(f"The server to measure did not start: {log.read_text(errors='replace').strip()[-2000:]}")
