"""Every table of byname, gathered for Django; nothing imports this module."""

from byname.ledger.models import LedgerLine, PublicVersion
from byname.people.models import Account, Officer, OfficerPhoto, SpokenCode
from byname.places.models import (
    Address,
    AddressFile,
    Area,
    AreaNeighbourhood,
    Division,
    DivisionShare,
    Edition,
    Landmark,
    Neighbourhood,
    ServiceProfile,
    Street,
)
from byname.postings.models import Posting
from byname.safekeeping.models import Allowance

__all__ = [
    "Account",
    "Address",
    "AddressFile",
    "Allowance",
    "Area",
    "AreaNeighbourhood",
    "Division",
    "DivisionShare",
    "Edition",
    "Landmark",
    "LedgerLine",
    "Neighbourhood",
    "Officer",
    "OfficerPhoto",
    "Posting",
    "PublicVersion",
    "ServiceProfile",
    "SpokenCode",
    "Street",
]
