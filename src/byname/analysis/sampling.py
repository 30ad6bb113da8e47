"""Points at random: what measures and tests ask about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def points_in_box(
    south: float, west: float, north: float, east: float, *, count: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """So many latitudes and longitudes in degrees, evenly over the box; the same seed gives the same points."""
    chosen = np.random.default_rng(seed)
    return chosen.uniform(south, north, count), chosen.uniform(west, east, count)
