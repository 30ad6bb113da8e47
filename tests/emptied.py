"""Emptying the trial database after what was really committed."""

from __future__ import annotations

from django.db import connection


def empty_tables() -> None:
    """Every table of byname is empty, the ledger too, and this connection closed."""
    tables = [name for name in connection.introspection.django_table_names() if name.startswith("byname_")]
    with connection.cursor() as cursor:
        # The ledger refuses TRUNCATE to everybody but the owner of the table, who may first lift its trigger.
        for growing in ("byname_ledgerline", "byname_ledgerseal"):
            cursor.execute(f"ALTER TABLE {growing} DISABLE TRIGGER USER")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for growing in ("byname_ledgerline", "byname_ledgerseal"):
            cursor.execute(f"ALTER TABLE {growing} ENABLE TRIGGER USER")
    connection.close()
