"""The desk as Django starts it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Desk(AppConfig):
    """Begins to listen to the sign-in library once every table is known."""

    name = "byname.interfaces.desk"

    def ready(self) -> None:
        """Listens."""
        # Named, not imported above: the library's signals need its tables, which stand only now.
        import_module("byname.interfaces.desk.signals").connect()
