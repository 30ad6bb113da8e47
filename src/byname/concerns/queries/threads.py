"""Reading one concern: as the person who raised or joined it sees it, and as the team does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Person, Verdict
from byname.concerns.queries.within import about_of
from byname.ledger import actions as ledger
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a thread."""

    number: int
    kind: str
    """"person", "answer", or, for the team only, "note"."""
    at: datetime
    words: str
    mine: bool
    """For a person: whether they wrote it."""
    officer: people.PublicOfficer | None
    signed: str
    """Who signed it, where it was no officer who is shown."""
    via: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A concern as somebody sees it by their private link: what they told themselves, and the answers."""

    reference: str
    area: str
    """The area's slug; empty where the programme is not yet."""
    division: str
    category: str
    state: str
    outcome: str
    told: rules.Told | None
    """None for whoever joined: what another person wrote is not theirs to read."""
    entries: tuple[Entry, ...]
    raised_at: datetime
    due_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    holder: str
    overdue: bool
    raised: bool
    gives_letters: bool
    language: str
    verdict: tuple[str, str]
    """What they answered to "Did this answer you?" and "Is it better?" of this ending; empty where nothing."""
    words_gone: bool
    """Whether what was raised is gone: its time was over, or whoever raised it had it removed."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A concern as its team works it."""

    reference: str
    area: str
    area_name: str
    division: str
    category: str
    channel: str
    state: str
    outcome: str
    holder: str
    officer: people.PublicOfficer | None
    told: rules.Told
    place_kind: str
    entries: tuple[Entry, ...]
    language: str
    """The language the person is written to in."""
    written_in: str
    """The language recognised in their words; empty where none was."""
    danger: tuple[str, ...]
    raised_at: datetime
    due_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    reopened: int
    standing: str
    others: int
    """How many joined it."""
    reachable: frozenset[str]
    """How the person can be reached: "letter", "phone" or both."""
    safe_hours: str
    never_visit: bool
    under_18: bool
    needs_interpreter: bool
    words_gone: bool


def followed(link: str, *, at: datetime, viewer: Actor) -> Followed:
    """A concern by somebody's private link; NotThere where it opens nothing, or nothing any more."""
    people_rules.require(viewer, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    concern = Concern.objects.select_related("area").get(pk=person.concern_id)
    rows = list(
        Message.objects.filter(Q(kind="answer") | Q(kind="person", person=person), concern=concern)
        .select_related("officer")
        .defer("officer__lives_in")
        .order_by("pk")
    )
    verdict = Verdict.objects.filter(concern=concern, person=person, ending=concern.reopened + 1).first()
    return Followed(
        reference=concern.reference,
        area=concern.area.slug if concern.area else "",
        division=concern.division_code,
        category=concern.category,
        state=concern.state,
        outcome=concern.outcome,
        told=rules.told_of(concern.told) if person.raised else None,
        entries=_entries(rows, person.pk, viewer),
        raised_at=concern.raised_at,
        due_at=concern.due_at,
        answered_at=concern.answered_at,
        ended_at=concern.ended_at,
        holder=concern.holder,
        overdue=rules.standing(concern.promised_at, concern.due_at, concern.answered_at, at) == "overdue",
        raised=person.raised,
        gives_letters=bool(person.contact) and person.stopped_at is None,
        language=person.language,
        verdict=(verdict.answered, verdict.better) if verdict else ("", ""),
        words_gone=not concern.told,
    )


def thread(reference: str, *, at: datetime, viewer: Actor) -> Thread:
    """A concern as its team works it, with what the person told; reading it is on the ledger. Else NotThere.

    How to reach the person is not in it: that is `contact_of_concern`, and asked for by itself.
    """
    concern, raiser = _for_the_team(reference, "see_concern", viewer)
    with transaction.atomic():
        # Whoever reaches a concern is in its area or division: nobody else gets this far.
        ledger.record("read.concern", subject=("concern", reference), by=viewer, at=at, facts={"outside": False})
    contact = rules.contact_of(raiser.contact) if raiser else rules.Contact()
    rows = list(
        Message.objects.filter(concern=concern).select_related("officer").defer("officer__lives_in").order_by("pk")
    )
    shown = _shown([concern], viewer)
    area = concern.area
    return Thread(
        reference=concern.reference,
        area=area.slug if area else "",
        area_name=area.name if area else "",
        division=concern.division_code,
        category=concern.category,
        channel=concern.channel,
        state=concern.state,
        outcome=concern.outcome,
        holder=concern.holder,
        officer=shown.get(concern.officer_id or 0),
        told=rules.told_of(concern.told),
        place_kind=concern.place_kind,
        entries=_entries(rows, None, viewer),
        language=raiser.language if raiser else "",
        written_in=concern.written_in,
        danger=tuple(concern.danger.split()),
        raised_at=concern.raised_at,
        due_at=concern.due_at,
        answered_at=concern.answered_at,
        ended_at=concern.ended_at,
        reopened=concern.reopened,
        standing=rules.standing(concern.promised_at, concern.due_at, concern.answered_at, at),
        others=Person.objects.filter(concern=concern, raised=False).count(),
        reachable=rules.reachable(contact),
        safe_hours=contact.safe_hours,
        never_visit=contact.never_visit,
        under_18=bool(raiser and raiser.under_18),
        needs_interpreter=concern.needs_interpreter,
        words_gone=not concern.told,
    )


def contact_of_concern(reference: str, *, reason: str, at: datetime, viewer: Actor) -> rules.Contact:
    """How to reach the person who raised a concern, told for a reason, on the ledger; NotThere where not theirs."""
    concern, raiser = _for_the_team(reference, "see_contact", viewer)
    people_rules.require_reason(viewer, "see_contact", reason)
    with transaction.atomic():
        ledger.record(
            "read.contact",
            subject=("concern", concern.reference),
            by=viewer,
            at=at,
            reason_code=reason,
            facts={"outside": False},
        )
    return rules.contact_of(raiser.contact) if raiser else rules.Contact()


def _for_the_team(reference: str, act: str, viewer: Actor) -> tuple[Concern, Person | None]:
    people_rules.require_reach(viewer, act)
    rows = Concern.objects.select_related("area", "neighbourhood", "officer").defer("likeness", "officer__lives_in")
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, act, about_of(concern, viewer=viewer))
    return concern, Person.objects.filter(concern=concern, raised=True).first()


def _entries(rows: Sequence[Message], person: int | None, viewer: Actor) -> tuple[Entry, ...]:
    shown = _shown(rows, viewer)
    return tuple(
        Entry(
            number=row.pk,
            kind=row.kind,
            at=row.at,
            words=row.words,
            mine=person is not None and row.person_id == person,
            officer=shown.get(row.officer_id or 0),
            signed=row.signed,
            via=row.via,
        )
        for row in rows
    )


def _shown(rows: Iterable[Concern | Message], viewer: Actor) -> dict[int, people.PublicOfficer]:
    """The officers of these rows, by row, as the public may see them: whoever is hidden has no entry."""
    references = {row.officer_id: row.officer.reference for row in rows if row.officer_id and row.officer}
    found = people.public_officers(frozenset(references.values()), viewer=viewer)
    return {number: found[reference] for number, reference in references.items() if reference in found}
