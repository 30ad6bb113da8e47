"""The calendar's picture: one row an area, one bar a posting, drawn in shares of the width to fit any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from byname.postings.queries import Bar, CalendarRow
from byname.vocabulary import Period

_LANE: Final = 26
_BAR: Final = 22
_LETTER: Final = 7.4
"""How wide a letter of a bar's name is, in pixels, on average."""
_NARROW, _WIDE = 320, 780
"""How wide the picture is at least, on a phone and on a desk."""
_MONTHS: Final = ("", *(f"{date(2000, month, 1):%b}" for month in range(1, 13)))
_WORDS: Final = {"lead": "leads", "member": "on the team", "cover": "covers"}


@dataclass(frozen=True, slots=True)
class Years:
    """The span a picture shows: whole years, and today."""

    first: date
    last: date
    today: date

    def share(self, day: date) -> float:
        """How far along a day stands, from 0 to 100, nothing outside."""
        whole = (self.last - self.first).days
        return round(min(100.0, max(0.0, (day - self.first).days * 100 / whole)), 2)

    @property
    def starts(self) -> list[date]:
        """The first day of each year shown."""
        return [date(year, 1, 1) for year in range(self.first.year, self.last.year)]

    @property
    def axis(self) -> SafeString:
        """The years' names along the top, every second or third where there are many."""
        step = -(-len(self.starts) // 8)
        named = [f'<text x="{self.share(day)}%" dx="4" y="15">{day.year}</text>' for day in self.starts[::step]]
        mark = f'<text class="now" x="{self.share(self.today)}%" y="32" text-anchor="middle">today</text>'
        return mark_safe("".join(named) + (mark if self.shows_today else ""))  # noqa: S308 - numbers

    @property
    def shows_today(self) -> bool:
        """Whether today is one of the days shown."""
        return self.first <= self.today < self.last

    @property
    def kept(self) -> SafeString:
        """What every row and bar shows alike, written once: the years' lines, today's, and what is served of a bar."""
        lines = [f'<line class="year" x1="{x}%" x2="{x}%" y2="100%"/>' for x in map(self.share, self.starts[1:])]
        now = self.share(self.today)
        return mark_safe(  # noqa: S308 - numbers
            f'<defs><g id="years">{"".join(lines)}</g><line id="now" class="now" x1="{now}%" x2="{now}%" y2="100%"/>'
            f'<g id="served"><rect class="served" x="1" width="100%" height="{_BAR}"/>'
            f'<rect class="foot" x="1" y="{_BAR - 4}" width="100%" height="4"/></g></defs>'
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """One area's row: the height it needs, what it says in words, and what stands inside its <svg>."""

    height: int
    says: str
    content: SafeString


def shown_until(bar: Bar, years: Years) -> date:
    """How far a bar is drawn: to its end, else to the promised day, at least to today."""
    return bar.period.last or max(bar.planned_end_on or years.today, years.today)


def picture(row: CalendarRow, years: Years) -> Picture:
    """One area's row as a drawing."""
    lanes = _lanes(row, years)
    height = max(1, len(lanes)) * _LANE + 4
    parts = ['<use href="#years"/>']
    told = {id(bar): _told(bar) for bar in row.bars}
    now = years.share(years.today)
    for lane, bars in enumerate(lanes):
        parts += [_bar(bar, lane, years, now, told[id(bar)]) for bar in bars]
    empty = set(row.unserved)
    for gap in row.unled:
        whole = next((each for each in empty if each.first <= gap.first and each.last == gap.last), None)
        parts.append(_gap(gap, "nobody serves" if whole == gap else "nobody leads", years))
    if years.shows_today:
        parts.append('<use href="#now"/>')
    drawn = mark_safe("".join(parts))  # noqa: S308 - names are escaped where they enter
    return Picture(height, _said(list(told.values())), drawn)


def _lanes(row: CalendarRow, years: Years) -> list[list[Bar]]:
    """The bars in lanes without overlaps, the first kept for leads, and for the gaps between them."""
    order = sorted(row.bars, key=lambda bar: (bar.proposed, bar.role != "lead", bar.role == "cover", bar.period.first))
    lanes: list[list[Bar]] = [[]]
    taken: list[list[Period]] = [[]]
    for bar in order:
        until = max(shown_until(bar, years), bar.period.first + timedelta(days=1))
        span = Period(bar.period.first, until)
        lane = 0 if bar.role == "lead" and not bar.proposed else 1
        while lane < len(lanes) and any(span.overlaps(other) for other in taken[lane]):
            lane += 1
        while lane >= len(lanes):
            lanes.append([])
            taken.append([])
        lanes[lane].append(bar)
        taken[lane].append(span)
    return lanes


def _bar(bar: Bar, lane: int, years: Years, now: float, told: str) -> str:
    x, end = years.share(bar.period.first), years.share(shown_until(bar, years))
    wide = max(0.4, round(end - x, 2))
    kind = "proposed" if bar.proposed else bar.role
    within = f'<rect class="whole" x="1" width="100%" height="{_BAR}"/>'
    served = min(max(now - x, 0.0), wide)
    if kind == "cover":
        within += f'<rect width="100%" height="{_BAR}" fill="url(#cover-stripes)"/>'
    elif served and not bar.proposed:
        share = round(served * 100 / wide, 2)
        within += '<use href="#served"/>' if share == 100 else f'<svg width="{share}%"><use href="#served"/></svg>'
    name = bar.officer.family_name
    return (
        f'<svg class="bar {kind}" x="{x}%" y="{lane * _LANE + 2}" width="{wide}%" height="{_BAR}">'
        f"<title>{escape(told)}</title>{within}{_name(escape(name), len(name), wide, 14)}</svg>"
    )


def _name(written: str, letters: int, wide: float, y: int) -> str:
    """What stands in a bar so wide, where there is room for it; on a wide screen only where a phone has none."""
    room = letters * _LETTER + 10
    if wide * _WIDE / 100 < room:
        return ""
    only = "" if wide * _NARROW / 100 >= room else ' class="wide-only"'
    return f'<text{only} x="6" y="{y}">{written}</text>'


def _gap(gap: Period, says: str, years: Years) -> str:
    last = gap.last or years.last
    x = years.share(gap.first)
    wide = round(years.share(last) - x, 2)
    if wide < 0.3:
        return ""
    name = _name(says, len(says), wide, 15)
    return (
        f'<svg class="gap" x="{x}%" y="2" width="{wide}%" height="{_BAR}"><title>{says.capitalize()} from '
        f'{_day(gap.first)}</title><rect x="1" y="1" width="100%" height="{_BAR - 2}"/>{name}</svg>'
    )


def _told(bar: Bar) -> str:
    """A bar in words."""
    does = f"is proposed: {'leads' if bar.role == 'lead' else 'joins the team'}" if bar.proposed else _WORDS[bar.role]
    when = f"from {_day(bar.period.first)}"
    if bar.period.last:
        when += f" to {_day(bar.period.last)}" + (", before the promised end" if bar.early else "")
    elif bar.planned_end_on:
        when += f", promised until {_day(bar.planned_end_on)}"
    return f"{bar.officer.title} {does} {when}"


def _said(told: list[str]) -> str:
    more = f"; and {len(told) - 12} more" if len(told) > 12 else ""
    return f"{'; '.join(told[:12])}{more}." if told else "Nobody is posted here in these years."


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month]} {day.year}"


def rows_of(rows: Sequence[CalendarRow], years: Years) -> list[tuple[CalendarRow, Picture]]:
    """Every area's row with its drawing."""
    return [(row, picture(row, years)) for row in rows]


@dataclass(frozen=True, slots=True)
class Written:
    """One bar as a row of the table, every cell as it is read."""

    officer: str
    role: str
    first: str
    until: str
    note: str


def table_of(rows: Sequence[CalendarRow]) -> list[tuple[CalendarRow, list[Written]]]:
    """Every area's bars as rows of a table."""
    # Written here and not in the template: a few hundred dates there cost more than the rest of the page.
    return [(row, [_written(bar) for bar in row.bars]) for row in rows]


def _written(bar: Bar) -> Written:
    until = note = ""
    if bar.period.last:
        until, note = _day(bar.period.last), "before the promised end" if bar.early else ""
    elif bar.planned_end_on:
        note = f"promised {_day(bar.planned_end_on)}"
    role = f"proposed {bar.role}" if bar.proposed else bar.role
    return Written(bar.officer.title, role, _day(bar.period.first), until, note)
