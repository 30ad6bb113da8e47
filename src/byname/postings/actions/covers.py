"""Writing covers: arranging one, and ending it early."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.postings import queries, rules
from byname.postings.actions.serving import Posted, cover
from byname.postings.models import Posting
from byname.vocabulary import Actor, NotThere


def arrange_cover(
    officer: str, area: str, *, first: date, last_day: date, cautions_seen: bool = False, by: Actor, at: datetime
) -> Posted | tuple[str, ...]:
    """The cover as it now stands, from the first day to and with the last; or what to know before, where unseen.

    Nothing is arranged while there are cautions that were not seen. Raises Refused where these days or this officer
    cannot be.
    """
    people_rules.require_reach(by, "cover_area")
    period = rules.cover_period(first, last_day, timezone.localtime(at).date())
    queries.area_to_cover(area, on=first, viewer=by)
    cautions = queries.cover_cautions(officer, area, period, viewer=by)
    if cautions and not cautions_seen:
        return cautions
    return cover(officer, area, first=period.first, last=period.last or last_day, by=by, at=at)


def end_cover(officer: str, area: str, *, first: date, by: Actor, at: datetime) -> None:
    """Nothing: a cover, known by its first day, shows no more from today on; one that never began is struck.

    Raises NotThere where there is none that runs or is to come.
    """
    people_rules.require_reach(by, "cover_area")
    on = timezone.localtime(at).date()
    with transaction.atomic():
        queries.area_to_cover(area, on=on, viewer=by)
        posting = (
            Posting.objects.select_for_update()
            .filter(
                officer__reference=officer, area__slug=area, role="cover", period__startswith=first,
                period__endswith__gt=on,
            )
            .first()
        )  # fmt: skip
        if posting is None:
            raise NotThere
        number = posting.pk
        if posting.period.lower < on:
            posting.period = DateRange(posting.period.lower, on)
            posting.save(update_fields=["period"])
        else:
            posting.delete()
        ledger.record("posting.cover_ended", subject=("posting", number), by=by, at=at, public=True)
