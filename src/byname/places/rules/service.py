"""What may be said of the service: its name, its colours, its lines; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from byname.places.rules.boundaries import plain_text
from byname.vocabulary import Refused

LINES = (
    "emergency",
    "non_emergency",
    "city",
    "community_help",
    "community_crisis",
    "suicide_crisis",
    "violence_at_home",
    "crime_stoppers",
)
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3."""
PAPERS = {"brand": "#fbf9f5", "brand_dark": "#14181f"}
"""The page's own colour, light and dark."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_NUMBER = re.compile(r"\+?[0-9]{3,15}\Z")
_ZONE = re.compile(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)*\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*\Z")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_SERVICE_WORDS = frozenset({"name", "city", "demo", "time_zone", "brand", "brand_dark", "languages"})
_LINE_WORDS = frozenset({"key", "number", "shown", "answers_in", "facts"})


@dataclass(frozen=True, slots=True)
class Profile:
    """The service's facts, checked."""

    name: str
    city: str
    demo: bool
    time_zone: str
    """As the file tells it; what counts is BYNAME_TIME_ZONE."""
    brand: str
    brand_dark: str
    languages: tuple[str, ...]
    lines: tuple[dict[str, Any], ...]
    """Each with key, number, shown, answers_in and facts."""

    def kept(self) -> dict[str, Any]:
        """The profile as it is kept: plain values only."""
        return {
            "name": self.name,
            "city": self.city,
            "demo": self.demo,
            "time_zone": self.time_zone,
            "brand": self.brand,
            "brand_dark": self.brand_dark,
            "languages": list(self.languages),
            "lines": list(self.lines),
        }


def profile(said: Mapping[str, Any]) -> Profile:
    """The service's facts, each checked; raises Refused with the first that cannot stand."""
    unknown = sorted(set(said) - {"service", "line"})
    if unknown:
        raise _no(f"The file has a part called {unknown[0]!r}; byname knows [service] and [[line]].", "service")
    service = said.get("service")
    if not isinstance(service, Mapping):
        raise _no("The file has no [service] part.", "service")
    _only(service, _SERVICE_WORDS, "[service]")
    demo = service.get("demo", False)
    if not isinstance(demo, bool):
        raise _no("demo is true or false.", "demo")
    zone = service.get("time_zone", "")
    if not isinstance(zone, str) or (zone and not _ZONE.match(zone)):
        raise _no("time_zone is a name such as America/Toronto.", "time_zone")
    lines = said.get("line", [])
    if not isinstance(lines, list):
        raise _no("Each line is written as [[line]], in double brackets.", "line")
    read = tuple(_line(number, line) for number, line in enumerate(lines, start=1))
    keys = [line["key"] for line in read]
    for key in keys:
        if keys.count(key) > 1:
            raise _no(f"The line {key} stands there twice.", "line")
    if "emergency" not in keys:
        raise _no("There is no emergency line: nobody may be left without one.", "line")
    return Profile(
        name=_text(service, "name", 120),
        city=_text(service, "city", 80),
        demo=demo,
        time_zone=zone,
        brand=_colour(service, "brand"),
        brand_dark=_colour(service, "brand_dark"),
        languages=_languages(service.get("languages", []), "languages"),
        lines=read,
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb), from 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _line(number: int, said: object) -> dict[str, Any]:
    if not isinstance(said, Mapping):
        raise _no("Each line is written as [[line]], in double brackets.", "line")
    key = said.get("key")
    if key not in LINES:
        raise _no(f"Line {number} has the key {str(key)[:40]!r}; it is one of {', '.join(LINES)}.", "key")
    where = f"the line {key}"
    _only(said, _LINE_WORDS, where)
    dialled = said.get("number")
    if not isinstance(dialled, str) or not _NUMBER.match(dialled):
        raise _no(
            f'The number of {where} is written in quotes, digits only, such as "911" or "+14165550100".', "number"
        )
    answers_in = said.get("answers_in", [])
    facts = said.get("facts", {})
    if not isinstance(facts, Mapping):
        raise _no(f"The facts of {where} are written as {{ name = value }}.", "facts")
    for name, value in facts.items():
        if (
            not _FACT.match(name)
            or not isinstance(value, str | int | bool)
            or (isinstance(value, str) and len(value) > 80)
        ):
            raise _no(
                f"The fact {str(name)[:40]} of {where} is a short word with true, a number or a short text.", "facts"
            )
    return {
        "key": key,
        "number": dialled,
        "shown": _text(said, "shown", 40, where),
        "answers_in": "many" if answers_in == "many" else list(_languages(answers_in, "answers_in")),
        "facts": dict(facts),
    }


def _text(said: Mapping[str, Any], name: str, longest: int, where: str = "[service]") -> str:
    value = said.get(name)
    text = plain_text(value, longest) if isinstance(value, str) else None
    if not text:
        raise _no(f"{name} of {where} is a text in quotes of up to {longest} letters.", name)
    return text


def _colour(service: Mapping[str, Any], name: str) -> str:
    colour = service.get(name, "")
    if colour == "":
        return ""
    if not isinstance(colour, str) or not _COLOUR.match(colour):
        raise _no(f'{name} is a colour such as "#1f4e79".', name)
    found = min(contrast(colour, PAPERS[name]), contrast(colour, "#ffffff") if name == "brand" else 21.0)
    if found < LEAST_CONTRAST:
        paper, change = ("light", "darker") if name == "brand" else ("dark", "lighter")
        raise _no(
            f"{name} {colour} is hard to read on the {paper} page: its contrast is {found:.1f}, and at least "
            f"{LEAST_CONTRAST} is needed. Choose a {change} colour.",
            name,
        )
    return colour.lower()


def _languages(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(code, str) and _LANGUAGE.match(code) for code in value):
        many = ', or the word "many"' if name == "answers_in" else ""
        raise _no(f'{name} is a list of language codes such as ["en", "fr"]{many}.', name)
    return tuple(dict.fromkeys(value))


def _only(said: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(said) - known)
    if unknown:
        raise _no(f"byname does not know {unknown[0]!r} in {where}; it knows {', '.join(sorted(known))}.", "service")


def _no(sentence: str, name: str) -> Refused:
    return Refused(sentence, code="service-file", field=name)
