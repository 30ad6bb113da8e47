"""What an officer may change of their own entry, and what they agree to when they give a photo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from byname.people.rules.officers import OfficerRow, officer_faults
from byname.vocabulary import RowFault

PHOTO_AGREEMENT: Final = (
    "photo-1",
    (
        "Everybody may see my face: on my area's page, its poster and door card, and where other sites show it.",
        "Search engines are asked not to list it. A picture can still be copied, and no copy called back.",
        "I can take it back at any moment, without a reason: it is destroyed, and gone from each page within a second.",
        "A poster or card that hangs somewhere must be taken down by hand.",
        "What the camera wrote into the file, such as where and when it was taken, is thrown away.",
    ),
)
"""What is agreed to, and the name the ledger knows it by: changed words get a new name."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What an officer says of themselves."""

    shown_as: str
    pronunciation: str
    languages: tuple[str, ...]
    words: str
    phone: str
    email: str


def own_faults(row: OfficerRow, own: OwnWords, *, on: date) -> list[RowFault]:
    """Everything in an officer's own words that the register does not admit, beside what stands there already.

    What the officer cannot change is not held against them.
    """
    changed = replace(
        row,
        shown_as=own.shown_as,
        pronunciation=own.pronunciation,
        languages=own.languages,
        words=own.words,
        phone=own.phone,
        email=own.email,
    )
    theirs = set(OwnWords.__slots__)
    return [fault for fault in officer_faults(changed, on=on) if fault.column in theirs]
