"""Sealing: batches of lines linked to one another by a key that is not in the database."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from byname.ledger import queries, rules
from byname.ledger.models import LedgerSeal
from byname.ledger.queries.sealing import LINE_TEXT
from byname.vocabulary import Actor, Refused

_TURN: Final = 0x62797365616C  # one sealer at a time, whichever process it is in
_AT_ONCE: Final = 10_000
# Put together from what stands in this package alone. The limits keep the planner from reading the whole ledger.
_LINES: Final = f"""
    COPY (
        SELECT {LINE_TEXT}
        FROM (
            SELECT late.* FROM unnest(%s::int8multirange) AS gap CROSS JOIN LATERAL
                (SELECT * FROM byname_ledgerline WHERE id >= lower(gap) AND id < upper(gap)
                 ORDER BY id LIMIT {_AT_ONCE}) AS late
            UNION ALL
            (SELECT * FROM byname_ledgerline WHERE id > %s ORDER BY id LIMIT {_AT_ONCE})
        ) AS waiting
        ORDER BY id LIMIT {_AT_ONCE}
    ) TO STDOUT
"""  # noqa: S608
# Whoever writes a line holds this lock from before its number is drawn until after its transaction has ended.
_WRITING: Final = """
    SELECT array_agg(virtualtransaction) FROM pg_locks
    WHERE relation = 'byname_ledgerline'::regclass AND mode = 'RowExclusiveLock' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND pid IS DISTINCT FROM pg_backend_pid()
"""
_WAITS: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A sealed line that took something back, or gave it back; of its facts those that say how much."""

    number: int
    at: datetime
    event: str
    subject: str
    facts: Mapping[str, rules.Fact]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The receipt of one seal."""

    head: queries.Head
    lines: int
    taken_back: tuple[TakenBack, ...]
    full: bool
    """Whether more lines may wait than one seal takes."""


def seal(*, by: Actor, at: datetime) -> Sealed | None:
    """The receipt of one more seal over every committed line that has none; None where nothing waits, or another seals.

    A number below the highest that no line has yet is kept as a gap and looked at again by the next seal, so that an
    act which commits late is never missed. A gap is closed once everybody who could still fill it has ended: a line
    that turns up in it afterwards was put in by hand. Raises Refused where BYNAME_LEDGER_KEY is not set.
    """
    key = settings.BYNAME_LEDGER_KEY
    if not key:
        raise Refused("BYNAME_LEDGER_KEY is not set: the ledger cannot be sealed.", code="ledger-key")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_TURN])
        if cursor.fetchone() != (True,):
            return None
        latest = LedgerSeal.objects.order_by("-number").first()
        highest, gaps = (latest.highest, latest.gaps) if latest else (0, "{}")
        settled = _settled() if gaps != "{}" else 0
        lines, numbers, taken_back = hashlib.sha256(), [], []
        with cursor.copy(_LINES, [gaps, highest]) as copy:
            for part in copy:
                text = bytes(part)
                lines.update(text)
                number, _tab, rest = text.partition(b"\t")
                numbers.append(int(number))
                if (event := rest.split(b"\t", 3)[2].decode()) in rules.TAKEN_BACK:
                    taken_back.append(_taken_back(event, text))
        if not numbers:
            return None
        digest = lines.digest()
        covers = rules.gathered(numbers)
        newest = max(highest, numbers[-1])
        between = ((highest + 1, newest + 1),) if newest > highest else ()
        still_open = rules.without(rules.without((*rules.ranges_of(gaps), *between), covers), ((0, settled + 1),))
        row = LedgerSeal(
            number=latest.number + 1 if latest else 1,
            covers=rules.text_of(covers),
            gaps=rules.text_of(still_open),
            highest=newest,
            line_count=len(numbers),
            digest=digest,
            sealed_at=at,
        )
        row.seal = rules.seal_over(
            key,
            row.number,
            bytes(latest.seal) if latest else b"",
            covers=row.covers,
            gaps=row.gaps,
            highest=row.highest,
            line_count=row.line_count,
            digest=digest,
            sealed_at=at,
        )
        row.save(force_insert=True)
    head = queries.Head(row.number, row.seal.hex(), at)
    return Sealed(head, len(numbers), tuple(taken_back), full=len(numbers) == _AT_ONCE)


def _settled() -> int:
    """The highest number whose fate is known: whoever drew one up to it has ended, and what they wrote can be seen.

    Asked before the lines are read. 0 where somebody who was writing goes on: their numbers may still come.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM byname_ledgerline_id_seq")
        (drawn,) = cursor.fetchone()
        cursor.execute(_WRITING)
        writing = set(cursor.fetchone()[0] or ())
        for seconds in _WAITS:
            if not writing:
                return int(drawn)
            time.sleep(seconds)
            cursor.execute(_WRITING)
            writing &= set(cursor.fetchone()[0] or ())
    return 0


def _taken_back(event: str, text: bytes) -> TakenBack:
    parts = text.decode().split("\t")
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(parts[1]))
    return TakenBack(int(parts[0]), moment, event, f"{parts[7]}:{parts[8]}", _told(event, parts[10]))


def _told(event: str, text: str) -> dict[str, rules.Fact]:
    wanted = rules.TAKEN_BACK[event]
    # COPY doubles a backslash; JSON holds no other mark that it would write otherwise.
    facts = json.loads(text.replace("\\\\", "\\")) if wanted else {}
    return {name: facts[name] for name in wanted if name in facts}
