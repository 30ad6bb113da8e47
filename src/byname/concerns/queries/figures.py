"""What a quarter tells of how concerns were answered: counted once, and what was published of it since."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils import timezone

from byname.concerns import rules
from byname.concerns.models import Concern, PublishedHearing, Verdict
from byname.ledger import queries as ledger
from byname.people import rules as people_rules
from byname.places import queries as places
from byname.vocabulary import Actor

_ENDINGS: Final = ("concern.closed", "concern.handed_on")


@dataclass(frozen=True, slots=True)
class QuarterFigures:
    """A quarter's figures as everybody may read them, of one area or of several together."""

    quarter_on: date
    """Its first day."""
    area: str
    """The area's slug; empty for those together that cannot stand alone."""
    area_name: str
    figures: rules.Figures


def hearing_figures(area: str, *, viewer: Actor) -> QuarterFigures | None:
    """The latest quarter that was published, as it tells of an area: by itself, else together with other small ones.

    None before the first quarter was published, and where nothing may be told of the area at all.
    """
    latest = latest_hearing_figures(viewer=viewer)
    own = (each for each in latest if each.area == area)
    return next(own, next((each for each in latest if not each.area), None))


def latest_hearing_figures(*, viewer: Actor) -> tuple[QuarterFigures, ...]:
    """Everything that was published of the latest quarter: by area, last those together; empty before the first."""
    people_rules.require(viewer, "see_public")
    rows = PublishedHearing.objects.select_related("area")
    latest = rows.order_by("-quarter_on").values_list("quarter_on", flat=True).first()
    if latest is None:
        return ()
    found = [
        QuarterFigures(
            quarter_on=row.quarter_on,
            area=row.area.slug if row.area else "",
            area_name=row.area.name if row.area else "",
            figures=rules.figures_of(row.figures),
        )
        for row in rows.filter(quarter_on=latest)
    ]
    return tuple(sorted(found, key=lambda each: (not each.area, each.area_name)))


def counted_in(quarter: date, *, promise: rules.Promise, viewer: Actor) -> Mapping[str, rules.Counted]:
    """What was counted of a quarter, by its first day, for each area: nothing withheld yet, so for byname's own use.

    `promise` is what counts for a concern that was opened again since: when its first answer was due is worked out.
    What its person had removed before anybody answered is not counted: nobody waits for it.
    """
    people_rules.require(viewer, "publish_hearing")
    first, until = _midnight(quarter), _midnight(rules.quarter_after(quarter))
    counts = {area.slug: rules.Counted() for area in places.territory(on=quarter, viewer=viewer).areas}
    raised: dict[str, Counter[str]] = defaultdict(Counter)
    rows = Concern.objects.filter(raised_at__gte=first, raised_at__lt=until, area__isnull=False)
    rows = rows.exclude(words_gone_at__isnull=False, first_answered_at__isnull=True)
    for area, at, answered, due, reopened in rows.values_list(
        "area__slug", "raised_at", "first_answered_at", "due_at", "reopened"
    ):
        due = rules.due_at(at, promise) if reopened else due
        raised[area]["unanswered" if answered is None else "in_time" if answered <= due else "late"] += 1
    for area, how in raised.items():
        counts[area] = rules.Counted(in_time=how["in_time"], late=how["late"], unanswered=how["unanswered"])
    for area, asked in _asked(first, until, viewer).items():
        counts[area] = counts.get(area, rules.Counted()).plus(asked)
    return counts


def _asked(first: datetime, until: datetime, viewer: Actor) -> dict[str, rules.Counted]:
    """What those who raised them answered to how concerns ended within the time, by area.

    Not those who joined: whoever joins can be anybody, as often as they like.
    """
    endings = ledger.repeated(_ENDINGS, "concern", first=first, until=until, viewer=viewer)
    references = {each.subject for each in endings}
    concerns = Concern.objects.filter(reference__in=references, area__isnull=False)
    area_of = dict(concerns.values_list("reference", "area__slug"))
    verdicts = Verdict.objects.filter(given_at__gte=first, person__raised=True).exclude(answered="").exclude(better="")
    given = {
        (reference, ending): (answered, better)
        for reference, ending, answered, better in verdicts.values_list(
            "concern__reference", "ending", "answered", "better"
        )
    }
    found: dict[str, rules.Counted] = defaultdict(rules.Counted)
    for ended in endings:
        area = area_of.get(ended.subject)
        if area is None:
            continue
        said = given.get((ended.subject, ended.times))
        found[area] = found[area].plus(
            rules.Counted(answered=rules.Verdicts(**{said[0]: 1}), better=rules.Verdicts(**{said[1]: 1}))
            if said
            else rules.Counted(silent=1)
        )
    return found


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time()))
