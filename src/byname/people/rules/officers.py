"""What may stand in the register of officers, and how much of it is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from byname.people.rules.pictures import Rendition
from byname.vocabulary import RowFault

SHOWN: Final = ("full", "initial", "family")
"""How much of a name is shown, from most to least."""

RANKS: Final = (
    "Auxiliary Constable",
    "Special Constable",
    "Constable",
    "Detective Constable",
    "Corporal",
    "Sergeant",
    "Detective Sergeant",
    "Staff Sergeant",
    "Inspector",
    "Superintendent",
)

SKILLS: Final = (
    "mental_health",
    "youth",
    "mediation",
    "crime_prevention",
    "outreach",
    "homelessness",
    "seniors",
    "newcomers",
)

# ISO 639-1 whole, and those of ISO 639-3 that residents and officers of a large city speak or sign.
LANGUAGES: Final = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
        "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
        "iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
        "my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
        "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
        "za zh zu aii ase ceb ckb cmn crk fcs fil hak hil hmn ilo jam kab kea kmr mic mnk moh nan pap pnb prs rhg skr "
        "syr war wuu yue"
    ).split()
)

_BADGE = re.compile(r"[0-9A-Z][0-9A-Z-]{0,11}\Z")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,22}[0-9](?: ?(?:ext\.?|x) ?[0-9]{1,6})?\Z")
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}\Z"
)
_ADDRESS_OF_A_SITE = re.compile(r"https?:|www\.", re.IGNORECASE)
_LONGEST_NAME = 60
_LONGEST_PRONUNCIATION = 120
_LONGEST_WORDS = 400
# No 0/O, 1/I/L, U: a reference is read out at a counter.
_REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One officer as a service brings them; `line` is where they stand in the file."""

    badge_number: str
    given_name: str
    family_name: str
    shown_as: str = "full"
    badge_shown: bool = True
    """Whether the badge number stands on the public page."""
    pronunciation: str = ""
    rank: str = "Constable"
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    words: str = ""
    phone: str = ""
    email: str = ""
    lives_in: int | None = None
    """The official id of the neighbourhood they live in; sealed, and read only to keep them from being posted there."""
    photo_consented_on: date | None = None
    photo: tuple[Rendition, ...] = ()
    """What `renditions` made of their photo."""
    line: int = 0


def name_shown(given: str, family: str, *, agreed: str, ceiling: str) -> str:
    """As much of a name as both the officer agreed to and the service allows: the lesser of the two."""
    shown = max(agreed, ceiling, key=SHOWN.index)
    if shown == "family" or not given:
        return family
    return f"{given} {family}" if shown == "full" else f"{given[0]}. {family}"


def pronunciation_shown(pronunciation: str, *, agreed: str, ceiling: str) -> str:
    """How the name is said, where the whole name is shown: the hint would give away a name kept back."""
    return pronunciation if agreed == ceiling == "full" else ""


def may_show_photo(consented_on: date | None, withdrawn_on: date | None, hidden: bool) -> bool:
    """Whether a photo may be shown: agreed to, not withdrawn since (also not on the same day), and nobody hidden."""
    return not hidden and consented_on is not None and (withdrawn_on is None or withdrawn_on < consented_on)


def reference_for(digest: bytes) -> str:
    """A public reference such as "O-7K3M9Q" out of a keyed digest, so that it stays when a register is brought anew."""
    number = int.from_bytes(digest[:8], "big")
    letters = ""
    for _ in range(6):
        number, place = divmod(number, len(_REFERENCE_LETTERS))
        letters += _REFERENCE_LETTERS[place]
    return f"O-{letters}"


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and all(unicodedata.category(c)[0] in "LM" or c in " '’-.·" for c in text)


def _is_plain(text: str, longest: int) -> bool:
    return len(text) <= longest and all(unicodedata.category(c)[0] != "C" or c in "\u200c\u200d" for c in text)


def _is_words(text: str) -> bool:
    return _is_plain(text, _LONGEST_WORDS) and not _ADDRESS_OF_A_SITE.search(text) and "<" not in text


def _is_phone(text: str) -> bool:
    return not text or (bool(_PHONE.match(text)) and 7 <= sum(c.isdigit() for c in text) <= 21)


def _is_email(text: str) -> bool:
    return not text or (len(text) <= 254 and bool(_EMAIL.match(text)) and ".." not in text)


def _gives_away(row: OfficerRow) -> bool:
    given = row.given_name.casefold()
    return row.shown_as != "full" and len(given) > 2 and given in row.email.split("@")[0].casefold()


_CHECKS: Final[tuple[tuple[str, Callable[[OfficerRow], bool], str], ...]] = (
    (
        "badge_number",
        lambda row: bool(_BADGE.match(row.badge_number)),
        "up to 12 digits or capital letters, such as 8123",
    ),
    ("given_name", lambda row: _is_name(row.given_name), "a name of letters, up to 60, such as Amara"),
    (
        "family_name",
        lambda row: bool(row.family_name) and _is_name(row.family_name),
        "a name of letters, up to 60, such as Okoye",
    ),
    ("shown_as", lambda row: row.shown_as in SHOWN, "one of " + ", ".join(SHOWN)),
    (
        "pronunciation",
        lambda row: _is_plain(row.pronunciation, _LONGEST_PRONUNCIATION),
        "plain text, up to 120 characters",
    ),
    ("rank", lambda row: row.rank in RANKS, "one of " + ", ".join(RANKS)),
    ("words", lambda row: _is_words(row.words), "plain text without web addresses, up to 400 characters"),
    ("phone", lambda row: _is_phone(row.phone), "a phone number such as 416-555-0123, or nothing"),
    ("email", lambda row: _is_email(row.email), "an e-mail address such as amara@example.org, or nothing"),
    ("email", lambda row: not _gives_away(row), "an address without the first name, which this officer keeps back"),
    ("lives_in", lambda row: row.lives_in is None or row.lives_in > 0, "the number of a neighbourhood, or nothing"),
)


def officer_faults(row: OfficerRow, *, on: date) -> list[RowFault]:
    """Everything about one officer that the register does not admit on a day; empty where all is well."""
    faults = [
        RowFault(row.line, column, str(found if (found := getattr(row, column)) is not None else ""), expected)
        for column, holds, expected in _CHECKS
        if not holds(row)
    ]
    for code in row.languages:
        if code not in LANGUAGES:
            faults.append(RowFault(row.line, "languages", code, "language codes such as en;fr;yue (ISO 639)"))
    for code in row.skills:
        if code not in SKILLS:
            faults.append(RowFault(row.line, "skills", code, "skills out of " + ", ".join(SKILLS)))
    if row.photo_consented_on is not None and row.photo_consented_on > on:
        faults.append(RowFault(row.line, "photo_consented_on", str(row.photo_consented_on), "a day that has come"))
    if row.photo and row.photo_consented_on is None:
        faults.append(RowFault(row.line, "photo_consented_on", "", "the day they agreed to show the photo"))
    return faults
