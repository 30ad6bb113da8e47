"""Reading the ledger, and the version of what the public sees."""

from byname.ledger.queries.reading import Line, lines_about, public_versions

__all__ = ["Line", "lines_about", "public_versions"]
