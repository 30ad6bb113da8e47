"""What is told and answered in the demo, read from data/demo/heard.toml."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from byname.interfaces.jobs.demo.facts import FOLDER

FILE = FOLDER / "heard.toml"


@dataclass(frozen=True, slots=True)
class Tale:
    """One thing somebody tells, and what an officer makes public of it."""

    category: str
    what: str
    language: str = "en"
    help: str = ""
    english: str = ""
    public: str = ""
    done: str = ""
    areas: tuple[str, ...] = ()
    """The areas it belongs to; every area where it is empty."""


@dataclass(frozen=True, slots=True)
class Tales:
    """Everything in the file."""

    tales: tuple[Tale, ...]
    spots: Mapping[str, tuple[str, ...]]
    tails: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, tuple[str, ...]]
    """By category."""
    solved: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, tuple[str, ...]]
    """By outcome; "not_yet" and "passed_on" besides."""
    handed: Mapping[str, str]
    """By the door it goes to."""
    messages: tuple[str, ...]
    notes: tuple[str, ...]
    not_again: tuple[str, ...]
    under_way: tuple[str, ...]
    """What was done so far, where it goes on."""

    def words_of(self, tale: Tale, chance: random.Random) -> str:
        """A tale as one person tells it."""
        spots = self.spots.get(tale.language, ("",))
        tail = chance.choice(self.tails.get(tale.language, ("",)))
        told = tale.what.replace("{spot}", chance.choice(spots))
        apart = "" if tale.language.startswith("zh") else " "
        return f"{told}{apart}{tail}".strip()


@cache
def tales() -> Tales:
    """The file, read once."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    more = said["more"]
    return Tales(
        tales=tuple(Tale(**{**each, "areas": tuple(each.get("areas", ()))}) for each in said["tale"]),
        spots=_lists(said["spots"]),
        tails=_lists(said["tails"]),
        answers={code: tuple(each["answers"]) for code, each in said["said"].items()},
        solved={code: tuple(each["solved"]) for code, each in said["said"].items()},
        endings=_lists(said["endings"]),
        handed=said["handed"],
        messages=tuple(more["messages"]),
        notes=tuple(more["notes"]),
        not_again=tuple(more["not_again"]),
        under_way=tuple(more["under_way"]),
    )


def _lists(said: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in said.items()}
