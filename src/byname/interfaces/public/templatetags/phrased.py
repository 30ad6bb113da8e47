"""Whether sentences of the phrase book were approved by a named speaker."""

from __future__ import annotations

from django import template

from byname.concerns import rules
from byname.concerns.queries import Translated
from byname.interfaces import reviewed

register = template.Library()


@register.filter
def unchecked(made: Translated) -> bool:
    """Whether one of the sentences has been approved by nobody yet; never for what an interpreter wrote."""
    if made.made_by != "phrases":
        return False
    known = {words[made.language]: words["en"] for words in rules.phrases().values()}
    lines = made.words.splitlines()
    return not all(line in known and reviewed.is_approved(known[line], line, made.language) for line in lines)
