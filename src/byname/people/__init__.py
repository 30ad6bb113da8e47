"""The officers residents meet, the accounts staff will sign in with, and what each role may do.

Knows: officers (the name as agreed, rank, badge, photo they consented to, languages, skills, words of their own).
Promises: what is hidden or withdrawn is not returned to the public; a photo is re-encoded and carries no metadata.
Never: holds shift hours, leave, or anything about an officer's home but a sealed neighbourhood id, read only to keep
them from being posted there.
"""
