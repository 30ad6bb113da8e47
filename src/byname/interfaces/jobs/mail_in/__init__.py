"""Letters that come in: the door a mail server hands them to, run by the worker beside its tasks.

Knows: SMTP and LMTP, as a relay of the service's own speaks them, on one port of this machine.
Promises: 250 is said once the words are on disk; each other letter is answered with what is wrong with it, and whoever
relays it keeps it or sends it back. A letter to nobody is refused before it is read.
Never: writes a bounce, stores what a machine wrote, or puts an address or a word into a log.
"""

from byname.interfaces.jobs.mail_in.door import open_door

__all__ = ["open_door"]
