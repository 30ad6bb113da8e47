"""Messages to phones: to which number, at which hours, how long a confirmation holds, and what asks to be let be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from byname.concerns.rules.raising import Contact, dialled

CODE_LIVES: Final = timedelta(minutes=30)
"""For so long a code that was sent confirms a number."""
CONFIRMED_FOR: Final = timedelta(days=60)
"""Numbers are given to others: after so long one is confirmed again before anything more is sent to it."""

PhoneStanding = Literal["unconfirmed", "confirmed", "lapsed"]

_WHOLE: Final = re.compile(r"\+[1-9][0-9]{7,14}\Z")
_NORTH_AMERICA: Final = "1"
_NATIONAL_DIGITS: Final = 10
_CHARGING: Final = re.compile(r"\+1(?:900|976|[0-9]{3}976)")
_DAY: Final = 24 * 60
_LONGEST_STOP: Final = 24
_STOPS: Final = frozenset(
    "stop|stopall|stop all|stop texts|unsubscribe|cancel|end|quit|revoke|optout|opt out"
    "|arret|arreter|arretez|stopper|desabonner|desinscrire"
    "|alto|parar|pare|basta|cancelar|baja|detener|sair|remover"
    "|tigil|itigil|ihinto|hinto|tama na"
    "|停|停止|退订|退訂|取消|取消订阅|取消訂閱"
    "|بند|بند کرو|بند کریں|روکیں|روک دیں|نہیں چاہیے"
    "|நிறுத்து|நிறுத்தவும்|நிறுத்துங்கள்|வேண்டாம்".split("|")
)
"""What asks for no more texts, in every language pages are offered in; it is the whole message."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of days: weekdays (Monday is 0), and minutes of the day, the last not included."""

    days: frozenset[int]
    first: int
    end: int

    @property
    def shown(self) -> tuple[time, time]:
        """The first and the last moment of the day, for people."""
        return time(*divmod(self.first, 60)), time(*divmod(min(self.end, _DAY - 1), 60))


_EVERY_DAY: Final = frozenset(range(7))
DAY_HOURS: Final = Hours(_EVERY_DAY, 8 * 60, 21 * 60)
"""When texts go where nobody said when it is safe, or not so that it can be read as hours."""


def number_to_text(phone: str, country: str) -> str:
    """A number as telephone companies write it (+14165550199); empty where it can be none.

    `country` is the calling code of numbers written without one.
    """
    number = dialled(phone)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif country == _NORTH_AMERICA and number.startswith("011"):
        number = f"+{number[3:]}"
    elif country == _NORTH_AMERICA and not number.startswith("+"):
        whole = number if len(number) == _NATIONAL_DIGITS + 1 and number.startswith("1") else f"1{number}"
        number = f"+{whole}" if len(whole) == _NATIONAL_DIGITS + 1 else ""
    elif not number.startswith("+"):
        number = f"+{country}{number.removeprefix('0')}"
    return number if _WHOLE.match(number) else ""


def takes_codes(number: str, country: str) -> bool:
    """Whether a code may go to a whole number that anybody may have typed: only to one of the service's own country.

    In North America not to those that charge whoever reaches them (1-900, and 976 as an area or an exchange).
    """
    return number.startswith(f"+{country}") and not _CHARGING.match(number)


def one_person(contacts: Iterable[Contact]) -> bool:
    """Whether whoever confirmed one number is one person, as far as can be told: by their name and their address."""
    return len({(_plain(each.name), each.email.strip().lower()) for each in contacts}) == 1


def wants_texts(contact: Contact) -> bool:
    """Whether somebody asked to be told by text and can be: a letter goes before a text, and "never call" bars both."""
    return bool(contact.phone) and contact.by_text and not contact.never_phone and not contact.email


def way_to(
    contact: Contact, *, confirmed_at: datetime | None, country: str, at: datetime
) -> tuple[Literal["mail", "text"], str]:
    """By which way somebody is written to, and where; nowhere where they gave no way, or none that stands."""
    if contact.email:
        return "mail", contact.email
    if wants_texts(contact) and phone_standing(confirmed_at, at) == "confirmed":
        return "text", number_to_text(contact.phone, country)
    return "mail", ""


def phone_standing(confirmed_at: datetime | None, at: datetime) -> PhoneStanding:
    """Whether a number was confirmed, and recently enough to be texted."""
    if confirmed_at is None:
        return "unconfirmed"
    return "confirmed" if at < confirmed_at + CONFIRMED_FOR else "lapsed"


def code_kept(code: str, letter: str) -> str:
    """A code as it is kept, with the name of the text that carries it, so that it can be taken back."""
    return f"{code} {letter}"


def code_sent(kept: str) -> str:
    """The code of what `code_kept` wrote; empty where there is none."""
    return kept.partition(" ")[0]


def text_of_code(kept: str) -> str:
    """The name of the text of what `code_kept` wrote; empty where there is none."""
    return kept.partition(" ")[2]


def stops(words: str) -> bool:
    """Whether a message is nothing but the wish for no more of them, in whichever language."""
    if len(words) > _LONGEST_STOP:
        return False
    return _plain(words) in _STOPS


def text_due(due: datetime, safe_hours: str, zone: ZoneInfo) -> datetime:
    """The first moment from `due` on at which a text may go: within the safe hours, by local time."""
    hours = hours_for_texts(safe_hours)
    local = due.astimezone(zone)
    for days in range(8):
        day = local.date() + timedelta(days=days)
        if day.weekday() not in hours.days:
            continue
        first, end = (
            (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).astimezone(UTC)
            for minutes in (hours.first, hours.end)
        )
        if due < end:
            return max(due, first)
    return due


def hours_for_texts(safe_hours: str) -> Hours:
    """When somebody is texted: the safe hours where they can be read as hours, else those of the day."""
    return hours_of(safe_hours) or DAY_HOURS


_CLOCK: Final = r"(noon|midnight|\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|h|o'clock)?"
_RANGE: Final = re.compile(
    rf"(?<![\d:]){_CLOCK}\s*(?:-|–|—|~|to|till|until|and|à|a|hasta|até|至|到)\s*{_CLOCK}(?![\d:])"
)
_UNTIL: Final = re.compile(rf"\b(?:until|till|til|before|up to)\s+{_CLOCK}(?![\d:])")
_FROM: Final = re.compile(rf"\b(?:after|from|since)\s+{_CLOCK}(?![\d:])")
_PARTS: Final = {"morning": (8 * 60, 12 * 60), "afternoon": (12 * 60, 17 * 60), "evening": (17 * 60, 21 * 60)}
_PART: Final = re.compile(r"\b(?:in the )?(morning|afternoon|evening)s?\b")
_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAME: Final = r"(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|r|rs)?s?"
_DAYS_BETWEEN: Final = re.compile(rf"\b{_NAME}\s*(?:-|–|—|to|until|through)\s*{_NAME}\b")
_ONE_DAY: Final = re.compile(rf"\b{_NAME}\b")
_MANY_DAYS: Final = {"weekday": frozenset(range(5)), "weekend": frozenset({5, 6})}
_MANY: Final = re.compile(r"\b(?:on )?(weekday|weekend)s?\b|\b(every ?day|daily|any ?day|all days)\b")
_SILENT: Final = re.compile(r"\b(?:on|only|at|between|in|the|please|and|is|safe|text|call|me|hours?)\b|[\s,.;]+")
_NEGATED: Final = re.compile(r"\b(?:not|never|no|except|but)\b")


def hours_of(text: str) -> Hours | None:
    """Free words such as "weekdays until noon", "9-17" or "Sat 2pm to 6pm" as hours; None for all that is not plain.

    A word that is not understood makes all of it unread: it might have meant "not".
    """
    rest = unicodedata.normalize("NFKC", text).casefold().strip()
    if not rest or _NEGATED.search(rest):
        return None
    days, rest = _days(rest)
    spans, rest = _spans(rest)
    if _SILENT.sub("", rest) or len(spans) > 1 or not (days or spans):
        return None
    first, end = spans[0] if spans else (DAY_HOURS.first, DAY_HOURS.end)
    return Hours(days or _EVERY_DAY, first, end) if 0 <= first < end <= _DAY else None


def _days(rest: str) -> tuple[frozenset[int], str]:
    found: set[int] = set()
    for match in _DAYS_BETWEEN.finditer(rest):
        first, last = _NAMES.index(match[1]), _NAMES.index(match[2])
        found |= {day % 7 for day in range(first, last + 1 if last >= first else last + 8)}
    rest = _DAYS_BETWEEN.sub(" ", rest)
    found |= {_NAMES.index(match[1]) for match in _ONE_DAY.finditer(rest)}
    rest = _ONE_DAY.sub(" ", rest)
    for match in _MANY.finditer(rest):
        found |= _MANY_DAYS.get(match[1] or "", _EVERY_DAY)
    return frozenset(found), _MANY.sub(" ", rest)


def _spans(rest: str) -> tuple[list[tuple[int, int]], str]:
    found: list[tuple[int, int]] = []
    for pattern, read in ((_RANGE, _between), (_UNTIL, _until), (_FROM, _from), (_PART, _part)):
        found += [read(match) for match in pattern.finditer(rest)]
        rest = pattern.sub(" ", rest)
    return found, rest


def _between(match: re.Match[str]) -> tuple[int, int]:
    first, end = _minutes(*match.groups()[:3]), _minutes(*match.groups()[3:])
    said_first, said_end = (match[3] or "")[:1], (match[6] or "")[:1]
    half = 12 * 60
    if said_end == "p" and not said_first and first + half < end:
        first += half  # "2 to 6 pm"
    elif not said_first and not said_end and end <= first and end <= half:
        end += half  # "9 to 5"
    return first, end or _DAY


def _until(match: re.Match[str]) -> tuple[int, int]:
    return DAY_HOURS.first, _minutes(*match.groups()) or _DAY


def _from(match: re.Match[str]) -> tuple[int, int]:
    first = _minutes(*match.groups())
    return first, max(DAY_HOURS.end, first)


def _part(match: re.Match[str]) -> tuple[int, int]:
    return _PARTS[match[1]]


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    if hour in ("noon", "midnight"):
        return 12 * 60 if hour == "noon" else 0
    count = int(hour)
    if half and half[0] in "ap":
        if not 1 <= count <= 12:
            return -1
        count = count % 12 + (12 if half[0] == "p" else 0)
    minutes = count * 60 + int(minute or 0)
    return minutes if minutes <= _DAY and int(minute or 0) < 60 else -1


def _plain(words: str) -> str:
    return " ".join("".join(_letters(words)).casefold().split())


def _letters(words: str) -> Iterator[str]:
    for sign in unicodedata.normalize("NFKD", words):
        category = unicodedata.category(sign)
        # Accents of Latin letters go; the signs of Tamil and of Urdu, which are marks as well, are letters.
        if category[0] == "M" and "\u0300" <= sign <= "\u036f":
            continue
        if category[0] in "LMN":
            yield sign
        elif category[0] in "ZC":
            yield " "
