"""The desk's pages, a module a subject; each ends with the addresses it answers."""
