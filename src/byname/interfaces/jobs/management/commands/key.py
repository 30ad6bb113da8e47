"""The `key` command: the keys by which other programs raise concerns over Open311."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils import timezone

from byname.concerns import actions, queries
from byname.interfaces import site, snapshot
from byname.interfaces.open311 import PATH
from byname.vocabulary import Actor, Refused, operator

_EXPLAINED = """\
Keys by which other programs raise concerns over Open311 (GeoReport v2).

  make NAME --an-hour N [--category CODE …]   prints a new key, once
  list                                        every key, and what it may do
  revoke NUMBER                               it opens nothing from now on
"""
_WORDS = {"make": 1, "list": 0, "revoke": 1}


class Command(BaseCommand):
    """Makes, lists and revokes keys; 1 is the exit code where that is refused."""

    help = _EXPLAINED
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname key"
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("act", choices=tuple(_WORDS), metavar="ACT", help="make, list or revoke")
        parser.add_argument("word", nargs="?", default="", metavar="NAME or NUMBER", help="whose key, or which key")
        parser.add_argument("--an-hour", type=int, default=0, metavar="N", help="make: so many concerns an hour")
        parser.add_argument(
            "--category", action="append", default=[], dest="categories", metavar="CODE", help="make: only this one"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Does the act, and says what came of it."""
        acts: Mapping[str, Callable[[dict[str, Any], Actor], None]] = {
            "make": self._make,
            "list": self._list,
            "revoke": self._revoke,
        }
        try:
            if bool(options["word"]) != bool(_WORDS[options["act"]]):
                raise Refused(_EXPLAINED.rstrip())
            acts[options["act"]](options, operator("key"))
        except Refused as refused:
            self.stderr.write(refused.sentence)
            sys.exit(1)
        except OperationalError:
            self.stderr.write("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
            sys.exit(1)

    def _make(self, options: dict[str, Any], by: Actor) -> None:
        made = actions.make_api_key(
            options["word"],
            an_hour=options["an_hour"],
            categories=options["categories"],
            known=tuple(snapshot.hearing().raisable),
            by=by,
            at=timezone.now(),
        )
        self.stdout.write(made.key)
        self.stdout.write(f"This is key {made.number}. It is shown this once: whoever has it may raise concerns at")
        self.stdout.write(f"{site.address()}{PATH}requests.xml")

    def _list(self, _options: dict[str, Any], by: Actor) -> None:
        for key in queries.api_keys(viewer=by):
            what = ", ".join(key.categories) or "everything"
            made = f"{timezone.localtime(key.made_at):%Y-%m-%d}"
            until = f", revoked {timezone.localtime(key.revoked_at):%Y-%m-%d}" if key.revoked_at else ""
            self.stdout.write(f"{key.number}  {key.name}: {key.an_hour} an hour, {what}; made {made}{until}")

    def _revoke(self, options: dict[str, Any], by: Actor) -> None:
        word = options["word"]
        if not (word.isascii() and word.isdigit() and len(word) < 10):
            raise Refused("Give the key's number: ./byname key list shows it.")
        newly = actions.revoke_api_key(int(word), by=by, at=timezone.now())
        self.stdout.write(f"Key {word} {'is revoked' if newly else 'was revoked before'}: it opens nothing.")
