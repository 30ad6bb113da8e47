"""The ledger under load: lines written by bare SQL, and acts done through the actions, by several processes at once."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from byname.interfaces import snapshot
from byname.ledger import queries as ledger
from byname.postings import actions as postings
from byname.vocabulary import SYSTEM, operator

PROCESSES: Final = 8
_BY: Final = operator("bench")
_PATIENCE_SECONDS: Final = 300.0
_SERVING: Final = """
    SELECT officer.reference, area.slug
    FROM byname_posting posting
    JOIN byname_officer officer ON officer.id = posting.officer_id
    JOIN byname_area area ON area.id = posting.area_id
    WHERE posting.period @> %s AND lower(posting.period) < %s AND posting.officer_id %% %s = %s
    ORDER BY officer.id
"""
_LINE: Final = """
    INSERT INTO byname_ledgerline
        (at, event, actor_kind, actor_name, actor_account_id, subject_kind, subject_id, reason_code, facts)
    VALUES (now(), 'bench.line', 'system', 'byname', NULL, 'bench', %s, '', '{"number": 1}')
"""
_MANY: Final = """
    INSERT INTO byname_ledgerline
        (at, event, actor_kind, actor_name, actor_account_id, subject_kind, subject_id, reason_code, facts)
    SELECT now(), 'bench.line', 'system', 'byname', NULL, 'bench', number, '', jsonb_build_object('number', number)
    FROM generate_series(1, %s) number
"""


def together(kind: str, seconds: float) -> dict[str, Any]:
    """How many `lines` or `acts` a second several processes reach at once, each on a connection of its own."""
    line = [sys.executable, "-m", "byname.config.manage", "bench", "--alone", "ledger-part", kind, str(seconds)]
    children = [
        subprocess.Popen([*line, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for place in range(PROCESSES)
    ]
    told = []
    # All of them stand ready before the first begins: starting takes longer than what is measured.
    for child in children:
        if child.stdout is None or child.stdout.readline() != "ready\n":
            raise CommandError(f"A process that was to write {kind} did not start.")
    for child in children:
        if child.stdin is not None:
            child.stdin.write("go\n")
            child.stdin.flush()
    for child in children:
        said, _ = child.communicate()
        told.append(json.loads(said.strip().rpartition("\n")[2]))
    return {"done": sum(one["done"] for one in told), "seconds": max(one["seconds"] for one in told)}


def part(kind: str, seconds: float, place: int) -> dict[str, Any]:
    """How many lines or acts this one process did, once it was told to go, and in how many seconds."""
    act = _lines() if kind == "lines" else _acts(place)
    next(act)  # the connection stands, and what is read once has been read
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        next(act)
        done += 1
    return {"done": done, "seconds": time.perf_counter() - began}


def _lines() -> Iterator[None]:
    """Writes a line and commits it, each time it is asked."""
    with connection.cursor() as cursor:
        yield
        for number in itertools.count(1):
            cursor.execute(_LINE, [str(number)])
            yield


def _acts(place: int) -> Iterator[None]:
    """Records one officer's hours of one day, each time it is asked: the act the desk sees most."""
    today = snapshot.today()
    oldest = today - timedelta(days=28)
    with connection.cursor() as cursor:
        cursor.execute(_SERVING, [today, oldest, PROCESSES, place])
        serving = cursor.fetchall()
    yield
    for minutes in range(1, 600):
        for back in range(1, 28):
            for officer, area in serving:
                on = today - timedelta(days=back)
                postings.record_hours(officer, area, on=on, kind="training", minutes=minutes, by=_BY, at=timezone.now())
                yield


def fill(lines: int) -> dict[str, Any]:
    """How long so many lines, written at once, waited until the running service had sealed the last."""
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [lines])
    began = time.perf_counter()
    while ledger.unsealed(viewer=SYSTEM).lines:
        if time.perf_counter() - began > _PATIENCE_SECONDS:
            raise CommandError("The lines are not sealed: is the background work running?")
        time.sleep(1)
    return {"seconds": time.perf_counter() - began}
