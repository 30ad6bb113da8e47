"""What may be sent to the people who raised a concern, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from typing import Final

from byname.concerns.rules.raising import LONGEST_WORDS, refuse_too_long
from byname.concerns.rules.templates import BLANK
from byname.concerns.rules.tidying import tidied
from byname.vocabulary import Refused

LONGEST_MAILED: Final = 20_000
"""Characters of what a letter brings."""
_BLANKS: Final = re.compile(r"«\s*(?:…|\.\.\.)?\s*»")
"""A blank, however it was typed or emptied."""
ONE_LETTER_IN: Final = timedelta(days=1)
"""One letter a day at most, unless somebody asked for more."""


def refuse_answer(words: str, templates: Iterable[str] = ()) -> None:
    """Nothing, or Refused: an answer has words, no blank is left in it, and it is no template sent as it stands.

    Nor is it several templates, one below the other.
    """
    refuse_too_long(words, LONGEST_WORDS, "words")
    if not tidied(words).strip():
        raise Refused("Write your answer.", code="no-words", field="words")
    if _BLANKS.search(words):
        raise Refused(f"Fill in every {BLANK}, or take it out.", code="blanks", field="words")
    if _nothing_own(_bare(words), {_bare(template) for template in templates}):
        raise Refused(
            "This is the template as it stands. Say something about this very concern.", code="unedited", field="words"
        )


def refuse_note(words: str) -> None:
    """Nothing, or Refused: a note has words, and not too many."""
    refuse_too_long(words, LONGEST_WORDS, "words")
    if not tidied(words).strip():
        raise Refused("Write your note.", code="no-words", field="words")


def refuse_message(words: str, *, mailed: bool = False, files: int = 0) -> None:
    """Nothing, or Refused: what a person writes has words, unless files came along, and not too many of them.

    A letter may have more: an old letter below it, that could not be told from the new words, stands with them.
    """
    refuse_too_long(words, LONGEST_MAILED if mailed else LONGEST_WORDS, "words")
    if not files and not tidied(words).strip():
        raise Refused("Write your message.", code="no-words", field="words")


def letter_due(written_at: datetime | None, at: datetime, *, more: bool) -> datetime | None:
    """When the next letter to somebody is due; None where one is under way that tells of this as well.

    `written_at` is when the last letter to them was due; `more` says that they asked for every letter.
    """
    if more or written_at is None or written_at <= at - ONE_LETTER_IN:
        return at
    return None if written_at > at else written_at + ONE_LETTER_IN


def letter_words(
    reference: str, link: str, language: str, *, division: str, overdue: bool, under_18: bool, said: str = ""
) -> dict[str, str]:
    """What a letter to somebody is filled with: nothing that tells what it is about.

    `division`, by its code, is told where the letter names whom to turn to: when nobody has answered, and to whoever is
    under 18. `said` is an officer's answer, for those alone who asked for it.
    """
    words = {
        "reference": reference,
        "link": link,
        "language": language,
        "division": division if overdue or under_18 else "",
        "under_18": "yes" if under_18 else "",
        "said": said,
    }
    return {name: word for name, word in words.items() if word}


def said_together(earlier: str, said: str) -> str:
    """Two answers in one letter, where the first had not gone yet."""
    return f"{earlier}\n\n{said}" if earlier and said else earlier or said


def _nothing_own(words: str, templates: Set[str]) -> bool:
    """Whether these words are templates, and nothing besides."""
    left = words
    for template in sorted(templates - {""}, key=len, reverse=True):
        left = left.replace(template, " ")
    return bool(words) and not left.strip()


def _bare(words: str) -> str:
    return "".join(sign for sign in words.casefold() if sign.isalnum())
