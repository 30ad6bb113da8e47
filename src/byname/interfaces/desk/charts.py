"""Pictures drawn by the server as SVG: the finding as title, labels on the marks, nothing that needs a script.

Across, everything is measured in percent of the width, downward in pixels: so a picture fits a narrow phone and a wide
desk, and its letters stay as large as the page's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_NARROW: Final = 37
"""So many letters fit side by side on the narrowest phone."""
_ROW: Final = 46
_COLUMN: Final = 150
_TALLEST: Final = 84
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its finding in words, what it shows to those who do not see it, and what stands inside the <svg>."""

    name: str
    """Unique on its page: its parts are named after it."""
    title: str
    described: str
    height: int
    inside: SafeString


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how long it is, what stands at its end, and its kind (a class in the style sheet)."""

    label: str
    value: float
    says: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One day on a line of time: where it lies from 0 to 1, what is said of it, and its kind."""

    label: str
    place: float
    says: str
    kind: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its parts from the bottom up, each with its kind, and what stands below and above."""

    label: str
    parts: tuple[tuple[float, str], ...]
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of small columns: what it is of, and for each column its height, or None where it is withheld."""

    label: str
    values: tuple[int | None, ...]


def bars(name: str, title: str, rows: Sequence[Bar], *, line_at: tuple[float, str] | None = None) -> Picture:
    """Bars one below the other, the longest as wide as the picture; `line_at` draws one value across all of them."""
    most = max([row.value for row in rows] + [line_at[0] if line_at else 0]) or 1
    top = 22 if line_at else 0
    height = top + _ROW * len(rows)
    drawn = [
        format_html(
            '<rect class="ground" x="0" y="{}" width="100%" height="12" rx="4"/>'
            '<rect class="bar {}" x="0" y="{}" width="{}%" height="12" rx="4"/>',
            y + 22, row.kind, y + 22, _percent(row.value / most),
        )
        for y, row in zip(range(top, height, _ROW), rows, strict=True)
    ]  # fmt: skip
    if line_at:
        x = line_at[0] / most
        drawn.append(
            format_html(
                '<text class="small" x="{}%" y="12" text-anchor="{}">{}</text>',
                _percent(x), "end" if x > 0.5 else "start", line_at[1],
            )
        )  # fmt: skip
        drawn += [
            format_html('<line class="rule" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>', _percent(x), y + 20, y + 36)
            for y in range(top, height, _ROW)
        ]
    drawn += [
        format_html(
            '{}<text class="says" x="100%" y="{}">{}</text>', _named(row.label, row.says, y + 15), y + 15, row.says
        )
        for y, row in zip(range(top, height, _ROW), rows, strict=True)
    ]
    said = "; ".join(f"{row.label}: {row.says}" for row in rows)
    return Picture(name, title, said, height, _joined(drawn))


def days_ahead(name: str, title: str, rows: Sequence[Mark], ticks: Sequence[tuple[float, str]]) -> Picture:
    """One line a row from today onward, with a mark on the day something happens; `ticks` name some of the days."""
    height = 26 + _ROW * len(rows)
    drawn = [
        format_html(
            '<line class="grid" x1="{0}%" x2="{0}%" y1="20" y2="{1}"/><text class="small" x="{0}%" y="13" '
            'text-anchor="{2}">{3}</text>',
            _percent(place), height - 4, "start" if place <= 0 else "end" if place >= 1 else "middle", says,
        )
        for place, says in ticks
    ]  # fmt: skip
    for y, row in zip(range(26, height, _ROW), rows, strict=True):
        x = _percent(min(max(row.place, 0.02), 0.98))
        drawn.append(
            format_html(
                '{}<text class="says {}" x="100%" y="{}">{}</text>'
                '<line class="ground" x1="0" x2="100%" y1="{}" y2="{}"/><line class="way {}" x1="0" x2="{}%" y1="{}" '
                'y2="{}"/><svg x="{}%" y="{}" overflow="visible" class="mark {}">{}</svg>',
                _named(row.label, row.says, y + 15), row.kind, y + 15, row.says, y + 28, y + 28, row.kind, x, y + 28,
                y + 28, x, y + 28, row.kind, _SHAPES[row.kind],
            )
        )  # fmt: skip
    said = "; ".join(f"{row.label}: {row.says}" for row in rows)
    return Picture(name, title, said, height, _joined(drawn))


# A shape for each kind beside its colour, so that neither print nor eyes that see no red lose it.
_SHAPES: Final = {
    "none": SafeString('<path d="M0-8 8 0 0 8-8 0z"/>'),
    "proposed": SafeString('<circle r="7"/><path class="half" d="M0-7A7 7 0 0 0 0 7z"/>'),
    "adopted": SafeString('<circle r="7"/>'),
}


def columns(
    name: str, title: str, cols: Sequence[Column], *, above: tuple[str, str], below: str, most_says: str
) -> Picture:
    """Columns side by side, their parts stacked.

    `above` says in words and by its kind what the upper part and the numbers over it are, `below` what the lower part
    is; `most_says` names the height of the tallest.
    """
    most = max((sum(value for value, _ in col.parts) for col in cols), default=0) or 1
    wide = 100 / max(len(cols), 6)
    drawn = [
        format_html(
            '<text class="small strong {}" x="0" y="13">{}</text>'
            '<text class="small" x="100%" y="13" text-anchor="end">{}</text>'
            '<line class="rule" x1="0" x2="100%" y1="{}" y2="{}"/>',
            above[1], above[0], most_says, 34 + _COLUMN, 34 + _COLUMN,
        )
    ]  # fmt: skip
    # On a narrow phone twelve names do not fit: every second then, the latest always.
    step = 2 if len(cols) > _NAMED else 1
    for place, col in enumerate(cols):
        x, y = place * wide, 34.0 + _COLUMN
        for value, kind in col.parts:
            tall = value / most * _COLUMN
            y -= tall
            drawn.append(
                format_html(
                    '<rect class="bar {}" x="{}%" y="{}" width="{}%" height="{}"/>',
                    kind, _number(x + wide * 0.12), _number(y), _number(wide * 0.76), _number(max(tall, 0)),
                )
            )  # fmt: skip
        middle = _number(x + wide / 2)
        drawn.append(
            format_html(
                '<text class="small strong" x="{}%" y="{}" text-anchor="middle">{}</text>'
                '<text class="small" x="{}%" y="{}" text-anchor="middle">{}</text>',
                middle, _number(y - 5), col.says, middle, 34 + _COLUMN + 17,
                col.label if (len(cols) - 1 - place) % step == 0 else "",
            )
        )  # fmt: skip
    drawn.append(format_html('<text class="small strong" x="1.5%" y="{}">{}</text>', 34 + _COLUMN - 10, below))
    said = "; ".join(f"{col.label}: {col.says}" for col in cols)
    return Picture(name, title, said, 34 + _COLUMN + 24, _joined(drawn))


def small_columns(name: str, title: str, heads: Sequence[str], lines: Sequence[Line]) -> Picture:
    """A line of small columns for each row, all on one scale; a dash where a figure is withheld, never a height."""
    most = max((value for line in lines for value in line.values if value is not None), default=0) or 1
    wide, floor, drawn = 100 / len(heads), 0.0, []
    for line in lines:
        tall = max((value for value in line.values if value is not None), default=0) / most * _TALLEST
        floor += 44 + tall
        drawn.append(
            format_html(
                '<text class="strong" x="0" y="{}">{}</text><line class="rule" x1="0" x2="100%" y1="{}" y2="{}"/>',
                _number(floor - tall - 24), line.label, _number(floor), _number(floor),
            )
        )  # fmt: skip
        for place, value in enumerate(line.values):
            high = (value or 0) / most * _TALLEST
            kind = "" if place == len(heads) - 1 else " calm"
            drawn.append(
                format_html(
                    '<rect class="bar{}" x="{}%" y="{}" width="{}%" height="{}"/>'
                    '<text class="small{}" x="{}%" y="{}" text-anchor="middle">{}</text>',
                    kind, _number(place * wide + wide * 0.2), _number(floor - high), _number(wide * 0.6),
                    _number(high), "" if value is None else " strong", _number(place * wide + wide / 2),
                    _number(floor - high - 5), "–" if value is None else value,
                )
            )  # fmt: skip
    for place, head in enumerate(heads):
        drawn.append(
            format_html(
                '<text class="small" x="{}%" y="{}" text-anchor="middle">{}</text>',
                _number(place * wide + wide / 2), _number(floor + 18), head,
            )
        )  # fmt: skip
    said = "; ".join(
        f"{line.label}: "
        + ", ".join(
            f"{head} {'withheld' if value is None else value}" for head, value in zip(heads, line.values, strict=True)
        )
        for line in lines
    )
    return Picture(name, title, said, int(floor) + 26, _joined(drawn))


def _named(label: str, beside: str, y: int) -> SafeString:
    """A row's name; where it leaves no room on a phone for what stands beside it, a shorter one for there."""
    room = max(_NARROW - len(beside) - 2, 8)
    if len(label) <= room:
        return format_html('<text x="0" y="{}">{}</text>', y, label)
    return format_html(
        '<text class="whole" x="0" y="{}">{}</text><text class="short" x="0" y="{}">{}…</text>',
        y, label, y, label[: room - 1].rstrip(),
    )  # fmt: skip


def _percent(share: float) -> str:
    return _number(share * 100)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _joined(drawn: Sequence[SafeString]) -> SafeString:
    return format_html_join("\n", "{}", ((each,) for each in drawn))
