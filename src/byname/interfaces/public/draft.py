"""What somebody has answered so far on the way to raising a concern: it travels in the pages, and is kept nowhere."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from django.conf import settings
from django.http import QueryDict

from byname.concerns import rules
from byname.concerns.rules import raising
from byname.postings.queries import Directory, Found
from byname.vocabulary import Point, Refused

DIVISION: Final = "division:"
"""Before a division's code, where somebody tells no more of a place than that."""
_NUMBER: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "days": rules.DAYS,
    "times": rules.TIMES,
    "seen": ("now", "home", "crisis"),
}
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": rules.PLACE_KINDS,
    "since": rules.SINCE,
    "whom": ("team", "sergeant"),
    "who": ("anonymous", "reach"),
    "language": tuple(code for code, _name in settings.LANGUAGES),
}
_TEXTS: Final = ("what", "help")
FLAGS: Final = ("under_18", "never_visit", "never_phone", "by_text", "words_in_letters", "more_letters", "reading")
_LONGEST_LINE: Final = 400


@dataclass(frozen=True, slots=True)
class Draft:
    """Every answer as it was typed, tidied; empty where nothing was."""

    number: str
    """The form's own number: however often it is sent, it is one concern."""
    asked: str = ""
    """What was typed to look a place up."""
    kind: str = ""
    at: str = ""
    """The slug of the area or neighbourhood, or `DIVISION` and a code."""
    place: str = ""
    spot: str = ""
    """The point: latitude, comma, longitude."""
    category: str = ""
    door: str = ""
    """The category whose right door was shown."""
    what: str = ""
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    since: str = ""
    help: str = ""
    whom: str = "team"
    who: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    safe_hours: str = ""
    under_18: str = ""
    never_visit: str = ""
    never_phone: str = ""
    by_text: str = ""
    """Whether they asked for texts to their phone."""
    words_in_letters: str = ""
    more_letters: str = ""
    seen: tuple[str, ...] = ()
    """The kinds of danger whose page was shown."""
    hinted: str = ""
    """The texts (as a digest) whose hints were shown."""
    reading: str = ""
    """Whether the answers were read back already, so that a changed one leads there again."""

    @property
    def point(self) -> Point | None:
        """The point it is about; None where none was told, or what stands there is none."""
        lat, comma, lon = self.spot.partition(",")
        try:
            return Point(float(lat), float(lon)) if comma else None
        except (ValueError, Refused):
            return None

    @property
    def texts(self) -> str:
        """Everything written in own words."""
        return f"{self.what}\n{self.help}\n{self.place}\n{self.asked}\n{self.name}\n{self.safe_hours}"

    @property
    def digest(self) -> str:
        """What tells these texts from changed ones."""
        return hashlib.sha256(f"{self.what}\0{self.help}".encode()).hexdigest()[:16]

    @property
    def contact(self) -> rules.Contact:
        """How to reach the person; empty for whoever stays anonymous."""
        if self.who != "reach":
            return rules.Contact()
        return rules.Contact(
            self.name,
            self.email,
            self.phone,
            self.safe_hours,
            bool(self.never_visit),
            bool(self.never_phone),
            bool(self.by_text),
        )

    def hidden(self, shown: frozenset[str]) -> Iterator[tuple[str, str]]:
        """The answers a page carries along, but for those it asks itself."""
        for name, value in self.said():
            if name not in shown:
                yield name, value

    def said(self) -> Iterator[tuple[str, str]]:
        """Every answer there is, as the fields of a form."""
        for each in fields(self):
            value = getattr(self, each.name)
            for one in value if isinstance(value, tuple) else (value,):
                if one:
                    yield each.name, one

    def raised(self, *, language: str) -> rules.Raised:
        """The concern as it is handed in."""
        exact = self.kind in ("address", "point")
        point = self.point if exact else None
        told = rules.Told(
            what=self.what,
            help=self.help,
            days=self.days,
            times=self.times,
            since=self.since,
            place=self.place if exact else "",
            lat=point.lat if point else None,
            lon=point.lon if point else None,
        )
        reach = self.who == "reach"
        return rules.Raised(
            category=self.category,
            told=told,
            place_kind=self.kind,
            channel="web",
            language=(self.language if reach else "") or language,
            to_sergeant=self.whom == "sergeant",
            contact=self.contact,
            under_18=bool(self.under_18),
            more_letters=reach and bool(self.more_letters),
            words_in_letters=reach and bool(self.words_in_letters),
        )


def begun(*, at: str = "") -> Draft:
    """A new form, about this place where one was named."""
    return Draft(secrets.token_urlsafe(16), at=at)


def read(said: QueryDict) -> Draft:
    """The answers as a page brought them; what no page of ours could have brought is left out."""
    number = said.get("number", "")
    found: dict[str, str | tuple[str, ...]] = {}
    for each in fields(Draft):
        name = each.name
        if name in _LISTS:
            found[name] = tuple(code for code in _LISTS[name] if code in said.getlist(name))
        elif name in _CHOICES:
            found[name] = said.get(name, "") if said.get(name, "") in _CHOICES[name] else ""
        elif name in _TEXTS:
            found[name] = rules.tidied(said.get(name, ""))
        elif name in FLAGS:
            found[name] = "1" if said.get(name) else ""
        else:
            found[name] = line(said.get(name, ""))
    if not _NUMBER.match(number):
        found["number"] = begun().number
    found["whom"] = found["whom"] or "team"
    found["place"] = str(found["place"])[: raising.LONGEST_NAME * 2]
    return Draft(**found)  # type: ignore[arg-type]  # each name was read by its own kind above


def line(text: str) -> str:
    """A text of one line, tidied: line ends, which could begin a header of a letter, become blanks."""
    return " ".join(rules.tidied(text[:_LONGEST_LINE]).split())


def placed(draft: Draft, found: Found, *, kind: str, place: str = "", point: Point | None = None) -> Draft:
    """The draft at the place that was found."""
    at = _slug(found)
    spot = f"{point.lat:.5f},{point.lon:.5f}" if point else ""
    return replace(draft, kind=kind, at=at, place=place, spot=spot)


def found_at(draft: Draft, directory: Directory) -> Found | None:
    """Who serves where the draft is about; None where that is nowhere of the service's."""
    point = draft.point
    if draft.kind in ("address", "point") and (point is None or directory.at(point) is None):
        return None
    return found_of(draft.at, directory) or (directory.at(point) if point else None)


def found_of(at: str, directory: Directory) -> Found | None:
    """Who serves in an area, a neighbourhood or a division."""
    territory = directory.territory
    if at.startswith(DIVISION):
        division = next((each for each in territory.divisions if each.code == at.removeprefix(DIVISION)), None)
        return Found(None, division, None, ()) if division else None
    if directory.team_of(at) is None:
        hood = next((each for each in territory.neighbourhoods if each.slug == at), None)
        if hood is not None:
            return directory.of_neighbourhood(hood.official_id)
    return directory.of_area(at)


def _slug(found: Found) -> str:
    if found.team is not None:
        return found.team.area.slug
    if found.neighbourhood is not None:
        return found.neighbourhood.slug
    return f"{DIVISION}{found.division.code}" if found.division else ""
