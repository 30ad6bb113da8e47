"""Reading the register at the desk: who is on it, one entry, and officers as staff may see them on a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Q

from byname.people import rules
from byname.people.models import Account, Officer
from byname.people.queries.officers import PublicPhoto
from byname.vocabulary import Actor, NotThere

_NOWHERE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OfficerSeen:
    """An officer on somebody's list: by their whole name where the viewer may open the entry, else as residents see."""

    reference: str
    """Empty where the officer is hidden from this viewer: then nothing else is told either."""
    rank: str
    name: str
    family_name: str
    badge_number: str
    languages: tuple[str, ...]
    photo: PublicPhoto | None
    hidden: bool
    opens: bool
    """Whether the viewer may open the officer's entry on the register."""

    @property
    def title(self) -> str:
        """Rank and name; "An officer" where nothing may be told."""
        return f"{self.rank} {self.name}" if self.reference else self.name

    @property
    def called(self) -> str:
        """Rank and family name; "An officer" where nothing may be told."""
        return f"{self.rank} {self.family_name}" if self.reference else self.name


UNNAMED = OfficerSeen("", "", "An officer", "an officer", "", (), None, hidden=True, opens=False)
"""Somebody hidden, to a viewer who may not see more."""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of the register, by family name; `total` is how many there are in all."""

    officers: tuple[OfficerSeen, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One officer as the register holds them; where they live is never shown."""

    seen: OfficerSeen
    shown_name: str
    """The name as residents see it."""
    skills: tuple[str, ...]
    words: str
    pronunciation: str
    phone: str
    email: str
    badge_shown: bool
    hidden_at: datetime | None
    photo_consented_on: date | None
    photo_withdrawn_on: date | None


class _Listed(NamedTuple):
    """What a list asks of an officer, each a column: rows of the model itself take longer to make than to read."""

    reference: str
    rank: str
    given_name: str
    family_name: str
    shown_as: str
    badge_number: str
    languages: list[str]
    photo_token: str
    photo_formats: list[str]
    photo_consented_on: date | None
    photo_withdrawn_on: date | None
    hidden_at: datetime | None


_SEEN: Final = f"SELECT {', '.join(_Listed._fields)} FROM byname_officer WHERE reference = ANY(%s)"  # noqa: S608 - names


def officers_seen(
    references: Collection[str], *, divisions: Mapping[str, frozenset[str]], viewer: Actor
) -> dict[str, OfficerSeen]:
    """Officers as a viewer may see them, by reference, in one query.

    `divisions` holds the codes of the divisions each officer serves in. Somebody hidden whose entry the viewer may not
    open is `UNNAMED`.
    """
    rules.require_reach(viewer, "see_team")
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [list(references)])
        rows = [_Listed(*row) for row in cursor.fetchall()]
    if rules.may(viewer, "see_officer"):
        return {row.reference: _row(row, opens=True) for row in rows}
    return {row.reference: _seen(row, divisions.get(row.reference, _NOWHERE), viewer) for row in rows}


def register(
    *, viewer: Actor, text: str = "", among: Collection[str] | None = None, offset: int = 0, limit: int = 50
) -> RegisterPage:
    """A page of the register whose name or badge number holds every word of a text, in two queries.

    Whoever does not reach the whole service names the officers they answer for (`among`, references).
    """
    scope = rules.require_reach(viewer, "see_officer")
    wanted = Q()
    for word in text.split():
        wanted &= Q(family_name__icontains=word) | Q(given_name__icontains=word) | Q(badge_number__istartswith=word)
    if scope != "service":
        wanted &= Q(reference__in=[viewer.officer, *(among or ())] if scope == "division" else [viewer.officer])
    elif among is not None:
        wanted &= Q(reference__in=list(among))
    found = Officer.objects.filter(wanted)
    by_name = found.order_by("family_name", "given_name", "badge_number")
    rows = by_name.values_list(*_Listed._fields)[offset : offset + limit]
    total = found.count()
    return RegisterPage(tuple(_row(_Listed(*row), opens=True) for row in rows), total)


def register_entry(reference: str, *, divisions: frozenset[str], viewer: Actor) -> RegisterEntry:
    """One officer's entry; NotThere for one unknown, and for one the viewer does not answer for."""
    rules.require(viewer, "see_officer", rules.About(officer=reference, divisions=divisions))
    row = Officer.objects.defer("lives_in").filter(reference=reference).first()
    if row is None:
        raise NotThere
    listed = _Listed(*(getattr(row, name) for name in _Listed._fields))
    return RegisterEntry(
        seen=_row(listed, opens=True),
        shown_name=_as_shown(listed),
        skills=tuple(row.skills),
        words=row.words,
        pronunciation=row.pronunciation,
        phone=row.phone,
        email=row.email,
        badge_shown=row.badge_shown,
        hidden_at=row.hidden_at,
        photo_consented_on=row.photo_consented_on,
        photo_withdrawn_on=row.photo_withdrawn_on,
    )


def letter_addresses(references: Collection[str], *, viewer: Actor) -> dict[str, str]:
    """Where letters to these officers go, by reference: those who have an account that has not ended."""
    rules.require_reach(viewer, "end_posting")
    accounts = Account.objects.filter(officer__reference__in=list(references), is_active=True)
    return dict(accounts.values_list("officer__reference", "email"))


def _as_shown(row: _Listed) -> str:
    return rules.name_shown(row.given_name, row.family_name, agreed=row.shown_as, ceiling=settings.BYNAME_NAME_SHOWN)


def _seen(row: _Listed, divisions: frozenset[str], viewer: Actor) -> OfficerSeen:
    opens = rules.may(viewer, "see_officer", rules.About(officer=row.reference, divisions=divisions))
    if row.hidden_at is not None and not opens:
        return UNNAMED
    return _row(row, opens=opens)


def _row(row: _Listed, *, opens: bool) -> OfficerSeen:
    hidden = row.hidden_at is not None
    shown = bool(row.photo_token) and rules.may_show_photo(row.photo_consented_on, row.photo_withdrawn_on, hidden)
    return OfficerSeen(
        reference=row.reference,
        rank=row.rank,
        name=f"{row.given_name} {row.family_name}".strip() if opens else _as_shown(row),
        family_name=row.family_name,
        badge_number=row.badge_number if opens else "",
        languages=tuple(row.languages),
        photo=PublicPhoto(row.photo_token, tuple(row.photo_formats)) if shown else None,
        hidden=hidden,
        opens=opens,
    )
