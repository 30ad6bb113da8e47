"""The `dbshell` command: the database's prompt, and outside the demonstration a line in the ledger before it opens."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.dbshell import Command as Prompt

from byname.interfaces.jobs.prompts import say_it_opens


class Command(Prompt):
    """The database's own prompt; the overseers are told of it first."""

    def handle(self, **options: Any) -> None:
        """Says that it opens, then opens."""
        say_it_opens("dbshell")
        super().handle(**options)
