"""Bringing addresses and the names of places in."""

from __future__ import annotations

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.places import actions as places
from byname.places.sources.simple_addresses import TEMPLATE


def _bring(order: Order) -> tuple[str, ...]:
    receipt = places.bring_addresses(order.path, by=order.by, at=order.at, say=order.say)
    if not receipt.changed:
        return (f"{receipt.file_name}: exactly this file is in already, nothing changed.",)
    in_place = "; in place of the earlier ones" if receipt.replaced else ""
    told = (
        f"{receipt.file_name}: addresses {receipt.addresses:,}, streets {receipt.streets:,}, "
        f"named places {receipt.landmarks:,}{in_place}."
    )
    return (told, f"{receipt.nowhere} left out: the file gives them no place.") if receipt.nowhere else (told,)


ADDRESSES = Kind(
    "addresses",
    "the City's Address Points, or address,lat,lon as CSV, or a list of named places with addresses",
    _bring,
    template=TEMPLATE,
)
