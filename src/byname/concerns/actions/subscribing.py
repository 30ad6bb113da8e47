"""An area's weekly letter: asked for, confirmed by whoever reads that mailbox, written once a week, ended at once."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from byname.concerns import queries, rules
from byname.concerns.actions.raising import TO_A_MAILBOX
from byname.concerns.actions.recoding import recode
from byname.concerns.models import Subscription
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.places.queries import posts
from byname.safekeeping import keys, limits
from byname.vocabulary import Actor, NotThere, Refused

MOST_LINES: Final = 30
"""Of one weekly letter; the page has them all."""
_AT_ONCE: Final = 50


def ask_weekly_letter(area: str, email: str, language: str, *, by: Actor, at: datetime) -> None:
    """An area's weekly letter is asked for: a letter asks whoever reads that mailbox to confirm it.

    Whoever asks learns nothing of whether the address had asked before. Raises Refused for an address nobody could be
    reached by; NotThere for no area.
    """
    people_rules.require(by, "subscribe")
    email = email.strip()
    if not email:
        raise Refused("Write your e-mail address.", code="email", field="email")
    rules.refuse_contact(rules.Contact(email=email))
    found = posts.areas_to_post([area], viewer=by).get(area)
    if found is None:
        raise NotThere
    if limits.wait_for(TO_A_MAILBOX, rules.mailbox_of(email), at=at):
        return
    key = secrets.token_urlsafe(18)
    with transaction.atomic():
        row, _newly = Subscription.objects.get_or_create(
            area_id=found.row_id,
            address_digest=_digest(email),
            defaults={
                "address": email,
                "key": key,
                "key_digest": rules.link_digest(key),
                "language": language,
                "asked_at": at,
            },
        )
        row = Subscription.objects.select_for_update().get(pk=row.pk)
        if row.confirmed_at is not None:
            return
        ledger.take_letter_back(row.letter, by=by, at=at)
        words = {"key": row.key, "language": language, "area": area, "name": found.name}
        letter = ledger.write_letter("weekly_letter_asked", to=row.address, words=words, by=by, at=at)
        Subscription.objects.filter(pk=row.pk).update(asked_at=at, language=language, letter=letter)


def confirm_weekly_letter(key: str, *, by: Actor, at: datetime) -> None:
    """The weekly letter comes from now on; confirmed twice, it changes nothing. NotThere where nobody asked."""
    people_rules.require(by, "subscribe")
    with transaction.atomic():
        row = Subscription.objects.select_for_update().filter(key_digest=rules.link_digest(key)).first()
        if row is None:
            raise NotThere
        if row.confirmed_at is None:
            Subscription.objects.filter(pk=row.pk).update(confirmed_at=at)
            ledger.record("weekly.confirmed", subject=("weekly-letter", _name_of(row)), by=by, at=at)


def stop_weekly_letter(key: str, *, by: Actor, at: datetime) -> None:
    """The weekly letter comes no more, and its address is forgotten; also where it had been ended before."""
    people_rules.require(by, "subscribe")
    with transaction.atomic():
        _stop(hashlib.sha256(key.encode()).digest(), by=by, at=at)


def stop_weekly_letter_again(name: str, *, by: Actor, at: datetime) -> bool:
    """Whether a weekly letter was ended once more, after a restore; `name` is the subject of the ledger's line."""
    people_rules.require(by, "keep_house")
    with transaction.atomic():
        return _stop(base64.urlsafe_b64decode(name), by=by, at=at)


def write_weekly_letters(zone: ZoneInfo, *, by: Actor, at: datetime) -> int:
    """How many weekly letters were written now: Thursdays from four on, where something was published or changed.

    Each once a week, whoever is killed on the way: what a letter tells of begins where the one before ended.
    """
    people_rules.require(by, "keep_house")
    due = rules.week_ended_at(at, zone)
    written = 0
    while True:
        looked_at, letters = _write_some(due, by, at)
        written += letters
        if not looked_at:
            return written


def write_no_weekly_letters_again(until: datetime, *, by: Actor, at: datetime) -> int:
    """How many subscriptions had their letter of a week already, before a restore: the next begins where it ended."""
    people_rules.require(by, "keep_house")
    had = Subscription.objects.annotate(told_until=Coalesce("written_at", "confirmed_at"))
    return had.filter(confirmed_at__isnull=False, told_until__lt=until).update(written_at=until)


def forget_unconfirmed(*, by: Actor, at: datetime) -> int:
    """How many addresses were forgotten that nobody confirmed within seven days."""
    people_rules.require(by, "keep_house")
    over = Subscription.objects.filter(confirmed_at__isnull=True, asked_at__lte=at - rules.CONFIRMED_WITHIN)
    return over.delete()[0]


def recode_weekly_letters(*, by: Actor, at: datetime) -> int:
    """How many addresses' digests were made anew, after the data keys were exchanged; 0 where all were right.

    Where no data key opens the address, the digest stays as it is. Whoever asked for the same letter once more, before
    this was done, keeps both: each ends by the link in it, and none by the other's.
    """
    return recode(
        Subscription.objects.all(),
        "address_digest",
        lambda row: _digest(row.address),
        event="weekly.recoded",
        kind="addresses",
        by=by,
        at=at,
    )


def _write_some(due: datetime, by: Actor, at: datetime) -> tuple[int, int]:
    """How many subscriptions were looked at, and how many letters written: one short transaction."""
    with transaction.atomic():
        waiting = (
            Subscription.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("area")
            .annotate(told_until=Coalesce("written_at", "confirmed_at"))
            .filter(Q(confirmed_at__isnull=False), told_until__lt=due)
            .order_by("pk")
        )
        rows = list(waiting[:_AT_ONCE])
        written = 0
        for row in rows:
            after: datetime = row.told_until
            news, _more = queries.changed_between(row.area.slug, after=after, until=due, most=1, viewer=by)
            letter = ""
            if news:
                words = {
                    "key": row.key,
                    "language": row.language,
                    "area": row.area.slug,
                    "name": row.area.name,
                    "after": after.isoformat(),
                    "until": due.isoformat(),
                }
                letter = ledger.write_letter("weekly_letter", to=row.address, words=words, by=by, at=at)
                written += 1
            Subscription.objects.filter(pk=row.pk).update(written_at=due, letter=letter)
        if written:
            ledger.record(
                "weekly.written",
                subject=("weekly-letters", f"{due:%Y-%m-%d}"),
                by=by,
                at=at,
                facts={"letters": written, "until": due.isoformat()},
            )
    return len(rows), written


def _stop(digest: bytes, *, by: Actor, at: datetime) -> bool:
    row = Subscription.objects.select_for_update().filter(key_digest=digest).first()
    if row is None:
        return False
    ledger.take_letter_back(row.letter, by=by, at=at)
    name = _name_of(row)
    row.delete()
    ledger.record("weekly.stopped", subject=("weekly-letter", name), by=by, at=at)
    return True


def _digest(email: str) -> bytes:
    """What an address is known by; it says nothing to whoever has not the data keys."""
    return keys.keyed_digest("weekly-letter", email.casefold().encode())


def _name_of(row: Subscription) -> str:
    """What the ledger calls a subscription: the digest of a number drawn at random, which tells of nobody."""
    return base64.urlsafe_b64encode(bytes(row.key_digest)).decode()
