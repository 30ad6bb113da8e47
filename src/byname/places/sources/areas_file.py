"""Areas as CSV, or as GeoJSON for places drawn by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapely.geometry.base import BaseGeometry

from byname.places.rules import areas as rules
from byname.places.rules.areas import AreaRow
from byname.places.sources import geojson
from byname.places.sources.table import table
from byname.vocabulary import FileRefused, RowFault


def areas(content: bytes) -> tuple[list[tuple[AreaRow, BaseGeometry | None]], str, tuple[str, ...]]:
    """Each area with its hand-drawn land, what its numbers count ("line" or "feature"), and what was mended.

    Raises Refused, or FileRefused with each faulty line.
    """
    drawn = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
    found: list[tuple[AreaRow, BaseGeometry | None]] = []
    faults: list[RowFault] = []
    repairs: list[str] = []
    counted = "feature" if drawn else "line"
    said: list[tuple[int, Mapping[str, Any], BaseGeometry | None]]
    if drawn:
        features = geojson.features(content)
        said = [(feature.number, feature.said, feature.land) for feature in features]
        repairs += [f"Feature {feature.number}: {repair}." for feature in features for repair in feature.repairs]
    else:
        cells = table(content, (*rules.REQUIRED, "neighbourhoods"), rules.OPTIONAL)
        said = [(line, row, None) for line, row in cells]
    for line, row, land in said:
        read = rules.area_row(line, row, drawn=drawn)
        if isinstance(read, AreaRow):
            found.append((read, land))
        else:
            faults += read
    if faults:
        raise FileRefused("Some areas cannot be used.", tuple(faults), counted=counted)
    return found, counted, tuple(repairs)
