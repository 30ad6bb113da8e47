"""Whose words speak of danger: those of whoever raised a concern, or those of whoever joined it."""

from __future__ import annotations

from collections.abc import Iterable

from byname.concerns import rules
from byname.concerns.models import Concern, Message, Translation
from byname.people import rules as people_rules
from byname.vocabulary import Actor


def home_told_by_raiser(concern: Concern, *, viewer: Actor) -> bool:
    """Whether whoever raised a concern told of violence at home; what those who joined wrote does not count.

    `concern` was read with `told`.
    """
    people_rules.require(viewer, "see_public")
    if "home" not in concern.danger.split():
        return False
    messages = Message.objects.filter(concern=concern, kind="person")
    if not messages.filter(person__raised=False).exists():
        return True
    told = rules.told_of(concern.told)
    theirs = [f"{told.what}\n{told.help}", *messages.exclude(person__raised=False).values_list("words", flat=True)]
    english = Translation.objects.filter(concern=concern, language="en").exclude(message__person__raised=False)
    return "home" in _kinds([*theirs, *english.values_list("words", flat=True)])


def dangers_left(concern: Concern, *, viewer: Actor) -> str:
    """The kinds of danger the thread's messages speak of, without what was raised, with spaces between."""
    people_rules.require(viewer, "see_public")
    messages = Message.objects.filter(concern=concern, kind="person").values_list("words", flat=True)
    english = Translation.objects.filter(concern=concern, language="en", message__kind="person")
    return " ".join(_kinds([*messages, *english.values_list("words", flat=True)]))


def _kinds(texts: Iterable[str]) -> tuple[str, ...]:
    found = (rules.danger(text) for text in texts)
    return tuple(dict.fromkeys(kind for danger in found if danger for kind in danger.kinds))
