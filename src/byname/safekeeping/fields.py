"""A text column that is encrypted at rest."""

from __future__ import annotations

from typing import Any

from django.db import models

from byname.safekeeping import keys


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text that stands encrypted in the database and in every backup; it cannot be searched."""

    def get_prep_value(self, value: Any) -> Any:
        """The sealed token for the database; empty text stays empty."""
        text = super().get_prep_value(value)
        return keys.seal(text) if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """The plain text behind a stored token."""
        return keys.unseal(value) if value else value
