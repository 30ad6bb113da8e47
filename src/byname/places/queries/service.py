"""The service of this deployment: its name, its colour and the lines people can call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from byname.people import rules as people_rules
from byname.places import models
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A number people can call, and what is known of who answers there."""

    key: str
    """emergency, non_emergency, city, community_help, community_crisis, suicide_crisis, violence_at_home or
    crime_stoppers."""
    number: str
    """As a telephone dials it."""
    shown: str
    """As a person reads it."""
    answers_in: str | tuple[str, ...] = ()
    """"many" (through interpreters), or language codes; empty where nothing is known."""
    facts: dict[str, str | int | bool] = field(default_factory=dict)
    """Codes and plain values, such as always_open: the sentences for them stand in the translations."""


@dataclass(frozen=True, slots=True)
class ServiceProfile:
    """The one service of this deployment; everything empty before it was brought."""

    name: str = ""
    city: str = ""
    demo: bool = False
    brand: str = ""
    """The service's own colour on light pages as #rrggbb, checked to be legible there; empty for byname's own."""
    brand_dark: str = ""
    """The same for dark pages."""
    languages: tuple[str, ...] = ()
    """The languages offered, in this order; empty for all."""
    lines: tuple[ServiceLine, ...] = ()


def service_profile(*, viewer: Actor) -> ServiceProfile:
    """The service as it was brought; an empty profile before that."""
    people_rules.require(viewer, "see_public")
    kept: dict[str, Any] | None = models.ServiceProfile.objects.values_list("profile", flat=True).filter(pk=1).first()
    if kept is None:
        return ServiceProfile()
    return ServiceProfile(
        name=kept["name"],
        city=kept["city"],
        demo=kept["demo"],
        brand=kept["brand"],
        brand_dark=kept["brand_dark"],
        languages=tuple(kept["languages"]),
        lines=tuple(
            ServiceLine(
                key=line["key"],
                number=line["number"],
                shown=line["shown"],
                answers_in=line["answers_in"] if isinstance(line["answers_in"], str) else tuple(line["answers_in"]),
                facts=line["facts"],
            )
            for line in kept["lines"]
        ),
    )
