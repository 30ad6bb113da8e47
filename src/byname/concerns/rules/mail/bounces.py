"""What a mail server says of a letter of ours that it could not deliver (RFC 3464)."""

from __future__ import annotations

import re
from typing import Final

from byname.concerns.rules.mail.parts import content_of, part_of
from byname.vocabulary import Refused

_LONGEST_REPORT: Final = 65_536
_FAILED = re.compile(rb"^Action[ \t]*:[ \t]*failed[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_FOR_GOOD = re.compile(rb"^Status[ \t]*:[ \t]*5\.", re.IGNORECASE | re.MULTILINE)


def failed_for_good(raw: bytes) -> bool:
    """Whether this mail is a server's report that a letter never will arrive; a delay, or a full mailbox, is none."""
    try:
        whole, _is_torn = part_of(raw)
    except Refused:
        return False
    if whole.declared != "multipart/report":
        return False
    for part in whole.every():
        if part.declared == "message/delivery-status":
            said = content_of(raw, part)[0][:_LONGEST_REPORT]
            return bool(_FAILED.search(said) and _FOR_GOOD.search(said))
    return False
