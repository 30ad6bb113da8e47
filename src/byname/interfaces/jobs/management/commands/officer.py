"""The `officer` command: hide an officer at once, show them again, withdraw their photo."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.people import actions as people_actions
from byname.people import queries as people
from byname.postings import actions as postings_actions
from byname.vocabulary import Actor, Refused, operator

_EXPLAINED = """\
Hide an officer at once, show them again, or withdraw their photo.

  hide            name, face and every entry are gone within a second; prints the posters to take down
  show            undoes it
  withdraw-photo  destroys the photo; a new one needs a new consent
"""


class Command(BaseCommand):
    """Acts on officers by badge number or reference; 1 is the exit code where one of them is unknown."""

    help = _EXPLAINED
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname officer"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("act", choices=("hide", "show", "withdraw-photo"), metavar="ACT", help="what to do")
        parser.add_argument("officers", nargs="+", metavar="BADGE", help="badges, or references such as O-7K3M9Q")

    def handle(self, *_: Any, **options: Any) -> None:
        """Does the act for each officer named; none is touched where one of them is unknown."""
        by = operator("officer")
        try:
            known = people.officers_to_post(set(options["officers"]), viewer=by)
            unknown = sorted(set(options["officers"]) - known.keys())
            if unknown:
                raise Refused(f"There is no officer {unknown[0]}. Nothing was changed.", code="no-such-officer")
            for name in options["officers"]:
                self.stdout.write(f"{known[name].title}: {self._act(options['act'], known[name].reference, by)}")
        except Refused as refused:
            self.stderr.write(refused.sentence)
            sys.exit(1)
        except OperationalError:
            self.stderr.write("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
            sys.exit(1)

    def _act(self, act: str, reference: str, by: Actor) -> str:
        at = timezone.now()
        if act == "withdraw-photo":
            return "the photo is gone" if people_actions.withdraw_photo(reference, by=by, at=at) else "had no photo"
        if act == "show":
            return "shown again" if people_actions.show_officer(reference, by=by, at=at) else "was not hidden"
        hidden = postings_actions.hide_officer(reference, by=by, at=at)
        said = "hidden" if hidden.newly else "was hidden already"
        posters = ", ".join(hidden.posters)
        return f"{said}; posters to take down: {posters}" if posters else said
