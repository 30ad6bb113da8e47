"""The figures operators watch, summed over all workers, in Prometheus' text format."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from byname.config import machine

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # every name there is checked for its owner before it is used
# A figure that cannot be written is lost; an answer never is.
_lost = contextlib.suppress(OSError, ValueError, RuntimeError)

_registry = CollectorRegistry()
_requests = Counter("byname_requests", "Requests answered by Django.", ["route", "status"], registry=_registry)
_seconds = Histogram(
    "byname_request_seconds",
    "Time from the whole request to its answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=_registry,
)
_refused = Counter(
    "byname_bodies_refused", "Request bodies refused unread or half read.", ["reason"], registry=_registry
)
_fast = Counter(
    "byname_fast_answers", "Requests answered from memory, ahead of Django.", ["status"], registry=_registry
)


def place(home: Path) -> Path:
    """The directory the workers share their figures in: in memory, for a full disk ends who writes to a mapped file."""
    name = f"byname-{hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]}"
    user = machine.system_user(machine.PROGRAM_USER)
    with contextlib.suppress(machine.Trouble, OSError):
        if _MEMORY.is_dir():
            return machine.own_directory(_MEMORY / name, user, 0o750)
    return machine.own_directory(home / "metrics", user, 0o750)


def forget(folder: Path) -> None:
    """Remove the figures of a run before."""
    for old in folder.glob("*.db"):
        old.unlink()


@lru_cache(maxsize=1000)
def _of(route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    return _requests.labels(route, status).inc, _seconds.labels(route).observe


def answered(route: str, status: int, seconds: float) -> None:
    """Count one request that Django answered."""
    with _lost:
        count, observe = _of(route, status)
        count()
        observe(seconds)


def answered_fast(status: int, times: int) -> None:
    """Count requests answered ahead of Django."""
    with _lost:
        _fast.labels(status).inc(times)


def refused_body(reason: str) -> None:
    """Count one body that was too long, too slow, or of no stated length."""
    with _lost:
        _refused.labels(reason).inc()


def report() -> bytes:
    """All figures of all workers as text."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(_registry)
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return generate_latest(gathered)


def may_read(authorization: str | None) -> bool:
    """Whether the caller showed BYNAME_METRICS_TOKEN; without a token set nobody may."""
    token = os.environ.get("BYNAME_METRICS_TOKEN", "")
    shown = (authorization or "").encode()
    return bool(token) and hmac.compare_digest(shown, f"Bearer {token}".encode())
