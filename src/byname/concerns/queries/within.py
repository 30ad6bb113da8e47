"""Which concerns somebody reaches: what a permission depends on, and lists cut to it."""

from __future__ import annotations

from django.db.models import Q

from byname.concerns import rules
from byname.concerns.models import Concern, Person
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere


def about_of(concern: Concern, *, viewer: Actor) -> people_rules.About:
    """What reach to a concern depends on; one that goes past the team has no area, so that its officers have no way in.

    `concern` was read with its area and neighbourhood.
    """
    people_rules.require(viewer, "see_public")
    area = concern.area.slug if concern.area else ""
    ids = [concern.neighbourhood.official_id] if concern.neighbourhood else []
    return people_rules.About(
        area=area if concern.holder == "team" else "",
        divisions=frozenset({concern.division_code}),
        places=people.area_codes(area, ids, viewer=viewer) if viewer.conflicts else frozenset(),
    )


def reached(act: str, *, viewer: Actor) -> Q:
    """The condition for the concerns a viewer reaches in an act, but for conflicts; NotThere where that is none."""
    scope = people_rules.require_reach(viewer, act)
    if scope == "service":
        return Q()
    mine = Q(area__slug__in=viewer.areas, holder="team")
    return mine | Q(division_code__in=viewer.divisions) if scope == "division" else mine


def held(reference: str, act: str, *, viewer: Actor) -> Concern:
    """The row of a concern, held until the transaction ends, for whoever may do the act to it; else NotThere."""
    people_rules.require_reach(viewer, act)
    rows = Concern.objects.select_related("area", "neighbourhood").select_for_update(of=("self",))
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
    people_rules.require_reach(viewer, "see_concern")
    return not viewer.conflicts or people_rules.may(viewer, "see_concern", about_of(concern, viewer=viewer))
