"""How the desk writes a day."""

from __future__ import annotations

from datetime import date, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def near_day(value: date | None) -> str:
    """A day with its weekday, and its year where that is not this one: "Monday 4 January 2027"; empty for none."""
    if value is None:
        return ""
    return date_format(value, "l j F" if value.year == timezone.localdate().year else "l j F Y", use_l10n=False)


@register.filter
def day_before(value: date | None) -> date | None:
    """The last day served, of the first no longer served."""
    return value and value - timedelta(days=1)
