"""An area's weekly letter, and the one that asks whether it is wanted: in their language, of what is public alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, override, pgettext

from byname.concerns import actions, queries
from byname.interfaces import site
from byname.interfaces.jobs.letters.texts import Text, Unwritable
from byname.vocabulary import SYSTEM

KINDS: Final = ("weekly_letter_asked", "weekly_letter")
_STATES: Final[Mapping[str, str]] = {
    "received": gettext_noop("It is with the officers. Nobody has answered yet."),
    "answered": gettext_noop("An officer has answered."),
    "working": gettext_noop("An officer is working on it."),
    "in_problem": gettext_noop("It is part of a larger problem the officers work on with others."),
    "handed_on": gettext_noop("It went to somebody else."),
    "closed": gettext_noop("It has ended."),
    "reopened": gettext_noop("It is open again."),
}
"""As its page says it: interfaces/public/hearing."""


def stop_page_of(key: str, language: str) -> str:
    """The whole address that ends the letter: a GET shows a button, a POST ends it (RFC 8058)."""
    return f"{_page_of(key, language)}stop"


def weekly_text(kind: str, words: Mapping[str, str]) -> Text:
    """The subject and the body; what was taken back since the letter was written is not in it. Unwritable without its
    words."""
    try:
        key, area, name = words["key"], words["area"], words["name"]
        language = words.get("language", "")
        with override(spoken(language)):
            if kind == "weekly_letter_asked":
                return _asked(name, _page_of(key, language))
            after, until = datetime.fromisoformat(words["after"]), datetime.fromisoformat(words["until"])
            return _weekly(area, name, key, language, after, until)
    except (KeyError, ValueError) as fault:
        raise Unwritable(f"The letter {kind} has not all its words.") from fault


def _asked(name: str, page: str) -> Text:
    parts = [
        gettext("Hello,"),
        gettext("Somebody asked that this address gets the weekly letter of {area}.").format(area=name),
        gettext("Do you want it? Open this page and press the button:") + f"\n{page}",
        gettext("If it was not you, do nothing: the address is forgotten after seven days."),
    ]
    return Text(gettext("Do you want the weekly letter?"), "\n\n".join(parts) + "\n")


def _weekly(area: str, name: str, key: str, language: str, after: datetime, until: datetime) -> Text:
    most = actions.MOST_LINES
    lines, more = queries.changed_between(area, after=after, until=until, most=most, viewer=SYSTEM)
    page = f"{_root(language)}/at/{area}/heard"
    parts = [
        gettext("Hello,"),
        gettext("This is new in {area}:").format(area=name),
        *(_told(line) for line in lines),
        *([gettext("There is more on the page.")] if more else []),
        gettext("Read all of it, and join what troubles you too:") + f"\n{page}",
        gettext("Do you want no more letters like this? Open this page and press the button:")
        + f"\n{stop_page_of(key, language)}",
    ]
    return Text(gettext("What we heard, what we did") + f" · {name}", "\n\n".join(parts) + "\n")


def _told(line: queries.Published) -> str:
    said = [f"* {line.words}", f"  {_month(line.month_on)} · {gettext(_STATES[line.state])}"]
    if line.done:
        said.append(f"  {gettext('What was done:')} {line.done}")
    return "\n".join(said)


def _month(value: date) -> str:
    return date_format(value, pgettext("date pattern: month and year", "F Y"), use_l10n=False)


def _page_of(key: str, language: str) -> str:
    return f"{_root(language)}/weekly/{key}/"


def _root(language: str) -> str:
    code = spoken(language)
    return site.address() + ("" if code == settings.LANGUAGE_CODE else f"/{code}")


def spoken(language: str) -> str:
    """The language a letter is written in: the one asked for where it is spoken here, else English."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
