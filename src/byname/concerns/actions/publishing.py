"""Publishing a wording of a concern, exactly as the preview showed it, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from byname.concerns import queries, rules
from byname.concerns.models import Concern, Person, Wording
from byname.concerns.queries.within import held
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused


def publish_wording(
    reference: str,
    draft: rules.Draft,
    *,
    categories: Collection[str],
    known: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> queries.Published:
    """What strangers see of a concern from now on: queries.wording_to_be, with all that it refuses.

    One that was taken back is published anew. Refused where one stands already: that is changed.
    """
    with transaction.atomic():
        concern = held(reference, "publish_wording", viewer=by)
        if Wording.objects.filter(concern=concern, withdrawn_at__isnull=True).exists():
            raise Refused("It is public already. You can change the words.", code="public-already")
        shown = queries.wording_to_be(reference, draft, categories=categories, known=known, at=at, viewer=by)
        joined = 1 + Person.objects.filter(concern=concern, raised=False).count()
        _write(concern, shown, by=by, at=at, published_at=at, withdrawn_at=None, joined=joined)
        _record("concern.wording_published", reference, by=by, at=at)
    return shown


def change_wording(
    reference: str,
    draft: rules.Draft,
    *,
    categories: Collection[str],
    known: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> queries.Published:
    """What strangers see of a concern from now on, in place of what stood there; Refused where nothing is public."""
    with transaction.atomic():
        concern = held(reference, "publish_wording", viewer=by)
        if not Wording.objects.filter(concern=concern, withdrawn_at__isnull=True).exists():
            raise Refused("It is not public. Publish it first.", code="not-public")
        shown = queries.wording_to_be(reference, draft, categories=categories, known=known, at=at, viewer=by)
        _write(concern, shown, by=by, at=at)
        _record("concern.wording_changed", reference, by=by, at=at)
    return shown


def withdraw_wording(reference: str, *, by: Actor, at: datetime) -> bool:
    """Whether a wording stood there and was taken back: no stranger finds anything of it any more, within a second."""
    with transaction.atomic():
        return _withdraw(held(reference, "publish_wording", viewer=by), by=by, at=at)


def withdraw_wording_again(reference: str, *, by: Actor, at: datetime) -> bool:
    """Whether a wording was taken back once more, after a restore; NotThere where the backup has no such concern.

    One that was changed since the backup goes too: the words before the change may have told too much.
    """
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        concern = Concern.objects.select_for_update().defer("told", "likeness").filter(reference=reference).first()
        if concern is None:
            raise NotThere
        return _withdraw(concern, by=by, at=at)


def _write(concern: Concern, shown: queries.Published, *, by: Actor, at: datetime, **more: object) -> None:
    officer = people.rows_of([by.officer], viewer=by).get(by.officer) if by.officer else None
    values: dict[str, object] = {
        "area_id": concern.area_id,
        "category": shown.category,
        "words": shown.words,
        "done": shown.done,
        "month_on": shown.month_on,
        "near": shown.near,
        "lat": shown.lat,
        "lon": shown.lon,
        "state": shown.state,
        "changed_at": at,
        "officer_id": officer,
    }
    Wording.objects.update_or_create(concern=concern, defaults=values | more)


def _withdraw(concern: Concern, *, by: Actor, at: datetime) -> bool:
    stood = Wording.objects.filter(concern=concern, withdrawn_at__isnull=True)
    if not stood.update(withdrawn_at=at, changed_at=at):
        return False
    _record("concern.wording_withdrawn", concern.reference, by=by, at=at)
    return True


def _record(event: str, reference: str, *, by: Actor, at: datetime) -> None:
    ledger.record(event, subject=("concern", reference), by=by, at=at, public=True)
