"""The resident's pages, by subject."""
