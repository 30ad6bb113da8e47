"""Programs the measures start, and the processor time they and their children take."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of processor time, in programs and in the kernel on their behalf."""

    web: float
    database: float
    rest: float

    def since(self, before: Spent) -> Spent:
        """What was spent after an earlier reading."""
        return Spent(self.web - before.web, self.database - before.database, self.rest - before.rest)


@contextlib.contextmanager
def running(
    words: Sequence[str | Path], variables: Mapping[str, str], output: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs while the context lasts, and ends with it, or with this process."""
    # setpriv belongs to every Debian and Ubuntu; without it a killed measure could leave its servers behind.
    ended = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with output.open("ab") as log:
        child = subprocess.Popen(
            [*ended, *map(str, words)],
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        for ending in (signal.SIGTERM, signal.SIGKILL):
            if child.poll() is None:
                child.send_signal(ending)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(30)


def spent(root: int) -> Spent:
    """The processor time of a process and all below it so far, by what they are."""
    sums: defaultdict[str, float] = defaultdict(float)
    for process, ticks in _family(root).items():
        sums[_part(process)] += ticks / _TICK
    return Spent(sums["web"], sums["database"], sums["rest"])


def memory_peak() -> float:
    """The most memory this process ever held, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("this kernel does not tell how much memory a process held")


def _family(root: int) -> dict[int, int]:
    """The process and its descendants, with their ticks and those of the children that ended before."""
    below: defaultdict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            below[int(fields[1])].append(int(entry.name))
            ticks[int(entry.name)] = sum(int(field) for field in fields[11:15])
    found, waiting = {}, [root]
    while waiting:
        process = waiting.pop()
        found[process] = ticks.get(process, 0)
        waiting += below[process]
    return found


def _part(process: int) -> str:
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return "rest"
    if b"byname.config.web" in words:
        return "web"
    return "database" if words.startswith(b"postgres") or b"/postgres\0" in words else "rest"
