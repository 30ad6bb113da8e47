"""The `bring` command: one file in, whole or not at all."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.interfaces.jobs.bring import KINDS, Kind, Order
from byname.vocabulary import FileRefused, Refused, RowFault, operator

_FAULTS_SHOWN = 1000
_LETTERS_SHOWN = 60


class Command(BaseCommand):
    """Brings a file in and tells what became of it; 1 is the exit code where it is refused."""

    help = "Bring a file in, whole or not at all.\n\nkinds:\n" + "\n".join(
        f"  {kind.name:<16}{kind.what}" for kind in KINDS.values()
    )
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname bring"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("kind", choices=sorted(KINDS), metavar="KIND", help="one of the kinds above")
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the file to bring in")
        parser.add_argument("--template", action="store_true", help="print a header and an example row to start from")
        parser.add_argument("--edition", default="", help='boundaries: the name of the edition, such as "2022"')
        parser.add_argument("--valid-from", default="", help="boundaries: the first day of the edition: 2022-04-12")
        parser.add_argument(
            "--schematic", action="store_true", help="boundaries: drawn as a stand-in, and marked so on every map"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Hands the file to its kind."""
        try:
            self._handle(KINDS[options["kind"]], options)
        except FileRefused as refused:
            self._refuse(refused.sentence)
            for fault in refused.faults[:_FAULTS_SHOWN]:
                self.stderr.write(f"  {refused.counted} {fault.line}, {fault.column}: {_told(fault)}")
            if len(refused.faults) > _FAULTS_SHOWN:
                self.stderr.write(f"  and {len(refused.faults) - _FAULTS_SHOWN} more")
            sys.exit(1)
        except Refused as refused:
            self._refuse(refused.sentence)
            sys.exit(1)
        except OperationalError:
            self._refuse("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
            sys.exit(1)

    def _handle(self, kind: Kind, options: dict[str, Any]) -> None:
        if options["template"]:
            if not kind.template:
                raise Refused(f"There is no template for {kind.name}: it is the official file, as published.")
            self.stdout.write(kind.template.rstrip("\n"))
            return
        if options["file"] is None:
            raise Refused(f"Which file? Write: bring {kind.name} FILE", code="no-file")
        for line in kind.bring(
            Order(
                path=options["file"],
                by=operator("bring"),
                at=timezone.now(),
                say=lambda words: self.stderr.write(f"  {words}"),
                edition=options["edition"],
                valid_from=_day(kind, options),
                schematic=options["schematic"],
            )
        ):
            self.stdout.write(line)

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(f"Not brought in. {sentence}")


def _told(fault: RowFault) -> str:
    """What was found, cut where it is long, and what was expected; or a rule's own sentence, which ends with a stop."""
    found = fault.found if len(fault.found) <= _LETTERS_SHOWN else f"{fault.found[:_LETTERS_SHOWN]}…"
    if fault.expected.endswith(".") and fault.expected[:1].isupper():
        return f"found “{found}”. {fault.expected}" if found else fault.expected
    return f"found “{found}”, expected {fault.expected}" if found else f"expected {fault.expected}"


def _day(kind: Kind, options: dict[str, Any]) -> date | None:
    if not kind.dated:
        return None
    if not options["edition"] or not options["valid_from"]:
        raise Refused(
            f"{kind.name.capitalize()} come in editions: write --edition with its name and --valid-from with its first "
            'day, such as --edition "2022" --valid-from 2022-04-12.',
            code="no-edition",
        )
    try:
        return date.fromisoformat(options["valid_from"])
    except ValueError:
        raise Refused(f"{options['valid_from']!r} is no day: write it as 2022-04-12.", code="no-day") from None
