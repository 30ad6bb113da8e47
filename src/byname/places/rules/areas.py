"""What may be said of an area; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from byname.places.rules import boundaries
from byname.vocabulary import RowFault

REQUIRED = ("slug", "name", "division")
OPTIONAL = ("served_since", "phone", "email")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{1,30}( ?(ext|x)\.? ?[0-9]{1,6})?\Z")
_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}\Z", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """What a file says of one area."""

    line: int
    slug: str
    name: str
    division_code: str
    served_since: date | None
    phone: str
    email: str
    official_ids: tuple[int, ...]
    """Empty where it is drawn by hand."""


def area_row(line: int, said: Mapping[str, Any], *, drawn: bool) -> AreaRow | list[RowFault]:
    """One row as values, or everything wrong in it. A drawn place names no neighbourhoods, any other at least one."""
    faults: list[RowFault] = []

    def fault(column: str, expected: str) -> None:
        faults.append(RowFault(line, column, str(said.get(column) or "")[:60], expected))

    slug = boundaries.plain_text(said.get("slug"), 120) or ""
    if not _SLUG.match(slug):
        fault("slug", "small letters and digits with hyphens between, such as little-portugal")
    name = boundaries.plain_text(said.get("name"), boundaries.LONGEST_NAME) or ""
    if not name:
        fault("name", f"the area's name, up to {boundaries.LONGEST_NAME} plain letters")
    division_code = boundaries.division_code(said.get("division")) or ""
    if not division_code:
        fault("division", "a division's code, such as D14")
    since = boundaries.plain_text(said.get("served_since"), 20)
    served_since = _day(since) if since else None
    if since is None or (since and served_since is None):
        fault("served_since", "a day such as 2013-11-01, or nothing")
    phone = boundaries.plain_text(said.get("phone"), 40)
    if phone is None or (phone and not _PHONE.match(phone)):
        fault("phone", "a telephone number such as 416-555-0114, or nothing")
    email = boundaries.plain_text(said.get("email"), 254)
    if email is None or (email and not _EMAIL.match(email)):
        fault("email", "a mail address such as little-portugal@example.org, or nothing")
    written = boundaries.plain_text(said.get("neighbourhoods"), 2000)
    ids = [boundaries.official_id(part) for part in (written or "").split(";") if part.strip()]
    if drawn and (written is None or ids):
        fault("neighbourhoods", "nothing, for a place drawn by hand")
    if not drawn and (not ids or None in ids or len(set(ids)) < len(ids)):
        fault("neighbourhoods", "numbers of neighbourhoods, each once, with ; between them, such as 78;84")
    if faults:
        return faults
    official_ids = tuple(sorted(i for i in ids if i is not None))
    return AreaRow(line, slug, name, division_code, served_since, phone or "", email or "", official_ids)


def faults_among(
    rows: list[AreaRow], *, neighbourhoods: Mapping[int, str], divisions: frozenset[str]
) -> list[RowFault]:
    """What is wrong with rows that are each right alone. `neighbourhoods` gives each id's own slug."""
    faults: list[RowFault] = []
    first_with: dict[str, int] = {}
    id_of_slug = {slug: official_id for official_id, slug in neighbourhoods.items()}
    for row in rows:
        earlier = first_with.setdefault(row.slug, row.line)
        if earlier != row.line:
            faults.append(RowFault(row.line, "slug", row.slug, f"a slug of its own: {earlier} has it already"))
        namesake = id_of_slug.get(row.slug)
        if namesake is not None and row.official_ids != (namesake,):
            faults.append(
                RowFault(row.line, "slug", row.slug, f"another slug: this one is neighbourhood {namesake}'s own page")
            )
        if row.division_code not in divisions:
            faults.append(RowFault(row.line, "division", row.division_code, "one of " + ", ".join(sorted(divisions))))
        unknown = [str(official_id) for official_id in row.official_ids if official_id not in neighbourhoods]
        if unknown:
            faults.append(
                RowFault(
                    row.line, "neighbourhoods", ";".join(unknown), "numbers of neighbourhoods that were brought in"
                )
            )
    return faults


def _day(text: str) -> date | None:
    if not _DAY.match(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
