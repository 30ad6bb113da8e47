"""The one way by which words leave byname for records or enforcement: asked for, agreed to by a second person, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from byname.concerns import queries, rules
from byname.concerns.actions.answering import write_to_followers
from byname.concerns.models import Concern, ConcernPhoto, Leaving, Message, Person
from byname.concerns.queries.within import held
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused


@dataclass(frozen=True, slots=True)
class Left:
    """What leaves byname of one concern: the words of whoever raised it, and the answers to them; never a note."""

    reference: str
    reason: str
    raised_at: datetime
    category: str
    told: rules.Told
    contact: rules.Contact | None
    """None where it was not asked for."""
    entries: tuple[tuple[datetime, str, str], ...]
    """When, who signed (empty for the person), and the words."""
    pictures: tuple[bytes, ...]
    """Each a JPEG; none where they were not asked for. Those that were set apart go another way."""

    def kept(self) -> dict[str, Any]:
        """The same in plain values, for a file; pictures stand beside it."""
        return {
            "reference": self.reference,
            "reason": rules.LEAVING[self.reason].says,
            "raised_at": self.raised_at.isoformat(),
            "category": self.category,
            "told": json.loads(rules.kept(self.told) or "{}"),
            "contact": None if self.contact is None else json.loads(rules.kept(self.contact) or "{}"),
            "messages": [
                {"at": at.isoformat(), "from": signed or "the person", "words": words}
                for at, signed, words in self.entries
            ],
            "pictures": len(self.pictures),
        }


def ask_to_leave(
    reference: str, reason: str, *, with_contact: bool, with_photos: bool, tell: bool, by: Actor, at: datetime
) -> int:
    """The number of a request that the words of a concern leave byname, for a reason of rules.LEAVING.

    Nothing leaves by it: a sergeant who is somebody else agrees first. Refused while another request waits.
    """
    with transaction.atomic():
        concern = held(reference, "ask_leaving", viewer=by)
        if by.account_id is None:
            raise NotThere
        rules.refuse_leaving(reason, tell=tell)
        if not concern.told:
            raise Refused("There are no words any more.", code="no-words")
        for other in Leaving.objects.filter(concern=concern):
            if queries.stands(other, at=at, viewer=by) in ("asked", "agreed"):
                raise Refused("Somebody asked for this already, and it waits.", code="asked-already")
        row = Leaving.objects.create(
            concern=concern,
            reason=reason,
            with_contact=with_contact,
            with_photos=with_photos,
            told=tell,
            asked_by=by.account_id,
            asked_at=at,
        )
        _record("leaving.asked", concern, row, by=by, at=at, contact=with_contact, photos=with_photos, told=tell)
        return row.pk


def agree_to_leaving(number: int, *, by: Actor, at: datetime) -> None:
    """The words may leave: whoever asked has seven days to take them. Refused for whoever asked themselves."""
    with transaction.atomic():
        row, concern = _waiting(number, by=by, at=at)
        rules.refuse_agreeing(by.account_id, asked_by=row.asked_by)
        Leaving.objects.filter(pk=row.pk).update(agreed_by=by.account_id, agreed_at=at)
        _record("leaving.agreed", concern, row, by=by, at=at)


def decline_leaving(number: int, *, by: Actor, at: datetime) -> None:
    """The words stay: whoever asked sees that a sergeant said no."""
    with transaction.atomic():
        row, concern = _waiting(number, by=by, at=at)
        Leaving.objects.filter(pk=row.pk).update(declined_at=at)
        _record("leaving.declined", concern, row, by=by, at=at)


def take_leaving(number: int, *, by: Actor, at: datetime) -> Left:
    """The words, once, for whoever asked, within seven days of the second person's yes; on the ledger.

    The person is told, unless the request said that this is forbidden or not safe.
    """
    with transaction.atomic():
        row, concern = _found(number, "ask_leaving", by=by)
        if row.asked_by != by.account_id:
            raise NotThere
        if queries.stands(row, at=at, viewer=by) != "agreed":
            raise Refused("These words cannot be taken now.", code="not-now")
        if not concern.told:
            raise Refused("There are no words any more.", code="no-words")
        Leaving.objects.filter(pk=row.pk).update(taken_at=at)
        _record("leaving.taken", concern, row, by=by, at=at)
        if row.told:
            write_to_followers(concern, "concern_change", only=Q(raised=True), by=by, at=at)
        return _left(concern, row, by)


def decline_leaving_again(reference: str, number: int, *, by: Actor, at: datetime) -> bool:
    """Whether a request was declined once more, after a restore; NotThere where the backup has no such."""
    return _ended_again("leaving.declined", reference, number, by=by, at=at, declined_at=at)


def take_leaving_again(reference: str, number: int, *, by: Actor, at: datetime) -> bool:
    """Whether words that left are marked once more as taken, after a restore; NotThere where the backup has no such.

    What was taken once is not taken again, and the year's count has it.
    """
    return _ended_again("leaving.taken", reference, number, by=by, at=at, taken_at=at)


def _ended_again(event: str, reference: str, number: int, *, by: Actor, at: datetime, **ended: datetime) -> bool:
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        rows = Leaving.objects.select_for_update(of=("self",)).select_related("concern")
        # Numbers are given anew after a restore: one asked for since is another.
        row = rows.filter(pk=number, concern__reference=reference, asked_at__lte=at).first()
        if row is None or row.concern is None:
            raise NotThere
        if row.declined_at or row.taken_at or (row.agreed_at and "declined_at" in ended):
            return False
        Leaving.objects.filter(pk=row.pk).update(**ended)
        _record(event, row.concern, row, by=by, at=at)
        return True


def _left(concern: Concern, row: Leaving, by: Actor) -> Left:
    person = Person.objects.filter(concern=concern, raised=True).first()
    said = Message.objects.filter(Q(kind="answer") | Q(kind="person", person=person), concern=concern)
    rows = list(said.select_related("officer").defer("officer__lives_in").order_by("pk"))
    shown = people.public_officers(
        frozenset(each.officer.reference for each in rows if each.officer is not None), viewer=by
    )
    pictures: tuple[bytes, ...] = ()
    if row.with_photos:
        own = Q(message__isnull=True) | Q(message__person=person)
        kept = ConcernPhoto.objects.filter(own, concern=concern, quarantined_at__isnull=True).order_by("number")
        pictures = tuple(bytes(each.picture) for each in kept)
    return Left(
        reference=concern.reference,
        reason=row.reason,
        raised_at=concern.raised_at,
        category=concern.category,
        told=rules.told_of(concern.told),
        contact=rules.contact_of(person.contact if person else "") if row.with_contact else None,
        entries=tuple((each.at, _signed(each, shown), each.words) for each in rows),
        pictures=pictures,
    )


def _signed(message: Message, shown: dict[str, people.PublicOfficer]) -> str:
    if message.kind != "answer":
        return ""
    officer = shown.get(message.officer.reference) if message.officer else None
    return officer.name if officer else message.signed or "the team"


def _found(number: int, act: str, *, by: Actor) -> tuple[Leaving, Concern]:
    people_rules.require_reach(by, act)
    row = Leaving.objects.select_for_update(of=("self",)).select_related("concern").filter(pk=number).first()
    if row is None or row.concern is None:
        raise NotThere
    return row, held(row.concern.reference, act, viewer=by)


def _waiting(number: int, *, by: Actor, at: datetime) -> tuple[Leaving, Concern]:
    row, concern = _found(number, "agree_leaving", by=by)
    if queries.stands(row, at=at, viewer=by) != "asked":
        raise Refused("This was decided already.", code="not-now")
    return row, concern


def _record(event: str, concern: Concern, row: Leaving, *, by: Actor, at: datetime, **facts: bool) -> None:
    ledger.record(
        event,
        subject=("concern", concern.reference),
        by=by,
        at=at,
        reason_code=row.reason,
        facts={"number": row.pk, **facts},
    )
