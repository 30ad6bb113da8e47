"""The lists somebody keeps: what each is cut by."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from byname.concerns.models import SavedList
from byname.concerns.queries.inbox import Asked
from byname.people import rules as people_rules
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class KeptList:
    """One list under its name."""

    number: int
    name: str
    asked: Asked


def kept_lists(*, viewer: Actor) -> tuple[KeptList, ...]:
    """The viewer's own lists by name; none for whoever keeps none."""
    people_rules.require(viewer, "keep_lists", people_rules.About(account_id=viewer.account_id))
    rows = SavedList.objects.filter(account_id=viewer.account_id or 0)
    found = (KeptList(row.pk, row.name, _asked(row.asked)) for row in rows)
    return tuple(sorted(found, key=lambda each: each.name.casefold()))


def to_keep(asked: Asked, *, viewer: Actor) -> dict[str, Any]:
    """What is filled of what a list is cut by, in plain values."""
    people_rules.require(viewer, "keep_lists", people_rules.About(account_id=viewer.account_id))
    said = {name: value for name, value in asdict(asked).items() if value not in ("", None, False)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}


def _asked(kept: dict[str, Any]) -> Asked:
    known: dict[str, Any] = {
        name: value for name, value in kept.items() if name in {field.name for field in fields(Asked)}
    }
    days: dict[str, Any] = {
        name: date.fromisoformat(known[name]) for name in ("raised_from", "raised_until") if name in known
    }
    return Asked(**(known | days))
