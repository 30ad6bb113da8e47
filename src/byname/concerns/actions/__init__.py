"""All writing of concerns: raising them, answering them, and what a person does by their private link."""

from byname.concerns.actions.answering import answer, close, hand_on, note, pass_on, take
from byname.concerns.actions.following import (
    VerdictTaken,
    change_contact,
    erase,
    erase_again,
    prove,
    say_how_it_went,
    stop_letters,
    stop_letters_again,
    write_again,
)
from byname.concerns.actions.hearing import Brought, bring_hearing
from byname.concerns.actions.keeping import forget_old_words, tell_overdue
from byname.concerns.actions.keys import KeyMade, KeyUse, make_api_key, revoke_api_key, use_api_key
from byname.concerns.actions.raising import Receipt, Where, raise_concern
from byname.concerns.actions.taking_out import OwnEntry, TakenOut, take_out

__all__ = [
    "Brought",
    "KeyMade",
    "KeyUse",
    "OwnEntry",
    "Receipt",
    "TakenOut",
    "VerdictTaken",
    "Where",
    "answer",
    "bring_hearing",
    "change_contact",
    "close",
    "erase",
    "erase_again",
    "forget_old_words",
    "hand_on",
    "make_api_key",
    "note",
    "pass_on",
    "prove",
    "raise_concern",
    "revoke_api_key",
    "say_how_it_went",
    "stop_letters",
    "stop_letters_again",
    "take",
    "take_out",
    "tell_overdue",
    "use_api_key",
    "write_again",
]
