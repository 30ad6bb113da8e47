"""Words that leave byname for records or enforcement, and words a legal hold keeps: why, for how long, told or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from byname.analysis import disclosure
from byname.vocabulary import Refused


@dataclass(frozen=True, slots=True)
class Reason:
    """Why words leave byname, or stay longer than they would."""

    says: str
    may_stay_untold: bool
    """Whether the person whose words they are may be left untold; else they always hear of it."""


LEAVING: Final[Mapping[str, Reason]] = {
    "danger": Reason("Somebody is in danger now", may_stay_untold=True),
    "child": Reason("A child is at risk: the law asks for a report", may_stay_untold=True),
    "order": Reason("A court order or a warrant", may_stay_untold=True),
    "crime_report": Reason("The person wants to make a crime report of it", may_stay_untold=False),
    "asked": Reason("The person asked for it to be passed on", may_stay_untold=False),
}
"""Why the words of a concern may leave byname, by code; there is no other way out for them."""
HOLDING: Final[Mapping[str, Reason]] = {
    "court_order": Reason("An order of a court or a tribunal", may_stay_untold=True),
    "investigation": Reason("An independent body is looking into it", may_stay_untold=True),
    "access_request": Reason("Somebody asked to see it by law, and has no answer yet", may_stay_untold=False),
    "claim": Reason("A legal claim stands or is expected", may_stay_untold=False),
}
"""Why a legal hold keeps the words of a concern, by code."""
TAKEN_WITHIN: Final = timedelta(days=7)
"""So long after it was agreed to they may be taken."""
HOLD_REVIEWED_AFTER: Final = timedelta(days=365)
"""So long after it began a hold is looked at again."""
LONGEST_FILE_NUMBER: Final = 40
_FILE_NUMBER: Final = re.compile(r"(?:[^\W_]|[-/. ])*\Z")


def refuse_leaving(reason: str, *, tell: bool) -> None:
    """Nothing, or Refused: a reason of the list, and the person told wherever nothing forbids it."""
    _refuse(LEAVING, reason, tell)


def refuse_hold(reason: str, file_number: str, *, tell: bool) -> None:
    """Nothing, or Refused: a reason of the list, a short number, and the person told wherever nothing forbids it."""
    _refuse(HOLDING, reason, tell)
    if len(file_number) > LONGEST_FILE_NUMBER or not _FILE_NUMBER.match(file_number):
        raise Refused(
            f"A file number has at most {LONGEST_FILE_NUMBER} signs: letters, digits, blanks and - / . only.",
            code="file-number",
            field="file_number",
        )


def _refuse(reasons: Mapping[str, Reason], reason: str, tell: bool) -> None:
    if reason not in reasons:
        raise Refused("Choose the reason from the list.", code="no-reason", field="reason")
    if not (tell or reasons[reason].may_stay_untold):
        raise Refused("With this reason the person is told.", code="told", field="tell")


def leaving_stands(
    *,
    agreed_at: datetime | None,
    declined_at: datetime | None,
    taken_at: datetime | None,
    at: datetime,
) -> str:
    """How a request stands: "asked", "agreed", "declined", "taken" or, where nobody took the words in time, "over"."""
    if declined_at is not None:
        return "declined"
    if taken_at is not None:
        return "taken"
    if agreed_at is None:
        return "asked"
    return "agreed" if at < agreed_at + TAKEN_WITHIN else "over"


def refuse_agreeing(by: int | None, *, asked_by: int) -> None:
    """Nothing, or Refused for whoever asked: two people let words out, never one."""
    if by is None or by == asked_by:
        raise Refused("You asked for this yourself: another sergeant has to agree.", code="second-person")


def told_by_year(count: int) -> int | None:
    """How often words left byname in a year, as it may be published; None for one to four times.

    A year in which none left says so: that none did tells of nobody.
    """
    return None if 0 < count < disclosure.LEAST else count
