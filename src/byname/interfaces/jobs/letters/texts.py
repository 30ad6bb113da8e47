"""What each kind of letter says; words in braces are filled in by the act that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Unwritable(Exception):
    """A letter whose words do not fill its text."""


class Text(NamedTuple):
    """A subject and a body."""

    subject: str
    body: str


TEXTS: Final[Mapping[str, Text]] = {
    "posting_adopted": Text(
        "You have been posted",
        """\
Hello,

You have been posted to {area}, from {first_day}, promised until {promised_until}.

Your role there: {role}. The public page tells the neighbourhood on the day the service announces it.

If this is a mistake, speak with your coordinator.
""",
    ),
    "posting_ended": Text(
        "Your posting ends",
        """\
Hello,

Your posting to {area} ends. Your last day there is {last_day}.

If this is a mistake, speak with your coordinator.
""",
    ),
    "posting_goes_on": Text(
        "Your posting goes on",
        """\
Hello,

Your posting to {area} was ended by mistake. It goes on as it was promised.

If that is not so, speak with your coordinator.
""",
    ),
    "handover_opened": Text(
        "A handover is yours",
        """\
Hello,

A handover for {area} has been opened, and you are part of it. The change is on {day}.

You find its checklist ({reference}) at the desk, on Today.
""",
    ),
}
"""The kinds with a text of their own, by name."""


def text_of(kind: str, words: Mapping[str, str]) -> Text:
    """The subject and the body of a letter; Unwritable where a word its text needs is missing."""
    text = TEXTS.get(kind)
    try:
        if text is None:
            return Text(words["subject"], words["body"])
        return Text(text.subject.format_map(words), text.body.format_map(words))
    except (KeyError, ValueError, IndexError) as fault:
        raise Unwritable(f"The letter {kind} has not all its words.") from fault
