"""What residents raise with the officers of a place, and what became of it.

Knows: concerns in residents' own words, their answers and endings, and how each person wishes to be reached.
Promises: nothing is acknowledged that is not on disk; nothing is public that no officer worded; danger is met first.
Never: searches residents' words, names or contacts, or lets them leave for records or enforcement by accident.
"""
