"""The cast's city, for promises that are kept by a running server."""

from __future__ import annotations

from tests.interfaces.conftest import addresses, cast, committed, plain_static_files

__all__ = ["addresses", "cast", "committed", "plain_static_files"]
