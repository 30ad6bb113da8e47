"""Reading officers: as the public may see them, their photos, and the code they speak."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q

from byname.people import rules
from byname.people.models import Officer, OfficerPhoto, SpokenCode
from byname.safekeeping import keys
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class PublicPhoto:
    """Where a photo's renditions are; the token changes with the photo, so that no copy outlives it."""

    token: str
    formats: tuple[str, ...]
    """"webp" and "jpeg", or "svg" for a drawn face."""


@dataclass(frozen=True, slots=True)
class PublicOfficer:
    """What everybody may know of an officer: nothing else has a field here."""

    reference: str
    name: str
    pronunciation: str
    rank: str
    badge_number: str
    """Empty where it is not shown."""
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    words: str
    phone: str
    email: str
    photo: PublicPhoto | None


@dataclass(frozen=True, slots=True)
class Photo:
    """One rendition of a photo, ready to be sent; `token` is that of the photo today."""

    content: bytes
    media_type: str
    token: str


@dataclass(frozen=True, slots=True)
class OfficerToPost:
    """What deciding on a posting needs to know of an officer; never shown."""

    row_id: int
    reference: str
    badge_number: str
    title: str
    lives_in: int | None
    languages: tuple[str, ...]


def public_officers(references: Collection[str], *, viewer: Actor) -> dict[str, PublicOfficer]:
    """Officers as everybody may see them, by reference, in one query; whoever is hidden has no entry."""
    rules.require(viewer, "see_public")
    ceiling = settings.BYNAME_NAME_SHOWN
    rows = Officer.objects.filter(reference__in=list(references), hidden_at__isnull=True).values_list(
        "reference",
        "given_name",
        "family_name",
        "shown_as",
        "pronunciation",
        "rank",
        "badge_number",
        "badge_shown",
        "languages",
        "skills",
        "words",
        "phone",
        "email",
        "photo_token",
        "photo_formats",
        "photo_consented_on",
        "photo_withdrawn_on",
    )
    found = {}
    for (
        reference, given, family, agreed, pronunciation, rank, badge, badge_shown, languages, skills, words, phone,
        email, token, formats, consented_on, withdrawn_on,
    ) in rows:  # fmt: skip
        shown = bool(token) and rules.may_show_photo(consented_on, withdrawn_on, hidden=False)
        found[reference] = PublicOfficer(
            reference=reference,
            name=rules.name_shown(given, family, agreed=agreed, ceiling=ceiling),
            pronunciation=rules.pronunciation_shown(pronunciation, agreed=agreed, ceiling=ceiling),
            rank=rank,
            badge_number=badge if badge_shown else "",
            languages=tuple(languages),
            skills=tuple(skills),
            words=words,
            phone=phone,
            email=email,
            photo=PublicPhoto(token, tuple(formats)) if shown else None,
        )
    return found


_MEDIA_TYPES = {"webp": "image/webp", "jpeg": "image/jpeg", "svg": "image/svg+xml"}


def photo(reference: str, size: str, format: str, *, viewer: Actor) -> Photo | None:  # noqa: A002 - the word on the URL
    """One rendition of an officer's photo; None where there is none to show: unknown, hidden, never agreed, withdrawn.

    One query, and the database is asked each time, so that a photo withdrawn or hidden is gone everywhere at once.
    A drawn face ("svg") fits every size.
    """
    rules.require(viewer, "see_public")
    if size not in rules.SIZES or format not in _MEDIA_TYPES or "\0" in reference:
        return None
    agreed = Q(officer__photo_consented_on__isnull=False) & (
        Q(officer__photo_withdrawn_on__isnull=True)
        | Q(officer__photo_withdrawn_on__lt=F("officer__photo_consented_on"))
    )
    row = (
        OfficerPhoto.objects.filter(
            agreed,
            officer__reference=reference,
            officer__hidden_at__isnull=True,
            size="large" if format == "svg" else size,
            format=format,
        )
        .values_list("content", "officer__photo_token")
        .first()
    )
    return Photo(bytes(row[0]), _MEDIA_TYPES[format], row[1]) if row else None


def _code_of(reference: str, minute: int) -> str:
    return rules.spoken_code(keys.keyed_digest("spoken-code", reference.encode()), minute)


def spoken_code_of(reference: str, minute: int, *, viewer: Actor) -> str | None:
    """The six digits an officer speaks in a minute, for that officer's own eyes; None for one unknown or hidden."""
    rules.require(viewer, "see_spoken_code", rules.About(officer=reference))
    if not Officer.objects.filter(reference=reference, hidden_at__isnull=True).exists():
        return None
    return _code_of(reference, minute)


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """Whose code was spoken, and for which minute."""

    reference: str
    minute: int


def officer_for_code(
    code: str, minute: int, *, viewer: Actor, among: Collection[str] | None = None
) -> CodeMatch | None:
    """Whose unused code it is in this minute or the one before: among the officers named, else among all.

    None where it is nobody's, was used already, or two officers' codes happen to be the same: a face is never a guess.
    """
    rules.require(viewer, "check_spoken_code")
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    shown = Officer.objects.filter(hidden_at__isnull=True)
    if among is not None:
        shown = shown.filter(reference__in=list(among))
    matches = [
        CodeMatch(reference, then)
        for reference in shown.values_list("reference", flat=True)
        for then in rules.accepted_minutes(minute)
        if hmac.compare_digest(_code_of(reference, then), code)
    ]
    if len(matches) != 1:
        return None
    (match,) = matches
    used = SpokenCode.objects.filter(officer__reference=match.reference, minute=match.minute).exists()
    return None if used else match


def rows_of(references: Collection[str], *, viewer: Actor) -> dict[str, int]:
    """The rows of officers by reference, for tables above that point at them; nothing of what is in them."""
    rules.require(viewer, "see_public")
    return dict(Officer.objects.filter(reference__in=list(references)).values_list("reference", "pk"))


def officers_to_post(names: Collection[str], *, viewer: Actor) -> dict[str, OfficerToPost]:
    """Officers by badge number and by reference, each under whichever name was asked for, in one query."""
    rules.require_reach(viewer, "weigh_posting")
    wanted = list(names)
    rows = Officer.objects.filter(Q(badge_number__in=wanted) | Q(reference__in=wanted)).only(
        "reference", "badge_number", "rank", "given_name", "family_name", "lives_in", "languages"
    )
    found: dict[str, OfficerToPost] = {}
    for row in rows:
        officer = OfficerToPost(
            row_id=row.pk,
            reference=row.reference,
            badge_number=row.badge_number,
            title=f"{row.rank} {row.family_name} ({row.badge_number})",
            lives_in=int(row.lives_in) if row.lives_in else None,
            languages=tuple(row.languages),
        )
        found |= {name: officer for name in (row.badge_number, row.reference) if name in names}
    return found
