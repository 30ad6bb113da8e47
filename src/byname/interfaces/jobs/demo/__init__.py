"""The demo city: Toronto's real neighbourhoods, stand-in boundaries, and officers who do not exist.

Knows: the facts in data/demo, invented names and words, how to draw a face, a history of postings since 2013.
Promises: the same seed and day give the same city; it keeps every rule the real data must keep; it loads only where
nothing is yet.
Never: shows a real person's likeness, or knowingly a real officer's name but the one the programme's story names.
"""
