"""Writing postings: bringing a file, posting, ending, announcing, covering; and hiding an officer."""

from byname.postings.actions.serving import (
    Hidden,
    Posted,
    PostingsBrought,
    announce,
    bring_areas,
    bring_officers,
    bring_postings,
    cover,
    end_posting,
    hide_officer,
    post_officer,
)

__all__ = [
    "Hidden",
    "Posted",
    "PostingsBrought",
    "announce",
    "bring_areas",
    "bring_officers",
    "bring_postings",
    "cover",
    "end_posting",
    "hide_officer",
    "post_officer",
]
