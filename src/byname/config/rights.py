"""What the app's role may do with the tables of the role that owns them."""

from __future__ import annotations

import psycopg
from psycopg import sql

from byname.config.database import Addresses


def grant(addresses: Addresses) -> None:
    """Give the app's role what it needs on the owner's tables: the ledger may only be read and added to."""
    app = psycopg.conninfo.conninfo_to_dict(addresses.app).get("user")
    with psycopg.connect(addresses.owner) as connection:
        owner = connection.info.user
        if not isinstance(app, str) or app == owner:
            return
        role = sql.Identifier(app)
        usual = sql.SQL("SELECT, INSERT, UPDATE, DELETE")
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT {usual} ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {usual} ON TABLES TO {role}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        ):
            connection.execute(sql.SQL(statement).format(usual=usual, role=role))
        # Which tables only grow is said once, by the trigger that keeps it.
        growing = connection.execute(
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'byname_ledger_only_grows'"
        ).fetchall()
        for (table,) in growing:
            connection.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), role))
            connection.execute(sql.SQL("GRANT SELECT, INSERT ON {} TO {}").format(sql.Identifier(table), role))
        if connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone() == (True,):
            connection.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(role))
