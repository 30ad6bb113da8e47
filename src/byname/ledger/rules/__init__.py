"""What a line of the ledger may hold."""

from byname.ledger.rules.lines import Fact, Renewed, admitted_facts

__all__ = ["Fact", "Renewed", "admitted_facts"]
