"""What letters to residents say, in their own language: that there is something to read, and where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from byname.concerns import queries as concerns
from byname.concerns.rules import mail
from byname.interfaces import site
from byname.interfaces.jobs.letters.danger import whom_to_call
from byname.interfaces.jobs.letters.replies import reply_address_of
from byname.interfaces.jobs.letters.texts import Text, Unwritable
from byname.vocabulary import SYSTEM


class Opening(NamedTuple):
    """How a kind of letter begins."""

    subject: str
    """Tells nobody who sees it what it is about."""
    sentence: str


KINDS: Final[Mapping[str, Opening]] = {
    "concern_received": Opening(gettext_noop("We have your message"), gettext_noop("We have what you told us.")),
    "concern_news": Opening(gettext_noop("There is an answer for you"), gettext_noop("There is an answer for you.")),
    "concern_ended": Opening(
        gettext_noop("There is news for you"),
        gettext_noop("What you told us has come to an end. Read how it ended, and tell us whether it helped you."),
    ),
    "concern_change": Opening(
        gettext_noop("There is news for you"), gettext_noop("There is something new on your own page.")
    ),
    "concern_overdue": Opening(
        gettext_noop("You have not had your answer yet"),
        gettext_noop("We promised you an answer by now, and nobody has written one. We are sorry."),
    ),
    "concern_danger": Opening(gettext_noop("We have your message"), gettext_noop("We have what you told us.")),
}
"""The kinds of letters to whoever raised a concern or joined one, by name."""


@lru_cache(maxsize=1)
def subjects() -> frozenset[str]:
    """The subjects of all these letters, in every language they are written in."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {gettext(opening.subject) for opening in KINDS.values()}
    return frozenset(found)


def page_of(link: str, language: str) -> str:
    """The whole address of somebody's own page, in the language they are written to in."""
    code = spoken(language)
    prefix = "" if code == settings.LANGUAGE_CODE else f"/{code}"
    return f"{site.address()}{prefix}/c/{link}/"


def stop_page_of(link: str, language: str) -> str:
    """The whole address that stops their letters: a GET shows a button, a POST stops them (RFC 8058)."""
    return f"{page_of(link, language)}letters"


def text_to_resident(kind: str, words: Mapping[str, str], *, on: date) -> Text:
    """The subject and the body in their language, or in English where that is not spoken here; Unwritable without its
    words.

    An answer's own words stand in it for those alone who asked for that.
    """
    try:
        reference, link = words["reference"], words["link"]
    except KeyError as fault:
        raise Unwritable(f"The letter {kind} has not all its words.") from fault
    language = words.get("language", "")
    with override(spoken(language)):
        opening = KINDS[kind]
        parts = [
            *([mail.marker_line(gettext("To answer, write above this line"))] if reply_address_of(link) else []),
            *(whom_to_call(words["danger"].split()) if "danger" in words else []),
            gettext("Hello,"),
            gettext(opening.sentence),
            *_said(words.get("said", "")),
            gettext("Your reference is {reference}.").format(reference=reference),
            gettext("Read and write on your own page:") + f"\n{page_of(link, language)}",
            gettext("Keep this letter to yourself: whoever has this link can read your page."),
            *_whom(words.get("division", ""), on),
            *([gettext("You can also show this letter to a grown-up you trust.")] if "under_18" in words else []),
            gettext("Do you want no more letters like this? Open this page and press the button:")
            + f"\n{stop_page_of(link, language)}",
        ]
        return Text(gettext(opening.subject), "\n\n".join(parts) + "\n")


def _said(said: str) -> list[str]:
    return [gettext("This is what was written to you:"), said] if said else []


def _whom(division: str, on: date) -> list[str]:
    """Whom to turn to besides: where nobody has answered, and in every letter to somebody under 18."""
    if not division:
        return []
    to = concerns.whom_to_turn_to(division, on=on, viewer=SYSTEM)
    if to.name and to.phone:
        whom = gettext("You can turn to {name}, the sergeant of this team: {phone}.").format(
            name=to.name, phone=to.phone
        )
    elif to.name:
        whom = gettext("You can turn to {name}, the sergeant of this team.").format(name=to.name)
    elif to.phone:
        whom = gettext("You can turn to the sergeant of this team: {phone}.").format(phone=to.phone)
    else:
        whom = gettext("You can turn to the sergeant of this team.")
    return [whom]


def spoken(language: str) -> str:
    """The language's code where pages are offered in it, else English's."""
    code = language.lower().replace("_", "-")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
