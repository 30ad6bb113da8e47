"""Bringing in which division a neighbourhood belongs to where the service, not the larger share of land, decides."""

from __future__ import annotations

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.places import actions as places

_TEMPLATE = """\
neighbourhood,division
23,D31
"""


def _bring(order: Order) -> tuple[str, ...]:
    return places.bring_home_divisions(order.content(), file_name=order.name, by=order.by, at=order.at).told


HOME_DIVISIONS = Kind("home-divisions", "which division a neighbourhood belongs to: CSV", _bring, template=_TEMPLATE)
