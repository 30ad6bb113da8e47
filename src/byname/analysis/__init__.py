"""Mathematics on plain values: geometry, pixels, and stand-in boundaries.

Knows: numbers, shapes and pictures.
Promises: the same input gives the same output, and every fast way equals its slow plain twin.
Never: knows of Django, a database, a file, the network or the time.
"""
