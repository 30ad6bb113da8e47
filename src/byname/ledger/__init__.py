"""What happened, who did it, when.

Knows: one line for each act, by event name, with ids and reason codes only; and the version of what the public sees.
Promises: a line is written in the transaction of the act it records, and is never changed or removed (the database
refuses).
Never: holds a name, an address, or a person's words; those stand in erasable tables of the packages that own them.
"""
