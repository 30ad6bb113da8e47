"""Writing people: the register, photos, hiding, spoken codes, accounts."""

from byname.people.actions.officers import (
    OfficersBrought,
    bring_officers,
    draw_face,
    draw_faces,
    give_photo,
    hide_officer,
    open_spoken_code,
    show_officer,
    withdraw_photo,
)

__all__ = [
    "OfficersBrought",
    "bring_officers",
    "draw_face",
    "draw_faces",
    "give_photo",
    "hide_officer",
    "open_spoken_code",
    "show_officer",
    "withdraw_photo",
]
