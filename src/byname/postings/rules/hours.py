"""Decisions about hours: present in the area, or pulled away from it; and what of them a month tells the public."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from byname.analysis import disclosure
from byname.vocabulary import Refused, RowFault, refuse_unlikely

PRESENT: Final = "present"
AWAY: Final = ("general_patrol", "event", "building", "court", "training", "other")
"""Why an officer is pulled out of the area."""
KINDS_OF_HOURS: Final = (PRESENT, *AWAY)
WHOLE_DAY: Final = 24 * 60
USUAL_DAY: Final = 10 * 60
"""A usual day until an officer's own days say otherwise."""
CORRECTED_WITHIN: Final = timedelta(days=35)
"""So long may a day's hours be recorded or corrected at the desk: until its month is published, even the longest."""
PUBLISHED_FROM: Final = 6
"""The day of the next month from which a month is published."""
HOURS_KEPT: Final = timedelta(days=400)
"""How long one officer's days are kept; the month's figures stay."""
FEWEST: Final = 3
"""No published figure tells of fewer officers."""
COUNTS_FROM: Final = 10 * 60
"""An officer with fewer minutes in a figure is not one of the three it needs."""
LARGEST_SHARE: Final = 70
"""No officer has more in a hundred of a published figure."""
_ROUNDED_TO: Final = 10
_WRITTEN = re.compile(r"(\d{1,2})(?:[.,](\d{1,2})|:([0-5]\d))?\Z", re.ASCII)

Minutes = Mapping[str, Mapping[Hashable, int]]
"""Of one area and month: minutes by kind, then by officer."""
_Figure = Counter[tuple[str, Hashable]]
"""Minutes by the division they were recorded in, and by officer."""
_Figures = Mapping[str, _Figure]
"""By kind; a kind that nobody had is not there."""


@dataclass(frozen=True, slots=True)
class HoursRow:
    """One officer's hours of one kind on one day as a service brings them; the officer by badge number."""

    officer: str
    area: str
    on: date
    kind: str
    minutes: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class MonthHours:
    """What a month tells of an area, of several, or of the whole service: hours in tens, never one officer's."""

    month: date
    """Its first day."""
    officers: int
    """Everybody who recorded hours in it, however few."""
    present: int
    away: int
    by_reason: tuple[tuple[str, int], ...]
    """Hours pulled away, the most first; "other", the last, holds every reason too small to be told."""

    @property
    def share_present(self) -> int:
        """Hours in the area in a hundred of all hours."""
        return round(100 * self.present / (self.present + self.away))

    @property
    def share_away(self) -> int:
        """Hours pulled away in a hundred of all hours."""
        return 100 - self.share_present


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One figure of a month as it is published: of one area, or of several small teams together."""

    area: str | None
    hours: MonthHours


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def due_month(on: date) -> date:
    """The latest month whose hours are due to be published on a day: the one before, from the sixth on."""
    before = month_of(month_of(on) - timedelta(days=1))
    return before if on.day >= PUBLISHED_FROM else month_of(before - timedelta(days=1))


def refuse_month(month: date, on: date) -> None:
    """Nothing, or Refused: a month's hours are published from the sixth of the next month on."""
    first = month_after(month).replace(day=PUBLISHED_FROM)
    if on < first:
        raise Refused(
            f"The hours of {month:%B %Y} can be published from {first} on: until then they may be corrected.",
            code="too-early",
            field="month",
        )


def refuse_day(day: date, today: date, *, published: bool, by_file: bool = False) -> None:
    """Nothing, or Refused: hours are recorded of no day to come, nor of a month that was published.

    At the desk a day stays open for 35 days; a file from the duty roster may bring older ones.
    """
    if day > today:
        raise Refused("Hours can be recorded once the day has come.", code="too-early", field="on")
    refuse_unlikely(day, "on")
    if published:
        raise Refused(
            f"The hours of {day:%B %Y} are published and stay as they are.", code="hours-published", field="on"
        )
    if not by_file and today - day > CORRECTED_WITHIN:
        raise Refused(
            f"Hours can be recorded or corrected for {CORRECTED_WITHIN.days} days.", code="too-late", field="on"
        )


def refuse_figure(kind: str, minutes: int, others: int) -> None:
    """Nothing, or Refused: a kind that is known, and no more than 24 hours a day with the day's `others`."""
    if kind not in KINDS_OF_HOURS:
        raise Refused("Choose one of the reasons.", code="no-such-kind", field="kind")
    if not 0 <= minutes <= WHOLE_DAY or minutes + others > WHOLE_DAY:
        raise Refused("A day has 24 hours: this would make it more.", code="too-many-hours", field="minutes")


def hours_faults(row: HoursRow) -> list[RowFault]:
    """Everything wrong with one row by itself; empty where all is well."""
    faults = []
    if row.kind not in KINDS_OF_HOURS:
        faults.append(RowFault(row.line, "kind", row.kind, "one of " + ", ".join(KINDS_OF_HOURS)))
    if not 0 <= row.minutes <= WHOLE_DAY:
        faults.append(RowFault(row.line, "hours", f"{row.minutes / 60:g}", "hours of one day: 0 to 24"))
    return faults


def minutes_written(text: str) -> int | None:
    """Hours as people write them, 7.5 or 7,5 or 7:30, as minutes; None for anything else."""
    match = _WRITTEN.match(text.strip())
    if match is None:
        return None
    whole, part, minutes = match.groups()
    return int(whole) * 60 + (int(minutes) if minutes else round(float(f"0.{part}") * 60) if part else 0)


def usual_day(totals: Sequence[int]) -> int:
    """A usual day's minutes, from the totals of the days recorded last, latest first: the one met most often.

    Of those met equally often, the latest; ten hours before anything was recorded.
    """
    counts = Counter(totals)
    return max(counts, key=lambda total: counts[total]) if counts else USUAL_DAY


def left_present(present: int, away_before: int, away_now: int) -> int:
    """What is left in the area when hours pulled away change: they come out of what was recorded there.

    A corrected day stays as long as it was. Where nothing is recorded in the area, more hours away leave nothing there,
    and hours away that are removed bring nothing back: nobody said how long the day was.
    """
    if not present and not away_now:
        return 0
    return max(0, present - (away_now - away_before))


def published_rows(month: date, areas: Mapping[str, Minutes], divisions: Mapping[str, str]) -> tuple[MonthRow, ...]:
    """A month's hours as they are published: a figure for each area, and one without an area for small teams together.

    `divisions` names each area's division; one without is seen by no sergeant. No figure tells of fewer than three
    officers, and each hour stands in one figure only, so that no two can be subtracted to tell of fewer. An officer is
    one of the three with ten hours or more in that figure, and none has more than 70 % of it. An area stands by itself
    where its hours in the area and those pulled away each tell of so many, or there are none. The others stand
    together where that holds of them, and still holds of what is left when any one division's hours are taken out,
    for its sergeant knows those; else the smallest area joins them, and where all of them together are too few,
    nothing is published of those that may not stand by themselves.
    """
    figures = {area: _by_kind(minutes, divisions.get(area, "")) for area, minutes in areas.items()}
    parts = sorted(figures, key=lambda area: (_officers(figures[area]), area))

    def tellable(pool: Sequence[str]) -> bool:
        return _tellable(_added(figures[area] for area in pool))

    alone, pool = disclosure.pooled(parts, alone=lambda area: tellable([area]), together=tellable)
    rows = [MonthRow(area, _told(month, figures[area])) for area in alone]
    if pool:
        rows.append(MonthRow(None, _told(month, _added(figures[area] for area in pool))))
    return tuple(rows)


def added_up(rows: Sequence[MonthHours]) -> MonthHours | None:
    """The service's own total of a month: the sum of what is published, and of nothing else; None where nothing is.

    Officers are counted once in each row.
    """
    if not rows:
        return None
    reasons: Counter[str] = Counter()
    for row in rows:
        reasons.update(dict(row.by_reason))
    officers, present, away = (sum(told) for told in zip(*((r.officers, r.present, r.away) for r in rows), strict=True))
    return MonthHours(rows[0].month, officers, present, away, most_first(reasons))


def most_first(hours: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Reasons with their hours, the most first and other reasons last; reasons without hours are left out."""
    told = [(reason, count) for reason, count in hours.items() if count]
    return tuple(sorted(told, key=lambda pair: (pair[0] == "other", -pair[1], AWAY.index(pair[0]))))


def _by_kind(minutes: Minutes, division: str) -> dict[str, _Figure]:
    found = {
        kind: Counter({(division, officer): told for officer, told in officers.items() if told > 0})
        for kind, officers in minutes.items()
    }
    return {kind: figure for kind, figure in found.items() if figure}


def _added(areas: Iterable[_Figures]) -> dict[str, _Figure]:
    found: dict[str, _Figure] = defaultdict(Counter)
    for figures in areas:
        for kind, figure in figures.items():
            found[kind].update(figure)
    return found


def _officers(figures: _Figures) -> int:
    return len({officer for figure in figures.values() for _, officer in figure})


def _tellable(figures: _Figures) -> bool:
    away = (figure for kind, figure in figures.items() if kind != PRESENT)
    return bool(figures) and _of_a_team([figures.get(PRESENT, Counter())]) and _of_a_team(away)


def _of_a_team(figures: Iterable[_Figure]) -> bool:
    """Whether a sum tells of a team and not of one or two: to everybody, and to whoever sees one division's hours."""
    hours: _Figure = Counter()
    for figure in figures:
        hours.update(figure)
    for seen in {None, *(division for division, _ in hours if division)}:
        left: Counter[Hashable] = Counter()
        for (division, officer), minutes in hours.items():
            if division != seen:
                left[officer] += minutes
        # That there are no hours at all tells of everybody alike; nor is more told than a sergeant sees anyway.
        if left and not disclosure.of_several(left, fewest=FEWEST, at_least=COUNTS_FROM, percent=LARGEST_SHARE):
            return False
    return True


def _told(month: date, figures: _Figures) -> MonthHours:
    away = {kind: figure for kind, figure in figures.items() if kind != PRESENT}
    # By a fixed order, for an order by size would tell which is smaller: the reason named last joins "other" first.
    reasons = [kind for kind in reversed(AWAY) if kind in away]
    named, pool = disclosure.pooled(
        reasons,
        alone=lambda kind: kind != "other" and _of_a_team([away[kind]]),
        together=lambda pool: _of_a_team(away[kind] for kind in pool),
    )
    by_reason: Counter[str] = Counter({kind: _in_tens(away[kind].total()) for kind in named})
    by_reason["other"] += _in_tens(sum(away[kind].total() for kind in pool))
    return MonthHours(
        month=month,
        officers=_officers(figures),
        present=_in_tens(figures[PRESENT].total()) if PRESENT in figures else 0,
        # The sum of what is told, so that it tells nothing more.
        away=by_reason.total(),
        by_reason=most_first(by_reason),
    )


def _in_tens(minutes: int) -> int:
    """Minutes as hours, in whole tens, half of ten upward."""
    return (minutes + 30 * _ROUNDED_TO) // (60 * _ROUNDED_TO) * _ROUNDED_TO
