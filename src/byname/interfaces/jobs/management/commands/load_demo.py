"""The `load_demo` command: the demo city, into an empty database only."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from byname.interfaces.jobs.demo import heard, history
from byname.interfaces.jobs.demo.city import SEED, demo_city
from byname.interfaces.jobs.demo.load import is_empty, load
from byname.vocabulary import operator


class Command(BaseCommand):
    """Loads the demo city, or says that something is there already and leaves it alone."""

    help = "Load the demo city into an empty database; anything that is there already stays as it is."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.add_argument("--seed", type=int, default=SEED, help="another number makes another city")

    def handle(self, *_: Any, **options: Any) -> None:
        """Loads, telling each step."""
        by, at = operator("load_demo"), timezone.now()
        today = timezone.localtime(at).date()
        if not is_empty(on=today, by=by):
            self.stdout.write("There are neighbourhoods already: the demo city is not loaded.")
            return
        if today < history.EARLIEST_DAY:
            raise CommandError(
                f"The demo city begins on {history.EARLIEST_DAY}, and this machine says it is {today}. "
                "Set its clock, or start without the demo."
            )
        self.stdout.write("The demo city:")
        city = demo_city(options["seed"], today)

        def say(words: str) -> None:
            self.stdout.write(f"  {words}")

        with transaction.atomic():
            references = load(city, by=by, at=at, say=say)
            heard.load(city, references, by=by, at=at, say=say)
        self.stdout.write("The demo city is ready. Every officer in it but one is invented.")
