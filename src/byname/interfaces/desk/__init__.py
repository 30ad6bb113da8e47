"""The desk: what staff see and do once they have signed in, on a phone first.

Knows: who is signed in, and what they may reach (interfaces/desk/door.py says it once for each request).
Promises: nothing below /desk/ answers without a session, a second factor and a grant in the table of permissions.
Never: decides anything; it reads by queries and writes by actions of the packages below.
"""
