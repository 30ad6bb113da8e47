"""Pictures of a concern: stored, taken away with the words they came with, set apart, and handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from byname.concerns import queries, rules
from byname.concerns.models import Concern, ConcernPhoto, Message, with_places
from byname.ledger import actions as ledger
from byname.ledger import queries as lines
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_SET_APART = Q(quarantined_at__isnull=False, handed_over_at__isnull=True)
"""What somebody has to answer for: neither time nor a person's wish empties it before it was handed over."""


def add_pictures(
    concern: int, message: int | None, pictures: Sequence[rules.Picture], *, by: Actor, at: datetime
) -> None:
    """The pictures stand with a concern (its row's number), or with one message of it; sealed.

    For raise_concern and write_again, which take `pictures` and call this within their transaction; every door cleans
    before that, by rules.cleaned. Refused where the concern, or somebody who joined it, has all the pictures they may.
    """
    people_rules.require(by, "raise_concern")
    if not pictures:
        return
    here = ConcernPhoto.objects.filter(concern_id=concern)
    rules.refuse_full(here.count(), len(pictures))
    joined = here.filter(message__person__raised=False)
    sent = Message.objects.select_related("person").get(pk=message) if message else None
    sender = sent.person if sent else None
    if sender is not None and not sender.raised:
        rules.refuse_full(joined.filter(message__person=sender).count(), len(pictures), rules.MOST_OF_A_JOINER)
        rules.refuse_full(joined.count(), len(pictures), rules.MOST_OF_A_CONCERN - rules.MOST_OF_A_JOINER)
    last = here.aggregate(last=Max("number"))["last"] or 0
    ConcernPhoto.objects.bulk_create(
        ConcernPhoto(
            concern_id=concern,
            message_id=message,
            number=number,
            picture=picture.content,
            wide=picture.wide,
            high=picture.high,
            sent_at=at,
        )
        for number, picture in enumerate(pictures, last + 1)
    )


def drop_pictures(which: Q, *, by: Actor, at: datetime) -> None:
    """These pictures are gone, but for those set apart: they stay, out of everybody's sight.

    Of one that was handed over the empty row stays, so that no other picture is ever given its number, by which the
    ledger knows it. That some stayed which nobody has yet is on the ledger. Called before the messages they came with
    are removed, within that transaction.
    """
    people_rules.require(by, "raise_concern")
    kept = ConcernPhoto.objects.filter(which & _SET_APART).count()
    ConcernPhoto.objects.filter(which, quarantined_at__isnull=False).update(message=None)
    if kept:
        ledger.record(
            "concern.pictures_kept", subject=("concerns", "set-apart"), by=by, at=at, facts={"pictures": kept}
        )
    ConcernPhoto.objects.filter(which, quarantined_at__isnull=True).delete()


def set_picture_apart(reference: str, number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a picture was set apart now, and not before: nobody is shown it any more.

    For whoever may see the concern, and at once: it may be evidence of harm to a child. Else NotThere.
    """
    people_rules.require_reach(by, "see_concern")
    with transaction.atomic():
        concern = _concern(reference)
        people_rules.require(by, "see_concern", queries.about_of(concern, viewer=by))
        return _set_apart(concern, number, by=by, at=at)


def set_picture_apart_again(reference: str, number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a picture was set apart once more, after a restore; NotThere where the backup has no such."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        return _set_apart(_brought_back(reference, number, at=at), number, by=by, at=at)


def write_picture_out(reference: str, number: int, *, by: Actor, at: datetime) -> bytes:
    """A picture that was set apart, as it is kept, to be encrypted to those who may hold it; on the ledger each time.

    NotThere for any other picture: nothing else leaves byname by this door.
    """
    people_rules.require_reach(by, "write_picture_out")
    with transaction.atomic():
        concern = _concern(reference)
        people_rules.require(by, "write_picture_out", queries.about_of(concern, viewer=by))
        picture = _apart(concern, number)
        ledger.record(
            "concern.picture_written_out",
            subject=("concern", concern.reference),
            by=by,
            at=at,
            facts={"number": number},
        )
        return bytes(picture.picture)


def hand_picture_over(reference: str, number: int, *, by: Actor, at: datetime) -> None:
    """A picture that was set apart is with those who may hold it, and no longer here; else NotThere.

    Refused before it was ever written out for them, and while a legal hold keeps the concern.
    """
    people_rules.require_reach(by, "take_child_image")
    with transaction.atomic():
        concern = _concern(reference)
        people_rules.require(by, "take_child_image", queries.about_of(concern, viewer=by))
        picture = _apart(concern, number)
        if concern.held:
            raise Refused("A legal hold keeps this photo. End the hold first.", code="held")
        if not _written_out(concern, picture, viewer=by):
            raise Refused("The unit cannot have it yet: the operator never wrote it into a file.", code="not-written")
        _hand_over(concern, picture, by=by, at=at)


def hand_picture_over_again(reference: str, number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a picture was emptied once more, after a restore; NotThere where the backup has no such."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        concern = _brought_back(reference, number, at=at)
        _set_apart(concern, number, by=by, at=at)
        picture = ConcernPhoto.objects.filter(_SET_APART, concern=concern, number=number).first()
        if picture is not None:
            _hand_over(concern, picture, by=by, at=at)
        return picture is not None


def _concern(reference: str) -> Concern:
    rows = with_places(Concern.objects.select_for_update(of=("self",)))
    concern = rows.defer("told", "likeness").filter(reference=reference).first()
    if concern is None:
        raise NotThere
    return concern


def _apart(concern: Concern, number: int) -> ConcernPhoto:
    picture = ConcernPhoto.objects.filter(_SET_APART, concern=concern, number=number).first()
    if picture is None:
        raise NotThere
    return picture


def _brought_back(reference: str, number: int, *, at: datetime) -> Concern:
    concern = _concern(reference)
    # Numbers are given anew after a restore: a picture that was sent since is another.
    if not ConcernPhoto.objects.filter(concern=concern, number=number, sent_at__lte=at).exists():
        raise NotThere
    return concern


def _written_out(concern: Concern, picture: ConcernPhoto, *, viewer: Actor) -> bool:
    # Before this one was set apart, a line of its number speaks of another.
    apart_at = picture.quarantined_at
    return any(
        line.event == "concern.picture_written_out" and line.facts.get("number") == picture.number
        for line in lines.lines_about("concern", concern.reference, viewer=viewer)
        if apart_at is not None and line.at >= apart_at
    )


def _set_apart(concern: Concern, number: int, *, by: Actor, at: datetime) -> bool:
    picture = ConcernPhoto.objects.defer("picture").filter(concern=concern, number=number).first()
    if picture is None:
        raise NotThere
    if picture.quarantined_at is not None:
        return False
    ConcernPhoto.objects.filter(pk=picture.pk).update(quarantined_at=at, quarantined_by=by.account_id)
    ledger.record(
        "concern.picture_set_apart", subject=("concern", concern.reference), by=by, at=at, facts={"number": number}
    )
    return True


def _hand_over(concern: Concern, picture: ConcernPhoto, *, by: Actor, at: datetime) -> None:
    ConcernPhoto.objects.filter(pk=picture.pk).update(picture=b"", handed_over_at=at, handed_over_by=by.account_id)
    ledger.record(
        "concern.picture_handed_over",
        subject=("concern", concern.reference),
        by=by,
        at=at,
        facts={"number": picture.number},
    )
