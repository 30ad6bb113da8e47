"""Every table of byname, gathered for Django; nothing imports this module."""

from byname.ledger.models import LedgerLine, LedgerRemark, LedgerSeal, Letter, PublicVersion
from byname.people.models import Account, Conflict, Invitation, Officer, OfficerPhoto, SpokenCode
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
from byname.postings.models import DutyHours, Handover, HandoverItem, Posting, Proposal, PublishedHours
from byname.safekeeping.models import Allowance, KeptValue, StaffSession

__all__ = [
    "Account",
    "Address",
    "AddressFile",
    "Allowance",
    "Area",
    "AreaNeighbourhood",
    "Conflict",
    "Division",
    "DivisionShare",
    "DutyHours",
    "Edition",
    "Handover",
    "HandoverItem",
    "Invitation",
    "KeptValue",
    "Landmark",
    "LedgerLine",
    "LedgerRemark",
    "LedgerSeal",
    "Letter",
    "Neighbourhood",
    "Officer",
    "OfficerPhoto",
    "Posting",
    "Proposal",
    "PublicVersion",
    "PublishedHours",
    "ServiceProfile",
    "SpokenCode",
    "StaffSession",
    "Street",
]
