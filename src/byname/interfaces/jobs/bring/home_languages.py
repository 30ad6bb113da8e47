"""Bringing in which languages people speak at home, from a census."""

from __future__ import annotations

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.places import actions as places

_TEMPLATE = """\
neighbourhood,language,people
84,pt,2345
84,zh,410
"""


def _bring(order: Order) -> tuple[str, ...]:
    return places.bring_home_languages(order.content(), file_name=order.name, by=order.by, at=order.at).told


HOME_LANGUAGES = Kind("home-languages", "how many people speak what at home: CSV", _bring, template=_TEMPLATE)
