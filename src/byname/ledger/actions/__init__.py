"""Writing to the ledger and the outbox, inside the transaction of the act they tell of; sealing what was written."""

from byname.ledger.actions.outbox import (
    Outgoing,
    forget_letters,
    let_letter_go,
    letter_delivered,
    letter_failed,
    letter_waits,
    take_letter,
    take_letter_back,
    take_letters_back,
    try_letter_again,
    write_letter,
)
from byname.ledger.actions.recording import forget_remarks, record
from byname.ledger.actions.sealing import Sealed, TakenBack, seal

__all__ = [
    "Outgoing",
    "Sealed",
    "TakenBack",
    "forget_letters",
    "forget_remarks",
    "let_letter_go",
    "letter_delivered",
    "letter_failed",
    "letter_waits",
    "record",
    "seal",
    "take_letter",
    "take_letter_back",
    "take_letters_back",
    "try_letter_again",
    "write_letter",
]
