"""Raising a concern: one row, one person, one line and, where somebody can be told, one letter, all or none."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction

from byname.concerns import rules
from byname.concerns.actions.pictures import add_pictures
from byname.concerns.queries.receipts import Receipt, raised_with
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.safekeeping import keys, limits
from byname.vocabulary import Actor

TO_A_MAILBOX: Final = limits.Limit("letters-to-a-mailbox", most=5, seconds=24 * 3600)
"""So many letters a stranger who types its address can cause in a day: those that confirm what was raised or joined on
a page, and those that ask about a weekly letter. Beyond them none is written; the receipt stands on the page."""

# One statement for both rows. It finds the area and the day's edition by itself, so that no look-up comes before; and
# it writes nothing where the same form was handed in already.
_RAISE = """
    WITH concern AS (
        INSERT INTO byname_concern (
            reference, once, area_id, division_code, neighbourhood_id, category, channel, place_kind, grid_lat,
            grid_lon, told, written_in, danger, needs_interpreter, state, holder, raised_at, promised_at, due_at,
            outcome, reopened, stirred_at, held, likeness, client_id
        ) VALUES (
            %(reference)s, %(once)s, (SELECT id FROM byname_area WHERE slug = %(area)s), %(division)s,
            (
                SELECT here.id FROM byname_neighbourhood AS here JOIN byname_edition AS edition
                ON edition.id = here.edition_id
                WHERE here.official_id = %(official_id)s AND edition.valid_from <= %(on)s
                ORDER BY edition.valid_from DESC LIMIT 1
            ),
            %(category)s, %(channel)s, %(place_kind)s, %(grid_lat)s, %(grid_lon)s, %(told)s, %(written_in)s,
            %(danger)s, %(needs_interpreter)s, 'received', %(holder)s, %(at)s, %(at)s, %(due_at)s, '', 0, %(at)s, false,
            %(likeness)s::integer[], %(client)s
        ) ON CONFLICT (once) DO NOTHING RETURNING id
    ), person AS (
        INSERT INTO byname_person (
            concern_id, raised, link_digest, link, pin, contact, language, under_18, more_letters, words_in_letters,
            joined_at, letter
        ) SELECT id, true, %(link_digest)s, %(link)s, %(pin)s, %(contact)s, %(language)s, %(under_18)s,
            %(more_letters)s, %(words_in_letters)s, %(at)s, %(letter)s
        FROM concern
    )
    SELECT id FROM concern
"""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a concern belongs on its day: an area's team, or the division alone where the programme is not yet."""

    division: str
    area: str = ""
    """The area's slug."""
    official_id: int | None = None
    """The neighbourhood's."""
    read_here: frozenset[str] = frozenset({"en"})
    """The languages whoever has it reads (rules.reads)."""


def raise_concern(
    raised: rules.Raised,
    where: Where,
    *,
    on: date,
    promise: rules.Promise,
    once: bytes | None = None,
    client: int | None = None,
    pictures: Sequence[rules.Picture] = (),
    by: Actor,
    at: datetime,
) -> Receipt:
    """The receipt of a concern that is on disk: its reference, its private link, its PIN, and when it is answered.

    `raised` has been checked (rules.checked). `once` is a form's own number: who hands the same form in twice gets the
    first receipt again; Refused where what it raised was removed since. `client` is the number of the API key it came
    with; `pictures` were made by rules.cleaned, before any transaction. Two statements within the act, four with the
    letter that confirms it (its mailbox gets few a day), and three more with pictures. That letter does not count as
    the day's one: whoever has just written waits for an answer, not for tomorrow.
    """
    people_rules.require(by, "raise_concern")
    link, pin = secrets.token_urlsafe(18), f"{secrets.randbelow(10**6):06}"
    reference = rules.new_reference(secrets.randbelow)
    due_at = rules.due_at(at, promise)
    told, point = raised.told, raised.told.point
    grid = rules.field_of(point) if point else None
    written = f"{told.what}\n{told.help}"
    danger, language = rules.danger(written), rules.language_of(written)
    with_team = bool(where.area) and not raised.to_sergeant
    read_here = where.read_here if with_team else rules.reads(())
    values = {
        "reference": reference,
        "once": hashlib.sha256(once).digest() if once else None,
        "area": where.area,
        "division": where.division,
        "official_id": where.official_id,
        "on": on,
        "category": raised.category,
        "channel": raised.channel,
        "place_kind": raised.place_kind,
        "grid_lat": grid.lat if grid else None,
        "grid_lon": grid.lon if grid else None,
        "told": keys.seal(rules.kept(told)),
        "written_in": language,
        "needs_interpreter": bool(language) and language not in read_here,
        "danger": " ".join(danger.kinds) if danger else "",
        "holder": "team" if with_team else "sergeant",
        "at": at,
        "due_at": due_at,
        # As text: hundreds of numbers, each handed over by itself, would cost more than all else of the statement.
        "likeness": f"{{{','.join(map(str, rules.likeness(told.what, keys.keyed_digest('likeness', b''))))}}}",
        "client": client,
        "link_digest": rules.link_digest(link),
        "link": keys.seal(link),
        "pin": keys.seal(pin),
        "contact": keys.seal(rules.kept(raised.contact)) if not raised.contact.is_empty else "",
        "language": raised.language,
        "under_18": raised.under_18,
        "more_letters": raised.more_letters,
        "words_in_letters": raised.words_in_letters,
    }
    with transaction.atomic():
        # Written first, so that the person's row can name it: whoever has everything removed takes it back as well.
        letter = _confirm(raised, where, reference, link, by, at) if raised.contact.email else ""
        with connection.cursor() as cursor:
            cursor.execute(_RAISE, values | {"letter": letter})
            row = cursor.fetchone()
            if row is None:
                ledger.take_letter_back(letter, by=by, at=at)
                if raised.channel == "web" and raised.contact.email:
                    limits.give_back(TO_A_MAILBOX, rules.mailbox_of(raised.contact.email), at=at)
                return replace(_first_receipt(once, by), danger=danger)
        if pictures:
            add_pictures(row[0], None, pictures, by=by, at=at)
        ledger.record(
            "concern.raised",
            subject=("concern", reference),
            by=by,
            at=at,
            facts={"area": where.area, "category": raised.category, "channel": raised.channel},
        )
    return Receipt(reference, link, pin, due_at, newly=True, first_at=at, danger=danger)


def _first_receipt(once: bytes | None, by: Actor) -> Receipt:
    first = raised_with(once or b"", viewer=by)
    if first is None:
        # The row stood in the way a moment ago, and rows of people stay.
        raise RuntimeError("a form was handed in before, and has no receipt")
    return first


def _confirm(raised: rules.Raised, where: Where, reference: str, link: str, by: Actor, at: datetime) -> str:
    # Programs have a key and its limit, officers their account: on a page anybody types anybody's address.
    if raised.channel == "web" and limits.wait_for(TO_A_MAILBOX, rules.mailbox_of(raised.contact.email), at=at):
        return ""
    words = rules.letter_words(
        reference, link, raised.language, division=where.division, overdue=False, under_18=raised.under_18
    )
    whose = rules.link_digest(link)
    return ledger.write_letter("concern_received", to=raised.contact.email, words=words, whose=whose, by=by, at=at)
