"""What the app's role cannot do to the record, tried on a real server with both roles."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from byname.config import rights
from byname.config.database import Addresses, Embedded
from tests.config.ground import CHECKOUT, needs_shared_python

pytestmark = [pytest.mark.slow, needs_shared_python]

A_LINE = """
    INSERT INTO byname_ledgerline (at, event, actor_kind, actor_name, subject_kind, subject_id, reason_code, facts)
    VALUES (now(), 'officer.seen', 'operator', 'test', 'officer', 'O-1', '', '{}')
"""


@pytest.fixture(scope="module")
def roles(shared_home: Path) -> Iterator[Addresses]:
    """The tables as they are after `migrate` and the rights, on the embedded server."""
    embedded = Embedded(shared_home, for_tests=True)
    addresses = embedded.start()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "byname.config.manage", "migrate", "--no-input", "--skip-checks", "--verbosity=0"],
            env={
                **os.environ,
                "PYTHONPATH": str(CHECKOUT / "src"),
                "DJANGO_SETTINGS_MODULE": "byname.config.settings",
                **addresses.variables(),
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        rights.grant(addresses)
        with psycopg.connect(addresses.app) as app:
            app.execute(A_LINE)
        yield addresses
    finally:
        embedded.stop()


@pytest.mark.parametrize(
    ("table", "column", "trigger"),
    [("byname_ledgerline", "event", "ledger_rows_stay"), ("byname_ledgerseal", "digest", "seal_rows_stay")],
)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "ALTER TABLE {table} DISABLE TRIGGER {trigger}",
        "DROP TRIGGER {trigger} ON {table}",
        "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION byname_ledger_only_grows()",
        "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "ALTER TABLE {table} ADD COLUMN x int",
        "ALTER TABLE {table} OWNER TO byname_app",
        "DROP TABLE {table}",
        "SET session_replication_role = replica",
        "ALTER ROLE byname_app SET session_replication_role = replica",
        "ALTER ROLE byname_app SUPERUSER",
        "SET ROLE byname_owner",
        "CREATE OR REPLACE FUNCTION byname_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "DROP FUNCTION byname_ledger_only_grows() CASCADE",
        "SELECT setval('byname_ledgerline_id_seq', 1)",
        "ALTER SEQUENCE byname_ledgerline_id_seq RESTART",
        "DROP SCHEMA public CASCADE",
    ],
)
def test_the_app_cannot_touch_the_record(
    roles: Addresses, statement: str, table: str, column: str, trigger: str
) -> None:
    with psycopg.connect(roles.app, autocommit=True) as app:
        before = app.execute("SELECT * FROM byname_ledgerline ORDER BY id").fetchall()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement.format(table=table, column=column, trigger=trigger))
        assert app.execute("SELECT * FROM byname_ledgerline ORDER BY id").fetchall() == before


def test_the_owner_too_is_refused_by_the_triggers_whatever_the_replication_role(roles: Addresses) -> None:
    """Turning them off is an act of its own, and verifying finds what was done meanwhile."""
    with psycopg.connect(roles.owner) as owner:
        found = owner.execute(
            "SELECT tgname::text, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN "
            "('byname_ledgerline'::regclass, 'byname_ledgerseal'::regclass) ORDER BY 1"
        ).fetchall()
        assert found == [("ledger_rows_stay", "A"), ("ledger_stays", "A"), ("seal_rows_stay", "A"), ("seals_stay", "A")]
        for statement in ("DELETE FROM byname_ledgerline", "TRUNCATE byname_ledgerline", "TRUNCATE byname_ledgerseal"):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege, match="The ledger only grows"),
                owner.transaction(),
            ):
                owner.execute(statement)


def test_the_app_may_add_and_read_and_no_more(roles: Addresses) -> None:
    with psycopg.connect(roles.app, autocommit=True) as app:
        app.execute("GRANT UPDATE ON byname_ledgerline TO byname_app")  # a warning: who holds no right gives none
        held = app.execute(
            "SELECT table_name::text, privilege_type::text FROM information_schema.table_privileges "
            "WHERE grantee = 'byname_app' AND table_name IN ('byname_ledgerline', 'byname_ledgerseal') ORDER BY 1, 2"
        ).fetchall()
    assert held == [
        ("byname_ledgerline", "INSERT"),
        ("byname_ledgerline", "SELECT"),
        ("byname_ledgerseal", "INSERT"),
        ("byname_ledgerseal", "SELECT"),
    ]
