"""The process that does what nobody waits for: procrastinate's worker, with byname's log."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command

from byname.config import logs


def main() -> int:
    """Work until told to stop."""
    journal = logs.journal_from_environment()
    logs.configure(journal)
    django.setup()
    try:
        # A job in a thread cannot be broken off: what is not done in time is done again by the next worker.
        call_command("procrastinate", "worker", "--shutdown-graceful-timeout=8")
    finally:
        journal.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
