"""Whose words speak of danger: those of whoever raised a concern, or those of whoever joined it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Person, Translation
from byname.people import rules as people_rules
from byname.vocabulary import Actor


def home_told_by_raiser(concern: Concern, *, viewer: Actor) -> bool:
    """Whether whoever raised a concern told of violence at home; what those who joined wrote does not count.

    What came from a phone that several people share counts only where whoever raised it may be one of them: where they
    have a phone that was confirmed. `concern` was read with `told`.
    """
    people_rules.require(viewer, "see_public")
    if "home" not in concern.danger.split():
        return False
    raiser = Person.objects.filter(concern=concern, raised=True)
    theirs = Q(person__raised=True)
    if raiser.filter(phone_digest__isnull=False).exists():
        theirs |= Q(person__isnull=True)
    messages = Message.objects.filter(theirs, concern=concern, kind="person")
    return "home" in _kinds(_texts(concern, messages))


def dangers_left(concern: Concern, *, viewer: Actor) -> str:
    """The kinds of danger that what stands of a concern speaks of, with spaces between; `concern` as for the above."""
    people_rules.require(viewer, "see_public")
    return " ".join(_kinds(_texts(concern, Message.objects.filter(concern=concern, kind="person"))))


def _texts(concern: Concern, messages: QuerySet[Message]) -> list[str]:
    """What was raised, these messages, and the English of both."""
    told = rules.told_of(concern.told)
    english = Translation.objects.filter(Q(message__isnull=True) | Q(message__in=messages), language="en")
    return [
        f"{told.what}\n{told.help}",
        *messages.values_list("words", flat=True),
        *english.filter(concern=concern).values_list("words", flat=True),
    ]


def _kinds(texts: Iterable[str]) -> tuple[str, ...]:
    found = (rules.danger(text) for text in texts)
    return tuple(dict.fromkeys(kind for danger in found if danger for kind in danger.kinds))
