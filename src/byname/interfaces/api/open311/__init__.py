"""Open311 GeoReport v2: how other systems of a city raise concerns here, and read what officers published.

Knows: the specification's addresses, words and arrays, in XML and JSON.
Promises: a request id that was given is a concern on disk; a list holds published wordings only.
Never: gives back what a person wrote or who they are, or tells a reference that is not published from none at all.
"""
