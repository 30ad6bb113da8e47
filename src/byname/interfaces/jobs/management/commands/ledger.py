"""The `ledger` command: is the record what it was, and what is its newest seal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.interfaces.jobs import heads, seal
from byname.ledger import queries
from byname.vocabulary import Refused, operator

_EXPLAINED = """\
Tell whether anybody meddled with the ledger.

  verify   reads every line and every seal, and compares with the notes outside the database; 1 is the exit code
           where anything is wrong
  head     prints the newest seal: keep a copy of it where nobody who runs this machine can write
"""


class Command(BaseCommand):
    """Verifies the ledger, or prints its head."""

    help = _EXPLAINED
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname ledger"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("act", choices=("verify", "head"), metavar="ACT", help="what to do")
        parser.add_argument(
            "--heads", type=Path, metavar="DIR", help="a folder with noted seals kept elsewhere, beside this home's own"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Says what was found; ends with 1 where something is wrong."""
        try:
            whole = self._verify(options["heads"]) if options["act"] == "verify" else self._head()
        except Refused as refused:
            self.stderr.write(refused.sentence)
            sys.exit(1)
        except OperationalError:
            self.stderr.write("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
            sys.exit(1)
        except OSError as fault:
            self.stderr.write(f"{fault.filename} cannot be read by the user byname runs as ({fault.strerror}).")
            sys.exit(1)
        if not whole:
            sys.exit(1)

    def _head(self) -> bool:
        head = queries.head(viewer=operator("ledger"))
        if head is None:
            self.stdout.write("Nothing is sealed yet.")
            return True
        self.stdout.write(f"{head.number} {head.seal} {head.sealed_at.isoformat()}")
        return True

    def _verify(self, elsewhere: Path | None) -> bool:
        noted = heads.noted(seal.folder())
        if elsewhere is not None:
            if not elsewhere.is_dir():
                raise Refused(f"There is no folder {elsewhere}.")
            kept = {f"{elsewhere / name}": head for name, head in heads.noted_anywhere(elsewhere).items()}
            if not kept:
                raise Refused(f"{elsewhere} holds no notes of seals.")
            noted |= kept
        found = queries.verification(noted, viewer=operator("ledger"))
        for fault in found.faults:
            self.stdout.write(f"WRONG: {fault}")
        self.stdout.write(
            f"{found.lines} sealed lines under {found.seals} seals were read"
            + (f", and compared with {_counted(len(found.compared), 'note')} outside the database." if noted else ".")
        )
        if not noted:
            self.stdout.write("No note outside the database was found: if the end was cut off, nobody could tell.")
        self.stdout.write(_unsealed(found.unsealed))
        self.stdout.write("Something is wrong: see above." if found.faults else "Nothing is wrong.")
        return not found.faults


def _unsealed(waiting: queries.Unsealed) -> str:
    if waiting.since is None:
        return "Every line is sealed."
    since = timezone.localtime(waiting.since)
    are = "line is" if waiting.lines == 1 else "lines are"
    return f"{waiting.lines} {are} not sealed yet, the oldest since {since:%Y-%m-%d %H:%M:%S}."


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
