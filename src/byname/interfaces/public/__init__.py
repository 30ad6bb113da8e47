"""The resident's pages: find your officers, see them, check them, take a poster home.

Knows: addresses, templates, the words in nine languages.
Promises: works without JavaScript, by keyboard, at 320 pixels, right to left; what was searched for
stands in no address and no log.
Never: asks who somebody is.
"""
