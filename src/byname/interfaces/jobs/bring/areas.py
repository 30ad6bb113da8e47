"""Bringing areas in: what each team serves, as CSV or, for hand-drawn places, GeoJSON."""

from __future__ import annotations

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.postings import actions as postings

_TEMPLATE = """\
slug,name,division,neighbourhoods,served_since,phone,email
little-portugal,Little Portugal,D14,84,2013-11-01,416-555-0114,little-portugal@example.org
"""


def _bring(order: Order) -> tuple[str, ...]:
    return postings.bring_areas(order.content(), file_name=order.name, by=order.by, at=order.at).told


AREAS = Kind("areas", "what each team serves: CSV, or GeoJSON for hand-drawn places", _bring, template=_TEMPLATE)
