"""All reading of concerns: the team's lists and threads, and what a person sees by their private link."""

from byname.concerns.queries.hearing import hearing
from byname.concerns.queries.inbox import PAGE, Asked, Line, Page, Waiting, inbox, waiting_for
from byname.concerns.queries.keys import Key, api_keys
from byname.concerns.queries.publishing import MOST_PUBLISHED, Published, published
from byname.concerns.queries.recourse import Recourse, whom_to_turn_to
from byname.concerns.queries.threads import Entry, Followed, Thread, contact_of_concern, followed, thread
from byname.concerns.queries.within import about_of, reached

__all__ = [
    "MOST_PUBLISHED",
    "PAGE",
    "Asked",
    "Entry",
    "Followed",
    "Key",
    "Line",
    "Page",
    "Published",
    "Recourse",
    "Thread",
    "Waiting",
    "about_of",
    "api_keys",
    "contact_of_concern",
    "followed",
    "hearing",
    "inbox",
    "published",
    "reached",
    "thread",
    "waiting_for",
    "whom_to_turn_to",
]
