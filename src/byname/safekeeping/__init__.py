"""Infrastructure the rest stands on: fields that are encrypted at rest, limits shared by every worker.

Knows: the data keys, how to seal a value, how often a caller may knock.
Promises: a value encrypted here is unreadable without `BYNAME_DATA_KEYS`; a limit holds across workers and restarts.
Never: keeps a network address: only a keyed hash of it, for a day.
"""
