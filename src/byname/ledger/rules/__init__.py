"""What a line of the ledger and a letter may hold, and how lines are linked by seals."""

from byname.ledger.rules.letters import (
    GIVEN_UP_AFTER,
    GIVEN_UP_KEPT_FOR,
    KEPT_FOR,
    Way,
    letter_address,
    letter_kind,
    letter_number,
    next_try_at,
)
from byname.ledger.rules.lines import Fact, Renewed, admitted_facts
from byname.ledger.rules.seals import LINE_TEXT, TAKEN_BACK, Ranges, gathered, ranges_of, seal_over, text_of, without

__all__ = [
    "GIVEN_UP_AFTER",
    "GIVEN_UP_KEPT_FOR",
    "KEPT_FOR",
    "LINE_TEXT",
    "TAKEN_BACK",
    "Fact",
    "Ranges",
    "Renewed",
    "Way",
    "admitted_facts",
    "gathered",
    "letter_address",
    "letter_kind",
    "letter_number",
    "next_try_at",
    "ranges_of",
    "seal_over",
    "text_of",
    "without",
]
