"""Letters that come in: a person's words join their thread; what a machine wrote is counted and dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from byname.concerns import rules
from byname.concerns.actions.following import write_again
from byname.concerns.models import Concern, Person
from byname.concerns.queries.within import held_by_link
from byname.concerns.rules import mail
from byname.ledger import actions as ledger
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_MOST_LEFT_OUT: Final = 32_767


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a letter that came in."""

    message: int | None
    """The number of its entry in the thread; None for what a machine wrote, and for what was taken in before."""
    automatic: str
    """What kind of machine wrote it; empty where a person did."""


def _english(_area: str) -> frozenset[str]:
    return rules.reads(())


def takes_mail(key: str, *, by: Actor, at: datetime) -> bool:
    """Whether somebody who still follows their concern, and wants letters, has this reply key."""
    people_rules.require(by, "follow_concern")
    return _of(key) is not None


def take_mail(
    key: str,
    letter: mail.Mail,
    *,
    pictures: Sequence[rules.Picture] = (),
    returned: bool = False,
    read_by: Callable[[str], frozenset[str]] = _english,
    mail_id: str,
    by: Actor,
    at: datetime,
) -> Came:
    """What became of a letter to the address that somebody's own letters are answered to.

    Their words stand in their thread once, however often the same letter comes (`mail_id`), with those of its files
    that are `pictures` (rules.cleaned) and how many are not. Words that speak of danger
    are met by a letter at once. What a machine wrote leaves a count and nothing else; `returned` says that it reports a
    letter of ours as never to arrive, which their team is told. Raises NotThere where nobody has the key, and Refused
    for words that are too many: what of danger they say is met all the same. Refused too is what only looks like a
    machine's, where it speaks of danger: whoever wrote it must not believe that it was read.
    """
    people_rules.require(by, "follow_concern")
    words = _words_of(letter)
    with transaction.atomic():
        person = _held_by(key, by=by)
        if letter.automatic:
            _count(person, letter.automatic, returned=returned, by=by, at=at)
            if letter.surely or rules.danger(words) is None:
                return Came(None, letter.automatic)
            refused = Refused("This looks like a letter a machine wrote, and nobody reads it.", code="mail-automatic")
        else:
            try:
                return Came(_take(person, letter, words, pictures, read_by, mail_id, by, at), "")
            except Refused as no:
                refused = no
            _meet_danger(person, words, by=by, at=at)
    raise refused


def _words_of(letter: mail.Mail) -> str:
    """What a person wrote: their own subject, and below it the letter's words.

    Of a letter that says one thing in plain words and another in HTML, both, where only the other speaks of danger.
    """
    words = "\n\n".join(filter(None, (letter.headline, letter.text)))
    met, other = rules.danger(words), rules.danger(letter.other)
    if other and not set(other.kinds) <= set(met.kinds if met else ()):
        return f"{words}\n\n{letter.other}".strip()
    return words


def _held_by(key: str, *, by: Actor) -> Person:
    """Whoever has the key, as they are while nobody else changes their concern; else NotThere."""
    person = _of(key)
    if person is None:
        raise NotThere
    held, _concern = held_by_link(person.link, viewer=by)
    if held.stopped_at is not None:
        raise NotThere
    return held


def _of(key: str) -> Person | None:
    digests = mail.digests_of(key)
    if digests is None:
        return None
    # Whoever lost their link, or stopped the letters, has no address to answer to any more.
    open_to = Person.objects.filter(stopped_at__isnull=True).exclude(link="")
    return open_to.filter(link_digest__gte=digests[0], link_digest__lte=digests[1]).first()


def _count(person: Person, automatic: str, *, returned: bool, by: Actor, at: datetime) -> None:
    if returned:
        Person.objects.filter(pk=person.pk).update(letters_return_at=at)
    ledger.record("mail.automatic", subject=("mail", "automatic"), by=by, at=at, facts={"kind": automatic})


def _take(
    person: Person,
    letter: mail.Mail,
    words: str,
    pictures: Sequence[rules.Picture],
    read_by: Callable[[str], frozenset[str]],
    mail_id: str,
    by: Actor,
    at: datetime,
) -> int | None:
    given = rules.contact_of(person.contact).email
    concern = Concern.objects.select_related("area").defer("told", "likeness").get(pk=person.concern_id)
    read_here = read_by(concern.area.slug) if concern.area else rules.reads(())

    def write(pictures: Sequence[rules.Picture]) -> int | None:
        return write_again(
            person.link,
            words,
            via="mail",
            mail_id=mail_id,
            pictures=pictures,
            left_out=min(len(letter.attachments) - len(pictures), _MOST_LEFT_OUT),
            from_elsewhere=letter.sender != given.lower(),
            read_here=read_here,
            by=by,
            at=at,
        )

    try:
        number = write(pictures)
    except Refused as no:
        if no.code != "no-more-photos":
            raise
        number = write(())
    if number is not None and not _meet_danger(person, words, by=by, at=at):
        _say_it_ended(person, by=by, at=at)
    return number


def _meet_danger(person: Person, words: str, *, by: Actor, at: datetime) -> bool:
    """Whether words speak of danger: then a letter says whom to call, whatever was written to them today."""
    danger = rules.danger(words)
    to = rules.contact_of(person.contact).email
    if danger is None or not to:
        return danger is not None
    concern = Concern.objects.get(pk=person.concern_id)
    filled = _filled(person, concern) | {"danger": " ".join(danger.kinds)}
    ledger.write_letter("concern_danger", to=to, words=filled, whose=bytes(person.link_digest), by=by, at=at)
    return True


def _say_it_ended(person: Person, *, by: Actor, at: datetime) -> None:
    """Whoever answers an ended concern is told that it ended, and that they can say it is not solved."""
    concern = Concern.objects.get(pk=person.concern_id)
    to = rules.contact_of(person.contact).email
    due = rules.letter_due(person.written_at, at, more=person.more_letters)
    if concern.ended_at is None or not to or due is None:
        return
    filled, whose = _filled(person, concern), bytes(person.link_digest)
    name = ledger.write_letter("concern_ended", to=to, words=filled, whose=whose, by=by, at=at, due_at=due)
    Person.objects.filter(pk=person.pk).update(written_at=due, letter=name)


def _filled(person: Person, concern: Concern) -> dict[str, str]:
    return rules.letter_words(
        concern.reference,
        person.link,
        person.language,
        division=concern.division_code,
        overdue=False,
        under_18=person.under_18,
    )
