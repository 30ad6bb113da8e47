"""The application each web worker runs: byname's fast doors, its memory, and Django behind them."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Final

from django.db import DatabaseError, close_old_connections, connection
from django.urls import get_resolver

from byname.config import logs
from byname.config.server import Application
from byname.config.wsgi import application as django

# Django is set up by the import above; what stands on its tables is imported after it.
from byname.concerns import rules as concerns  # isort: skip
from byname.config import ready  # isort: skip
from byname.interfaces import refused, snapshot  # isort: skip
from byname.places.queries import addresses  # isort: skip
from byname.vocabulary import PUBLIC, Refused  # isort: skip
from byname.interfaces.api import doorstep  # isort: skip

_PATIENCE_SECONDS: Final = 10.0

# Before the workers are forked, so that both share it: every view (a fault in one is said at the start) and the
# directory. A connection must not be shared: none is left open.
get_resolver().check()
with contextlib.suppress(snapshot.Away):
    snapshot.city()
# The tables a text is read by are made at the first one: nobody who raises a concern waits for them.
concerns.danger("")
concerns.warm()
connection.close()
connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own, which the settings always choose


def start() -> None:
    """Keep the directory fresh in this worker, and let nobody in before it holds one (or the database is away)."""
    snapshot.keep_fresh()
    until = time.monotonic() + _PATIENCE_SECONDS
    while not snapshot.is_held() and time.monotonic() < until:
        time.sleep(0.01)
    threading.Thread(target=_learn_the_streets, name="byname-streets", daemon=True).start()


def _learn_the_streets() -> None:
    # The first search reads every street's name, up to a second in a large city: not while somebody waits for it.
    with contextlib.suppress(DatabaseError, OSError, Refused):
        addresses.search_addresses("first street", viewer=PUBLIC)
    close_old_connections()


journal = logs.journal_from_environment()
logs.configure(journal)
application = Application(
    django,
    fast=(doorstep.answer,),
    page=refused.page,
    ready=ready.what_is_missing,
    started=start,
    journal=journal,
)
