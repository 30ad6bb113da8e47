"""Django's own commands, run in byname's environment: the launcher starts this as an unprivileged process."""

from __future__ import annotations

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from byname.vocabulary import Refused


def main(words: list[str]) -> int:
    """Run one management command; a rule that says no becomes one sentence and exit code 1."""
    sys.argv = ["byname", *words]
    try:
        execute_from_command_line(sys.argv)
    except Refused as refusal:
        sys.stderr.write(f"{refusal.sentence}\n")
        return 1
    except ImproperlyConfigured as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
