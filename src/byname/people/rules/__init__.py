"""Decisions about people: how a name is shown, when a photo may be, what a spoken code opens."""

from byname.people.rules.codes import accepted_minutes, minute_of, spoken_code
from byname.people.rules.officers import (
    LANGUAGES,
    RANKS,
    SHOWN,
    SKILLS,
    OfficerRow,
    may_show_photo,
    name_shown,
    officer_faults,
    pronunciation_shown,
    reference_for,
)
from byname.people.rules.pictures import SIZES, Rendition, drawn_face, renditions, token_of

__all__ = [
    "LANGUAGES",
    "RANKS",
    "SHOWN",
    "SIZES",
    "SKILLS",
    "OfficerRow",
    "Rendition",
    "accepted_minutes",
    "drawn_face",
    "may_show_photo",
    "minute_of",
    "name_shown",
    "officer_faults",
    "pronunciation_shown",
    "reference_for",
    "renditions",
    "spoken_code",
    "token_of",
]
