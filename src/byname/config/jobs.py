"""The process that does what nobody waits for: procrastinate's worker, with byname's log."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from typing import Final

import django
from procrastinate.contrib.django import app

from byname.config import logs, machine

# A mail server that takes its time holds one of these; sealing, every two seconds, finds another.
_AT_ONCE: Final = 4
# A worker that was killed is known by its silence, and what it was doing is done again.
_SIGN_OF_LIFE_SECONDS: Final = 5.0
# A job in a thread cannot be broken off: what is not done in time is done again by the next worker.
_LAST_SECONDS: Final = 8.0
# Where both want the processor, whoever waits for a page comes first: letters go with what is left, one part in
# sixty at least.
_NICER: Final = 19


def main() -> int:
    """Work until told to stop."""
    machine.give_way(_NICER)
    journal = logs.journal_from_environment()
    logs.configure(journal)
    # Every tick would leave four lines; what fails is said all the same.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    django.setup()
    try:
        worker = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's connector has it
        with app.replace_connector(worker):
            asyncio.run(_work())
    finally:
        journal.flush()
    return 0


async def _work() -> None:
    # Imported now that Django stands: it reads and writes tables.
    mail_in = importlib.import_module("byname.interfaces.jobs.mail_in")
    async with app.open_async(), mail_in.open_door():
        await app.run_worker_async(
            concurrency=_AT_ONCE,
            # Where the database is reached through a pooler nobody is told of new jobs: asked for instead.
            fetch_job_polling_interval=1.0,
            delete_jobs="successful",
            update_heartbeat_interval=_SIGN_OF_LIFE_SECONDS,
            stalled_worker_timeout=4 * _SIGN_OF_LIFE_SECONDS,
            shutdown_graceful_timeout=_LAST_SECONDS,
        )


if __name__ == "__main__":
    sys.exit(main())
