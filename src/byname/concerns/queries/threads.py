"""Reading one concern: as the person who raised or joined it sees it, and as the team does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Person, Verdict, with_places
from byname.concerns.queries.interpreting import Translated, translations_of
from byname.concerns.queries.leavings import told_to_raiser
from byname.concerns.queries.pictures import SentPicture, sent_by, sent_pictures
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
    language: str = ""
    """The language it is written in, where that was recognised."""
    wanted_in: str = ""
    """The language it waits to be put into by an interpreter."""
    translations: tuple[Translated, ...] = ()
    pictures: tuple[SentPicture, ...] = ()
    left_out: int = 0
    """How many files came with it and were not taken in."""
    from_elsewhere: bool = False
    """Whether it came as a letter from another address than the one they gave."""
    nobodys: bool = False
    """Whether it came from a phone that several people confirmed: the team alone reads it."""
    joiner: bool = False
    """For the team: whether somebody who joined wrote it, and not whoever raised the concern."""


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
    pictures: tuple[SentPicture, ...] = ()
    """Those that came with what was raised."""
    phone: rules.PhoneStanding | None = None
    """How it stands with the phone they asked to be texted at; None where they did not."""
    left_at: tuple[datetime, ...] = ()
    """When what they wrote left byname for records or an investigation, where they may be told."""
    held: bool = False
    """Whether a legal hold keeps what they wrote, where they may be told."""


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
    others_unsolved: int
    """How many of them said "no" to how it ended last; that opens nothing."""
    reachable: frozenset[str]
    """How the person can be reached: "letter", "phone", "text"."""
    safe_hours: str
    never_visit: bool
    under_18: bool
    """Whether anybody is who raised or joined it."""
    joiner_under_18: bool
    """Whether only somebody who joined it is."""
    needs_interpreter: bool
    words_gone: bool
    pictures: tuple[SentPicture, ...] = ()
    """Those that came with what was raised."""
    letters_return: bool = False
    """Whether the last letter to them came back: their address takes none."""
    translations: tuple[Translated, ...] = ()
    """What was raised, in English."""


def followed(link: str, *, at: datetime, viewer: Actor) -> Followed:
    """A concern by somebody's private link; NotThere where it opens nothing, or nothing any more."""
    people_rules.require(viewer, "follow_concern")
    person = Person.objects.filter(link_digest=rules.link_digest(link)).first()
    if person is None or not person.link:
        raise NotThere
    concern = Concern.objects.select_related("area").get(pk=person.concern_id)
    rows = list(
        Message.objects.filter(_theirs(person), concern=concern)
        .select_related("officer")
        .defer("officer__lives_in")
        .order_by("pk")
    )
    sent = sent_pictures(sent_by(person, viewer=viewer), viewer=viewer)
    verdict = Verdict.objects.filter(concern=concern, person=person, ending=concern.reopened + 1).first()
    left_at, held = told_to_raiser(concern, viewer=viewer) if person.raised else ((), False)
    return Followed(
        reference=concern.reference,
        area=concern.area.slug if concern.area else "",
        division=concern.division_code,
        category=concern.category,
        state=concern.state,
        outcome=concern.outcome,
        told=rules.told_of(concern.told) if person.raised else None,
        entries=_entries(rows, person.pk, sent, _for(person, translations_of(concern, viewer=viewer)), viewer),
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
        words_gone=person.raised and not concern.told,
        phone=rules.phone_standing(person.phone_confirmed_at, at)
        if rules.wants_texts(rules.contact_of(person.contact))
        else None,
        pictures=sent.get(None, ()),
        left_at=left_at,
        held=held,
    )


def _theirs(person: Person) -> Q:
    """The entries somebody may read: what was answered before they joined was written to others alone."""
    answers = Q(kind="answer") if person.raised else Q(kind="answer", at__gte=person.joined_at)
    return answers | Q(kind="person", person=person)


def _for(
    person: Person, translated: Mapping[int | None, tuple[Translated, ...]]
) -> dict[int | None, tuple[Translated, ...]]:
    """What people made for somebody to read: in their language, and never a machine's."""
    return {
        number: tuple(each for each in made if each.language == person.language and each.made_by != "machine")
        for number, made in translated.items()
    }


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
    sent = sent_pictures(Q(concern=concern), viewer=viewer)
    translated = translations_of(concern, viewer=viewer)
    shown = _shown([concern], viewer)
    joiners = dict(Person.objects.filter(concern=concern, raised=False).values_list("pk", "under_18"))
    raiser_under_18 = bool(raiser and raiser.under_18)
    joiner_under_18 = not raiser_under_18 and any(joiners.values())
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
        entries=_entries(rows, None, sent, translated, viewer, joiners=joiners),
        language=raiser.language if raiser else "",
        written_in=concern.written_in,
        danger=tuple(concern.danger.split()),
        raised_at=concern.raised_at,
        due_at=concern.due_at,
        answered_at=concern.answered_at,
        ended_at=concern.ended_at,
        reopened=concern.reopened,
        standing=rules.standing(concern.promised_at, concern.due_at, concern.answered_at, at),
        others=len(joiners),
        others_unsolved=_unsolved(concern),
        reachable=rules.reachable(contact),
        safe_hours=contact.safe_hours,
        never_visit=contact.never_visit,
        under_18=raiser_under_18 or joiner_under_18,
        joiner_under_18=joiner_under_18,
        needs_interpreter=concern.needs_interpreter,
        words_gone=not concern.told,
        letters_return=bool(raiser and raiser.letters_return_at),
        pictures=sent.get(None, ()),
        translations=translated.get(None, ()),
    )


def _unsolved(concern: Concern) -> int:
    last = concern.reopened + 1 if concern.ended_at else concern.reopened
    given = Verdict.objects.filter(concern=concern, ending=last, person__raised=False)
    return given.filter(Q(answered="no") | Q(better="no")).count()


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
    rows = with_places(Concern.objects.select_related("officer")).defer("likeness", "officer__lives_in")
    concern = rows.filter(reference=reference).first()
    if concern is None:
        raise NotThere
    people_rules.require(viewer, act, about_of(concern, viewer=viewer))
    return concern, Person.objects.filter(concern=concern, raised=True).first()


def _entries(
    rows: Sequence[Message],
    person: int | None,
    sent: Mapping[int | None, tuple[SentPicture, ...]],
    translated: Mapping[int | None, tuple[Translated, ...]],
    viewer: Actor,
    *,
    joiners: Collection[int] = (),
) -> tuple[Entry, ...]:
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
            pictures=sent.get(row.pk, ()),
            left_out=row.left_out,
            from_elsewhere=row.from_elsewhere,
            nobodys=row.kind == "person" and row.person_id is None,
            language=row.language,
            wanted_in=row.wanted_in,
            translations=translated.get(row.pk, ()),
            joiner=row.person_id in joiners,
        )
        for row in rows
    )


def _shown(rows: Iterable[Concern | Message], viewer: Actor) -> dict[int, people.PublicOfficer]:
    """The officers of these rows, by row, as the public may see them: whoever is hidden has no entry."""
    references = {row.officer_id: row.officer.reference for row in rows if row.officer_id and row.officer}
    found = people.public_officers(frozenset(references.values()), viewer=viewer)
    return {number: found[reference] for number, reference in references.items() if reference in found}
