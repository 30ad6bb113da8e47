"""A real provider of identities (django-oauth-toolkit), as a process of its own."""
