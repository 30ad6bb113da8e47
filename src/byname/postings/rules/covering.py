"""Decisions about covers: who may stand in for a team for some days, and what to know before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from byname.postings.rules.serving import LONGEST_COVER
from byname.vocabulary import Period, Refused, refuse_unlikely


@dataclass(frozen=True, slots=True)
class CoverSpan:
    """One officer's cover of one area."""

    area: str
    area_name: str
    period: Period


def cover_period(first: date, last_day: date, on: date) -> Period:
    """The days of a cover asked for by its first and its last day, both served; Refused where none can have them."""
    refuse_unlikely(first, "first_day")
    refuse_unlikely(last_day, "last_day")
    if last_day < first:
        raise Refused("The last day is before the first.", code="cover", field="last_day")
    if last_day < on:
        raise Refused("These days have passed.", code="cover", field="last_day")
    period = Period(first, last_day + timedelta(days=1))
    if period.days_until(date.max) > LONGEST_COVER.days:
        raise Refused(
            f"A cover lasts at most {LONGEST_COVER.days} days. Whoever stays longer is posted, with a promised term.",
            code="cover",
            field="last_day",
        )
    return period


def refuse_cover(title: str, wanted: Period, area: str, covers: Iterable[CoverSpan], team: Iterable[Period]) -> None:
    """Nothing, or Refused: nobody covers where they serve anyway, nor covers one place twice.

    `team` are the days on which they serve this area as lead or member.
    """
    if any(each.overlaps(wanted) for each in team):
        raise Refused(
            f"{title} is on this team already in these days: there is nothing to cover.", code="cover", field="officer"
        )
    for each in covers:
        if each.area == area and each.period.overlaps(wanted):
            raise Refused(
                f"{title} covers here {spoken_days(each.period)} already. End that cover first.",
                code="cover",
                field="first_day",
            )


def cover_cautions(
    title: str, wanted: Period, area: str, covers: Iterable[CoverSpan], own: Mapping[str, int]
) -> tuple[str, ...]:
    """What to know before somebody is sent to cover: they are away already, or their own area is left with nobody.

    `own` maps the name of each area they serve as lead or member to how many others serve it that day.
    """
    said = [
        f"{title} already covers {each.area_name} {spoken_days(each.period)}. Nobody is in two places."
        for each in covers
        if each.area != area and each.period.overlaps(wanted)
    ]
    said += [
        f"{title} is the only officer of {name}. While they are away, nobody of its own team serves there."
        for name, others in own.items()
        if others == 0
    ]
    return tuple(said)


def spoken_days(period: Period) -> str:
    """The days of a cover in words: its first and its last day, both served."""
    if period.last is None:
        return f"from {_day(period.first)}"
    last = period.last - timedelta(days=1)
    return f"on {_day(last)}" if last == period.first else f"from {_day(period.first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
