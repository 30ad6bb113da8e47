"""How long what residents wrote is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

WORDS_KEPT_FOR: Final = timedelta(days=366)
"""Words, pictures and contacts stay for a year after a concern ended, also over a leap day, and no longer.

Ontario's institutions keep personal information that was used for at least a year (R.R.O. 1990, Reg. 823, s. 5, under
MFIPPA), so that the person has an opportunity to ask for it. Whether s. 5 stands unchanged was not confirmed.
"""
