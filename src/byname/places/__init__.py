"""Where things are: the service and its territory, neighbourhoods by edition, divisions, areas, addresses.

Knows: every edition of the official boundaries, what each division holds of them, what each team serves, where an
address lies, and whom to call in this city.
Promises: a point on a shared edge always has the same answer; a file is brought in whole or not at all.
Never: keeps what somebody searched for.
"""
