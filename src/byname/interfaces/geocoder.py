"""Asking a geocoder outside, where a service has named one: only for what byname's own addresses do not know."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from geopy.adapters import URLLibAdapter
from geopy.exc import GeopyError
from geopy.geocoders import ArcGIS, Nominatim

from byname.vocabulary import Point, Refused

SECONDS = 2.0
_MOST = 5
_EXPECTED = (
    'BYNAME_GEOCODER is empty, "arcgis", or "nominatim:" and an address such as nominatim:https://geo.example.org.'
)

# Its messages carry what was asked, and that stands in no log.
logging.getLogger("geopy").setLevel(logging.CRITICAL + 1)

# Two at a time at most, in threads that end with the process: a geocoder that hangs holds up nobody and nothing.
_lines = threading.BoundedSemaphore(2)
_TROUBLE = (GeopyError, OSError, ValueError, LookupError, TypeError, AttributeError, Refused)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place the outside geocoder knows."""

    label: str
    point: Point


def found_elsewhere(question: str) -> tuple[Elsewhere, ...]:
    """What the named geocoder finds, at most five places, within two seconds.

    Nothing where none is named, and nothing where it fails, is slow or answers nonsense: its trouble is not the
    person's. Ask only when byname's own addresses hold nothing like the question, for the question leaves the house.
    """
    asked = geocoder(settings.BYNAME_GEOCODER)
    if asked is None or not _lines.acquire(blocking=False):
        return ()
    answer: Future[tuple[Elsewhere, ...]] = Future()
    threading.Thread(target=_ask, args=(asked, question, answer), daemon=True).start()
    try:
        return answer.result(timeout=SECONDS)
    except TimeoutError:
        return ()


@lru_cache(maxsize=4)
def geocoder(setting: str) -> Any:
    """The geocoder a setting names, None for an empty one; raises ImproperlyConfigured for what is no such name."""
    name, _, address = setting.strip().partition(":")
    if not name:
        return None
    if name == "arcgis" and not address:
        return ArcGIS(timeout=SECONDS, user_agent="byname", adapter_factory=URLLibAdapter)
    parts = urlsplit(address)
    if name == "nominatim" and parts.scheme in ("http", "https") and parts.netloc:
        return Nominatim(
            domain=(parts.netloc + parts.path).rstrip("/"),
            scheme=parts.scheme,
            timeout=SECONDS,
            user_agent="byname",
            adapter_factory=URLLibAdapter,
        )
    raise ImproperlyConfigured(_EXPECTED)


def _ask(asked: Any, question: str, answer: Future[tuple[Elsewhere, ...]]) -> None:
    try:
        places = asked.geocode(question, exactly_one=False) or ()
        answer.set_result(tuple(_told(place) for place in places[:_MOST]))
    except _TROUBLE:
        answer.set_result(())
    finally:
        _lines.release()


def _told(place: Any) -> Elsewhere:
    point = Point(float(place.latitude), float(place.longitude))
    if point == Point(0.0, 0.0):
        raise ValueError("A place without coordinates is read as 0, 0.")
    return Elsewhere(str(place.address)[:160], point)
