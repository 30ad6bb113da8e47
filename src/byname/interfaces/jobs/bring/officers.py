"""Bringing the register of officers in."""

from __future__ import annotations

from pathlib import Path

from byname.interfaces.jobs.bring.kind import Kind, Order
from byname.interfaces.jobs.bring.tables import Line, read_table
from byname.people import rules
from byname.postings import actions as postings
from byname.vocabulary import Refused, RowFault

_NEEDED = ("badge_number", "given_name", "family_name", "rank")
_COLUMNS = (
    "badge_number",
    "given_name",
    "family_name",
    "shown_as",
    "badge_shown",
    "pronunciation",
    "rank",
    "languages",
    "skills",
    "words",
    "phone",
    "email",
    "lives_in",
    "photo_consented_on",
    "photo_file",
)
_TOLD_EVERY = 25

_EXAMPLE = (
    "8123",
    "Amara",
    "Okoye",
    "full",
    "yes",
    "oh-KOH-yeh",
    "Constable",
    "en;fr;yue",
    "youth;mental_health",
    "Ask me about the chess tables in the park.",
    "416-555-0123",
    "amara.okoye@example.org",
    "12",
    "2026-03-15",
    "faces/8123.jpg",
)
_TEMPLATE = f"{','.join(_COLUMNS)}\n{','.join(_EXAMPLE)}\n"


def _bring(order: Order) -> tuple[str, ...]:
    lines = read_table(order.content(), columns=_COLUMNS, needed=_NEEDED)
    rows = []
    for line in lines:
        rows.append(_row(line, order.path.parent))
        if rows[-1].photo and len(rows) % _TOLD_EVERY == 0:
            order.say(f"photos made anew up to row {len(rows)} of {len(lines)}")
    faults = [fault for line in lines for fault in line.faults]
    done = postings.bring_officers(rows, found=faults, by=order.by, at=order.at)
    if not (done.added or done.changed or done.photos):
        return (f"nothing changed: {done.unchanged} officers were as they are",)
    return (
        f"{done.added} officers added, {done.changed} brought up to date, {done.unchanged} as they were",
        f"{done.photos} photos made anew",
    )


def _row(line: Line, folder: Path) -> rules.OfficerRow:
    return rules.OfficerRow(
        badge_number=line.text("badge_number").upper(),
        given_name=line.text("given_name"),
        family_name=line.text("family_name"),
        shown_as=line.text("shown_as").lower() or "full",
        badge_shown=line.yes("badge_shown", otherwise=True),
        pronunciation=line.text("pronunciation"),
        rank=line.text("rank"),
        languages=tuple(code.lower() for code in line.several("languages")),
        skills=tuple(code.lower() for code in line.several("skills")),
        words=line.text("words"),
        phone=line.text("phone"),
        email=line.text("email"),
        lives_in=line.number_in("lives_in"),
        photo_consented_on=line.day("photo_consented_on"),
        photo=_photo(line, folder),
        line=line.number,
    )


def _photo(line: Line, folder: Path) -> tuple[rules.Rendition, ...]:
    name = line.text("photo_file")
    if not name:
        return ()
    beside = folder.resolve()
    expected = "a photo beside the file, such as faces/8123.jpg"
    try:
        path = (beside / name).resolve()
        if path.is_relative_to(beside) and path.is_file():
            with path.open("rb") as file:
                return rules.renditions(file.read(rules.LARGEST_PHOTO + 1))
    except Refused as no:
        expected = f"another photo. {no.sentence}"
    except (OSError, ValueError):
        expected = "a photo that can be read"
    line.faults.append(RowFault(line.number, "photo_file", name, expected))
    return ()


OFFICERS = Kind("officers", "the register: names as agreed, languages, photos; CSV", _bring, template=_TEMPLATE)
