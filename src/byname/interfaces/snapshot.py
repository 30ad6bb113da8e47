"""The directory as this process holds it: today's and tomorrow's, fresh within a second of any change."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from byname.concerns import queries as concerns
from byname.concerns import rules as concern_rules
from byname.ledger import queries as ledger
from byname.places import queries as places
from byname.postings import queries as postings
from byname.vocabulary import PUBLIC

_log = logging.getLogger("byname.snapshot")
_POLL_SECONDS: Final = 0.25


class Away(Exception):
    """Nothing is held and the database cannot be asked: the caller answers 503 and says when to come back."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What was read at one version, for the day it was read on and the next."""

    version: int
    land: int
    profile: places.ServiceProfile
    hearing: concern_rules.Profile
    editions: tuple[places.EditionFacts, ...]
    days: tuple[postings.Directory, postings.Directory]
    changes_at: tuple[float, float]
    """The moments (seconds since 1970) at which the first and the second day end here."""


_lock = threading.Lock()
_reading_land = threading.Lock()
_held: _Held | None = None
_polling = False


def today() -> date:
    """The day it is where the service is (`BYNAME_TIME_ZONE`)."""
    return timezone.localdate()


def _midnight_after(day: date) -> float:
    # Built from the next day's own midnight, so that days of 23 and 25 hours end when the clocks say so.
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time())).timestamp()


def _read(known: Mapping[date, places.Territory], land: int) -> _Held:
    """What there is to know now, on the land already `known` by day, which stands at version `land`."""
    version = ledger.public_versions(viewer=PUBLIC).get("everything", 0)
    first = today()
    second = first + timedelta(days=1)
    editions = places.editions(viewer=PUBLIC)
    one = postings.directory(on=first, version=version, viewer=PUBLIC, territory=known.get(first))
    # The land is the same tomorrow, unless an edition begins.
    same = None if any(edition.valid_from == second for edition in editions) else one.territory
    other = postings.directory(on=second, version=version, viewer=PUBLIC, territory=known.get(second) or same)
    return _Held(
        version=version,
        land=land,
        profile=places.service_profile(viewer=PUBLIC),
        hearing=concerns.hearing(viewer=PUBLIC),
        editions=editions,
        days=(one, other),
        changes_at=(_midnight_after(first), _midnight_after(second)),
    )


def _land_of(held: _Held) -> dict[date, places.Territory]:
    return {day.on: day.territory for day in held.days}


def _current(held: _Held) -> postings.Directory | None:
    now = time.time()
    if now < held.changes_at[0]:
        return held.days[0]
    return held.days[1] if now < held.changes_at[1] else None


def _take(fresh: _Held, before: _Held | None) -> bool:
    """Hold what was read instead of what was held before; not where somebody else was quicker."""
    global _held
    with _lock:
        if _held is not before:
            return False
        _held = fresh
    return True


def _renew_land() -> None:
    """Read the land anew, and everybody on it."""
    before = _held
    land = ledger.public_versions(viewer=PUBLIC).get("land", 0)
    fresh = _read({}, land)
    while not _take(fresh, before):
        # Somebody was hidden while the land was read: read again who is shown, on the new land.
        before = _held
        fresh = _read(_land_of(fresh), land)


def _renew() -> None:
    """Read again where anything changed, or where the day held last has begun.

    Who is shown is read at once, on the land already held. Where this process polls, changed land is read beside it:
    that takes up to a second in a large city, and nobody who hides may wait for it.
    """
    held = _held
    versions = ledger.public_versions(viewer=PUBLIC)
    land = versions.get("land", 0)
    if held is None or (held.land != land and not _polling):
        _renew_land()
        return
    if held.version != versions.get("everything", 0) or time.time() >= held.changes_at[0]:
        _take(_read(_land_of(held), held.land), held)
    if held.land != land and not _reading_land.locked():
        threading.Thread(target=_renew_land_beside, name="byname-land", daemon=True).start()


def _renew_land_beside() -> None:
    if not _reading_land.acquire(blocking=False):
        return
    try:
        _renew_land()
    except Exception as fault:
        # The poller finds the land still old, and sends another reader.
        _log.warning("the land could not be read", extra={"fault": type(fault).__name__})
    finally:
        close_old_connections()
        _reading_land.release()


def city() -> postings.Directory:
    """The directory in force now; raises Away where none is held and none can be read.

    Where this process polls (`keep_fresh`), asks nothing of the database; elsewhere asks it for the version each time.
    """
    if not _polling:
        try:
            _renew()
        except DatabaseError as fault:
            if _held is None:
                raise Away from fault
    held = _held
    directory = _current(held) if held else None
    if directory is None:
        raise Away
    return directory


def profile() -> places.ServiceProfile:
    """The service's own name, lines and colours; raises Away like `city`."""
    city()
    held = _held
    if held is None:
        raise Away
    return held.profile


def hearing() -> concern_rules.Profile:
    """How the service hears concerns: its categories, its promise; raises Away like `city`."""
    city()
    held = _held
    if held is None:
        raise Away
    return held.hearing


def languages_read(area: str) -> frozenset[str]:
    """The languages an area's team reads, English among them: what is in another waits for an interpreter."""
    team = city().teams.get(area)
    return concern_rules.reads(team.languages if team else ())


def editions() -> tuple[places.EditionFacts, ...]:
    """The editions of boundaries and the files they came from; raises Away like `city`."""
    city()
    held = _held
    if held is None:
        raise Away
    return held.editions


def forget() -> None:
    """Drop what is held, so that the next question reads anew."""
    global _held
    with _lock:
        _held = None


def _poll() -> None:
    failing = False
    while True:
        try:
            close_old_connections()
            _renew()
            failing = False
        except Exception as fault:
            # Said once for each spell: the poller must outlive every outage, and what is held goes on serving.
            if not failing:
                _log.warning("the directory could not be renewed", extra={"fault": type(fault).__name__})
            failing = True
        time.sleep(_POLL_SECONDS)


def keep_fresh() -> None:
    """Start this process's poller: from now on `city` answers from memory, at most a second old."""
    global _polling
    with _lock:
        if _polling:
            return
        _polling = True
    threading.Thread(target=_poll, name="byname-snapshot", daemon=True).start()


def is_held() -> bool:
    """Whether there is an answer in memory for today."""
    held = _held
    return held is not None and _current(held) is not None
