"""Reading conflicts of interest: one's own, how many there are, and the codes places are known by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextField
from django.db.models.functions import Cast

from byname.people import rules
from byname.people.models import Conflict
from byname.safekeeping import keys
from byname.vocabulary import Actor, Refused

SEALED_PLACE = Cast("place", TextField())
"""The place of a conflict as it stands in the table: read as itself, one that fits no data key takes all with it."""


@dataclass(frozen=True, slots=True)
class DeclaredConflict:
    """One place somebody will not act on, for their own eyes."""

    number: int
    place: str
    """A kind and a name: "neighbourhood:81", "area:night-market"; empty where no data key opens it any more."""
    declared_at: datetime


def codes_of(places: Collection[str], *, viewer: Actor) -> dict[str, str]:
    """The code each place is known by: it says "the same place" to whoever holds the data keys, and nothing else."""
    rules.require(viewer, "see_public")
    return {place: keys.keyed_digest("conflict-of-interest", place.encode()).hex() for place in places}


def codes_now(kept: Iterable[tuple[str, str]], *, viewer: Actor) -> list[str]:
    """The codes of declared places, each kept sealed and as a code: made anew of what is sealed, in the same order.

    While the data keys are exchanged a stored code may be of another key than ours. Where no data key opens the place,
    the stored code is all there is.
    """
    rules.require(viewer, "see_public")
    read = [(_opened(sealed), code) for sealed, code in kept]
    codes = codes_of({place for place, _ in read if place}, viewer=viewer)
    return [codes.get(place, code) for place, code in read]


def place_codes(official_ids: Collection[int], *, viewer: Actor) -> dict[int, str]:
    """The codes of neighbourhoods by official id, for `About.places` of what tells of them."""
    rules.require(viewer, "see_public")
    codes = codes_of([f"neighbourhood:{official_id}" for official_id in official_ids], viewer=viewer)
    return dict(zip(official_ids, codes.values(), strict=True))


def area_codes(area: str, official_ids: Collection[int], *, viewer: Actor) -> frozenset[str]:
    """The codes of all that an area stands for, for `About.places` of what tells of the area."""
    rules.require(viewer, "see_public")
    return frozenset(codes_of(rules.places_of(area, official_ids), viewer=viewer).values())


def own_conflicts(*, viewer: Actor) -> tuple[DeclaredConflict, ...]:
    """What the viewer declared and has not ended, the oldest first; nobody else ever reads it."""
    rules.require(viewer, "declare_conflict", rules.About(account_id=viewer.account_id))
    rows = Conflict.objects.filter(account=viewer.account_id, ended_at__isnull=True).order_by("declared_at", "pk")
    kept = rows.values_list("pk", SEALED_PLACE, "declared_at")
    return tuple(DeclaredConflict(number, _opened(sealed), declared_at) for number, sealed, declared_at in kept)


def conflicts_among(officers: Collection[str], *, viewer: Actor) -> int:
    """How many conflicts these officers, by reference, have declared: a number, never whose or about what."""
    rules.require_reach(viewer, "count_conflicts")
    return Conflict.objects.filter(account__officer__reference__in=list(officers), ended_at__isnull=True).count()


def _opened(sealed: str) -> str:
    try:
        return keys.unseal(sealed)
    except Refused:
        return ""
