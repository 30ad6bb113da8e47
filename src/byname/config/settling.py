"""What a restore owes once its data stands, kept in the database itself: whatever ends a restore, it is not forgotten.

The table of what is owed comes with the data, in the same transaction, and goes with the debt, once also what was
taken back since is done again: where it stands, the data is a backup's, and nothing may use it yet.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

import psycopg
from psycopg import sql

from byname.config import machine, rights
from byname.config.database import Addresses
from byname.config.machine import Trouble

TABLE: Final = "byname_unsettled"
TURN: Final = "SELECT pg_advisory_xact_lock(7302641985)"
"""Held by the transaction that brings a backup's data, to its end."""
_NAME: Final = sql.Identifier("public", TABLE)
# Signed-in browsers, and what the cache held: they belong to the moment of the backup, not to now.
EMPTIED: Final = ("byname_staffsession", "byname_keptvalue")
# Letters of before that may have been sent since; what the replaced database knows better was settled just before.
_HELD_LETTERS: Final = (
    "UPDATE byname_letter SET given_up_at = now(), problem = 'held after a restore'"
    " WHERE delivered_at IS NULL AND given_up_at IS NULL"
)
# An invitation that was used or withdrawn since would open a second time.
_OLD_INVITATIONS: Final = (
    "UPDATE byname_invitation SET withdrawn_at = now() WHERE accepted_at IS NULL AND withdrawn_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What the replaced database knew and a backup cannot, and whether letters that waited are sent."""

    versions: dict[str, int]
    delivered: tuple[str, ...]
    waiting: tuple[str, ...]
    send_letters: bool = False
    backup_of: str = ""
    """When the backup was made."""
    begun_at: str = ""
    """When the restore began: tells one from another."""


def script(owed: Owed) -> bytes:
    """The lines for psql that leave the debt in the database, at the end of the transaction that brings the data."""
    # A backup may hold the table itself: it was made before another restore was settled.
    text = (
        "DROP TABLE IF EXISTS {name};\nCREATE TABLE {name} (owed jsonb NOT NULL);\n"
        "INSERT INTO {name} VALUES ({owed});\n"
    )
    return sql.SQL(text).format(name=_NAME, owed=sql.Literal(json.dumps(asdict(owed)))).as_string(None).encode()


def owed_by(connection: psycopg.Connection) -> Owed | None:
    """What is owed; None where no restore is left open."""
    if connection.execute("SELECT to_regclass(%s)", (f"public.{TABLE}",)).fetchone() == (None,):
        return None
    row = connection.execute(sql.SQL("SELECT owed FROM {}").format(_NAME)).fetchone()
    known = row[0] if row else {"versions": {}, "delivered": [], "waiting": []}
    return Owed(**(known | {name: tuple(known[name]) for name in ("delivered", "waiting")}))


def refuse_open(addresses: Addresses) -> None:
    """Nothing, or Trouble where a restore is left open."""
    with psycopg.connect(addresses.owner) as connection:
        if owed_by(connection) is not None:
            raise Trouble(
                "A backup was brought back into this database, and what follows it was not done: start byname on the "
                f"home it was restored from ({machine.called()} up), or restore again. Until then nothing else may use "
                "it."
            )


def stands(addresses: Addresses, begun_at: str) -> bool:
    """Whether the data of the restore that began then stands; asked while it may be ending, it waits for that end."""
    with psycopg.connect(addresses.owner) as connection:
        connection.execute("SET lock_timeout = '20s'")
        connection.execute(TURN)
        owed = owed_by(connection)
    return owed is not None and owed.begun_at == begun_at


def paid(addresses: Addresses) -> None:
    """Nothing is owed any more."""
    with psycopg.connect(addresses.owner) as connection:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_NAME))


def settle(addresses: Addresses) -> None:
    """End what belonged to the moment of the backup, if that is still owed; all of it or nothing, and again if need be.

    The app's role may use the tables, sessions and open invitations end, letters that may have been sent are held.
    """
    with psycopg.connect(addresses.owner) as connection:
        owed = owed_by(connection)
    if owed is None:
        return
    rights.grant(addresses)
    with psycopg.connect(addresses.owner) as connection:
        there = {row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        for table in EMPTIED:
            if table in there:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        if "byname_invitation" in there:
            connection.execute(_OLD_INVITATIONS)
        if "byname_letter" in there:
            # The replaced database knows what was sent since; what it still held as waiting was not.
            connection.execute(
                "UPDATE byname_letter SET delivered_at = now(), recipient = '', words = ''"
                " WHERE delivered_at IS NULL AND message_id = ANY(%s)",
                [list(owed.delivered)],
            )
            if not owed.send_letters:
                connection.execute(_HELD_LETTERS + " AND NOT message_id = ANY(%s)", [list(owed.waiting)])
        # Whoever holds pages of before must see that these are others, whatever number the backup carried.
        for subject, version in owed.versions.items():
            connection.execute(
                "UPDATE byname_publicversion SET version = greatest(version, %s) + 1 WHERE subject = %s",
                (version, subject),
            )
