"""Which languages are spoken at home, neighbourhood by neighbourhood, as the service brought it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from byname.people import rules as people_rules
from byname.places import models
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class HomeLanguages:
    """People by the language they speak most often at home, and the file that says so; empty before it was brought."""

    people: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """By a neighbourhood's official id, then by language code."""
    file_name: str = ""
    brought_at: datetime | None = None


def home_languages(*, viewer: Actor) -> HomeLanguages:
    """The languages of every neighbourhood, in one statement."""
    people_rules.require(viewer, "see_public")
    row = models.HomeLanguages.objects.filter(pk=1).first()
    if row is None:
        return HomeLanguages()
    people = {int(official_id): said for official_id, said in row.people.items()}
    return HomeLanguages(people, row.file_name, row.brought_at)
