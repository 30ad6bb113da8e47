"""The `picture` command: a picture that was set apart, written into a file only those who may hold it can open."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any, Final

import pyrage
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.concerns import actions, rules
from byname.vocabulary import NotThere, Refused, operator

_EXPLAINED: Final = """\
Write a picture that was set apart, because it may show harm to a child, into a file.

The file is encrypted to the public key of the unit that may hold it (age, age-encryption.org): nobody on the way can
open it, you included. The picture stays in byname, out of everybody's sight, until the sergeant says at the desk that
the unit has it. Each time is recorded in the ledger.
"""


class Command(BaseCommand):
    """Writes one picture into one new file; 1 is the exit code where it cannot."""

    help = _EXPLAINED
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname picture"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("reference", metavar="REFERENCE", help="the concern's, such as C-7K3M-…")
        parser.add_argument("number", type=int, metavar="NUMBER", help="the picture's number")
        parser.add_argument("--to", required=True, metavar="KEY", help="the unit's public key (age1…)")
        parser.add_argument("--file", type=Path, required=True, metavar="FILE", help="a file that is not there yet")

    def handle(self, *_: Any, **options: Any) -> None:
        """Writes the file, or says in one sentence why not; what could not be written leaves none behind."""
        file: Path = options["file"]
        try:
            self._write(options["reference"], options["number"], options["to"], file)
        except NotThere:
            self._end("There is no such picture that was set apart and not handed over.")
        except Refused as refused:
            self._end(refused.sentence)
        except FileExistsError:
            self._end(f"{file} is there already: name a new file.")
        except OSError as fault:
            self._end(f"{file} cannot be written: {fault.strerror}.")
        except OperationalError:
            self._end("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
        self.stdout.write(
            f"{file} is written. Only the unit can open it. Once it has, the sergeant says so at the desk: then the "
            "picture is gone from here."
        )

    def _write(self, reference: str, number: int, key: str, file: Path) -> None:
        try:
            unit = pyrage.x25519.Recipient.from_str(key.strip())
        except pyrage.RecipientError as fault:
            raise Refused("That is no public key: it begins with age1. The unit gives it to you.") from fault
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            known = rules.reference_of(reference) or reference
            picture = actions.write_picture_out(known, number, by=operator("picture"), at=timezone.now())
            with os.fdopen(os.dup(opened), "wb") as out:
                out.write(pyrage.encrypt(picture, [unit]))
                out.flush()
                os.fsync(out.fileno())
        except BaseException:
            file.unlink()
            raise
        finally:
            os.close(opened)

    def _end(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)
