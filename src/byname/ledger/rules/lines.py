"""What a line of the ledger may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from byname.vocabulary import Refused

Fact = str | int | float | bool | None | list[str] | list[int]

Renewed = Literal["addresses", "land"]
"""What a public-facing act may renew beside everything else."""

_EVENT = re.compile(r"[a-z]+(\.[a-z_]+)+\Z")
_LONGEST_FACT = 200


def admitted_facts(event: str, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts as they may stand in a line: ids, counts, digests and codes; short, never prose.

    Raises Refused where the event is not a dotted lower-case name or a fact is longer than 200 characters.
    """
    if not _EVENT.match(event):
        raise Refused("A ledger event is a dotted lower-case name.", code="ledger-event")
    for name, value in facts.items():
        if isinstance(value, str) and len(value) > _LONGEST_FACT:
            raise Refused(f"The fact {name} is too long for the ledger.", code="ledger-fact")
    return dict(facts)
