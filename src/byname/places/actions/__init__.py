"""Writing places: boundaries by edition, home divisions, areas, the service's own facts, addresses."""

from byname.places.actions.addresses import AddressReceipt, bring_addresses
from byname.places.actions.areas import bring_areas, remove_area
from byname.places.actions.boundaries import (
    BoundaryReceipt,
    Receipt,
    bring_boundaries,
    bring_home_divisions,
    set_home_division,
)
from byname.places.actions.home_languages import bring_home_languages
from byname.places.actions.service import bring_service

__all__ = [
    "AddressReceipt",
    "BoundaryReceipt",
    "Receipt",
    "bring_addresses",
    "bring_areas",
    "bring_boundaries",
    "bring_home_divisions",
    "bring_home_languages",
    "bring_service",
    "remove_area",
    "set_home_division",
]
