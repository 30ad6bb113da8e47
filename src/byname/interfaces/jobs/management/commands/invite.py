"""The `invite` command: a one-time link for one person, the first administrator among them."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from byname.interfaces import site
from byname.people import actions, rules
from byname.people import queries as people
from byname.places import queries as places
from byname.vocabulary import Actor, Refused, operator


class Command(BaseCommand):
    """Prints the link; 1 is the exit code where there is none."""

    help = "Invite somebody to the desk. Prints a link that works once, for 72 hours: hand it to nobody else."
    requires_system_checks = ()
    suppressed_base_arguments = set(
        {"--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color"}
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What may stand on the command line."""
        parser.prog = "./byname invite"
        parser.add_argument("email", metavar="EMAIL", help="whom to invite")
        parser.add_argument(
            "--role", action="append", default=[], choices=rules.ROLES, dest="roles", help="once or more"
        )
        parser.add_argument("--name", default="", help="as colleagues read it")
        parser.add_argument("--division", action="append", default=[], dest="divisions", metavar="D14")
        parser.add_argument("--officer", default="", metavar="BADGE", help="whose page on the register is theirs")
        parser.add_argument(
            "--again", action="store_true", help="for somebody who lost their passkey: all they had opens nothing now"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Invites, and prints the link."""
        by, at = operator("invite"), timezone.now()
        try:
            token = self._again(options["email"], by, at) if options["again"] else self._invited(options, by, at)
        except Refused as refused:
            self.stderr.write(refused.sentence)
            sys.exit(1)
        except OperationalError:
            self.stderr.write("The database does not answer: is byname running (./byname up), or DATABASE_URL right?")
            sys.exit(1)
        until = timezone.localtime(at + rules.INVITATION_LASTS)
        self.stdout.write(f"{site.address()}{reverse('invitation', args=[token])}")
        self.stdout.write(f"It works once, until {until:%A} {until.day} {until:%B} at {until:%H:%M}.")

    def _invited(self, options: dict[str, Any], by: Actor, at: datetime) -> str:
        known = places.territory(on=timezone.localdate(), viewer=by).divisions if options["divisions"] else ()
        unknown = sorted(set(options["divisions"]) - {division.code for division in known})
        if unknown:
            raise Refused(f"There is no division {unknown[0]}. Nothing was changed.", code="no-such-division")
        return actions.invite(
            options["email"],
            roles=options["roles"],
            name=options["name"],
            divisions=options["divisions"],
            officer=options["officer"],
            by=by,
            at=at,
        )

    def _again(self, email: str, by: Actor, at: datetime) -> str:
        address = rules.account_address(email)
        found = [each.account_id for each in people.accounts(viewer=by) if each.email == address]
        if not found:
            raise Refused(f"Nobody has an account as {address}. Nothing was changed.", code="no-account")
        return actions.reset_second_factor(found[0], by=by, at=at)
