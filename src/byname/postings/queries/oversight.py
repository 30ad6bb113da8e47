"""What oversight needs of postings: on which days officers were on duty, and how many conflicts a sergeant's have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg

from byname.people import queries as people
from byname.people import rules as people_rules
from byname.postings.models import DutyHours, Posting
from byname.vocabulary import Actor


def days_on_duty(officers: Collection[str], *, first: date, last: date, viewer: Actor) -> dict[str, frozenset[date]]:
    """For each of these officers with any hours from a day up to and with another, by reference: the days with some."""
    people_rules.require(viewer, "see_readings")
    rows = DutyHours.objects.filter(officer__reference__in=list(officers), on__gte=first, on__lte=last)
    # An array for each officer: a row for each day would cost more than all the rest of the page they are asked for.
    days = rows.values("officer__reference").annotate(days=ArrayAgg("on")).values_list("officer__reference", "days")
    return {officer: frozenset(found) for officer, found in days}


def conflicts_in_divisions(*, on: date, viewer: Actor) -> int:
    """How many conflicts of interest the officers of a sergeant's divisions have declared: a number and no more."""
    people_rules.require_reach(viewer, "count_conflicts")
    serving = Posting.objects.filter(area__division_code__in=list(viewer.divisions), period__contains=on)
    references = set(serving.values_list("officer__reference", flat=True))
    return people.conflicts_among(references, viewer=viewer)
