"""What a concern is made of, and what may not be raised: the answers a person gave, each checked."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from byname.concerns.rules.tidying import tidied
from byname.vocabulary import Point, Refused

CHANNELS: Final = ("web", "counter", "door", "phone", "paper", "mail", "text", "program")
"""By which way a concern came in."""
PLACE_KINDS: Final = ("address", "point", "area", "untold")
"""How the place was told: by address, by a point on the map, the whole area, or rather not exactly."""
KINDS_OF_MESSAGE: Final = ("person", "answer", "note")
"""What the person wrote, what an officer answered, and what stays inside."""
VERDICTS: Final = ("yes", "partly", "no")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIMES: Final = ("morning", "midday", "afternoon", "evening", "night")
SINCE: Final = ("today", "week", "month", "months", "year")
"""For how long it has been so: since today or for some days, weeks, months, a year or more."""

LONGEST_WORDS: Final = 4000
"""Characters of one answer: what Open311 GeoReport v2 allows a description."""
LONGEST_HELP: Final = 1000
LONGEST_NAME: Final = 120
LONGEST_HOURS: Final = 120
MOST_PHOTOS: Final = 4
RECEIPT_SHOWN: Final = timedelta(minutes=30)
"""For how long a form that is handed in again shows its private link and PIN once more: whoever lost the answer of the
first time tries again by then."""
FIELD_DEGREES: Final = 0.001
"""A field is about 100 m long: no finer place of a concern stands unsealed."""

_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]{2,}\Z")
_NUMBER: Final = re.compile(r"\+?[0-9]{7,15}\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """What a person told of what troubles a place: what people do and when, never who they are."""

    what: str
    help: str = ""
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    since: str = ""
    place: str = ""
    """The place in words: the address as it was found, or as it was told."""
    lat: float | None = None
    lon: float | None = None

    @property
    def point(self) -> Point | None:
        """The point it is about, where one was told."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody, and what they asked never to be done."""

    name: str = ""
    email: str = ""
    phone: str = ""
    safe_hours: str = ""
    never_visit: bool = False
    never_phone: bool = False
    by_text: bool = False
    """Whether they asked for texts to that phone."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given: the person is anonymous."""
        return not (self.name or self.email or self.phone)


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern as it is handed in, by whichever way, each answer checked by `checked`."""

    category: str
    told: Told
    place_kind: str
    channel: str
    language: str
    """The language the person is written to in."""
    to_sergeant: bool = False
    """Whether it goes past the team to the sergeant."""
    contact: Contact = field(default_factory=Contact)
    under_18: bool = False
    more_letters: bool = False
    words_in_letters: bool = False


def kept(part: Told | Contact) -> str:
    """What was told as JSON, as it is sealed: empty answers are left out, and an empty whole is empty text."""
    said = {name: value for name, value in asdict(part).items() if value not in ("", (), None, False)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def told_of(text: str) -> Told:
    """What `kept` wrote of what was told; empty words for empty text."""
    said: dict[str, Any] = json.loads(text) if text else {"what": ""}
    lists: dict[str, Any] = {name: tuple(said[name]) for name in ("days", "times") if name in said}
    return Told(**(said | lists))


def contact_of(text: str) -> Contact:
    """What `kept` wrote of how to reach somebody."""
    said: dict[str, Any] = json.loads(text) if text else {}
    return Contact(**said)


def checked(raised: Raised, *, categories: Mapping[str, object], languages: frozenset[str]) -> Raised:
    """The concern as it is kept, its words tidied; Refused, naming the answer, for what may not be raised so.

    `categories` are those a concern may be raised in; `languages` those letters are written in.
    """
    told, contact = raised.told, raised.contact
    for name, words, most in (
        ("what", told.what, LONGEST_WORDS),
        ("help", told.help, LONGEST_HELP),
        ("place", told.place, LONGEST_NAME * 2),
        ("name", contact.name, LONGEST_NAME),
        ("safe_hours", contact.safe_hours, LONGEST_HOURS),
    ):
        refuse_too_long(words, most, name)
    told = replace(told, what=tidied(told.what), help=tidied(told.help), place=_one_line(told.place))
    contact = replace(contact, name=_one_line(contact.name), safe_hours=_one_line(contact.safe_hours))
    if raised.category not in categories:
        raise Refused("Choose what it is about.", code="category", field="category")
    if raised.place_kind not in PLACE_KINDS:
        raise Refused("Choose where it is.", code="where", field="where")
    if raised.place_kind in ("address", "point") and told.point is None:
        raise Refused("Choose where it is.", code="where", field="where")
    if raised.place_kind in ("area", "untold") and told.point is not None:
        raise Refused("Choose where it is.", code="where", field="where")
    if raised.channel not in CHANNELS or raised.language not in languages:
        raise Refused("Choose the language we write to you in.", code="language", field="language")
    if not told.what.strip():
        raise Refused("Write what happens.", code="no-words", field="what")
    if not (set(told.days) <= set(DAYS) and set(told.times) <= set(TIMES) and told.since in ("", *SINCE)):
        raise Refused("Choose when it happens from the list.", code="when", field="when")
    refuse_contact(contact)
    return replace(raised, told=told, contact=contact)


def refuse_too_long(words: str, most: int, field: str) -> None:
    """Nothing, or Refused for more characters than one answer may have."""
    if len(words) > most:
        raise Refused(f"This is longer than {most} characters. Shorten it.", code="too-long", field=field)


def refuse_contact(contact: Contact) -> None:
    """Nothing, or Refused for an e-mail address or a number nobody could be reached by."""
    if contact.email and (len(contact.email) > 254 or not _EMAIL.match(contact.email)):
        raise Refused("This e-mail address is not complete. Look at it again.", code="email", field="email")
    if contact.phone and not _NUMBER.match(dialled(contact.phone)):
        raise Refused("This is no phone number. Write it with its area code.", code="phone", field="phone")


def dialled(phone: str) -> str:
    """A phone number as it is dialled: its digits, and a plus before them where one was written."""
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in phone
        if sign.isdecimal() or sign == "+"
    )


def mailbox_of(email: str) -> str:
    """The mailbox an address leads to: without what follows a plus, which its owner or anybody may choose freely."""
    name, _at, domain = email.strip().casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def field_of(point: Point) -> Point:
    """The middle of the field of about 100 m in which a point lies."""
    return Point(_middle(point.lat), _middle(point.lon))


def _one_line(text: str) -> str:
    return " ".join(tidied(text).split())


def _middle(degrees: float) -> float:
    return round((degrees // FIELD_DEGREES + 0.5) * FIELD_DEGREES, 4)


def reachable(contact: Contact) -> frozenset[str]:
    """The ways somebody can be reached and did not forbid: "letter", "phone", and "text" where they asked for texts."""
    ways = {"letter"} if contact.email else set()
    if contact.phone and contact.by_text and not (contact.never_phone or contact.email):
        ways.add("text")
    if contact.phone and not contact.never_phone:
        ways.add("phone")
    return frozenset(ways)


def link_digest(link: str) -> bytes:
    """What a private link is found by; the link itself is 144 bits drawn at random, so that no key is needed."""
    return hashlib.sha256(link.encode()).digest()
