"""Lists somebody keeps under names of their own."""

from __future__ import annotations

from typing import Final

from byname.vocabulary import Refused

MOST_LISTS: Final = 20
LONGEST_LIST_NAME: Final = 60


def list_name(name: str) -> str:
    """The name as it is kept, on one line; Refused for none, or one too long."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refused("Give the list a name.", code="list-name", field="name")
    if len(tidy) > LONGEST_LIST_NAME or not tidy.isprintable():
        raise Refused(f"Give the list a name of at most {LONGEST_LIST_NAME} letters.", code="list-name", field="name")
    return tidy


def refuse_more_lists(kept: int) -> None:
    """Nothing, or Refused where somebody keeps as many lists as they may."""
    if kept >= MOST_LISTS:
        raise Refused(f"You keep {MOST_LISTS} lists already. Remove one first.", code="many-lists", field="name")
