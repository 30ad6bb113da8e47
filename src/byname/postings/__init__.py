"""Which officer serves where, from when to when, and how long they have stayed.

Knows: postings with their promised ends, covers, announced handovers, continuity per area.
Promises: an officer holds one lead or member posting at a time (the database refuses an overlap, a same-day handover is
legal); the team of a point is the same wherever it is asked for.
Never: publishes anything per officer about tenure, leave, shifts or past postings.
"""
