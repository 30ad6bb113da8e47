"""Decisions about people: who may do what, how a name is shown, when a photo may be, what a spoken code opens."""

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
from byname.people.rules.permissions import (
    REASONS_TO_LOOK,
    ROLES,
    About,
    may,
    reach,
    require,
    require_reach,
    require_reason,
)
from byname.people.rules.pictures import SIZES, Rendition, drawn_face, renditions, token_of

__all__ = [
    "LANGUAGES",
    "RANKS",
    "REASONS_TO_LOOK",
    "ROLES",
    "SHOWN",
    "SIZES",
    "SKILLS",
    "About",
    "OfficerRow",
    "Rendition",
    "accepted_minutes",
    "drawn_face",
    "may",
    "may_show_photo",
    "minute_of",
    "name_shown",
    "officer_faults",
    "pronunciation_shown",
    "reach",
    "reference_for",
    "renditions",
    "require",
    "require_reach",
    "require_reason",
    "spoken_code",
    "token_of",
]
