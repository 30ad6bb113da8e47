"""What a service says of hearing concerns: its categories, its promise, its doors; from a file, checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from byname.concerns.rules.clock import PROMISED_HOURS, Promise
from byname.concerns.rules.raising import dialled
from byname.concerns.rules.templates import LONGEST_TEMPLATE, MOST_TEMPLATES, Template, templates_to_keep
from byname.places.rules import boundaries, service
from byname.vocabulary import Refused

Kind = Literal["ours", "door", "complaint"]
KINDS: Final[tuple[Kind, ...]] = ("ours", "door", "complaint")
"""The team's own; somebody else's first, the team's if the person still wants; a complaint about an officer."""

_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*\Z")
_SITE: Final = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[!#-;=?-~]*)?\Z", re.IGNORECASE | re.ASCII)
_BLANKS: Final = re.compile(r"[^\S\u00a0\u202f]+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]{1,38}[0-9]\Z")
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FILE: Final = Path(__file__).with_name("profile.toml")
_LARGEST: Final = 1024 * 1024
_LONGEST_NAME: Final = 80
_LONGEST_ADVICE: Final = 600
_MOST_CATEGORIES: Final = 40
_MOST_OFFICES: Final = 6
_MOST_CLOSED: Final = 60
"""Even with 720 promised hours and one open day a week each answer then falls due within two years."""
_PARTS: Final = frozenset({"promise", "danger", "complaint", "category", "template"})


@dataclass(frozen=True, slots=True)
class Category:
    """What a concern may be about: its names and the advice given before anything is typed, by language."""

    code: str
    kind: Kind
    names: Mapping[str, str]
    advice: Mapping[str, str]
    lines: tuple[str, ...] = ()
    """Keys of the service's lines that are the right door, such as "city"."""

    def name(self, language: str) -> str:
        """Its name in a language; the original where that has none."""
        return self.names.get(language, self.names["en"])

    def advised(self, language: str) -> str:
        """Its advice in a language; the original where that has none, and nothing where there is no advice."""
        return self.advice.get(language, self.advice.get("en", ""))


@dataclass(frozen=True, slots=True)
class Office:
    """Where a complaint about an officer is taken, outside byname."""

    names: Mapping[str, str]
    advice: Mapping[str, str]
    """What it is for, by language."""
    url: str = ""
    phone: str = ""
    """As a person reads it."""

    @property
    def number(self) -> str:
        """Its number as a telephone dials it; empty where it has none."""
        return dialled(self.phone)

    def name(self, language: str) -> str:
        """Its name in a language; the original where that has none."""
        return self.names.get(language, self.names["en"])

    def advised(self, language: str) -> str:
        """What it is for in a language; the original where that has none."""
        return self.advice.get(language, self.advice.get("en", ""))


@dataclass(frozen=True, slots=True)
class Profile:
    """How one service hears concerns."""

    categories: tuple[Category, ...]
    """Those people choose from, in this order; the first is the complaint about an officer."""
    hours: int
    open_days: frozenset[int]
    closed_on: frozenset[date]
    read_at_all_hours: bool
    """Whether somebody watches day and night what speaks of danger."""
    offices: tuple[Office, ...] = ()
    """Where a complaint about an officer is taken; none where the service's own line is the only way."""
    retired: tuple[Category, ...] = ()
    """Categories of before: nothing is raised in them any more, but what was is still called by their names."""
    templates: tuple[Template, ...] = ()
    """Answers to begin with that the service brought, beside byname's own."""

    def promise(self, zone: ZoneInfo) -> Promise:
        """The promise of an answer, by the service's clock."""
        return Promise(zone, self.hours, self.open_days, self.closed_on)

    def category(self, code: str) -> Category | None:
        """The category of a code, those of before among them; None where there never was one."""
        return next((each for each in self.categories + self.retired if each.code == code), None)

    @property
    def raisable(self) -> Mapping[str, Category]:
        """The categories a concern may be raised in: all but the complaint, which is none."""
        return {each.code: each for each in self.categories if each.kind != "complaint"}

    @property
    def complaint(self) -> Category:
        """The category that is none: the complaint about an officer, which has its own way out."""
        return self.categories[0]


@cache
def default_profile() -> Profile:
    """How a service hears concerns that has brought no file of its own."""
    return _profile(tomllib.loads(_FILE.read_text(encoding="utf-8")), own={})


def read_profile(content: bytes) -> Profile:
    """A service's own file on hearing concerns (TOML), each part checked; Refused with the first that cannot stand.

    A category known to byname that leaves out its names stands with byname's own words in every language; a file
    without categories has all of byname's own.
    """
    if len(content) > _LARGEST:
        raise _no("The file is far larger than this can be.")
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _no("The file is not UTF-8 text.") from None
    except RecursionError:
        raise _no("The file is nested too deeply.") from None
    except ValueError as fault:
        # Wider than TOML's own error: a number of thousands of digits is refused by Python itself.
        raise _no(f"The file is not TOML: {fault}.") from None
    return _profile(said, own=_kept_categories(default_profile().categories))


def in_place_of(before: Profile, now: Profile) -> Profile:
    """A profile that takes the place of another: what could be raised before, and cannot any more, keeps its name."""
    codes = {each.code for each in now.categories}
    gone = (each for each in before.categories + before.retired if each.code not in codes)
    return replace(now, retired=tuple(gone))


def profile_to_keep(profile: Profile) -> dict[str, Any]:
    """The profile as it is kept, in plain values."""
    return {
        "promise": {
            "hours": profile.hours,
            "open_days": [_WEEKDAYS[day] for day in sorted(profile.open_days)],
            "closed_on": [day.isoformat() for day in sorted(profile.closed_on)],
        },
        "danger": {"read_at_all_hours": profile.read_at_all_hours},
        "complaint": [
            {"names": dict(each.names), "advice": dict(each.advice), "url": each.url, "phone": each.phone}
            for each in profile.offices
        ],
        "category": list(_kept_categories(profile.categories).values()),
        "retired": list(_kept_categories(profile.retired).values()),
        "template": templates_to_keep(profile.templates),
    }


def profile_from_kept(kept: Mapping[str, Any]) -> Profile:
    """The profile `profile_to_keep` wrote."""
    said = dict(kept)
    retired = tuple(_category(each, own={}) for each in said.pop("retired"))
    promise = said["promise"] | {"closed_on": [date.fromisoformat(day) for day in said["promise"]["closed_on"]]}
    return replace(_profile(said | {"promise": promise}, own={}), retired=retired)


def _kept_categories(categories: Iterable[Category]) -> dict[str, dict[str, Any]]:
    return {
        each.code: {
            "code": each.code,
            "kind": each.kind,
            "names": dict(each.names),
            "advice": dict(each.advice),
            "lines": list(each.lines),
        }
        for each in categories
    }


def _profile(said: Mapping[str, Any], *, own: Mapping[str, Mapping[str, Any]]) -> Profile:
    if unknown := sorted(set(said) - _PARTS):
        raise _no(
            f"The file has a part called {unknown[0]!r}; byname knows [promise], [danger], [[complaint]], "
            "[[category]] and [[template]]."
        )
    promise = _part(said, "promise", {"hours", "open_days", "closed_on"})
    danger = _part(said, "danger", {"read_at_all_hours"})
    hours = promise.get("hours", PROMISED_HOURS)
    if not isinstance(hours, int) or isinstance(hours, bool):
        raise _no("[promise] hours is a whole number.")
    days = promise.get("open_days", list(_WEEKDAYS))
    if not isinstance(days, list) or not all(day in _WEEKDAYS for day in days):
        raise _no("[promise] open_days is a list of mon, tue, wed, thu, fri, sat, sun.")
    closed = promise.get("closed_on", [])
    if not isinstance(closed, list) or not all(type(day) is date for day in closed):
        raise _no("[promise] closed_on is a list of days, such as 2026-12-25, without quotes.")
    if len(closed) > _MOST_CLOSED:
        raise _no(f"[promise] closed_on has at most {_MOST_CLOSED} days: the holidays of some years to come.")
    watched = danger.get("read_at_all_hours", False)
    if not isinstance(watched, bool):
        raise _no("[danger] read_at_all_hours is true or false.")
    offices = tuple(
        _office(number, each) for number, each in enumerate(_list(said, "complaint", _MOST_OFFICES), start=1)
    )
    read = tuple(_category(each, own=own) for each in _list(said, "category", _MOST_CATEGORIES) or list(own.values()))
    if not read or read[0].kind != "complaint" or any(each.kind == "complaint" for each in read[1:]):
        raise _no("The first category, and no other, is the complaint about an officer.")
    codes = [each.code for each in read]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise _no(f"The category {twice} stands there twice.")
    if not any(each.kind == "ours" for each in read):
        raise _no("No category is the team's own.")
    templates = tuple(_template(each, set(codes)) for each in _list(said, "template", MOST_TEMPLATES))
    if twice := next((each.code for each in templates if [t.code for t in templates].count(each.code) > 1), None):
        raise _no(f"The template {twice} stands there twice.")
    open_days = frozenset(map(_WEEKDAYS.index, days))
    done = Profile(read, hours, open_days, frozenset(closed), watched, offices, templates=templates)
    done.promise(ZoneInfo("UTC"))
    return done


def _category(written: object, *, own: Mapping[str, Mapping[str, Any]]) -> Category:
    if not isinstance(written, Mapping):
        raise _no("Each category is written as [[category]], in double brackets.")
    code = written.get("code")
    if not isinstance(code, str) or not _CODE.match(code):
        raise _no("The code of a category is a short word of small letters, digits and hyphens.")
    where = f"the category {code}"
    said: dict[str, Any] = dict(written) if "names" in written else {**own.get(code, {}), **written}
    if unknown := sorted(set(said) - {"code", "kind", "names", "advice", "lines"}):
        raise _no(f"{where.capitalize()} has {unknown[0]!r}; byname knows code, kind, names, advice and lines.")
    kind = said.get("kind", "ours")
    if kind not in KINDS:
        raise _no(f"The kind of {where} is one of {', '.join(KINDS)}.")
    names, advice = _worded(said, "names", _LONGEST_NAME, where), _worded(said, "advice", _LONGEST_ADVICE, where)
    if "en" not in names or (advice and "en" not in advice):
        raise _no(f"{where.capitalize()} needs its words in English, which stand wherever a translation is missing.")
    lines = said.get("lines", [])
    if not isinstance(lines, list) or not all(line in service.LINES for line in lines):
        raise _no(f'The lines of {where} are a list such as ["city"], of {", ".join(service.LINES)}.')
    return Category(code, kind, names, advice, tuple(dict.fromkeys(lines)))


def _office(number: int, said: object) -> Office:
    if not isinstance(said, Mapping):
        raise _no("Each office for complaints is written as [[complaint]], in double brackets.")
    where = f"complaint {number}"
    if unknown := sorted(set(said) - {"names", "advice", "url", "phone"}):
        raise _no(f"{where.capitalize()} has {unknown[0]!r}; byname knows names, advice, url and phone.")
    names, advice = _worded(said, "names", _LONGEST_NAME, where), _worded(said, "advice", _LONGEST_ADVICE, where)
    if "en" not in names or "en" not in advice:
        raise _no(f"{where.capitalize()} says in English, at least, what the office is called and what it is for.")
    url, phone = said.get("url", ""), said.get("phone", "")
    if not isinstance(url, str) or len(url) > 200 or (url and not _SITE.match(url)):
        raise _no(f"The url of {where} is an address such as https://example.org/complaints.")
    if not isinstance(phone, str) or (phone and not _PHONE.match(phone)):
        raise _no(f'The phone of {where} is written in quotes, such as "416-555-0100".')
    if not url and not phone:
        raise _no(f"{where.capitalize()} has neither url nor phone: nobody could reach it.")
    return Office(names, advice, url, phone)


def _template(said: object, categories: set[str]) -> Template:
    if not isinstance(said, Mapping):
        raise _no("Each template of an answer is written as [[template]], in double brackets.")
    code = said.get("code")
    if not isinstance(code, str) or not _CODE.match(code):
        raise _no("The code of a template is a short word of small letters, digits and hyphens.")
    where = f"the template {code}"
    if unknown := sorted(set(said) - {"code", "category", "names", "words"}):
        raise _no(f"{where.capitalize()} has {unknown[0]!r}; byname knows code, category, names and words.")
    names, words = _worded(said, "names", _LONGEST_NAME, where), _worded(said, "words", LONGEST_TEMPLATE, where)
    if "en" not in names or "en" not in words:
        raise _no(f"{where.capitalize()} needs its name and its words in English, at least.")
    category = said.get("category", "")
    if category and (not isinstance(category, str) or category not in categories):
        raise _no(f"{where.capitalize()} is for a category that is not in the file.")
    return Template(code, names, words, category)


def _worded(said: Mapping[str, Any], name: str, longest: int, where: str) -> dict[str, str]:
    words = said.get(name, {})
    if not isinstance(words, Mapping):
        raise _no(f'Write the {name} of {where} by language: {{ en = "…" }}.')
    read = {}
    for language, text in words.items():
        if not _LANGUAGE.match(language):
            raise _no(f"Write the {name} of {where} by language, with codes such as en, fr or zh-hans.")
        if not isinstance(text, str) or not boundaries.plain_text(text, longest):
            raise _no(f"Write the {name} of {where} in {language} as plain text of 1 to {longest} characters.")
        # The blanks French keeps before a colon stay, so that no line begins with one.
        read[language] = _BLANKS.sub(" ", text.strip())
    return read


def _part(said: Mapping[str, Any], name: str, known: set[str]) -> Mapping[str, Any]:
    part = said.get(name, {})
    if not isinstance(part, Mapping):
        raise _no(f"[{name}] is a part of its own.")
    if unknown := sorted(set(part) - known):
        raise _no(f"byname does not know {unknown[0]!r} in [{name}]; it knows {', '.join(sorted(known))}.")
    return part


def _list(said: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = said.get(name, [])
    if not isinstance(found, list):
        raise _no(f"Each {name} is written as [[{name}]], in double brackets.")
    if len(found) > most:
        raise _no(f"There are more than {most} [[{name}]].")
    return found


def _no(sentence: str) -> Refused:
    return Refused(sentence, code="hearing-file", field="file")
