"""The `keys` command behind `./byname keys rotate`: sealing everything anew, inside byname's own environment."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from byname.concerns import actions as concerns
from byname.ledger import actions as ledger
from byname.people import actions as people
from byname.safekeeping import resealing
from byname.vocabulary import operator


class Command(BaseCommand):
    """Seals every sealed value under the newest data key, and codes anew what depends on the oldest."""

    help = "Seal every sealed value under the newest data key (./byname keys rotate runs this)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.add_argument("act", choices=("reseal", "recode"))

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 where a value fits no data key: dropping a key then would change nothing about it."""
        by, at = operator("keys"), timezone.now()
        if options["act"] == "recode":
            anew = people.recode_conflicts(by=by, at=at) + concerns.recode_phones(by=by, at=at)
            anew += concerns.recode_likeness(by=by, at=at) + concerns.recode_weekly_letters(by=by, at=at)
            self.stdout.write(f"{anew} codes were made anew.")
            return

        def progress(column: resealing.SealedColumn, done: resealing.Sealed) -> None:
            # At once: whoever watches sees how far it is.
            self.stdout.write(f"{column.table}.{column.column}: {done.seen} values, {done.anew} sealed anew")
            self.stdout.flush()

        found = resealing.reseal_everything(progress)
        self.stdout.write(f"{found.seen} rows with sealed values; {found.anew} were sealed anew under the newest key.")
        if found.anew:
            with transaction.atomic():
                facts = {"seen": found.seen, "anew": found.anew, "unreadable": found.unreadable}
                ledger.record("house.keys_rotated", subject=("house", "data_keys"), by=by, at=at, facts=dict(facts))
        if found.unreadable:
            self.stderr.write(f"{found.unreadable} values fit none of the data keys and were left as they are.")
            sys.exit(1)
