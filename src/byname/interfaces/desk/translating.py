"""What stands beside a text at the desk: the same in another language, what was asked for, and how to ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import QueryDict

from byname.concerns import queries, rules
from byname.interfaces import reviewed, snapshot
from byname.interfaces.desk import telling
from byname.people import rules as people_rules
from byname.vocabulary import Actor

_MAKERS: Final = {
    "interpreter": "by an interpreter",
    "phrases": "from the phrase book",
    "machine": "by a machine, for reading only: it may be wrong, and is never sent",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A text in another language, with what is said of it."""

    title: str
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one text of a thread."""

    text: int
    """The entry's number; 0 for what was raised."""
    made: tuple[Made, ...]
    waits: str
    """What it waits for, in words; empty where for nothing."""
    own: bool
    """Whether the viewer may put it into the other language themselves."""
    asks: str
    """What may be asked for, as a sentence; empty where nothing may."""
    into: str
    """The language an answer is put into; empty where what a person wrote is put into English."""
    guessed: str
    """The language it seems to be written in."""
    machine: bool
    """Whether a machine may be asked."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the phrase book, as it is chosen."""

    code: str
    english: str
    theirs: str
    approved: bool
    chosen: bool


def beside(
    text: int, kind: str, language: str, wanted_in: str, made: Sequence[queries.Translated], *, theirs: str,
    reads: Collection[str],
) -> Beside | None:  # fmt: skip
    """What stands beside a text written in `language`; None for a note, and for what needs nothing.

    `theirs` is the language the person is written to in, `reads` what the viewer may interpret.
    """
    if kind == "note":
        return None
    standing = tuple(
        Made(f"In {telling.language(each.language)}, {_MAKERS[each.made_by]}", each.words, each.language)
        for each in made
        if each.words
    )
    asked = next((each for each in made if not each.words), None)
    answer = kind == "answer"
    into = theirs if answer and theirs not in ("", "en", language) and theirs in rules.INTERPRETED else ""
    other = (wanted_in or into) if answer else language
    waits = ""
    if wanted_in:
        waits = f"Waits for an interpreter: {telling.language(other) if other else 'language not told'}."
    elif asked and asked.failed:
        waits = "The machine did not answer. Ask it again, or ask an interpreter."
    elif asked:
        waits = "A machine was asked. Look again in a moment."
    done = any(each.made_by == "interpreter" for each in made)
    asks = ""
    if not wanted_in and not done:
        if into:
            asks = f"Have this put into {telling.language(into)}"
        elif not answer and language != "en":
            asks = "Have this put into English"
    machine = bool(settings.BYNAME_TRANSLATOR) and not answer and language != "en"
    machine = machine and not done and (asked is None or asked.failed) and not any(each.words for each in made)
    if not (standing or waits or asks or machine):
        return None
    own = bool(wanted_in) and other in reads
    return Beside(text, standing, waits, own, asks, into, language, machine)


def add(shown: dict[str, Any], seen: queries.Thread, *, viewer: Actor, sent: QueryDict) -> None:
    """Puts beside each text of a concern's page what stands there, and below its answer what it may begin with."""
    reads: Collection[str] = ()
    if people_rules.reach(viewer, "interpret"):
        reads = queries.languages_read(viewer=viewer) or ()
    if not seen.words_gone:
        waits = "en" if seen.needs_interpreter else ""
        shown["told_beside"] = beside(
            0, "raised", seen.written_in, waits, seen.translations, theirs=seen.language, reads=reads
        )
    for each in shown["entries"]:
        entry = each["entry"]
        each["beside"] = beside(
            entry.number, entry.kind, entry.language, entry.wanted_in, entry.translations, theirs=seen.language,
            reads=reads,
        )  # fmt: skip
    shown["tongues"] = sorted(rules.INTERPRETED.items(), key=lambda pair: pair[1])
    shown["templates"] = _templates(seen)
    shown["sentences"] = _sentences(seen.language, sent.getlist("phrase"))


def begun(sent: QueryDict) -> str:
    """What was written, with the template that was chosen below it."""
    words = sent.get("words", "").replace("\0", "")
    code, _, language = sent.get("template", "").partition(" ")
    known = {each.code: each for each in (*rules.own_templates(), *snapshot.hearing().templates)}
    chosen = known[code].words.get(language, "") if code in known else ""
    return "\n\n".join(filter(None, (words.strip(), chosen)))


def all_templates() -> list[str]:
    """The words of every template there is: none is sent as it stands."""
    return rules.every_wording((*rules.own_templates(), *snapshot.hearing().templates))


def _templates(seen: queries.Thread) -> list[tuple[str, str]]:
    """The templates that fit, in English and in the language of whoever raised it."""
    found = []
    for each in rules.offered_templates(snapshot.hearing().templates, seen.category):
        found.append((f"{each.code} en", each.name))
        if seen.language != "en" and seen.language in each.words:
            found.append((f"{each.code} {seen.language}", f"{each.name}, in {telling.language(seen.language)}"))
    return found


def _sentences(language: str, chosen: Collection[str]) -> list[Sentence]:
    if language not in rules.PHRASED:
        return []
    return [
        Sentence(
            code,
            words["en"],
            words[language],
            reviewed.is_approved(words["en"], words[language], language),
            code in chosen,
        )
        for code, words in rules.phrases().items()
    ]
