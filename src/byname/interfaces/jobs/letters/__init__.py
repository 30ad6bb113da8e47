"""Letters as they are sent: the text of each kind, and the message that carries it.

Knows: a subject and a body for each kind the packages write (`TEXTS` to staff, `TO_RESIDENTS` in their language); a
kind without one here carries both in its words.
Promises: plain text, one recipient, a neutral sender, no pictures and no traces; nothing that was typed can become a
header.
Never: adds words about a person that the act did not give it.
"""

from byname.interfaces.jobs.letters.message import message_of, returns_to
from byname.interfaces.jobs.letters.residents import KINDS as TO_RESIDENTS
from byname.interfaces.jobs.letters.texts import TEXTS, Unwritable, text_of

__all__ = ["TEXTS", "TO_RESIDENTS", "Unwritable", "message_of", "returns_to", "text_of"]
