"""What is written down before a prompt inside byname opens: from there, every rule can be gone round."""

from __future__ import annotations

from django.utils import timezone

from byname.people import actions as people
from byname.places import queries as places
from byname.vocabulary import operator


def say_it_opens(command: str) -> None:
    """Nothing: a line in the ledger and a letter to each overseer; in the demonstration neither."""
    by = operator(command)
    if not places.service_profile(viewer=by).demo:
        people.open_prompt(command, by=by, at=timezone.now())
