"""Reading a posted request: its place, its words, its attributes, who sent it; each refused in one sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import QueryDict

from byname.concerns import rules
from byname.concerns.actions import Where
from byname.interfaces import lookup
from byname.interfaces.api.open311 import shapes
from byname.postings.queries import Directory, Found
from byname.vocabulary import Point, Refused

_ATTRIBUTE: Final = re.compile(r"attribute\[([^\[\]]*)\](\[\])?\Z")
_DEGREES: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{0,20})?\Z", re.ASCII)
_LONGEST_ADDRESS: Final = 200
_LONGEST_LINE: Final = 254
_SHOWN_ONLY: Final = ("emergency", "advice", "who")
_LANGUAGES: Final = frozenset(dict(settings.LANGUAGES))


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came: what is raised, and where it belongs."""

    raised: rules.Raised
    found: Found
    where: Where


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it is, as told."""

    kind: str
    found: Found
    point: Point | None
    words: str


def posted(form: QueryDict, *, category: str, hearing: rules.Profile, directory: Directory, language: str) -> Posted:
    """What a form raises, each part checked; Refused for the first that cannot stand.

    `language` is the one the person is written to in. Asks nobody outside, whatever geocoder the service uses for its
    pages.
    """
    what = _words(form, "description", rules.LONGEST_WORDS)
    if not what.strip():
        raise Refused("Give a description: what happens, in 1 to 4000 characters.", code="no-words")
    answers = _attributes(form)
    place = _place(form, directory)
    told = rules.Told(
        what=what,
        help=answers["help"][0],
        days=tuple(each for each in rules.DAYS if each in answers["days"]),
        times=tuple(each for each in rules.TIMES if each in answers["times"]),
        since=answers["since"][0],
        place=place.words,
        lat=place.point.lat if place.point else None,
        lon=place.point.lon if place.point else None,
    )
    name = " ".join(part for part in (_line(form, "first_name"), _line(form, "last_name")) if part)
    contact = rules.Contact(name=name, email=_line(form, "email"), phone=_line(form, "phone"))
    raised = rules.Raised(category, told, place.kind, "program", language, contact=contact)
    found = place.found
    where = Where(
        division=found.division.code if found.division else "",
        area=found.team.area.slug if found.team else "",
        official_id=found.neighbourhood.official_id if found.neighbourhood else None,
        read_here=rules.reads(found.team.languages if found.team else ()),
    )
    return Posted(rules.checked(raised, categories=hearing.raisable, languages=_LANGUAGES), found, where)


def single(form: QueryDict, name: str) -> str:
    """The one value of a field, empty where it is not given; Refused where it is given more than once."""
    values = form.getlist(name)
    if len(values) > 1:
        raise Refused(f"{name} was given more than once.", code="given-twice")
    return values[0] if values else ""


def _words(form: QueryDict, name: str, most: int) -> str:
    return _tidied(single(form, name), name, most)


def _tidied(text: str, name: str, most: int) -> str:
    # Its length is known before anything is done with it; a line's end counts once, however it is sent.
    text = text.replace("\r\n", "\n")
    if len(text) > most:
        raise Refused(f"{name} is longer than {most} characters. Shorten it.", code="too-long")
    return rules.tidied(text)


def _line(form: QueryDict, name: str, most: int = _LONGEST_LINE) -> str:
    return " ".join(_words(form, name, most).split())


def _attributes(form: QueryDict) -> Mapping[str, list[str]]:
    """The answers by their code: one of "help" and "since", any of "days" and "times"."""
    said: dict[str, list[str]] = {code: [] for code in shapes.ASKED}
    for name in form:
        if not name.startswith("attribute"):
            continue
        asked = _ATTRIBUTE.match(name)
        code = asked[1] if asked else ""
        if code in _SHOWN_ONLY:
            continue
        if code not in said:
            raise Refused(f"The attributes are {', '.join(shapes.ASKED)}: attribute[days][]=mon.", code="attribute")
        said[code] += [each for each in form.getlist(name) if each]
    for code, known in (("days", rules.DAYS), ("times", rules.TIMES), ("since", rules.SINCE)):
        if not set(said[code]) <= set(known):
            raise Refused(f"attribute[{code}] is one of {', '.join(known)}.", code="attribute")
    for code in ("since", "help"):
        if len(said[code]) > 1:
            raise Refused(f"attribute[{code}] was given more than once.", code="given-twice")
    said["help"] = [_tidied("".join(said["help"]), "attribute[help]", rules.LONGEST_HELP)]
    said["since"] = said["since"] or [""]
    return said


def _place(form: QueryDict, directory: Directory) -> _Place:
    lat, lon = single(form, "lat").strip(), single(form, "long").strip()
    address = _line(form, "address_string", _LONGEST_ADDRESS)
    if lat and lon:
        point = Point(_degrees("lat", lat), _degrees("long", lon))
        found = directory.at(point)
        if found is None:
            swapped = abs(point.lon) <= 90 and directory.at(Point(point.lon, point.lat)) is not None
            raise Refused(
                "lat and long seem to be swapped: lat is the smaller number here."
                if swapped
                else "This place is outside the area the service serves.",
                code="outside",
            )
        return _Place("point", found, point, address)
    if lat or lon:
        raise Refused("Give both lat and long, in degrees.", code="where")
    if address:
        return _by_address(address, directory)
    if single(form, "address_id").strip():
        raise Refused("Addresses have no address_id here: give lat and long, or address_string.", code="address-id")
    raise Refused("Say where it is: give lat and long, or address_string.", code="where")


def _degrees(name: str, said: str) -> float:
    if not _DEGREES.match(said):
        raise Refused(f"{name} is a number of degrees, like 43.65.", code="not-a-number")
    return float(said)


def _by_address(address: str, directory: Directory) -> _Place:
    looked_up = lookup.look_up(address, directory, outside=False)
    if not looked_up.sightings:
        raise Refused("No such address was found. Give lat and long instead.", code="no-address")
    first = looked_up.sightings[0]
    if not looked_up.sure:
        raise Refused(
            "This address may mean several places, or none quite. Write it with its number and its street, or give lat "
            "and long.",
            code="ambiguous",
        )
    if first.found is None:
        raise Refused("This place is outside the area the service serves.", code="outside")
    if first.kind in ("area", "neighbourhood"):
        return _Place("area", first.found, None, first.label)
    return _Place("address", first.found, first.point, first.label)
