"""The application each web worker runs: byname's fast doors, its memory, and Django behind them."""

from __future__ import annotations

import contextlib
import time
from typing import Final

from django.db import connection
from django.urls import get_resolver

from byname.config import logs
from byname.config.server import Application
from byname.config.wsgi import application as django

# Django is set up by the import above; what stands on its tables is imported after it.
from byname.config import ready  # isort: skip
from byname.interfaces import snapshot  # isort: skip
from byname.interfaces.api import doorstep  # isort: skip

_PATIENCE_SECONDS: Final = 10.0

# Before the workers are forked, so that both share it: every view (a fault in one is said at the start) and the
# directory. A connection must not be shared: none is left open.
get_resolver().check()
with contextlib.suppress(snapshot.Away):
    snapshot.city()
connection.close()
connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own, which the settings always choose


def start() -> None:
    """Keep the directory fresh in this worker, and let nobody in before it holds one (or the database is away)."""
    snapshot.keep_fresh()
    until = time.monotonic() + _PATIENCE_SECONDS
    while not snapshot.is_held() and time.monotonic() < until:
        time.sleep(0.01)


journal = logs.journal_from_environment()
logs.configure(journal)
application = Application(django, fast=(doorstep.answer,), ready=ready.what_is_missing, started=start, journal=journal)
