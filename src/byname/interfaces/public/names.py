"""The names of languages, skills and ranks, for people; the codes come from `people.rules`."""

from __future__ import annotations

from typing import Final

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, gettext_lazy

LANGUAGES: Final = {
    "am": gettext_lazy("Amharic"),
    "ar": gettext_lazy("Arabic"),
    "ase": gettext_lazy("American Sign Language"),
    "bn": gettext_lazy("Bengali"),
    "de": gettext_lazy("German"),
    "el": gettext_lazy("Greek"),
    "en": gettext_lazy("English"),
    "es": gettext_lazy("Spanish"),
    "fa": gettext_lazy("Persian"),
    "fr": gettext_lazy("French"),
    "gu": gettext_lazy("Gujarati"),
    "he": gettext_lazy("Hebrew"),
    "hi": gettext_lazy("Hindi"),
    "hu": gettext_lazy("Hungarian"),
    "it": gettext_lazy("Italian"),
    "ja": gettext_lazy("Japanese"),
    "ko": gettext_lazy("Korean"),
    "ml": gettext_lazy("Malayalam"),
    "oj": gettext_lazy("Ojibwe"),
    "pa": gettext_lazy("Punjabi"),
    "pl": gettext_lazy("Polish"),
    "pt": gettext_lazy("Portuguese"),
    "ro": gettext_lazy("Romanian"),
    "ru": gettext_lazy("Russian"),
    "so": gettext_lazy("Somali"),
    "sq": gettext_lazy("Albanian"),
    "sr": gettext_lazy("Serbian"),
    "sw": gettext_lazy("Swahili"),
    "ta": gettext_lazy("Tamil"),
    "te": gettext_lazy("Telugu"),
    "ti": gettext_lazy("Tigrinya"),
    "tl": gettext_lazy("Tagalog"),
    "tr": gettext_lazy("Turkish"),
    "tw": gettext_lazy("Twi"),
    "uk": gettext_lazy("Ukrainian"),
    "ur": gettext_lazy("Urdu"),
    "vi": gettext_lazy("Vietnamese"),
    "yue": gettext_lazy("Cantonese"),
    "zh": gettext_lazy("Mandarin"),
}

SKILLS: Final = {
    "mental_health": gettext_lazy("mental health"),
    "youth": gettext_lazy("young people"),
    "mediation": gettext_lazy("settling disputes"),
    "crime_prevention": gettext_lazy("preventing crime"),
    "outreach": gettext_lazy("outreach"),
    "homelessness": gettext_lazy("people without a home"),
    "seniors": gettext_lazy("older people"),
    "newcomers": gettext_lazy("newcomers"),
}

RANKS: Final = {
    "Constable": gettext_lazy("Constable"),
    "Sergeant": gettext_lazy("Sergeant"),
    "Staff Sergeant": gettext_lazy("Staff Sergeant"),
}

AWAY: Final = {
    "general_patrol": gettext_lazy("general patrol"),
    "event": gettext_lazy("events"),
    "building": gettext_lazy("guarding a building"),
    "court": gettext_lazy("court"),
    "training": gettext_lazy("training"),
    "other": gettext_lazy("other reasons"),
}
"""Why officers are pulled away, by the codes of `postings.rules`."""

LINES: Final = {
    "non_emergency": gettext_lazy("Police, not urgent"),
    "city": gettext_lazy("City services"),
    "community_help": gettext_lazy("Help near you"),
    "community_crisis": gettext_lazy("Someone in crisis, no violence: the community crisis team"),
    "suicide_crisis": gettext_lazy("Thoughts of suicide: call or text"),
    "violence_at_home": gettext_lazy("Violence at home"),
    "crime_stoppers": gettext_lazy("Tell what you know about a crime, without your name"),
}
"""The service's lines, by key."""


def language_name(code: str) -> str:
    """A language by name in the language of the page; by its own name where byname has no translation of it."""
    if code in LANGUAGES:
        return str(LANGUAGES[code])
    return LANG_INFO[code]["name_local"] if "name_local" in LANG_INFO.get(code, {}) else code


def language_names(codes: tuple[str, ...]) -> str:
    """The languages by name, in the language of the page, as one list: "English, Portuguese"."""
    return gettext(", ").join(language_name(code) for code in codes)


def skill_names(codes: tuple[str, ...]) -> str:
    """The skills by name, in the language of the page, as one list."""
    return gettext(", ").join(str(SKILLS.get(code, code.replace("_", " "))) for code in codes)


def reason_names(reasons: tuple[tuple[str, int], ...]) -> str:
    """Why hours were pulled away, in the language of the page, as one list; the hours themselves are left out."""
    return gettext(", ").join(str(AWAY[code]) for code, _hours in reasons)


def rank_name(rank: str) -> str:
    """The rank in the language of the page; as the service wrote it where byname does not know it."""
    return str(RANKS.get(rank, rank))
