"""Writing postings: bringing a file, posting, ending, announcing, covering; and hiding an officer."""

from byname.postings.actions.covers import (
    arrange_cover,
    end_cover,
)
from byname.postings.actions.departures import Kept, open_due_handovers, open_handover
from byname.postings.actions.handovers import (
    add_item,
    forget_words,
    give_word,
    name_follower,
    remove_item,
    stand_in,
    tell_from,
    tick_item,
)
from byname.postings.actions.hours import (
    HoursBrought,
    HoursPublished,
    HoursRecorded,
    bring_hours,
    forget_old_hours,
    publish_hours,
    pull_away,
    record_hours,
)
from byname.postings.actions.proposals import (
    adopt_proposal,
    drop_proposal,
    propose_posting,
)
from byname.postings.actions.serving import (
    Posted,
    PostingsBrought,
    announce,
    bring_areas,
    bring_officers,
    bring_postings,
    cover,
    end_posting,
    post_officer,
    undo_end,
)
from byname.postings.actions.showing import Hidden, hide_officer, show_officer, withdraw_photo

__all__ = [
    "Hidden",
    "HoursBrought",
    "HoursPublished",
    "HoursRecorded",
    "Kept",
    "Posted",
    "PostingsBrought",
    "add_item",
    "adopt_proposal",
    "announce",
    "arrange_cover",
    "bring_areas",
    "bring_hours",
    "bring_officers",
    "bring_postings",
    "cover",
    "drop_proposal",
    "end_cover",
    "end_posting",
    "forget_old_hours",
    "forget_words",
    "give_word",
    "hide_officer",
    "name_follower",
    "open_due_handovers",
    "open_handover",
    "post_officer",
    "propose_posting",
    "publish_hours",
    "pull_away",
    "record_hours",
    "remove_item",
    "show_officer",
    "stand_in",
    "tell_from",
    "tick_item",
    "undo_end",
    "withdraw_photo",
]
