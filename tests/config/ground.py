"""What the tests of processes stand on: places other users can enter, free ports, processes by their home."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from byname.config import machine, metrics

CHECKOUT = Path(__file__).resolve().parents[2]
PRIVATE = os.geteuid() == 0 and not (
    machine.open_to_others(Path(sys.executable)) and machine.open_to_others(Path(__file__))
)
needs_shared_python = pytest.mark.skipif(
    PRIVATE,
    reason=f"as root: other users cannot read {sys.executable} or this checkout; ./byname test makes one they can",
)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can set this up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(home: Path) -> dict[int, str]:
    """Every living process whose command line or environment names the home."""
    found: dict[int, str] = {}
    needle = os.fsencode(home)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                continue
            line, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if int(folder.name) != os.getpid() and (needle in line or b"BYNAME_HOME=" + needle + b"\0" in environment):
            found[int(folder.name)] = line.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_until(holds: object, within: float = 15) -> None:
    until = time.monotonic() + within
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)


@dataclass
class Running:
    """One started program."""

    process: subprocess.Popen[str]
    home: Path
    port: int

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, dict(refused.headers), refused.read().decode()

    def send(self, raw: bytes) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        line.sendall(raw)
        return line

    def said_to(self, raw: bytes) -> bytes:
        """Everything the server says to these bytes until it is quiet or hangs up."""
        with self.send(raw) as line:
            return heard(line)

    def logged(self) -> str:
        return "".join(path.read_text(errors="replace") for path in sorted(self.home.rglob("*.log*")) if path.is_file())


def heard(line: socket.socket) -> bytes:
    """One whole answer (headers, and the body by its stated length) or what came before the other side hung up."""
    text = b""
    while True:
        head, mark, body = text.partition(b"\r\n\r\n")
        lengths = [part for part in head.lower().split(b"\r\n") if part.startswith(b"content-length:")]
        if mark and not head.startswith(b"HTTP/1.1 100") and lengths and len(body) >= int(lengths[0].split(b":")[1]):
            return text
        part = line.recv(65536)
        if not part:
            return text
        text += part


@contextmanager
def web_server(home: Path, **variables: str) -> Iterator[Running]:
    """The web server around the stand-in application; as its own user where the tests run as root."""
    user = machine.system_user(machine.PROGRAM_USER)
    machine.own_directory(home / "log", user, 0o750)
    figures = metrics.place(home)
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{CHECKOUT / 'src'}:{CHECKOUT / 'tests/config'}",
        "BYNAME_HOME": str(home),
        "BYNAME_LOG": str(home / "log" / "web.log"),
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
        "BYNAME_METRICS_TOKEN": "for-the-tests",
        **variables,
    }
    words = [sys.executable, "-m", "byname.config.web", "stand_in:application", "127.0.0.1", str(port)]
    with machine.opened(home / "console", fresh=True) as console:
        process = machine.launch(
            words, user=user, variables=environment, ends_by=signal.SIGTERM, session=True, cwd=Path("/"), output=console
        )
    running = Running(process, home, port)  # type: ignore[arg-type]
    try:
        wait_until(lambda: process.poll() is not None or _listens(port))
        assert process.poll() is None, (home / "console").read_text()
        yield running
    finally:
        machine.stop(process, signal.SIGTERM, within=12, then=signal.SIGKILL)
        shutil.rmtree(figures)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def byname(
    words: list[str], *, home: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `./byname` with the Python of the tests; its output and exit code."""
    rest = ["--home", str(home)] if home else []
    environment = {**os.environ, "BYNAME_ENV": sys.prefix, **(variables or {})}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BYNAME_HOME"):
        if name not in (variables or {}):
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, str(CHECKOUT / "byname"), *words, *rest],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextmanager
def started(home: Path, *words: str, port: int | None = None) -> Iterator[Running]:
    """`./byname up`, ready."""
    port = port or free_port()
    environment = {**os.environ, "BYNAME_ENV": sys.prefix}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "BYNAME_HOME", "BYNAME_LOG"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "byname"), "up", "--home", str(home), "--port", str(port), *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(home / "up.said").open("wb"),
        text=True,
    )
    try:
        assert process.stdout
        first = process.stdout.readline()
        assert first == f"http://localhost:{port}/\n", (home / "up.said").read_text()
        yield Running(process, home, port)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        shutil.rmtree(metrics.place(home))  # left behind where the program was killed
        if process.stdout:
            process.stdout.close()
