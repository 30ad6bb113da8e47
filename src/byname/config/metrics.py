"""The figures operators watch, summed over all workers, in Prometheus' text format."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

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


@lru_cache(maxsize=1000)
def _of(route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    return _requests.labels(route, status).inc, _seconds.labels(route).observe


def answered(route: str, status: int, seconds: float) -> None:
    """Count one request that Django answered."""
    count, observe = _of(route, status)
    count()
    observe(seconds)


def answered_fast(status: int, times: int) -> None:
    """Count requests answered ahead of Django."""
    _fast.labels(status).inc(times)


def refused_body(reason: str) -> None:
    """Count one body that was too long, too slow, or of no stated length."""
    _refused.labels(reason).inc()


def report() -> bytes:
    """All figures of all workers as text."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(_registry)
    gathered = CollectorRegistry()
    MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
    return generate_latest(gathered)


def may_read(authorization: str | None) -> bool:
    """Whether the caller showed BYNAME_METRICS_TOKEN; without a token set nobody may."""
    token = os.environ.get("BYNAME_METRICS_TOKEN", "")
    shown = (authorization or "").encode()
    return bool(token) and hmac.compare_digest(shown, f"Bearer {token}".encode())
