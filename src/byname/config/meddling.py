"""Whether somebody meddled with the ledger lately: what the doctor can see in a moment, without reading all of it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

import psycopg

from byname.ledger import rules

_TRIGGERS: Final = """
    SELECT count(*) FILTER (WHERE t.tgenabled = 'A') FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = 'byname_ledger_only_grows'
      AND t.tgrelid IN (to_regclass('byname_ledgerline'), to_regclass('byname_ledgerseal'))
"""
_GUARDS: Final = 4
_NEWEST: Final = 10
_SEALS: Final = """
    SELECT number, covers, gaps, highest, line_count, digest, sealed_at, seal
    FROM byname_ledgerseal ORDER BY number DESC LIMIT %s
"""
# Put together from what stands in the ledger's rules alone.
_LINES: Final = f"""
    COPY (SELECT {rules.LINE_TEXT} FROM byname_ledgerline WHERE id >= %s AND id < %s ORDER BY id) TO STDOUT
"""  # noqa: S608 - constants of ours


def signs(connection: psycopg.Connection[Any], key: bytes) -> list[str]:
    """What speaks for it, each in a few words: a guard taken off, or one of the newest seals or its lines changed.

    Lines under older seals are not read: for those there is `./byname ledger verify`. Without a key only the guards
    and the lines are looked at.
    """
    found = []
    (guards,) = connection.execute(_TRIGGERS).fetchone() or (0,)
    if guards < _GUARDS:
        found.append(f"{_GUARDS - guards} of the {_GUARDS} guards that let it only grow are off")
    # One more than is looked at: each is linked to the one before it.
    seals = connection.execute(_SEALS, [_NEWEST + 1]).fetchall()[::-1]
    before, looked_at = (b"", seals) if len(seals) <= _NEWEST else (bytes(seals[0][7]), seals[1:])
    for number, covers, gaps, highest, line_count, digest, sealed_at, seal in looked_at:
        made = rules.seal_over(
            key,
            number,
            before,
            covers=covers,
            gaps=gaps,
            highest=highest,
            line_count=line_count,
            digest=bytes(digest),
            sealed_at=sealed_at,
        )
        before = bytes(seal)
        if key and not hmac.compare_digest(made, before):
            found.append(f"seal {number} does not fit")
        elif _digest(connection, covers) != bytes(digest):
            found.append(f"lines under seal {number} were changed or taken away")
    return found


def _digest(connection: psycopg.Connection[Any], covers: str) -> bytes:
    seen = hashlib.sha256()
    try:
        ranges = rules.ranges_of(covers)
    except ValueError:
        return b""
    with connection.cursor() as cursor:
        for first, last in ranges:
            with cursor.copy(_LINES, [first, last]) as copying:
                for part in copying:
                    seen.update(part)
    return seen.digest()
