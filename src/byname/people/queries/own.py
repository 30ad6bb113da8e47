"""Reading one's own entry on the register; and whether somebody is hidden, for whoever may hide them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings

from byname.people import rules
from byname.people.models import Officer
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """An officer's entry as they may change it."""

    reference: str
    title: str
    names: tuple[tuple[str, str], ...]
    """How much of the name may be shown, by code, and how it then reads; no more than the service allows."""
    own: rules.OwnWords
    hidden: bool
    photo: bool
    """Whether there is a photo or drawn face that may be shown."""
    agreed_on: date | None
    """The day they agreed to show it; None where that was never, or was withdrawn."""


@dataclass(frozen=True, slots=True)
class OfficerToHide:
    """An officer, as far as hiding them asks."""

    reference: str
    title: str
    """By badge number alone where the viewer may hide them but not open their entry."""
    hidden: bool


def own_entry(officer: str, *, viewer: Actor) -> OwnEntry:
    """An officer's own entry, by reference. Raises NotThere for everybody else, and where there is none."""
    rules.require(viewer, "edit_officer", rules.About(officer=officer))
    row = Officer.objects.filter(reference=officer).defer("lives_in").first()
    if row is None:
        raise NotThere
    ceiling = settings.BYNAME_NAME_SHOWN
    agreed = rules.may_show_photo(row.photo_consented_on, row.photo_withdrawn_on, hidden=False)
    return OwnEntry(
        reference=row.reference,
        title=_title(row),
        names=tuple(
            (shown, rules.name_shown(row.given_name, row.family_name, agreed=shown, ceiling=ceiling))
            for shown in rules.SHOWN
            if shown == row.shown_as or rules.SHOWN.index(shown) >= rules.SHOWN.index(ceiling)
        ),
        own=rules.OwnWords(row.shown_as, row.pronunciation, tuple(row.languages), row.words, row.phone, row.email),
        hidden=row.hidden_at is not None,
        photo=agreed and bool(row.photo_token),
        agreed_on=row.photo_consented_on if agreed else None,
    )


def officer_to_hide(name: str, *, viewer: Actor, divisions: frozenset[str] = frozenset()) -> OfficerToHide:
    """An officer by reference or badge number, for whoever may hide them. Raises NotThere for everybody else.

    `divisions` holds the codes of the divisions they serve in, as far as they are known.
    """
    scope = rules.require_reach(viewer, "hide_officer")
    if "\0" in name:
        raise NotThere
    rows = Officer.objects.only("reference", "rank", "family_name", "badge_number", "hidden_at")
    row = rows.filter(reference=name).first() or rows.filter(badge_number=name).first()
    if row is None or (scope != "service" and row.reference != viewer.officer):
        raise NotThere
    opens = rules.may(viewer, "see_officer", rules.About(officer=row.reference, divisions=divisions))
    title = _title(row) if opens else f"Badge {row.badge_number}"
    return OfficerToHide(row.reference, title, row.hidden_at is not None)


def _title(row: Officer) -> str:
    return f"{row.rank} {row.family_name} ({row.badge_number})"
