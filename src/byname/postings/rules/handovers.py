"""Decisions about handovers: what stands on the checklist, who gives their word, when words expire."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from byname.vocabulary import Period, Refused, refuse_unlikely

KINDS_OF_ITEM: Final = ("open_work", "contact", "promise", "key", "note")
"""What stands on a handover's checklist."""
PASSED_ON: Final = ("open_work", "promise", "key")
"""What must be ticked as passed on before the one who takes over gives their word; the rest is there to be read."""
OPENS_BEFORE: Final = timedelta(days=90)
"""A handover opens by itself this long before somebody leaves."""
OPENS_EARLIEST: Final = timedelta(days=180)
"""Nobody opens one earlier: its words would be kept for too long."""
WORDS_KEPT: Final = timedelta(days=90)
"""What was written for a handover is kept this long after it closes, or after the last day where it never does."""
ANNOUNCED_BEFORE: Final = timedelta(days=30)
"""A change of the team is told to residents this long before it happens."""
FOLLOWS_WITHIN: Final = timedelta(days=60)
"""Whoever begins in the same role this close to the day somebody leaves is taken to follow them."""
_STAYED_AFTER: Final = timedelta(days=14)
MOST_ITEMS: Final = 80
_LONGEST_WORDS: Final = 600


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who begins on an area's team."""

    officer: str
    role: str
    first: date


def leaves_on(last: date | None, planned_end_on: date | None) -> date | None:
    """The first day no longer served: as set, else as promised."""
    return last or planned_end_on


def has_stayed(planned_end_on: date | None, on: date) -> bool:
    """Whether the promised day passed so long ago that whoever still serves has not left: its end may be set late."""
    return planned_end_on is not None and planned_end_on + _STAYED_AFTER <= on


def known_day(leaving: date | None, on: date) -> date:
    """The day a handover opens for, or Refused: it opens once it is known when somebody leaves, and not too early."""
    if leaving is None or leaving <= on:
        raise Refused(
            "Nobody has said when this posting ends. Set its last day first; then the handover can open.",
            code="no-last-day",
        )
    if leaving - on > OPENS_EARLIEST:
        raise Refused(
            f"A handover opens at most {OPENS_EARLIEST.days} days before the change, as what is written in it is not "
            "kept for longer than it is needed.",
            code="too-early",
        )
    return leaving


def follower(role: str, leaving: date, coming: Iterable[Coming]) -> Coming | None:
    """Who takes over by the postings: the same role, beginning nearest to the day, at most sixty days from it."""
    near = [each for each in coming if each.role == role and abs(each.first - leaving) <= FOLLOWS_WITHIN]
    return min(near, key=lambda each: (abs(each.first - leaving), each.first, each.officer), default=None)


def days_side_by_side(leaving: Sequence[Period], taking: Sequence[Period], until: date) -> int:
    """On how many days before `until` two officers both serve an area, in whatever role; no day counts twice."""
    shared: set[date] = set()
    for one in leaving:
        for other in taking:
            last = min(end for end in (one.last, other.last, until) if end is not None)
            first = max(one.first, other.first)
            shared.update(first + timedelta(days=day) for day in range((last - first).days))
    return len(shared)


def announced_from(first: date, leaving: date, on: date) -> date:
    """The day from which residents are told that somebody leaves: thirty days before, or today where it is nearer.

    Always later than the first day served: a posting announced by its first day announces the arrival.
    """
    return max(leaving - ANNOUNCED_BEFORE, on, first + timedelta(days=1))


def announces_end(announced_on: date | None, first: date) -> bool:
    """Whether what a posting announces is its end: what is announced by its first day is its beginning."""
    return announced_on is not None and announced_on > first


def words_expire_on(leaving: date, on: date, closed_on: date | None = None) -> date:
    """The day the words go: ninety days after the handover closed, else after the day of the change or of writing."""
    return (closed_on or max(leaving, on)) + WORDS_KEPT


def admitted_words(kind: str, words: str, agreed_on: date | None, on: date) -> str:
    """The words of one thing on the checklist as they are kept; raises Refused for what may not be written down."""
    said = " ".join(words.split())
    if kind not in KINDS_OF_ITEM:
        raise Refused(
            "Choose what it is: open work, a contact, a promise, a key, or a note.", code="kind", field="kind"
        )
    if not said:
        raise Refused("Write in a few words what is passed on.", code="no-words", field="words")
    if len(said) > _LONGEST_WORDS or any(unicodedata.category(mark)[0] == "C" for mark in said):
        raise Refused(
            f"Plain text of up to {_LONGEST_WORDS} characters, please: one thing at a time.",
            code="words",
            field="words",
        )
    if kind == "contact" and agreed_on is None:
        raise Refused(
            "Ask them first. A partner's contact is passed on only when they agreed to it: say on which day they did.",
            code="not-agreed",
            field="agreed_on",
        )
    if agreed_on is not None:
        refuse_unlikely(agreed_on, "agreed_on")
    if agreed_on is not None and agreed_on > on:
        raise Refused("The day they agreed has not come yet.", code="not-agreed", field="agreed_on")
    return said


def side_of(officer: str, outgoing: str, incoming: str) -> str:
    """Which side of a handover an officer stands on: "outgoing", "incoming", or empty for neither."""
    if not officer:
        return ""
    return {outgoing: "outgoing", incoming: "incoming"}.get(officer, "")


def refuse_word(side: str, *, already: bool, still_open: int) -> None:
    """Nothing, or Refused: each officer gives their own word, once; nothing is taken over that was not passed on."""
    if side not in ("outgoing", "incoming"):
        raise Refused(
            "Only the two officers give their word: the one who leaves, and the one who takes over.", code="not-a-party"
        )
    if already:
        raise Refused("You have given your word already.", code="given")
    if side == "incoming" and still_open:
        many = "One thing is" if still_open == 1 else f"{still_open} things are"
        raise Refused(
            f"{many} not passed on yet. Open work, promises and keys are ticked one by one, together; then you can say "
            "that you have taken over.",
            code="not-passed-on",
        )


def vouched(added_at: datetime, word_at: datetime | None) -> bool:
    """Whether something stood on the checklist when the one who leaves gave their word for it."""
    return word_at is not None and added_at <= word_at


def refuse_removal(side: str, *, vouched: bool) -> None:
    """Nothing, or Refused: what the one who leaves gave their word for, nobody else takes off the checklist."""
    if vouched and side != "outgoing":
        raise Refused(
            "The one who leaves gave their word that everything is here: only they can take this off.", code="vouched"
        )


def refuse_standing_in(leaving: date, on: date, *, has_account: bool, already: bool) -> None:
    """Nothing, or Refused: a sergeant speaks for the officer who left only where that officer cannot any more."""
    if already:
        raise Refused("Their word is given already.", code="given")
    if has_account or on < leaving:
        raise Refused(
            "Each officer gives their own word. You can stand in for the one who left only when they have left the "
            "service and can no longer sign in.",
            code="not-gone",
        )


def is_late(leaving: date, closed: bool, on: date) -> bool:
    """Whether a handover is unfinished on or after the first day the officer no longer serves."""
    return not closed and on >= leaving


def missing_sections(kinds: Collection[str]) -> tuple[str, ...]:
    """The parts of the checklist in which nothing stands yet."""
    return tuple(kind for kind in KINDS_OF_ITEM if kind not in kinds)
