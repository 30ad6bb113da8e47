"""Templates of answers, by language: byname's own and those a service brings; none is sent before it was edited."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

BLANK: Final = "«…»"
"""What is to be filled in; an answer in which one is left is not sent."""
LONGEST_TEMPLATE: Final = 1500
MOST_TEMPLATES: Final = 40


@dataclass(frozen=True, slots=True)
class Template:
    """An answer to begin with: its name and its words, by language."""

    code: str
    names: Mapping[str, str]
    words: Mapping[str, str]
    category: str = ""
    """The one category it is for; empty where it fits all."""

    @property
    def name(self) -> str:
        """Its name at the desk, in English."""
        return self.names["en"]


@cache
def own_templates() -> tuple[Template, ...]:
    """byname's own handful."""
    said = tomllib.loads(Path(__file__).with_name("templates.toml").read_text(encoding="utf-8"))
    return tuple(Template(each["code"], each["names"], each["words"]) for each in said["template"])


def offered_templates(brought: Iterable[Template], category: str) -> tuple[Template, ...]:
    """The templates for a concern of a category: the service's own first; one of theirs stands for byname's of its
    code."""
    theirs = tuple(brought)
    known = {each.code for each in theirs}
    every = (*theirs, *(each for each in own_templates() if each.code not in known))
    return tuple(each for each in every if each.category in ("", category))


def every_wording(templates: Iterable[Template]) -> list[str]:
    """The words of these templates in every language: none of them is sent as it stands."""
    return [words for each in templates for words in each.words.values()]


def templates_to_keep(templates: Sequence[Template]) -> list[dict[str, Any]]:
    """Templates in plain values, as a service's file has them."""
    return [
        {"code": each.code, "names": dict(each.names), "words": dict(each.words)}
        | ({"category": each.category} if each.category else {})
        for each in templates
    ]
