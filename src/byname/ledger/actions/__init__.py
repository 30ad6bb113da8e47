"""Writing to the ledger, inside the transaction of the act it records."""

from byname.ledger.actions.recording import record

__all__ = ["record"]
