"""The words pages are made with: dates, durations, names, and safety sentences with their originals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from byname.interfaces import reviewed
from byname.interfaces.public import hearing, names
from byname.postings.queries import MonthHours

register = template.Library()


@register.filter
def month(value: date) -> str:
    """A month and its year: "March 2024"."""
    return date_format(value, pgettext("date pattern: month and year", "F Y"), use_l10n=False)


@register.filter
def full_day(value: date) -> str:
    """A day with its weekday: "Monday, 2 March 2026"."""
    said = date_format(value, pgettext("date pattern: weekday, day, month, year", "l, j F Y"), use_l10n=False)
    # French alone counts the first day of a month ("1er mars"), which no date pattern can say.
    return said.replace(" 1 ", " 1er ", 1) if value.day == 1 and translation.get_language() == "fr" else said


@register.filter
def day_and_hour(value: datetime) -> str:
    """A moment as a clock at the service shows it: "Monday, 2 March 2026, 14:30"."""
    hour = date_format(value, pgettext("date pattern: hours and minutes", "H:i"), use_l10n=False)
    return gettext("%(day)s, %(hour)s") % {"day": full_day(value.date()), "hour": hour}


@register.filter
def at_the_service(value: datetime) -> datetime:
    """The same moment by the clock of the service."""
    return timezone.localtime(value)


@register.filter
def in_tongue(words: Mapping[str, str]) -> str:
    """What the service said by language, in the language of the page; the original where it has not said it so."""
    return words.get(translation.get_language() or "", words.get("en", ""))


@register.simple_tag
def spoken_by_service(words: Mapping[str, str]) -> SafeString:
    """Attributes for what the service said by language, where it stands only in the original."""
    return SafeString("") if (translation.get_language() or "") in words else SafeString('lang="en" dir="ltr"')


@register.filter
def seen_state(state: str) -> str:
    """Where a published concern stands, for strangers."""
    return str(hearing.SEEN_STATES.get(state, ""))


@register.filter
def line_name(key: str) -> str:
    """What a line of the service is for; empty for one byname does not know."""
    return str(names.LINES.get(key, ""))


@register.filter
def duration(days: int) -> str:
    """A length of time as people say it: "2 years 3 months", "5 months", "12 days"."""
    months = int(days / 30.4375)
    years, months = divmod(months, 12)
    if not years and not months:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    said = []
    if years:
        said.append(ngettext("%(count)d year", "%(count)d years", years) % {"count": years})
    if months:
        said.append(ngettext("%(count)d month", "%(count)d months", months) % {"count": months})
    return pgettext("between years and months", " ").join(said)


@register.filter
def hours_told(hours: MonthHours) -> str:
    """How much of a team's hours of a month was spent in the area, and why the rest was not."""
    facts = {"month": month(hours.month), "present": hours.share_present, "away": hours.share_away}
    if not hours.by_reason:
        return gettext("In %(month)s the team spent all of its hours in the area.") % facts
    return gettext(
        "In %(month)s the team spent %(present)s%% of its hours in the area. For %(away)s%% it was pulled away: "
        "%(reasons)s."
    ) % (facts | {"reasons": names.reason_names(hours.by_reason)})


@register.filter
def reason_list(reasons: tuple[tuple[str, int], ...]) -> str:
    """Reasons by name."""
    return names.reason_names(reasons)


@register.filter
def language_list(codes: tuple[str, ...]) -> str:
    """Languages by name."""
    return names.language_names(codes)


@register.filter
def skill_list(codes: tuple[str, ...]) -> str:
    """Skills by name."""
    return names.skill_names(codes)


@register.filter
def rank(value: str) -> str:
    """A rank in the language of the page."""
    return names.rank_name(value)


@register.filter
def breaking(address: str) -> SafeString:
    """An e-mail address that a narrow column may break before its host."""
    name, mark, host = address.partition("@")
    return format_html("{}<wbr>{}{}", name, mark, host)


def _filled(sentence: str, numbers: dict[str, SafeString]) -> SafeString:
    # Telephone numbers must not break at the end of a line.
    escaped = conditional_escape(sentence)
    return mark_safe(escaped % numbers) if numbers else mark_safe(escaped)  # noqa: S308 - both sides were escaped


@register.simple_tag
def safety(original: str, **facts: Any) -> SafeString:
    """A safety sentence; while no named speaker has approved its translation, the English original beside it."""
    translated, beside = reviewed.safety(original)
    numbers = {name: format_html('<span class="tel">{}</span>', fact) for name, fact in facts.items()}
    shown = _filled(translated, numbers)
    if not beside:
        lang = {} if translated != original or translation.get_language() == "en" else {"lang": "en"}
        if lang:
            return format_html('<span lang="en" dir="ltr">{}</span>', shown)
        return format_html("{}", shown)
    return format_html('{} <span class="original" lang="en" dir="ltr">{}</span>', shown, _filled(beside, numbers))


@register.simple_tag
def safety_in(words: Mapping[str, str]) -> SafeString:
    """What the service says by language of safety; until a named speaker has approved it, the original beside it."""
    shown, beside = reviewed.safety_of(words)
    if beside:
        return format_html('{} <span class="original" lang="en" dir="ltr">{}</span>', shown, beside)
    if (translation.get_language() or "en") in words:
        return format_html("{}", shown)
    return format_html('<span lang="en" dir="ltr">{}</span>', shown)


@register.simple_tag
def untranslated() -> SafeString:
    """Attributes for words that stand only in the language they were written in."""
    return SafeString('lang="en" dir="ltr"') if translation.get_language() != "en" else SafeString("")


@register.filter
def spoken_digits(code: str) -> str:
    """A six-digit code in two groups, as people read it out."""
    return f"{code[:3]} {code[3:]}"
