"""Reading people: officers as the public may see them, their photos and codes, and accounts."""

from byname.people.queries.accounts import actor_of
from byname.people.queries.officers import (
    CodeMatch,
    OfficerToPost,
    Photo,
    PublicOfficer,
    PublicPhoto,
    officer_for_code,
    officers_to_post,
    photo,
    public_officers,
    spoken_code_of,
)

__all__ = [
    "CodeMatch",
    "OfficerToPost",
    "Photo",
    "PublicOfficer",
    "PublicPhoto",
    "actor_of",
    "officer_for_code",
    "officers_to_post",
    "photo",
    "public_officers",
    "spoken_code_of",
]
