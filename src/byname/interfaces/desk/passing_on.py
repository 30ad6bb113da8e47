"""What an officer who leaves still holds elsewhere: how other parts of the programme join a handover's checklist.

A part of the programme joins by one function, named in `views.handover.SOURCES`:

    def left_open(handover: HandoverState, viewer: Actor, on: date) -> Iterable[Held]

It reads by queries what the leaving officer holds in that area: open concerns, promises. It is asked only for whoever
may read the handover, and returns nothing where they may see nothing of its own part. What is held stands on the
checklist beside what was written by hand, and nobody takes over while any of it is not passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.urls import reverse
from django.utils import timezone

from byname.concerns import queries as concerns
from byname.interfaces import snapshot
from byname.interfaces.desk import telling
from byname.postings.queries import HandoverState
from byname.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Held:
    """One thing the leaving officer holds: what it is, where it is passed on, and whether that is done."""

    kind: Literal["open_work", "promise"]
    sentence: str
    url: str
    done: bool = False


Source = Callable[[HandoverState, Actor, date], Iterable[Held]]


def open_concerns(handover: HandoverState, viewer: Actor, on: date) -> Iterable[Held]:
    """The concerns they have that have not ended: passed on once somebody else has them.

    What is being worked on was promised to somebody.
    """
    held = concerns.still_held(
        handover.outgoing,
        handover.area,
        division=handover.division_code,
        follower=handover.incoming,
        viewer=viewer,
    )
    for each in held:
        when = timezone.localtime(each.due_at)
        due = "answered" if each.answered_at else f"answer due {when:%a} {when.day} {when:%b}"
        yield Held(
            "promise" if each.working else "open_work",
            f"{each.reference}, {telling.category(each.category, snapshot.hearing())}: "
            + ("its person was told that it is being worked on" if each.working else due),
            reverse("desk-concern", args=[each.reference]),
        )
