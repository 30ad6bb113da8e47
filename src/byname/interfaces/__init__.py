"""The doors: what residents, programs and operators come in by.

Knows: how to read a request and shape an answer; the clock is read here and handed down.
Promises: every address says whom it is for; a refusal is one plain sentence; nothing is fetched from another origin.
Never: touches a table: it asks queries and calls actions.
"""
