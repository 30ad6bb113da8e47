"""Bringing the service's own facts in: its name, its colour, its lines."""

from __future__ import annotations

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.places import actions as places

_TEMPLATE = """\
[service]
name = "Example Police Service"
city = "Example"
demo = false
brand = "#1f4e79"

[[line]]
key = "emergency"
number = "911"
shown = "911"
answers_in = "many"
facts = { always_open = true, text_needs_registration = true }

[[line]]
key = "non_emergency"
number = "+14165550100"
shown = "416-555-0100"
answers_in = ["en", "fr"]
facts = { always_open = true }
"""


def _bring(order: Order) -> tuple[str, ...]:
    return places.bring_service(order.content(), file_name=order.name, by=order.by, at=order.at).told


SERVICE = Kind("service", "its name, colour and telephone lines: TOML", _bring, template=_TEMPLATE)
