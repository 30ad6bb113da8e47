"""The `about` command: all that is kept about one member of staff, for their own request to see it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.interfaces.jobs import about
from byname.vocabulary import Refused, operator

_EXPLAINED: Final = """\
Gather all that is kept about one member of staff, because they asked to see it.

It is printed, to be handed to that person and nobody else; what is kept and not printed is named at its end. Make sure
first who asks. Each time is recorded in the ledger, where the overseer sees it.
"""


class Command(BaseCommand):
    """Prints the report, or writes it as JSON; 1 is the exit code where nobody is known by that name."""

    help = _EXPLAINED
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname about"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument(
            "whom", metavar="EMAIL", help="whose; or a badge or reference, of an officer who has no account"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write it into a file that is not there yet")

    def handle(self, *_: Any, **options: Any) -> None:
        """Gathers, then prints or writes; what could not be written leaves no file behind."""
        file: Path | None = options["json"]
        try:
            if file is None:
                self.stdout.write(about.as_text(self._gathered(options["whom"])), ending="")
            else:
                self._write(options["whom"], file)
        except Refused as refused:
            self._end(refused.sentence)
        except FileExistsError:
            self._end(f"{file} is there already: name a new file.")
        except OSError as fault:
            # Whole: as root this is another user's process, and begins elsewhere than where the command was typed.
            self._end(f"{file and file.absolute()} cannot be written: {fault.strerror}.")
        except OperationalError:
            self._end("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")

    def _gathered(self, whom: str) -> dict[str, Any]:
        return about.gathered(whom, viewer=operator("about"), at=timezone.now())

    def _write(self, whom: str, file: Path) -> None:
        # Opened before anybody looks: a look that comes to nothing would stand in the ledger all the same.
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(opened, "w", encoding="utf-8") as out:
                json.dump(
                    self._gathered(whom), out, default=lambda each: each.isoformat(), ensure_ascii=False, indent=2
                )
                out.write("\n")
        except BaseException:
            file.unlink()
            raise
        self.stdout.write(f"{file} is written. Only the user byname runs as can read it: hand it to the person alone.")

    def _end(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)
