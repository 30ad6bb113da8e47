"""The words concerns are told with, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

Words = Mapping[str, Promise | str]

DAYS: Final[Words] = {
    "mon": gettext_lazy("Mondays"),
    "tue": gettext_lazy("Tuesdays"),
    "wed": gettext_lazy("Wednesdays"),
    "thu": gettext_lazy("Thursdays"),
    "fri": gettext_lazy("Fridays"),
    "sat": gettext_lazy("Saturdays"),
    "sun": gettext_lazy("Sundays"),
}
TIMES: Final[Words] = {
    "morning": gettext_lazy("In the morning"),
    "midday": gettext_lazy("Around noon"),
    "afternoon": gettext_lazy("In the afternoon"),
    "evening": gettext_lazy("In the evening"),
    "night": gettext_lazy("At night"),
}
SINCE: Final[Words] = {
    "today": gettext_lazy("Since today"),
    "week": gettext_lazy("For some days"),
    "month": gettext_lazy("For some weeks"),
    "months": gettext_lazy("For some months"),
    "year": gettext_lazy("For a year or longer"),
}
STATES: Final[Words] = {
    "received": gettext_lazy("It is with the officers. Nobody has answered yet."),
    "answered": gettext_lazy("An officer has answered."),
    "working": gettext_lazy("An officer is working on it."),
    "in_problem": gettext_lazy("It is part of a larger problem the officers work on with others."),
    "handed_on": gettext_lazy("It went to somebody else. The last answer says to whom and why."),
    "closed": gettext_lazy("It has ended. The last answer says why."),
    "reopened": gettext_lazy("You said that it is not solved. It is open again."),
}
SEEN_STATES: Final[Words] = {
    "received": gettext_lazy("It is with the officers. Nobody has answered yet."),
    "answered": gettext_lazy("An officer has answered."),
    "working": gettext_lazy("An officer is working on it."),
    "in_problem": gettext_lazy("It is part of a larger problem the officers work on with others."),
    "handed_on": gettext_lazy("It went to somebody else."),
    "closed": gettext_lazy("It has ended."),
    "reopened": gettext_lazy("It is open again."),
}
"""Where a published concern stands, for strangers."""
OUTCOMES: Final[Words] = {
    "solved": gettext_lazy("It ended: solved."),
    "not_solved": gettext_lazy("It ended: not solved. The last answer says why."),
    "nothing_we_can_do": gettext_lazy("It ended: there is nothing the officers can do. The last answer says why."),
    "not_for_police": gettext_lazy("It ended: it is not for the police. The last answer says who it is for."),
}
VERDICTS: Final[Words] = {
    "yes": pgettext_lazy("did it answer you, is it better", "Yes"),
    "partly": pgettext_lazy("did it answer you, is it better", "Partly"),
    "no": pgettext_lazy("did it answer you, is it better", "No"),
}
HINTS: Final[Words] = {
    "email": gettext_lazy("an e-mail address"),
    "phone": gettext_lazy("a phone number"),
    "plate": gettext_lazy("a licence plate"),
    "name": gettext_lazy("somebody's name"),
    "accusation": gettext_lazy("that somebody did something wrong"),
    "address": gettext_lazy("where somebody lives"),
    "appearance": gettext_lazy("what somebody looks like"),
}
"""What a text tells of other people."""

FAULTS: Final[Words] = {
    "where": gettext_lazy("Tell us where it is, or choose an area from the list."),
    "outside": gettext_lazy(
        "This service does not serve that place. Try another one, or choose an area from the list."
    ),
    "unknown-place": gettext_lazy("We found no such place. Try the number and the street, or choose an area."),
    "category": gettext_lazy("Choose what it is about."),
    "no-words": gettext_lazy("Write what happens, in your own words."),
    "no-answer": gettext_lazy("Write something first."),
    "too-long": gettext_lazy("This is too long. Shorten it: there is room for about %(most)s letters."),
    "who": gettext_lazy("Choose whether we may know how to reach you."),
    "reach": gettext_lazy("Give an e-mail address or a phone number, or go back and stay anonymous."),
    "language": gettext_lazy("Choose a language from the list."),
    "when": gettext_lazy("Choose when it happens from the list."),
    "email": gettext_lazy("This e-mail address is not complete. Look at it again."),
    "phone": gettext_lazy("This is no phone number. Write it with its area code."),
    "pin": gettext_lazy("This PIN is not right. It stands on your receipt: six digits."),
    "code": gettext_lazy("This code is not right. It stands in the text we sent you."),
    "old-code": gettext_lazy("This code is too old. Ask for a new one."),
    "too-many-tries": gettext_lazy("Too many wrong codes. Try again tomorrow."),
    "too-many-codes": gettext_lazy("Too many codes were asked for. Try again tomorrow."),
    "no-phone": gettext_lazy("There is no phone number of yours that texts may go to."),
    "too-many": gettext_lazy("Too many wrong PINs. Try again tomorrow."),
    "legal-hold": gettext_lazy("This cannot be removed now: the law asks the service to keep it for a while."),
    "no-verdict": gettext_lazy("Choose yes, partly or no."),
    "not-now": gettext_lazy("This concern has not ended yet."),
}
"""What to mend, by the code of a refusal."""


def listed(words: Words, codes: tuple[str, ...]) -> list[str]:
    """The words of these codes, in their order."""
    return [str(words[code]) for code in codes if code in words]


def fault(code: str, *, most: int = 0) -> str:
    """What to mend, for a refusal's code."""
    return str(FAULTS.get(code, FAULTS["where"])) % ({"most": most} if code == "too-long" else {})
