"""Mathematics on plain values: geometry, and stand-in boundaries.

Knows: numbers and shapes.
Promises: the same input gives the same output, and every fast way equals its slow plain twin.
Never: knows of Django, a database, a file, the network or the time.
"""
