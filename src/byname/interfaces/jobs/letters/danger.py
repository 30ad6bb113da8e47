"""What is said at once to whoever's words speak of danger, where no page could say it: whom to call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.utils.translation import gettext_noop

from byname.concerns import queries as concerns
from byname.interfaces import reviewed
from byname.places import queries as places
from byname.vocabulary import SYSTEM

_NOW: Final = gettext_noop("In danger, or is someone hurt? Call %(number)s now.")
_IN_DANGER: Final = gettext_noop("In danger? Call %(number)s now.")
_AT_HOME: Final = gettext_noop(
    "If it is safe to call, a helpline can talk with you about what to do next. Calls can show on a phone bill and "
    "pages in a browser's history."
)
_CRISIS: Final = gettext_noop(
    "Trained people who are not police come to someone in distress, day and night. "
    "Ask for the community crisis service."
)
_SUICIDE: Final = gettext_noop("Thoughts of suicide: call or text")
_NOBODY: Final = gettext_noop("Nobody is reading this now.")


def whom_to_call(kinds: Collection[str]) -> list[str]:
    """The paragraphs, in the language that is spoken now, each with its original while nobody approved it.

    `kinds` are those of concerns.rules.danger. The numbers are the service's own.
    """
    shown = {line.key: line.shown for line in places.service_profile(viewer=SYSTEM).lines}
    emergency = {"number": shown.get("emergency", "911")}
    said = _said(_NOW if "now" in kinds else _IN_DANGER, emergency)
    if "home" in kinds:
        said += _said(_AT_HOME, {})
        said += _line(shown, "violence_at_home")
    if "crisis" in kinds:
        if "community_crisis" in shown:
            said += [*_said(_CRISIS, {}), *_line(shown, "community_crisis")]
        if "suicide_crisis" in shown:
            said += [*_said(_SUICIDE, {}), *_line(shown, "suicide_crisis")]
    if not concerns.hearing(viewer=SYSTEM).read_at_all_hours:
        said += _said(_NOBODY, {})
    return said


def _said(original: str, filled: dict[str, str]) -> list[str]:
    translated, beside = reviewed.safety(original)
    sentences = [translated, beside] if beside else [translated]
    return ["\n".join(sentence % filled if filled else sentence for sentence in sentences)]


def _line(shown: dict[str, str], key: str) -> list[str]:
    return [shown[key]] if shown.get(key) else []
