"""The `replay` command: `./byname restore` runs it over what was taken back since the backup was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.interfaces.jobs import replay, seal
from byname.ledger import actions as ledger
from byname.vocabulary import operator


class Command(BaseCommand):
    """Does again what the file lists, and writes down that a backup was brought back."""

    help = "Do again what was hidden, withdrawn or erased since a backup was made (./byname restore runs this)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.add_argument("file", type=Path, help="one act a line, as JSON")
        parser.add_argument("--backup-of", default="", help="when the backup was made")

    def handle(self, *_: Any, **options: Any) -> None:
        """All acts or none; the line of the restore itself comes last."""
        lines = options["file"].read_text(encoding="utf-8").splitlines()
        by = operator("restore")
        with transaction.atomic():
            done, unknown = replay.replay(replay.taken_back(lines), by=by)
            # Words whose time ran out since the backup was made are not served for another night.
            forgotten = concerns.forget_old_words(by=by, at=timezone.now())
            facts = {event.replace(".", "_"): times for event, times in sorted(done.items())}
            if forgotten:
                facts["words_forgotten"] = forgotten
            aside = replay.set_unknown_notes_aside(seal.folder(), timezone.now(), by=by)
            if aside:
                facts |= {"notes_set_aside": len(aside), "newest_note": max(aside.values())}
            ledger.record(
                "house.restored",
                subject=("house", "database"),
                by=by,
                at=timezone.now(),
                facts={"backup_of": options["backup_of"], "unknown": unknown, **facts},
                public=True,
            )
        again = ", ".join(f"{event} {times}" for event, times in sorted(done.items())) or "nothing"
        self.stdout.write(f"Done again, because it happened after the backup was made: {again}.")
        if aside:
            self.stdout.write(
                f"{len(aside)} notes of the ledger's seals are newer than this backup, and stand in "
                f"{seal.folder()}/before-a-restore-… from now on: keep them."
            )
        if unknown:
            self.stdout.write(f"{unknown} of those concerned are not in this backup: nothing to hold back.")
