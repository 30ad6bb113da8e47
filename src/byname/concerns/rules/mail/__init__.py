"""Mail that comes in, read safely: which concern it answers, whose words it brings, and what came with them.

Knows how mail programs write; promises that a person's words are never cut away where the cut is unsure, that no mail
can be written that stops the reading, and that a machine's mail is told from a person's. Never answers, never keeps.
"""

from byname.concerns.rules.mail.addresses import concern_of, header_safe, reply_address
from byname.concerns.rules.mail.bounces import failed_for_good
from byname.concerns.rules.mail.parts import DEEPEST, MOST_PARTS, Attachment
from byname.concerns.rules.mail.quoting import marker_line
from byname.concerns.rules.mail.reading import LONGEST_TEXT, Mail, read_mail
from byname.concerns.rules.mail.replies import digests_of, reply_key

__all__ = [
    "DEEPEST",
    "LONGEST_TEXT",
    "MOST_PARTS",
    "Attachment",
    "Mail",
    "concern_of",
    "digests_of",
    "failed_for_good",
    "header_safe",
    "marker_line",
    "read_mail",
    "reply_address",
    "reply_key",
]
