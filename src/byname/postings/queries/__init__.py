"""Reading postings: the public directory, the team of one place, and why postings ended early."""

from byname.postings.queries.directory import (
    Announcement,
    Continuity,
    Directory,
    Found,
    PublicOfficer,
    PublicPhoto,
    PublicPosting,
    Team,
    directory,
)
from byname.postings.queries.teams import (
    EarlyEnds,
    areas_served,
    posted_where_they_live,
    posters_showing,
    service_wide_early_ends,
    team_for,
)

__all__ = [
    "Announcement",
    "Continuity",
    "Directory",
    "EarlyEnds",
    "Found",
    "PublicOfficer",
    "PublicPhoto",
    "PublicPosting",
    "Team",
    "areas_served",
    "directory",
    "posted_where_they_live",
    "posters_showing",
    "service_wide_early_ends",
    "team_for",
]
