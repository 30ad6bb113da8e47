"""Figures: how they are worked out of what was measured, and how they are written down."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report."""

    what: str
    value: float | None
    """None where it could not be measured; then `told` says why."""
    unit: str = ""
    most: float | None = None
    """The figure to reach: at most this much."""
    least: float | None = None
    """The figure to reach: at least this much."""
    told: str = ""
    """What a reader should know about this one."""

    @property
    def met(self) -> bool | None:
        """Whether the figure is reached; None where there is none to reach or nothing was measured."""
        if self.value is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def cells(self) -> tuple[str, str, str, str]:
        """What it is, what was measured, what to reach, and whether it is reached."""
        to_reach = f"≤ {written(self.most, self.unit)}" if self.most is not None else ""
        if self.least is not None:
            to_reach = f"≥ {written(self.least, self.unit)}"
        measured = "not measured" if self.value is None else written(self.value, self.unit)
        what = f"{self.what} ({self.told})" if self.told else self.what
        return what, measured, to_reach, {True: "yes", False: "NO", None: ""}[self.met]


def written(value: float, unit: str = "") -> str:
    """A figure with as many digits as mean something: 12,345 · 123 · 12.3 · 1.23."""
    size = abs(value)
    digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return f"{value:,.{digits}f}{' ' if unit else ''}{unit}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of all values do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle one of several rounds."""
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows = [("What", "Measured", "To reach", "Reached"), *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def report(figures: Mapping[str, Sequence[Figure]], machine: Mapping[str, str]) -> str:
    """The whole page: on what machine and when, then a table for each measure."""
    about = (
        "Written by `./byname bench`, never by hand. Every server, database and load generator ran on the one machine "
        "named here and shared its processors. Of several rounds the median is given.\n"
    )
    parts = [
        "# How fast byname is\n",
        about,
        "\n".join(f"- {name}: {said}" for name, said in machine.items()) + "\n",
    ]
    for title, lines in figures.items():
        parts.append(f"## {title}\n\n{table(lines)}")
    return "\n".join(parts)
