"""The real land, for the tests of places."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import needed
from tests.places import town


@pytest.fixture
def toronto(shared: Path) -> Path:
    """The official files brought in: both editions of neighbourhoods, and the divisions."""
    boundaries = needed(shared / "boundaries")
    for kind, name, edition, valid_from in (
        ("neighbourhoods", "toronto_neighbourhoods_158", "2022", date(2022, 4, 12)),
        ("neighbourhoods", "toronto_neighbourhoods_140", "2014", date(2014, 1, 1)),
        ("divisions", "tps_police_divisions_16", "2024", date(2014, 1, 1)),
    ):
        content = needed(boundaries / f"{name}.geojson").read_bytes()
        town.bring(kind, content, edition=edition, valid_from=valid_from)  # type: ignore[arg-type]
    return shared
