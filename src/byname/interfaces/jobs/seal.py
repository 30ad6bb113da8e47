"""Sealing the ledger every few seconds, and noting the newest seal outside the database."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from byname.interfaces.jobs import heads
from byname.ledger import actions, queries
from byname.vocabulary import SYSTEM

_log = logging.getLogger("byname.ledger")


def folder() -> Path:
    """Where the notes outside the database stand."""
    return Path(settings.BYNAME_HOME) / "ledger"


def seal_what_waits() -> int:
    """How many lines were sealed now."""
    lines = 0
    while (sealed := _seal_once()) is not None:
        lines += sealed.lines
        if not sealed.full:
            break
    return lines


def note_the_day(on: date) -> bool:
    """Whether the newest seal was noted under this day now: once, and never written over."""
    if heads.is_noted(folder(), on) or (head := queries.head(viewer=SYSTEM)) is None:
        return False
    heads.note_for_the_day(folder(), head, on)
    return True


def _seal_once() -> actions.Sealed | None:
    with transaction.atomic():
        sealed = actions.seal(by=SYSTEM, at=timezone.now())
        if sealed is None:
            return None
        # Before the seal stands: killed in between, the next seal notes them once more, and none is forgotten.
        heads.note_taken_back(folder(), sealed.taken_back)
    _keep_a_witness()
    heads.note(folder(), sealed.head)
    return sealed


def _keep_a_witness() -> None:
    """A noted seal the database does not know any more is never written over: verifying goes on to name it."""
    before = heads.newest(folder())
    if before is None or queries.seal_numbered(before.number, viewer=SYSTEM) == before.seal:
        return
    at = timezone.now()
    heads.set_aside(folder(), at)
    with transaction.atomic():
        actions.record("ledger.seal_missing", subject=("seal", before.number), by=SYSTEM, at=at)
    _log.error("the database does not know the seal that was noted outside it: run ./byname ledger verify")
