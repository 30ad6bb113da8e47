"""All writing of concerns: raising them, answering them, and what a person does by their private link."""

from byname.concerns.actions.answering import (
    answer,
    close,
    hand_on,
    note,
    pass_on,
    take,
)
from byname.concerns.actions.figures import (
    HearingPublished,
    publish_hearing,
)
from byname.concerns.actions.following import (
    VerdictTaken,
    change_contact,
    change_contact_again,
    erase,
    erase_again,
    prove,
    say_how_it_went,
    stop_letters,
    stop_letters_again,
    write_again,
)
from byname.concerns.actions.hearing import (
    Brought,
    bring_hearing,
)
from byname.concerns.actions.holding import (
    end_hold,
    hold_concern,
    hold_concern_again,
)
from byname.concerns.actions.interpreting import (
    ask_interpreter,
    ask_machine,
    interpret,
    take_machine_words,
)
from byname.concerns.actions.joining import (
    WITHOUT_ADDRESS,
    Joining,
    join_concern,
)
from byname.concerns.actions.keeping import (
    forget_old_words,
    take_places_away,
    tell_overdue,
)
from byname.concerns.actions.keys import (
    KeyMade,
    KeyUse,
    make_api_key,
    revoke_api_key,
    revoke_api_key_again,
    use_api_key,
)
from byname.concerns.actions.leavings import (
    Left,
    agree_to_leaving,
    ask_to_leave,
    decline_leaving,
    decline_leaving_again,
    take_leaving,
    take_leaving_again,
)
from byname.concerns.actions.lists import (
    drop_list,
    forget_lists,
    keep_list,
)
from byname.concerns.actions.mailed import (
    Came,
    take_mail,
    takes_mail,
)
from byname.concerns.actions.phones import (
    TextTaken,
    confirm_phone,
    recode_phones,
    send_code,
    stop_texts,
    take_text,
)
from byname.concerns.actions.pictures import (
    add_pictures,
    drop_pictures,
    hand_picture_over,
    hand_picture_over_again,
    set_picture_apart,
    set_picture_apart_again,
    write_picture_out,
)
from byname.concerns.actions.publishing import (
    change_wording,
    publish_wording,
    withdraw_wording,
    withdraw_wording_again,
)
from byname.concerns.actions.raising import (
    Where,
    raise_concern,
)
from byname.concerns.actions.recoding import recode_likeness
from byname.concerns.actions.subscribing import (
    MOST_LINES,
    ask_weekly_letter,
    confirm_weekly_letter,
    forget_unconfirmed,
    recode_weekly_letters,
    stop_weekly_letter,
    stop_weekly_letter_again,
    write_no_weekly_letters_again,
    write_weekly_letters,
)
from byname.concerns.actions.taking_out import (
    OwnEntry,
    TakenOut,
    take_out,
)
from byname.concerns.actions.wordings import take_place_away_again
from byname.concerns.queries.receipts import Receipt

__all__ = [
    "MOST_LINES",
    "WITHOUT_ADDRESS",
    "Brought",
    "Came",
    "HearingPublished",
    "Joining",
    "KeyMade",
    "KeyUse",
    "Left",
    "OwnEntry",
    "Receipt",
    "TakenOut",
    "TextTaken",
    "VerdictTaken",
    "Where",
    "add_pictures",
    "agree_to_leaving",
    "answer",
    "ask_interpreter",
    "ask_machine",
    "ask_to_leave",
    "ask_weekly_letter",
    "bring_hearing",
    "change_contact",
    "change_contact_again",
    "change_wording",
    "close",
    "confirm_phone",
    "confirm_weekly_letter",
    "decline_leaving",
    "decline_leaving_again",
    "drop_list",
    "drop_pictures",
    "end_hold",
    "erase",
    "erase_again",
    "forget_lists",
    "forget_old_words",
    "forget_unconfirmed",
    "hand_on",
    "hand_picture_over",
    "hand_picture_over_again",
    "hold_concern",
    "hold_concern_again",
    "interpret",
    "join_concern",
    "keep_list",
    "make_api_key",
    "note",
    "pass_on",
    "prove",
    "publish_hearing",
    "publish_wording",
    "raise_concern",
    "recode_likeness",
    "recode_phones",
    "recode_weekly_letters",
    "revoke_api_key",
    "revoke_api_key_again",
    "say_how_it_went",
    "send_code",
    "set_picture_apart",
    "set_picture_apart_again",
    "stop_letters",
    "stop_letters_again",
    "stop_texts",
    "stop_weekly_letter",
    "stop_weekly_letter_again",
    "take",
    "take_leaving",
    "take_leaving_again",
    "take_machine_words",
    "take_mail",
    "take_out",
    "take_place_away_again",
    "take_places_away",
    "take_text",
    "takes_mail",
    "tell_overdue",
    "use_api_key",
    "withdraw_wording",
    "withdraw_wording_again",
    "write_again",
    "write_no_weekly_letters_again",
    "write_picture_out",
    "write_weekly_letters",
]
