"""Columns that are encrypted at rest."""

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


class SealedBytesField(models.BinaryField):  # type: ignore[type-arg]  # generic in the stubs only
    """Bytes that stand encrypted in the database and in every backup."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The sealed token for the database; no bytes stay none."""
        sealed = keys.seal_bytes(bytes(value)) if value else value
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: bytes | memoryview | None, expression: object, connection: object) -> bytes | None:
        """The plain bytes behind a stored token."""
        return None if value is None else keys.unseal_bytes(bytes(value)) if value else b""
