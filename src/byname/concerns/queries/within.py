"""Which concerns somebody reaches: what a permission depends on, and lists cut to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django.db.models import Q

from byname.concerns import rules
from byname.concerns.models import Concern, Person, with_places
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.vocabulary import Actor, NotThere

Row = TypeVar("Row", bound=Concern)


def about_of(
    concern: Concern, *, made_of: Mapping[str, frozenset[int]] | None = None, viewer: Actor
) -> people_rules.About:
    """What reach to a concern depends on; one that goes past the team has no area, so that its officers have no way in.

    It tells of its neighbourhood and its area; where it is of no one neighbourhood, of each the area is made of.
    `concern` was read by `with_places`; `made_of` are areas' neighbourhoods, for lists that read them.
    """
    people_rules.require(viewer, "see_public")
    area = concern.area.slug if concern.area else ""
    return people_rules.About(
        area=area if concern.holder == "team" else "",
        divisions=frozenset({concern.division_code}),
        places=_places(concern, area, made_of, viewer) if viewer.conflicts else frozenset(),
    )


def reached(act: str, *, through: str = "", viewer: Actor) -> Q:
    """The condition for the concerns a viewer reaches in an act, but for conflicts; NotThere where that is none.

    `through` is the way from the rows it is put to, such as "concern__"; rows without a concern may be among them.
    """
    scope = people_rules.require_reach(viewer, act)
    if scope == "service":
        return Q()
    mine = Q(**{f"{through}area__slug__in": viewer.areas, f"{through}holder": "team"})
    return mine | Q(**{f"{through}division_code__in": viewer.divisions}) if scope == "division" else mine


def held(reference: str, act: str, *, viewer: Actor) -> Concern:
    """The row of a concern, held until the transaction ends, for whoever may do the act to it; else NotThere."""
    people_rules.require_reach(viewer, act)
    rows = with_places(Concern.objects.select_for_update(of=("self",)))
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, act, about_of(concern, viewer=viewer))
    return concern


def held_by_link(link: str, *, viewer: Actor) -> tuple[Person, Concern]:
    """Whoever a private link belongs to, and their concern, held until the transaction ends; else NotThere."""
    people_rules.require(viewer, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None:
        raise NotThere
    concern = Concern.objects.select_for_update().get(pk=person.concern_id)
    # As it stands now that nobody else may change it.
    person = Person.objects.filter(pk=person.pk).exclude(link="").first()
    if person is None:
        raise NotThere
    return person, concern


def sees(concern: Concern, *, viewer: Actor) -> bool:
    """Whether no conflict of interest closes a concern that was read by `reached`, with its area and neighbourhood."""
    return bool(seen_among([concern], viewer=viewer))


def seen_among(concerns: Iterable[Row], *, viewer: Actor) -> list[Row]:
    """Those of these concerns that `sees` says yes to, in their order."""
    people_rules.require_reach(viewer, "see_concern")
    rows = list(concerns)
    if not viewer.conflicts:
        return rows
    whole = {row.area.slug for row in rows if row.area and row.neighbourhood is None}
    made_of = _made_of(whole, viewer) if whole else {}
    return [
        row for row in rows if people_rules.may(viewer, "see_concern", about_of(row, made_of=made_of, viewer=viewer))
    ]


def _places(concern: Concern, area: str, made_of: Mapping[str, frozenset[int]] | None, viewer: Actor) -> frozenset[str]:
    if concern.neighbourhood:
        ids = frozenset({concern.neighbourhood.official_id})
    else:
        ids = (_made_of({area}, viewer) if made_of is None else made_of).get(area, frozenset())
    # An area is declared as itself only where it was drawn by hand.
    return people.area_codes(area, ids, viewer=viewer) | people.area_codes(area, (), viewer=viewer)


def _made_of(areas: Iterable[str], viewer: Actor) -> dict[str, frozenset[int]]:
    return {slug: area.official_ids for slug, area in posts.areas_to_post(set(areas), viewer=viewer).items()}
