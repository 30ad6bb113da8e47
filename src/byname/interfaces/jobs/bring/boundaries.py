"""Bringing official boundaries in: neighbourhoods and divisions."""

from __future__ import annotations

from typing import Literal

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.places import actions as places
from byname.vocabulary import Refused


def _neighbourhoods(order: Order) -> tuple[str, ...]:
    return _bring("neighbourhoods", order)


def _divisions(order: Order) -> tuple[str, ...]:
    return _bring("divisions", order)


def _bring(kind: Literal["neighbourhoods", "divisions"], order: Order) -> tuple[str, ...]:
    if order.valid_from is None:
        raise Refused("Boundaries need their first day.", code="no-edition")
    receipt = places.bring_boundaries(
        kind,
        order.content(),
        file_name=order.name,
        edition=order.edition,
        valid_from=order.valid_from,
        schematic=order.schematic,
        by=order.by,
        at=order.at,
        say=order.say,
    )
    return receipt.told


NEIGHBOURHOODS = Kind(
    "neighbourhoods", "the official boundaries, GeoJSON with the City's columns", _neighbourhoods, dated=True
)
DIVISIONS = Kind("divisions", "the service's command districts, GeoJSON with its columns", _divisions, dated=True)
