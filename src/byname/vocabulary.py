"""The words every package shares: who acts, where, from when to when, and how a rule says no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

ActorKind = Literal["public", "account", "operator", "system"]
FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2150
LIKELY_DAYS: Final = f"a day between {FIRST_YEAR} and {LAST_YEAR}"
"""What days byname knows, in words; any other is a slip of the hand."""


class Refused(Exception):
    """A rule says no, in one sentence for the person who asked.

    `code` is a stable word for machines; `field` names the answer at fault where there is one.
    """

    def __init__(self, sentence: str, *, code: str = "refused", field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in a file that was brought: where it stands, what is there, and what was expected."""

    line: int
    column: str
    found: str
    expected: str


def is_likely(day: date) -> bool:
    """Whether a day lies in the years byname knows."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def refuse_unlikely(day: date, field: str) -> None:
    """Nothing, or Refused for a day outside the years byname knows."""
    if not is_likely(day):
        raise Refused(f"Choose {LIKELY_DAYS}.", code="unlikely", field=field)


class NotThere(Refused):
    """What was asked for is not there, or not this person's: the two look the same from outside."""

    def __init__(self, sentence: str = "There is no page at this address.") -> None:
        super().__init__(sentence, code="not-there")


class FileRefused(Refused):
    """A whole file is refused; `faults` lists everything wrong in it, so that it can be mended in one go.

    `counted` says what the faults' line numbers count: lines, or a GeoJSON file's features.
    """

    def __init__(self, sentence: str, faults: tuple[RowFault, ...] = (), *, counted: str = "line") -> None:
        super().__init__(sentence, code="file-refused")
        self.faults = faults
        self.counted = counted


def file_refused(faults: Sequence[RowFault]) -> FileRefused:
    """The refusal of a whole file for these faults, in the order of its lines."""
    many = f"{len(faults)} things in the file need" if len(faults) > 1 else "One thing in the file needs"
    return FileRefused(f"{many} mending.", tuple(sorted(faults, key=lambda fault: fault.line)))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts or looks: the public, an account, an operator at the command line, or byname itself.

    What an account may reach is said once, where it signs in: its roles, its own officer on the register (reference),
    the areas that officer serves today (slugs), the divisions it answers for (codes), and the places it declared a
    conflict of interest about (codes of `people.queries.place_codes`).
    """

    kind: ActorKind
    name: str = ""
    account_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    officer: str = ""
    areas: frozenset[str] = field(default_factory=frozenset)
    divisions: frozenset[str] = field(default_factory=frozenset)
    conflicts: frozenset[str] = field(default_factory=frozenset)


PUBLIC = Actor("public")
SYSTEM = Actor("system", "byname")


def operator(command: str) -> Actor:
    """The person at the server's own command line, acting through the named command."""
    return Actor("operator", command)


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth in degrees (WGS 84); refuses what is no such place."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        for value, limit, name in ((self.lat, 90, "latitude"), (self.lon, 180, "longitude")):
            if not math.isfinite(value) or abs(value) > limit:
                raise Refused(
                    f"A {name} is a number from -{limit} to {limit}.",
                    code="not-a-point",
                    field="lat" if name == "latitude" else "lon",
                )


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` up to, not including, `last`; open when `last` is None.

    Half-open, so that one officer may leave and the next arrive on the same day:

        [first ......... last)
                         [first ......... last)
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        if self.last is not None and self.last <= self.first:
            raise Refused("The last day must come after the first.", code="empty-period", field="last")

    def holds(self, day: date) -> bool:
        """Whether `day` lies in the period."""
        return self.first <= day and (self.last is None or day < self.last)

    def overlaps(self, other: Period) -> bool:
        """Whether the two periods share a day."""
        return (other.last is None or self.first < other.last) and (self.last is None or other.first < self.last)

    def days_until(self, day: date) -> int:
        """Days served from the first day up to `day`, or to the end where that came earlier; never negative."""
        end = day if self.last is None else min(day, self.last)
        return max(0, (end - self.first).days)
