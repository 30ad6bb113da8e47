"""Decisions about postings: terms, early ends, who may serve where, what is announced, and how steady a team is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from statistics import median
from typing import Final

from byname.vocabulary import LIKELY_DAYS, Period, Refused, RowFault, is_likely

ROLES: Final = ("lead", "member", "cover")
ON_THE_TEAM: Final = ("lead", "member")
REASONS: Final = ("promotion", "transfer_requested", "operational_need", "leave", "left_service", "other")
"""Why a posting may end before its term; published for the whole service only."""
TERM_YEARS: Final = 4
LONGEST_COVER: Final = timedelta(days=120)
"""Who stays longer holds a posting with a promised term: a cover has none."""
STRUCK_WITHIN: Final = timedelta(days=60)
"""For so long after its first day a posting that never was may be struck from the record."""
TOLD_FOR: Final = timedelta(days=60)
"""How long a change that was announced is told of after it happened."""


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting as a service brings it; the officer by badge number or reference, the area by slug."""

    officer: str
    area: str
    role: str
    first: date
    last: date | None = None
    """The first day no longer served here: the next officer may begin on it."""
    planned_end_on: date | None = None
    announced_on: date | None = None
    ended_early_reason: str = ""
    first_was: date | None = None
    """The first day that was brought by mistake: the posting on record that this one sets right."""
    never_was: bool = False
    """Whether this posting is struck from the record: brought by mistake, it never was."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """One posting with the names needed to speak of it; `line` is 0 where it stands in no file."""

    officer: str
    officer_title: str
    area: str
    area_name: str
    role: str
    period: Period
    line: int = 0


@dataclass(frozen=True, slots=True)
class Served:
    """One lead or member posting of an area, as what follows needs to see it."""

    officer: str
    role: str
    period: Period
    announced_on: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a team on a day: who joins in a role, and who leaves it."""

    on: date
    role: str
    joins: str | None
    leaves: str | None


@dataclass(frozen=True, slots=True)
class Continuity:
    """How steady a team is: about the area, never about one officer."""

    officers: int
    median_days: int | None
    changes_in_twelve_months: int
    next_change_on: date | None


def term_ends_on(first: date, years: int = TERM_YEARS) -> date:
    """The first day after a whole term; a term begun on 29 February ends on 1 March where there is no 29th."""
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return date(first.year + years, 3, 1)


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return date(day.year - 1, 2, 28)


def promised_end(row: PostingRow) -> date | None:
    """The end that is promised: as stated, else a whole term; none for a cover."""
    if row.role == "cover":
        return None
    return row.planned_end_on or term_ends_on(row.first)


def ends_early(last: date | None, planned_end_on: date | None) -> bool:
    """Whether a posting ends before its promised end."""
    return last is not None and planned_end_on is not None and last < planned_end_on


def row_faults(row: PostingRow) -> list[RowFault]:
    """Everything wrong with one posting by itself; empty where all is well."""
    faults = []

    def say(column: str, found: object, expected: str) -> None:
        faults.append(RowFault(row.line, column, str(found if found is not None else ""), expected))

    days = {"first": row.first, "last": row.last, "planned_end": row.planned_end_on, "first_was": row.first_was}
    for column, day in days.items():
        if day is not None and not is_likely(day):
            say(column, day, LIKELY_DAYS)
    if faults:
        return faults
    if row.never_was:
        if row.first_was is not None:
            say("first_was", row.first_was, "nothing, where the posting never was")
        return faults
    if row.first_was == row.first:
        say("first_was", row.first_was, "the first day as it was brought by mistake, or nothing")
    if row.role not in ROLES:
        say("role", row.role, "one of " + ", ".join(ROLES))
    if row.last is not None and row.last <= row.first:
        say("last", row.last, f"a day after the first, {row.first}")
    return faults + (_cover_faults(row) if row.role == "cover" else _term_faults(row))


def _cover_faults(row: PostingRow) -> list[RowFault]:
    faults = []
    if row.last is None:
        faults.append(RowFault(row.line, "last", "", "the day a cover ends"))
    elif row.last - row.first > LONGEST_COVER:
        expected = f"a day at most {LONGEST_COVER.days} days after the first: whoever stays longer has a posting"
        faults.append(RowFault(row.line, "last", str(row.last), expected))
    for column, found in (("planned_end", row.planned_end_on), ("ended_early_reason", row.ended_early_reason)):
        if found:
            faults.append(RowFault(row.line, column, str(found), "nothing: a cover promises no term"))
    return faults


def _term_faults(row: PostingRow) -> list[RowFault]:
    faults = []

    def say(column: str, found: object, expected: str) -> None:
        faults.append(RowFault(row.line, column, str(found), expected))

    promised = promised_end(row)
    if promised is not None and promised <= row.first:
        say("planned_end", promised, f"a day after the first, {row.first}")
    if row.ended_early_reason and row.ended_early_reason not in REASONS:
        say("ended_early_reason", row.ended_early_reason, "one of " + ", ".join(REASONS))
    elif row.last is not None and row.last <= row.first:
        pass  # Told above; whether it ends early cannot be said.
    elif ends_early(row.last, promised) and not row.ended_early_reason:
        say("ended_early_reason", "", f"a reason, as it ends before {promised}: one of " + ", ".join(REASONS))
    elif row.ended_early_reason and not ends_early(row.last, promised):
        say("ended_early_reason", row.ended_early_reason, f"nothing, as it does not end before {promised}")
    return faults


def spoken(period: Period) -> str:
    """A period in words."""
    return f"since {period.first}" if period.last is None else f"from {period.first} to {period.last}"


def clashes(placed: Iterable[Placed]) -> list[tuple[Placed, str]]:
    """Every posting that cannot stand beside an earlier one, with a sentence that says why.

    An officer holds one lead or member posting at a time, an area has one lead at a time; the day on which one ends and
    the next begins is no clash. Covers clash with nothing.
    """
    by_officer: dict[str, list[Placed]] = defaultdict(list)
    leads: dict[str, list[Placed]] = defaultdict(list)
    for posting in placed:
        if posting.role in ON_THE_TEAM:
            by_officer[posting.officer].append(posting)
        if posting.role == "lead":
            leads[posting.area].append(posting)
    found = []
    for group in by_officer.values():
        for before, after in _overlapping(group):
            where = f"{before.area_name} {spoken(before.period)}{_line(before)}"
            found.append((after, f"{after.officer_title} serves {where}; one officer has one posting at a time"))
    for group in leads.values():
        for before, after in _overlapping(group):
            who = f"{before.officer_title} leads {before.area_name} {spoken(before.period)}{_line(before)}"
            if before.officer != after.officer:
                found.append((after, f"{who}; an area has one lead at a time"))
    return found


def _line(posting: Placed) -> str:
    return f" (line {posting.line})" if posting.line else ""


def _overlapping(group: list[Placed]) -> list[tuple[Placed, Placed]]:
    # Told about the one that stands later in the file; what is on record already (line 0) came first.
    pairs = []
    longest: Placed | None = None
    for posting in sorted(group, key=lambda each: (each.period.first, each.line)):
        if longest is not None and longest.period.overlaps(posting.period):
            before, after = sorted((longest, posting), key=lambda each: each.line)
            pairs.append((before, after))
        if longest is None or _ends_later(posting.period, longest.period):
            longest = posting
    return pairs


def _ends_later(one: Period, other: Period) -> bool:
    return other.last is not None and (one.last is None or one.last > other.last)


def refuse_home(officer_title: str, lives_in: int | None, official_ids: Collection[int], area_name: str) -> None:
    """Nothing, or Refused: nobody is posted where they live."""
    if lives_in is not None and lives_in in official_ids:
        raise Refused(
            f"{officer_title} cannot be posted to {area_name}: nobody is posted where they live.", code="posted-at-home"
        )


def refuse_strike(first: date, on: date) -> None:
    """Nothing, or Refused: what stood on the page for long is ended in the open, never struck from the record."""
    if on - first > STRUCK_WITHIN:
        raise Refused(
            f"A posting can be struck from the record until {STRUCK_WITHIN.days} days after its first day. "
            f"The one from {first} is ended instead, with a reason.",
            code="too-late",
            field="never_was",
        )


def since(officer: str, history: Iterable[Served], on: date) -> date | None:
    """The first day of an officer's unbroken service on an area's team on a day; None where they do not serve it then.

    A posting that begins on the day the one before ended goes on from it, also in another role.
    """
    mine = {posting.period.first: posting.period for posting in history if posting.officer == officer}
    now = next((period for period in mine.values() if period.holds(on)), None)
    if now is None:
        return None
    first = now.first
    ends = {period.last: period.first for period in mine.values() if period.last is not None}
    while first in ends:
        first = ends[first]
    return first


def _serves(officer: str, history: Iterable[Served], on: date) -> bool:
    return any(posting.officer == officer and posting.period.holds(on) for posting in history)


def changes_between(history: Sequence[Served], after: date, until: date) -> int:
    """On how many days somebody left an area's team, later than `after` and no later than `until`.

    A day counts once, however many left on it and whoever took their place. Going on in another role is not leaving;
    joining a growing team is no change.
    """
    return len(
        {
            posting.period.last
            for posting in history
            if posting.period.last is not None
            and after < posting.period.last <= until
            and not _serves(posting.officer, history, posting.period.last)
        }
    )


def announced_changes(history: Sequence[Served], on: date) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """The announced changes of an area's team: those still to come, and those of the last sixty days, by day.

    A posting announced by its first day announces an arrival; one announced later, its own end. An announced arrival
    also tells who makes way for it: whoever leaves the same role on the same day. Nothing is told before the day it was
    announced on. Going on in the same role is no change, in another role an arrival in that role.
    """
    joins: dict[tuple[date, str], list[str]] = defaultdict(list)
    leaves: dict[tuple[date, str], list[tuple[bool, str]]] = defaultdict(list)
    for posting in history:
        first, last = posting.period.first, posting.period.last
        told = posting.announced_on is not None and posting.announced_on <= on
        arrival = posting.announced_on is not None and posting.announced_on <= first
        if (
            told
            and arrival
            and not any(
                other.officer == posting.officer and other.role == posting.role and other.period.last == first
                for other in history
            )
        ):
            joins[first, posting.role].append(posting.officer)
        if last is not None and not _serves(posting.officer, history, last):
            leaves[last, posting.role].append((told and not arrival, posting.officer))
    changes = []
    for key in sorted(joins.keys() | leaves.keys()):
        arriving = sorted(joins[key])
        # Those who said they leave stand first; the rest make way for arrivals only.
        leaving = [officer for _, officer in sorted(leaves[key], key=lambda pair: (not pair[0], pair[1]))]
        shown = leaving[: max(len(arriving), sum(said for said, _ in leaves[key]))]
        changes += [Change(*key, joining, going) for joining, going in zip_longest(arriving, shown)]
    coming = tuple(change for change in changes if change.on > on)
    return coming, tuple(change for change in changes if on - TOLD_FOR < change.on <= on)


def continuity(
    firsts: Sequence[date], history: Sequence[Served], *, on: date, next_change_on: date | None
) -> Continuity:
    """How steady an area's team is on a day.

    `firsts` are the first days (see `since`) of the officers shown today. The median is of days served; between two
    officers in the middle, their mean, rounded down. Changes are those of the twelve months up to and with the day.
    """
    days = [(on - first).days for first in firsts]
    return Continuity(
        officers=len(days),
        median_days=int(median(days)) if days else None,
        changes_in_twelve_months=changes_between(history, year_before(on), on),
        next_change_on=next_change_on,
    )


def place_in_team(role: str, first: date, reference: str) -> tuple[int, date, str]:
    """Where somebody stands in a team's list: the lead first, then by days served; a sort key."""
    return ROLES.index(role), first, reference


def early_ends(ended: Iterable[tuple[date, date | None, str]], year: int) -> Mapping[str, int]:
    """How many postings ended before their promised end in a year, by reason; every reason has a figure."""
    counts = dict.fromkeys(REASONS, 0)
    for last, planned_end_on, reason in ended:
        if last.year == year and ends_early(last, planned_end_on) and reason in counts:
            counts[reason] += 1
    return counts
