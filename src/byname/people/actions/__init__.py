"""Writing people: the register, photos, hiding, spoken codes, accounts."""

from byname.people.actions.accounts import (
    SignInEvent,
    accept_invitation,
    change_account,
    change_email,
    end_account,
    end_sessions,
    forget_closed_accounts,
    invite,
    note_sign_in,
    open_prompt,
    reset_second_factor,
    withdraw_invitation,
    write_about_sign_in,
)
from byname.people.actions.conflicts import declare_conflict, end_conflict
from byname.people.actions.keeping import cut_reach
from byname.people.actions.letters import write_to_officer
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
from byname.people.actions.own import change_entry, give_own_photo
from byname.people.actions.recoding import recode_conflicts

__all__ = [
    "OfficersBrought",
    "SignInEvent",
    "accept_invitation",
    "bring_officers",
    "change_account",
    "change_email",
    "change_entry",
    "cut_reach",
    "declare_conflict",
    "draw_face",
    "draw_faces",
    "end_account",
    "end_conflict",
    "end_sessions",
    "forget_closed_accounts",
    "give_own_photo",
    "give_photo",
    "hide_officer",
    "invite",
    "note_sign_in",
    "open_prompt",
    "open_spoken_code",
    "recode_conflicts",
    "reset_second_factor",
    "show_officer",
    "withdraw_invitation",
    "withdraw_photo",
    "write_about_sign_in",
    "write_to_officer",
]
