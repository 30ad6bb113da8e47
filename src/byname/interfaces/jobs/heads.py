"""What of the ledger is noted outside the database: its newest seal, and what was taken back from the public."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from byname.ledger import actions, queries
from byname.vocabulary import Refused

NEWEST: Final = "head"
DAYS: Final = "heads"
TAKEN_BACK: Final = "taken-back.jsonl"


def noted(folder: Path) -> dict[str, queries.Head]:
    """Every note in a folder by its name: the newest, and one a day; empty where there is none."""
    files = [folder / NEWEST, *sorted((folder / DAYS).glob("*"))]
    return {file.name: _read(file) for file in files if file.is_file() and not file.name.endswith(".new")}


def noted_anywhere(folder: Path) -> dict[str, queries.Head]:
    """Every note in a folder somebody keeps elsewhere: a copy of this one, or of its notes alone."""
    here = {file.name: _read(file) for file in sorted(folder.iterdir()) if file.is_file() and file.suffix == ""}
    return noted(folder) | here


def note(folder: Path, head: queries.Head) -> None:
    """The newest seal stands in the folder, whole or as before."""
    _write(folder / NEWEST, head)


def note_for_the_day(folder: Path, head: queries.Head, on: date) -> None:
    """The newest seal of a day stands in the folder under that day, for good."""
    _write(folder / DAYS / on.isoformat(), head)


def is_noted(folder: Path, on: date) -> bool:
    """Whether a seal was noted under this day."""
    return (folder / DAYS / on.isoformat()).exists()


def newest(folder: Path) -> queries.Head | None:
    """The newest seal as it was noted; None where none was."""
    file = folder / NEWEST
    return _read(file) if file.exists() else None


def set_aside(folder: Path, at: datetime) -> Path | None:
    """Where the newest note stands from now on, beside the notes of the days; None where there was none.

    Done where the database does not know that seal any more: the note is the only witness, and is never written over.
    """
    file = folder / NEWEST
    if not file.exists():
        return None
    place = folder / DAYS / f"before-{at:%Y-%m-%d-%H%M%S}"
    place.parent.mkdir(mode=0o750, exist_ok=True)
    return file.rename(place)


def note_taken_back(folder: Path, acts: Sequence[actions.TakenBack]) -> None:
    """The acts are on the disk, one JSON object a line; a line may stand there twice, never not at all."""
    if not acts:
        return
    lines = [
        {
            "number": act.number,
            "at": act.at.isoformat(),
            "event": act.event,
            "subject": act.subject.split(":", 1),
            **({"facts": dict(act.facts)} if act.facts else {}),
        }
        for act in acts
    ]
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    descriptor = os.open(folder / TAKEN_BACK, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write("".join(json.dumps(line) + "\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _read(file: Path) -> queries.Head:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return queries.Head(int(said["number"]), str(said["seal"]), datetime.fromisoformat(said["sealed_at"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise Refused(f"{file} is no note of a seal.", code="ledger-head") from fault


def _write(file: Path, head: queries.Head) -> None:
    file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
    said = {"number": head.number, "seal": head.seal, "sealed_at": head.sealed_at.isoformat()}
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(json.dumps(said) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
