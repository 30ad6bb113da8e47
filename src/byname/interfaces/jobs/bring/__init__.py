"""Bringing files in: each kind in a file of its own, gathered in one table.

Knows: how to read a file somebody names, and whom to hand it to. Promises: a file is brought in whole or not at all,
and every fault in it is told with its line. Never: decides what a file may hold; that is for the packages below.
"""

from byname.interfaces.jobs.bring import (
    addresses,
    areas,
    boundaries,
    concerns,
    home_divisions,
    home_languages,
    hours,
    officers,
    postings,
    service,
)
from byname.interfaces.jobs.bring.kind import Kind, Order

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        boundaries.NEIGHBOURHOODS,
        boundaries.DIVISIONS,
        home_divisions.HOME_DIVISIONS,
        home_languages.HOME_LANGUAGES,
        areas.AREAS,
        addresses.ADDRESSES,
        service.SERVICE,
        concerns.CONCERNS,
        officers.OFFICERS,
        postings.POSTINGS,
        hours.HOURS,
    )
}

__all__ = ["KINDS", "Kind", "Order"]
