"""The fast door: `team?lat=&lon=` answered from memory, ahead of Django; anything else is left to Django."""

from __future__ import annotations

import re
from typing import Any, Final

from django.conf import settings

from byname.interfaces import http, snapshot
from byname.interfaces.api import replies
from byname.vocabulary import Point

PATH: Final = "/api/v1/team"
# Plain decimal degrees only, in either order: whatever else a caller may mean, Django works out or refuses.
_ASKED: Final = re.compile(
    r"(?:lat=(?P<lat>-?[0-9]{1,2}(?:\.[0-9]{1,17})?)&lon=(?P<lon>-?1?[0-9]{1,2}(?:\.[0-9]{1,17})?)"
    r"|lon=(?P<lon2>-?1?[0-9]{1,2}(?:\.[0-9]{1,17})?)&lat=(?P<lat2>-?[0-9]{1,2}(?:\.[0-9]{1,17})?))",
    re.ASCII,
).fullmatch


def answer(method: str, path: str, query: str, headers: Any) -> tuple[int, replies.Headers, bytes] | None:
    """Status, headers and body for a plain point; None where the request is Django's to answer.

    `headers` has a `get` that takes lower-case names. Asks nothing of the database.
    """
    if path != PATH or not snapshot.is_held():
        return None
    asked = _ASKED(query)
    if asked is None:
        return None
    lat, lon, lon_first, lat_second = asked.groups()
    north, east = float(lat or lat_second), float(lon or lon_first)
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        return None
    directory = snapshot.city()
    found = directory.at(Point(north, east))
    if found is None and -90 <= east <= 90 and directory.at(Point(east, north)):
        # The two were swapped: Django says so.
        return None
    kept = replies.shelf(directory, snapshot.profile()).team(found) if found else replies.OUTSIDE
    status, said, body = replies.chosen(kept, headers)
    if settings.BYNAME_BEHIND_TLS:
        said.append(("strict-transport-security", http.BY_TLS_ONLY))
    return status, said, body
