"""What a backup brought back may not undo: who was hidden, withdrew a photo or lost a role since is so again.

Each event that takes something back is one row of `WAYS`: how it is done again, and what undoes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from byname.concerns import actions as concerns
from byname.interfaces.jobs import heads
from byname.ledger import queries as ledger
from byname.people import actions as people
from byname.postings import actions as postings
from byname.vocabulary import Actor, Refused


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One act of before, as the sealer noted it or the replaced database held it; number 0 where no single act did."""

    number: int = field(compare=False)
    """What it was in its own ledger: done again, the same act has another."""
    at: datetime
    event: str
    kind: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """How much was taken, where the event alone does not say it."""


Done = Callable[[TakenBack, Actor], bool]
"""The act, and by whom it is done again → whether anything changed by it."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind of act is done again."""

    again: Done
    undone_by: frozenset[str] = frozenset()
    """The events about the same subject after which it need not be."""
    undone_by_brought_back_only: bool = False
    """Whether those count only where the backup holds what they gave."""


WAYS: Final[Mapping[str, Way]] = {
    "officer.hidden": Way(
        lambda act, by: postings.hide_officer(act.key, by=by, at=act.at).newly,
        undone_by=frozenset({"officer.shown"}),
    ),
    # A photo given after a withdrawal the backup does not know is not in the backup either: only the old one is.
    "officer.photo_withdrawn": Way(
        lambda act, by: people.withdraw_photo(act.key, by=by, at=act.at),
        undone_by=frozenset({"officer.photo_given"}),
        undone_by_brought_back_only=True,
    ),
    # Only what takes sight away: what each change left is the most they keep, and what was given since is given anew.
    "account.changed": Way(
        lambda act, by: people.cut_reach(
            int(act.key), **{name: act.facts[name] for name in ("roles", "divisions", "officer")}, by=by, at=act.at
        ),
        undone_by=frozenset({"account.changed", "account.opened", "account.opened_again"}),
        undone_by_brought_back_only=True,
    ),
    # Accounts are known by number, and after a restore a number is given anew: one opened later is somebody else's.
    "account.ended": Way(
        lambda act, by: people.end_account(int(act.key), by=by, at=act.at) >= 0,
        undone_by=frozenset({"account.opened", "account.opened_again"}),
        undone_by_brought_back_only=True,
    ),
    "account.second_factor_reset": Way(
        lambda act, by: bool(people.reset_second_factor(int(act.key), by=by, at=act.at)),
        undone_by=frozenset({"account.link_used", "account.opened", "account.opened_again"}),
        undone_by_brought_back_only=True,
    ),
    "concern.erased": Way(lambda act, by: concerns.erase_again(act.key, int(act.facts["person"]), by=by, at=act.at)),
    "concern.picture_set_apart": Way(
        lambda act, by: concerns.set_picture_apart_again(act.key, int(act.facts["number"]), by=by, at=act.at)
    ),
    "concern.picture_handed_over": Way(
        lambda act, by: concerns.hand_picture_over_again(act.key, int(act.facts["number"]), by=by, at=act.at)
    ),
    # Who gave a new address since gave it to the database that was replaced: here they stay stopped.
    "concern.letters_stopped": Way(
        lambda act, by: concerns.stop_letters_again(act.key, int(act.facts["person"]), by=by, at=act.at)
    ),
    "weekly.stopped": Way(lambda act, by: concerns.stop_weekly_letter_again(act.key, by=by, at=act.at)),
    "weekly.written": Way(
        lambda act, by: bool(
            concerns.write_no_weekly_letters_again(datetime.fromisoformat(act.facts["until"]), by=by, at=act.at)
        )
    ),
    # A wording published after one was taken back is not in the backup either: only the old one is.
    "concern.wording_withdrawn": Way(
        lambda act, by: concerns.withdraw_wording_again(act.key, by=by, at=act.at),
        undone_by=frozenset({"concern.wording_published"}),
        undone_by_brought_back_only=True,
    ),
    # From the moment on at which it was clear that the place must go, and not only from when it went.
    "concern.place_to_withdraw": Way(lambda act, by: concerns.take_place_away_again(act.key, by=by, at=act.at)),
    "concern.place_withdrawn": Way(lambda act, by: concerns.take_place_away_again(act.key, by=by, at=act.at)),
    # Where they are reached now is not in the backup: they say it again, and are written to again.
    "concern.contact_changed": Way(
        lambda act, by: concerns.change_contact_again(act.key, int(act.facts["person"]), by=by, at=act.at)
    ),
    # What nobody may take away until a court has it. The hold's file number is not noted: it is written in anew.
    "concern.held": Way(
        lambda act, by: concerns.hold_concern_again(
            act.key, act.facts["reason"], told=bool(act.facts.get("told")), by=by, at=act.at
        ),
        undone_by=frozenset({"concern.hold_ended"}),
    ),
    "leaving.declined": Way(
        lambda act, by: concerns.decline_leaving_again(act.key, int(act.facts["number"]), by=by, at=act.at)
    ),
    "leaving.taken": Way(
        lambda act, by: concerns.take_leaving_again(act.key, int(act.facts["number"]), by=by, at=act.at)
    ),
    "program.key_revoked": Way(lambda act, by: concerns.revoke_api_key_again(int(act.key), by=by, at=act.at)),
    # The words before the change are what the backup would show.
    "concern.wording_changed": Way(
        lambda act, by: concerns.withdraw_wording_again(act.key, by=by, at=act.at),
        undone_by=frozenset({"concern.wording_published"}),
        undone_by_brought_back_only=True,
    ),
}
_KNOWN: Final = WAYS.keys() | {event for way in WAYS.values() for event in way.undone_by}


def set_unknown_notes_aside(folder: Path, at: datetime, *, by: Actor) -> dict[str, int]:
    """The notes of seals the restored ledger does not hold, by name, with their numbers: moved, never removed.

    They tell of lines that came after the backup. Left where they were, they would say of an honest restore what they
    say of a ledger whose end somebody cut off.
    """
    unknown = {
        name: note.number
        for name, note in heads.noted(folder).items()
        if ledger.seal_numbered(note.number, viewer=by) != note.seal
    }
    place = folder / f"before-a-restore-{at:%Y-%m-%d-%H%M%S}"
    for name in unknown:
        place.mkdir(mode=0o750, exist_ok=True)
        (folder / name if name == heads.NEWEST else folder / heads.DAYS / name).rename(place / name)
    return unknown


def taken_back(lines: Iterable[str]) -> tuple[TakenBack, ...]:
    """The acts a file lists, one JSON object a line, oldest first; each once."""
    found: set[TakenBack] = set()
    for line in lines:
        said = json.loads(line)
        subject = said.get("subject")
        if isinstance(subject, str):
            subject = subject.split(":", 1)
        if not subject or said.get("event") not in _KNOWN:
            continue
        at = datetime.fromisoformat(said["at"])
        facts = said.get("facts", {})
        found.add(TakenBack(int(said.get("number", 0)), at, said["event"], str(subject[0]), str(subject[1]), facts))
    return tuple(sorted(found, key=lambda act: (act.at, act.number, act.event, act.key)))


def still_to_do(
    outside: Sequence[TakenBack], inside: Mapping[tuple[str, str], Sequence[TakenBack]]
) -> tuple[TakenBack, ...]:
    """Which acts of `outside` must be done again where the ledger holds `inside`, by subject."""
    left = []
    for act in outside:
        way = WAYS.get(act.event)
        held = inside.get((act.kind, act.key), ())
        if way is None or act in held:
            continue
        beside = () if way.undone_by_brought_back_only else outside
        if not any(
            later.event in way.undone_by and later.at > act.at and (later.kind, later.key) == (act.kind, act.key)
            for later in (*held, *beside)
        ):
            left.append(act)
    return tuple(left)


def replay(outside: Sequence[TakenBack], *, by: Actor) -> tuple[dict[str, int], int]:
    """How often each kind of act was done again, and how many were about somebody the backup does not know.

    Each at the moment it was first done: a day of consent after it stays after it. Done twice, it changes nothing more.
    """
    subjects = {(act.kind, act.key) for act in outside}
    inside = {
        (kind, key): tuple(
            TakenBack(line.number, line.at, line.event, kind, key) for line in ledger.lines_about(kind, key, viewer=by)
        )
        for kind, key in sorted(subjects)
    }
    done: dict[str, int] = {}
    unknown = set[str]()
    for act in still_to_do(outside, inside):
        try:
            if WAYS[act.event].again(act, by):
                done[act.event] = done.get(act.event, 0) + 1
        except Refused:
            unknown.add(act.key)
    return done, len(unknown)
