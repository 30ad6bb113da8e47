"""Writing to an officer of the service, in the transaction of the act the letter tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from byname.ledger import actions as ledger
from byname.people import queries, rules
from byname.vocabulary import Actor


def write_to_officer(reference: str, kind: str, words: Mapping[str, str], *, by: Actor, at: datetime) -> bool:
    """Whether a letter was written: an officer without an account, or whose account has ended, is told by others."""
    rules.require(by, "adopt_posting")
    to = queries.letter_addresses({reference}, viewer=by).get(reference)
    if to is None:
        return False
    ledger.write_letter(kind, to=to, words=words, by=by, at=at)
    return True
