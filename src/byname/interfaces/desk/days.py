"""Days as forms and addresses of the desk take them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from byname.vocabulary import LIKELY_DAYS, is_likely


class Day(forms.DateField):
    """A day in the years byname knows."""

    def validate(self, value: Any) -> None:
        """Nothing, or a sentence that names the years."""
        super().validate(value)
        if isinstance(value, date) and not is_likely(value):
            raise forms.ValidationError(f"Choose {LIKELY_DAYS}.", code="unlikely")


def written(text: str) -> date | None:
    """A day written 2027-03-01; None for what is none, or outside the years byname knows."""
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day is not None and is_likely(day) else None
