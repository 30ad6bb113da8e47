"""Whom somebody may turn to when the team does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from byname.people import queries as people
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Recourse:
    """Somebody with a name, else a number; both empty where the service has told of neither."""

    sergeant: people.PublicOfficer | None
    division_name: str
    phone: str
    """The sergeant's own number where they show one, else the division's."""

    @property
    def name(self) -> str:
        """The sergeant's name as the public may know it; empty where none is shown."""
        return self.sergeant.name if self.sergeant else ""


def whom_to_turn_to(division: str, *, on: date, viewer: Actor) -> Recourse:
    """The sergeant of a division, by name if one is shown, and the number to ring."""
    people_rules.require(viewer, "see_public")
    sergeant = next(iter(people.sergeants_of(division, viewer=viewer)), None)
    facts = next((each for each in places.divisions(on=on, viewer=viewer) if each.code == division), None)
    phone = (sergeant.phone if sergeant else "") or (facts.phone if facts else "")
    return Recourse(sergeant, facts.name if facts else "", phone)
