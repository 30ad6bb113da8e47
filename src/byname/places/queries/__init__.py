"""Reading places: the territory held in memory, and addresses as people type them."""

from byname.analysis.geometry import Outline
from byname.places.queries.addresses import Match, search_addresses
from byname.places.queries.crossings import Crossing, nearest_crossing
from byname.places.queries.crosswalk import CrosswalkRow, EditionFacts, crosswalk, editions
from byname.places.queries.home_languages import HomeLanguages, home_languages
from byname.places.queries.service import ServiceLine, ServiceProfile, service_profile
from byname.places.queries.territory import (
    AreaFacts,
    DivisionFacts,
    NeighbourhoodFacts,
    Territory,
    divisions,
    neighbourhood_at,
    neighbourhoods_at,
    territory,
)

__all__ = [
    "AreaFacts",
    "Crossing",
    "CrosswalkRow",
    "DivisionFacts",
    "EditionFacts",
    "HomeLanguages",
    "Match",
    "NeighbourhoodFacts",
    "Outline",
    "ServiceLine",
    "ServiceProfile",
    "Territory",
    "crosswalk",
    "divisions",
    "editions",
    "home_languages",
    "nearest_crossing",
    "neighbourhood_at",
    "neighbourhoods_at",
    "search_addresses",
    "service_profile",
    "territory",
]
