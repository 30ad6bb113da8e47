"""Reading the ledger, whether it is whole, the outbox, and the version of what the public sees."""

from byname.ledger.queries.delivery import Delivery, GivenUp, delivery_of_letters
from byname.ledger.queries.kept import (
    Counted,
    InTheLedger,
    LetterWaiting,
    Remarks,
    in_the_ledger,
    letters_waiting,
)
from byname.ledger.queries.lookings import (
    DayOfLookings,
    Extent,
    Looking,
    LookingsOf,
    RecordLookedAt,
    Sought,
    days_of_lookings,
    extent_of_lookings,
    lookings,
    lookings_of_each,
    people_who_looked,
    records_looked_at,
)
from byname.ledger.queries.reading import Line, Repeated, lines_about, public_versions, repeated
from byname.ledger.queries.sealing import Head, Unsealed, Verification, head, seal_numbered, unsealed, verification

__all__ = [
    "Counted",
    "DayOfLookings",
    "Delivery",
    "Extent",
    "GivenUp",
    "Head",
    "InTheLedger",
    "LetterWaiting",
    "Line",
    "Looking",
    "LookingsOf",
    "RecordLookedAt",
    "Remarks",
    "Repeated",
    "Sought",
    "Unsealed",
    "Verification",
    "days_of_lookings",
    "delivery_of_letters",
    "extent_of_lookings",
    "head",
    "in_the_ledger",
    "letters_waiting",
    "lines_about",
    "lookings",
    "lookings_of_each",
    "people_who_looked",
    "public_versions",
    "records_looked_at",
    "repeated",
    "seal_numbered",
    "unsealed",
    "verification",
]
